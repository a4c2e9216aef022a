"""Lines that could not be had or are in doubt: asked for again later, the reason kept with their order."""

from datetime import datetime, timedelta

from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound
from orders.mirror.line_pages import Doubt, Due
from orders.mirror.rhythm import EMPTY_LINES_CONFIRM, doubted_lines_wait, gone_confirmation, lines_wait
from orders.mirror.session import Session
from orders.models import Order


def put_off_doubted(session: Session, order: Order | Due, doubt: Doubt, moment: datetime) -> None:
    """Have the lines asked for again later, and say why until then; call it inside the lease's transaction."""
    wait = doubted_lines_wait(order.lines_attempts) if doubt is Doubt.REPEATED else EMPTY_LINES_CONFIRM
    session.organisation.orders.filter(pk=order.pk, gone_at=None).update(
        lines_due_at=moment + timedelta(seconds=wait),
        lines_attempts=order.lines_attempts + 1,
        lines_error=doubt.value,
        lines_empty_at=moment if doubt is Doubt.EMPTY else None,
    )


def put_off_failed(session: Session, order: Order | Due, error: GluError) -> int:
    """Try again soon, then ever later; call it inside the lease's transaction. 0 when it was marked gone meanwhile."""
    tries = order.lines_attempts + 1
    # Not found: asked for by id again first, which tells what became of the order.
    wait = gone_confirmation() if isinstance(error, NotFound) else timedelta(seconds=lines_wait(tries))
    return session.organisation.orders.filter(pk=order.pk, gone_at=None).update(
        lines_due_at=now() + wait, lines_attempts=tries, lines_error=error.words[:200]
    )
