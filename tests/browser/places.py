"""Every page of the desk by its address, with what it takes for each to have something to show."""

from datetime import time, timedelta
from uuid import uuid4

from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks
from orders.desk.notes import write_note
from orders.exports.choice import Choice
from orders.models import ExportSchedule
from tests.orders.builders import transact, transaction

ORGANISATION = "/o/alder-house"
ELSEWHERE = f"{ORGANISATION}/mirror/elsewhere/"
_PATHS = [
    f"{ORGANISATION}/",
    f"{ORGANISATION}/settings/desk/",
    f"{ORGANISATION}/orders/",
    f"{ORGANISATION}/orders/?created=never&colour=red&dispatch=Packed",
    f"{ORGANISATION}/orders/?q=nobody-has-this-name",
    f"{ORGANISATION}/orders/?payment=Paid&picked=9&cols=created,buyer:slim,email:broad,channel,dispatch,total,codes",
    f"{ORGANISATION}/orders/columns/",
    f"{ORGANISATION}/orders/why/?payment=Paid&type=None",
    f"{ORGANISATION}/orders/keys/",
    f"{ORGANISATION}/orders/sums/",
    f"{ORGANISATION}/orders/mark/?payment=Paid",
    f"{ORGANISATION}/queues/dispatch/",
    f"{ORGANISATION}/queues/dispatch/history/",
    f"{ORGANISATION}/queues/payment/",
    f"{ORGANISATION}/reports/?period=year",
    f"{ORGANISATION}/reports/?from=soon",
    f"{ORGANISATION}/reports/back/?period=year",
    f"{ORGANISATION}/reports/times/?period=year",
    "SHEETS",
    f"{ORGANISATION}/views/",
    f"{ORGANISATION}/notes/",
    f"{ORGANISATION}/changes/",
    f"{ORGANISATION}/changes/?view=paid&kind=gone",
    "NOTE",
    "ORDER",
    "LINE",
    f"{ORGANISATION}/exports/",
    f"{ORGANISATION}/exports/schedule/",
    "SCHEDULE",
    f"{ORGANISATION}/mirror/",
    ELSEWHERE,
    f"{ORGANISATION}/key/",
    f"{ORGANISATION}/key/remove/",
    f"{ORGANISATION}/team/",
    f"{ORGANISATION}/settings/",
    "/organisations/",
    "/organisations/add/",
    "/profile/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "REMOVE",
    "/no-such-page/",
]


def places(desk: Organisation) -> list[str]:
    """Every page by its address, with an order and a line that exist."""
    order = desk.orders.filter(lines__personal_message__gt="").order_by("-created_at")[0]
    member = desk.memberships.get()
    desk.saved_views.get_or_create(name="Paid", slug="paid", query="payment=Paid", reach="shared")
    printed = set_marks(desk, desk.orders.filter(pk=order.pk), Kind.PRINTED, member.user)
    set_marks(desk, desk.orders.filter(dispatch_status="Packed"), Kind.PREPARED, member.user)
    set_marks(desk, desk.orders.filter(dispatch_status="Outstanding", glu_id__lt=40_100), Kind.POSTED, member.user)
    desk.order_marks.filter(kind=Kind.POSTED).update(at=now() - timedelta(days=1))
    note = write_note(desk, order, member.user, f"@{member.user} please look", [], uuid4())
    desk.memberships.update(created_at=now() - timedelta(days=2))
    for field, old, new in (("dispatchStatus", "Packed", "Dispatched"), ("customerName", None, "Ann Ash")):
        desk.order_changes.create(order=order, field=field, old=old, new=new, seen_new_at=now())
    schedule = ExportSchedule.across_organisations.create(
        organisation=desk,
        user=member.user,
        view=desk.saved_views.get(slug="paid"),
        view_name="Paid",
        rhythm=ExportSchedule.Rhythm.WEEKLY,
        at=time(6),
        zone=desk.timezone,
        due_at=now() + timedelta(days=1),
        **Choice().pairs(),
    )
    refunds = desk.orders.order_by("-created_at").values_list("glu_id", flat=True)[:3]
    yesterday = (now() - timedelta(days=1)).strftime("%Y-%m-%dT12:00:00")
    moves = zip([*refunds, None], ("Refund", "Chargeback", "Refund Failure", "Refund"), strict=True)
    transact(desk, *(transaction(n, *move, yesterday, gatewayReference=f"{n}") for n, move in enumerate(moves, 1)))
    own = {
        "SCHEDULE": f"{ORGANISATION}/exports/schedule/{schedule.token}/",
        "SHEETS": f"{ORGANISATION}/queues/dispatch/sheets/{printed.batch}/",
        "NOTE": f"{ORGANISATION}/orders/{order.glu_id}/notes/{note.pk}/",
        "REMOVE": f"{ORGANISATION}/team/{member.pk}/remove/",
        "ORDER": f"{ORGANISATION}/orders/{order.glu_id}/",
        "LINE": f"{ORGANISATION}/orders/{order.glu_id}/lines/{order.lines.all()[0].glu_id}/",
    }
    return [own.get(path, path) for path in _PATHS]
