"""What a test has the mirror do, what it does at Glu meanwhile, and whether both hold the same then."""

import json
from typing import Any

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.tenancy.models import Organisation
from orders.exports import jsonl_orders
from orders.mirror.engine import run_slice
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from orders.search import parse_query


def mirrored(organisation: Organisation) -> list[dict[str, Any]]:
    """What we hold of the orders that Glu has, as they are exported."""
    return [json.loads(text) for text in jsonl_orders(organisation, parse_query("gone=none", organisation))]


def by_id(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Rows by Glu's id, as their order does not matter."""
    return {row["id"]: row for row in rows}


def mirror_everything(session: Session) -> None:
    """Poll, and do whatever is due besides, failures or not."""
    MirrorState.across_organisations.filter(organisation=session.organisation).update(next_due_at=None)
    while run_slice(session, lambda: False):
        pass


def due(session: Session, *names: str) -> None:
    """Make passes due now, in the order of the engine's choosing."""
    MirrorState.across_organisations.filter(organisation=session.organisation).update(**dict.fromkeys(names))


def work(session: Session) -> None:
    """Do whatever is due; nothing may fail."""
    while run_slice(session, lambda: False):
        pass
    assert session.state().last_error == ""


def equal(session: Session, sandbox: RunningSandbox) -> bool:
    """Whether we hold what the hotel has at Glu."""
    return by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))


def last(session: Session, kind: MirrorRun.Pass) -> MirrorRun:
    """The run of this pass that was begun last."""
    return session.organisation.mirror_runs.filter(kind=kind).order_by("-pk")[0]


def silently(sandbox: RunningSandbox, place: int, **fields: Any) -> int:
    """Change an order at Glu without its stamp moving; its id."""
    row = dict(sandbox.truth("hotel")[place])
    lines = row.pop("lines")
    sandbox.world.put("hotel", {**row, **fields}, lines)
    return int(row["id"])


def slices(session: Session, count: int = 1) -> None:
    """So many slices of a worker, failures or not."""
    for _ in range(count):
        run_slice(session, lambda: False)


def fresh(sandbox: RunningSandbox, glu_id: int, **fields: Any) -> None:
    """One more order, like the newest but free, as it has no lines."""
    row = {name: value for name, value in sandbox.truth("hotel")[0].items() if name not in ("uuid", "lines")}
    sandbox.world.put("hotel", {**row, "subtotal": 0, "total": 0, "id": glu_id, **fields}, [])
