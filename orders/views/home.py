"""An organisation's first page: what needs a person today, each number a link to its orders."""

from django.http import HttpResponse
from django.shortcuts import render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.home import answers, groups
from orders.desk.looks import since_look
from orders.desk.news import read_news
from orders.models.counter import keep_counters
from orders.proof.standing import standing_on_page
from orders.recheck import note_visit
from orders.search.paying import keep_chases


@door(Role.VIEWER)
def home(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The numbers of today and how the copy stands."""
    note_visit(organisation)
    keep_counters(organisation)
    keep_chases(organisation)
    found = [(words, answers(organisation, questions)) for words, questions in groups(organisation)]
    since = since_look(request.membership)
    state = standing_on_page(organisation).state
    context = {
        "groups": found,
        "since": since,
        "changed": read_news(organisation, since).count(),
        "nothing": not any(answer.count.n for _, told in found for answer in told),
        "has_orders": organisation.order_counters.filter(n__gt=0).exists(),
        "history_complete_at": state.history_complete_at if state else None,
    }
    return render(request, "orders/home/page.html", context)
