"""What keeps a complete mirror true: lines read again by and by, and set-aside rows tried once more."""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound
from glu_admin.tenancy.models import Organisation
from orders.mirror.by_id import read_each
from orders.mirror.gone import hold_strangers
from orders.mirror.holder import Holder
from orders.mirror.identity import prove, recognise_page
from orders.mirror.rhythm import LINES_WAIT_MAX, OPEN_LINES_MAX_AGE, REFRESH, gone_confirmation
from orders.mirror.session import Session
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.set_aside import readmit
from orders.models import SetAside
from orders.models.set_aside import ASKABLE

_OPEN = Q(dispatch_status__in=("Outstanding", "Packed", "Scheduled")) | Q(payment_status="Pending")
_MOST_RETRIES = 50
_BATCH = 500
_SETTLED = timedelta(days=1)


def refresh_lines(holder: Holder) -> int:
    """Make due the lines that were read longest ago, a share each time, so that none is older than the stated age.

    Gives how many became due.
    """
    moment = now()
    organisation = holder.organisation
    with holder.writing() as state:
        state.refresh_due_at = REFRESH.after(moment)
        _mend_times(organisation, moment)
    fresh = organisation.orders.filter(lines_due_at=None, lines_copied_at__isnull=False, gone_at=None)
    # Open orders are what people work on, and nothing says that a refund of a line moves its order.
    still_open = fresh.filter(_OPEN, lines_copied_at__lt=moment - timedelta(seconds=OPEN_LINES_MAX_AGE))
    share = REFRESH.every.total_seconds() / max(settings.MIRROR_LINES_MAX_AGE_SECONDS, 1)
    orders = organisation.order_counters.aggregate(n=Sum("n"))["n"] or 0
    rolling = math.ceil(orders * min(share, 1))
    # What was read lately need not be read again, however few orders there are.
    settled = moment - min(timedelta(seconds=settings.MIRROR_LINES_MAX_AGE_SECONDS / 2), _SETTLED)
    oldest = fresh.filter(lines_copied_at__lt=settled).order_by("lines_copied_at", "pk")
    pks = [*still_open.values_list("pk", flat=True), *oldest.values_list("pk", flat=True)[:rolling]]
    count = 0
    for start in range(0, len(pks), _BATCH):  # nobody else writes between them for long
        with holder.writing():
            count += fresh.filter(pk__in=pks[start : start + _BATCH]).update(lines_due_at=moment)
    return count


def _mend_times(organisation: Organisation, moment: datetime) -> None:
    """What a clock, since set back, has put off further than anything is ever put off is due now."""
    confirmation = gone_confirmation()
    longest = max(confirmation, timedelta(seconds=LINES_WAIT_MAX))
    organisation.orders.filter(lines_due_at__gt=moment + longest, gone_at=None).update(lines_due_at=moment)
    organisation.missing_orders.filter(due_at__gt=moment + confirmation).update(due_at=moment)


def all_lines_due(organisation: Organisation) -> None:
    """Make the lines of every order due, for the most thorough pass; the caller holds the lease."""
    moment = now()
    put_off = Q(lines_due_at=None) | Q(lines_due_at__gt=moment)  # also those that failed and would wait
    organisation.orders.filter(put_off, gone_at=None).update(lines_due_at=moment)


def retry_set_aside(session: Session) -> None:
    """Ask by id for orders that were set aside; one that can be placed now is written, one that is gone forgotten."""
    waiting = session.organisation.set_aside.filter(kind=SetAside.Kind.ORDER, glu_id__regex=ASKABLE)
    texts = [row.glu_id.strip('"') for row in waiting.order_by("last_seen_at")[:_MOST_RETRIES]]
    proven = False
    for glu_id, outcome in read_each(session, dict.fromkeys(map(int, texts))):
        if isinstance(outcome, NotFound) and not proven:  # a key that opens another organisation finds none of them
            prove(session)
            proven = True
        strangers = set() if isinstance(outcome, GluError) else recognise_page(session, [outcome])
        with session.writing():
            hold_strangers(session.organisation, strangers, now())
            if isinstance(outcome, NotFound):
                readmit(session.organisation, [glu_id])
            elif not isinstance(outcome, GluError) and not strangers:
                write_orders(session.organisation, [outcome], now())
