"""Packing sheets: printed by a form, which notes it on each order, and shown as pages for the printer."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.marks import Kind, set_marks
from orders.desk.sheets import MOST_SHEETS, sheets_of
from orders.search import find_orders
from orders.search.delivery import is_by_email, is_collected
from orders.views.export_scope import read_asked
from orders.views.marking import OWN_KEYS, NotChosen, chosen, next_of


@door(Role.STAFF)
@sent_from("queue_dispatch")
def sheets_print(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Note the sheets of what is chosen as printed, and lead to them. Of more than MOST_SHEETS the oldest are taken."""
    try:
        if "scope" in request.POST:
            asked = read_asked(request, organisation, OWN_KEYS)
            if asked.query.errors or asked.query.ignored:
                raise NotChosen(_("This list cannot be read, so nothing was printed."))
            orders = find_orders(organisation, asked.query.criteria)
        else:
            orders = chosen(request, organisation)
    except NotChosen as error:
        messages.warning(request, str(error))
        return redirect(next_of(request, organisation))
    pks = list(orders.order_by("created_at", "glu_id").values_list("pk", flat=True)[: MOST_SHEETS + 1])
    if not pks:
        messages.warning(request, _("There is nothing to print: no order was found."))
        return redirect(next_of(request, organisation))
    if len(pks) > MOST_SHEETS:
        words = ngettext(
            "This is the one that waits longest; print again for the rest once it is posted.",
            "These are the %(n)d that wait longest; print again for the rest once these are posted.",
            MOST_SHEETS,
        )
        messages.info(request, words % {"n": MOST_SHEETS})
    taken = organisation.orders.filter(pk__in=pks[:MOST_SHEETS])
    printed = set_marks(organisation, taken, Kind.PRINTED, request.user)
    return redirect("sheets", organisation.slug, printed.batch)


@door(Role.STAFF)
def sheets(request: TeamRequest, organisation: Organisation, batch: UUID) -> HttpResponse:
    """The sheets of one printing, one order a page. Raises Http404 for a batch of none."""
    found = sheets_of(organisation, batch)
    if not found:
        raise Http404("No such sheets.")
    numbers = [sheet.order.glu_id for sheet in found]
    packed = [sheet.order for sheet in found if not is_by_email(sheet.order)]
    lanes = {is_collected(order) for order in packed}
    marks = organisation.order_marks.filter(batch=batch, kind=Kind.PRINTED, undone_at=None)
    context = {
        "sheets": found,
        "batch": batch,
        "is_printed": marks.exists(),
        "any_collected": True in lanes,
        "any_posted": False in lanes,
        "packed": [order.glu_id for order in packed],
        "emailed": len(found) - len(packed),
        "list": f"{reverse('orders', args=[organisation.slug])}?id={','.join(map(str, numbers))}",
        "queue": reverse("queue_dispatch", args=[organisation.slug]),
    }
    return render(request, "orders/sheets/page.html", context)
