"""Rows that Glu lists in an older version than ours: a lagging replica, or the truth after a repair at Glu."""

from collections.abc import Iterable

from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound
from glu_admin.glu.lists import Row
from orders.mirror.by_id import Outcome, read_each
from orders.mirror.gone import hold_strangers, suspect
from orders.mirror.identity import recognise_page
from orders.mirror.session import Session
from orders.mirror.writing.orders import write_orders
from orders.payload import payload_hash


def settle_older(session: Session, glu_ids: Iterable[int]) -> set[int]:
    """Read each order by id twice, and believe two answers that agree, also in an older version than ours.

    Returns the ids of those orders on which the two answers did not agree.

    Raises GluError, as `read_each` does.
    """
    waiting, once = set(glu_ids), dict[int, Outcome]()
    for glu_id, outcome in read_each(session, [glu_id for glu_id in sorted(waiting) for _ in range(2)]):
        if glu_id not in once:
            once[glu_id] = outcome
            continue
        if isinstance(outcome, NotFound):
            waiting.discard(glu_id)
            _listed_but_not_found(session, glu_id)
        elif not isinstance(outcome, GluError) and _agree(once[glu_id], outcome):
            waiting.discard(glu_id)
            strangers = recognise_page(session, [outcome])
            with session.writing():
                if strangers:
                    hold_strangers(session.organisation, strangers, now())
                    continue
                write_orders(
                    session.organisation, [outcome], now(), polled_up_to=session.polled_up_to(), accept_older=True
                )
    return waiting


def _listed_but_not_found(session: Session, glu_id: int) -> None:
    """No window accuses what a list still shows, though Glu has no such order."""
    moment = now()
    with session.writing():
        pks = session.organisation.orders.filter(glu_id=glu_id).values_list("pk", flat=True)
        suspect(session.organisation, list(pks), moment, not_found_at=moment)


def _agree(first: Outcome, second: Outcome) -> bool:
    return isinstance(first, Row) and isinstance(second, Row) and payload_hash(first.raw) == payload_hash(second.raw)
