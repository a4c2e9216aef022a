"""Rows that Glu lists in an older version than ours: a lagging replica, or the truth after a repair at Glu."""

from collections.abc import Iterable

from django.utils.timezone import now

from glu_admin.glu.errors import NotFound
from orders.glu_orders import read_order
from orders.mirror.session import Session
from orders.mirror.upsert import write_orders
from orders.payload import payload_hash

OLDER_ROWS = "older_rows"
"""The flag of a run that met older rows which Glu did not confirm."""


def settle_older(session: Session, glu_ids: Iterable[int]) -> bool:
    """Read each by id twice: two answers that agree are believed, also when older. False when some did not agree."""
    settled = True
    for glu_id in glu_ids:
        try:
            header, again = (read_order(session.client, glu_id) for _ in range(2))
        except NotFound:
            continue  # the window that did not list it will accuse it
        if payload_hash(header) != payload_hash(again):
            settled = False
            continue
        with session.lease.writing():
            write_orders(session.organisation, [header], now(), looked_at=session.looked_at(), accept_older=True)
    return settled
