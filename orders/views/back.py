"""The way back to the list that a person came from, which the addresses of an order and its lines carry."""

from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.requests import TeamRequest
from orders.search import parse_query
from orders.search.chips import describe


def back_to_list(request: TeamRequest, organisation: Organisation) -> dict[str, str]:
    """The list as its query string and in words; a form carries it as `back`."""
    query = parse_query(request.POST.get("back", "") if request.method == "POST" else request.GET, organisation)
    text = query.url_query(cursor=query.cursor) if query.cursor and query.ok else query.url_query()
    return {"back": text, "back_words": describe(query) if text and query.ok else _("Orders")}
