"""Up to where changes have been read: Glu's own clock and digits; ours only bounds what no clock of Glu's does."""

from datetime import UTC, datetime, timedelta

from django.utils.timezone import now

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.payload import payload

_UNTRUSTED_CLOCK = 2 * 86400


def newest_change(organisation: Organisation) -> Stamp | None:
    """The greatest updatedAt in the mirror, in Glu's digits."""
    newest = organisation.orders.filter(updated_at__isnull=False).order_by("-updated_at", "-glu_id").first()
    return Stamp.parse(payload(newest).get("updatedAt")) if newest else None


def next_watermark(server_time: datetime | None, newest: Stamp | None, overlap: int, age: int = 0) -> Stamp | None:
    """min(Glu's clock when the pass began, newest change known then) less `overlap` seconds; None if both are unknown.

    `age` is for how many seconds a cache had kept what was read, which is taken off Glu's clock; without that, off all.
    """
    if server_time is not None:
        server_time -= timedelta(seconds=age)
    else:
        overlap += age
    if newest is None:
        if server_time is None:
            return None
        clock = server_time.astimezone(UTC).replace(microsecond=0)
        # There is nothing to hold it against, and a clock may run ahead by a day; without orders, reading back is free.
        base = Stamp(clock.replace(tzinfo=None), "", "+00:00", clock).plus(-_UNTRUSTED_CLOCK)
    else:
        base = newest.floor()
        if server_time is None and base.instant > (ours := now()):
            # Where Glu tells no time ours bounds it, less what a clock may run ahead.
            server_time = ours - timedelta(seconds=_UNTRUSTED_CLOCK)
        # A row stamped in the future cannot push it past Glu's clock, nor a clock that runs ahead past the rows.
        if server_time is not None and server_time < base.instant:
            base = base.plus(int((server_time - base.instant).total_seconds()))
    return base.plus(-overlap)
