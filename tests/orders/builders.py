"""Rows and payloads that tests need: orders as Glu sends them and the mirror writes them, runs and their windows."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorRun, MirrorWindow
from orders.payload import time_text

EPOCH = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = EPOCH - timedelta(days=90)
NOON = datetime.combine(now().astimezone(ZoneInfo("Europe/London")).date(), time(12), UTC)
CHANGES, RANGE, RECONCILE = MirrorRun.Pass.CHANGES, MirrorRun.Pass.RANGE, MirrorRun.Pass.RECONCILE


def write(organisation: Organisation, *rows: dict[str, Any]) -> None:
    """Orders with their lines inside, as the mirror writes them."""
    moment = EPOCH + timedelta(minutes=1)
    lines = {row["id"]: row.get("lines", []) for row in rows}
    plain = [{name: value for name, value in row.items() if name != "lines"} for row in rows]
    written = write_orders(organisation, read_rows(plain), moment)
    write_lines(
        organisation, [LineSet(pk, glu_id, read_rows(lines[glu_id])) for glu_id, pk in written.pks.items()], moment
    )


def order(glu_id: int, created: Any = "2026-11-01T10:00:00+00:00", **fields: Any) -> dict[str, Any]:
    """The smallest order, with what the test is about."""
    return {"id": glu_id, "createdAt": created, "updatedAt": created, "currencyCode": "GBP", "total": 1000, **fields}


def transaction(glu_id: int, of: Any, kind: str | None, at: str, amount: Any = 1000, **more: Any) -> dict[str, Any]:
    """A transaction of an order, at a time of UTC."""
    return {
        "id": glu_id,
        "createdAt": f"{at}+00:00",
        "attachedOrder": of,
        "type": kind,
        "amount": amount,
        "currencyCode": "GBP",
        "gatewayReference": f"9000{glu_id}",
        **more,
    }


def transact(organisation: Organisation, *rows: dict[str, Any]) -> None:
    """Transactions, as the mirror writes them."""
    write_transactions(organisation, read_rows(rows), EPOCH, None)


def put(organisation: Organisation, at: datetime, *rows: dict[str, Any]) -> None:
    """Orders without lines, as they were seen at Glu at an instant."""
    write_orders(organisation, read_rows(rows), at)


def placed(glu_id: int, at: datetime, **fields: Any) -> dict[str, Any]:
    """An order that was placed at an instant."""
    return order(glu_id, at.isoformat(), **fields)


def moved(glu_id: int, at: datetime, created: datetime, **fields: Any) -> dict[str, Any]:
    """An order that was placed at one instant and changed at another."""
    return order(glu_id, created.isoformat(), **{"updatedAt": at.isoformat(), **fields})


def copied_long_ago(organisation: Organisation, n: int = 3) -> None:
    """Orders 1 to n."""
    put(organisation, LONG_AGO, *(placed(glu_id, LONG_AGO) for glu_id in range(1, n + 1)))


def ago(**span: float) -> datetime:
    """So long before noon of today."""
    return NOON - timedelta(**span)


def run(organisation: Organisation, kind: MirrorRun.Pass, started_at: datetime, **fields: Any) -> MirrorRun:
    """A run that is complete after five seconds, save for what the fields say."""
    complete = {"state": MirrorRun.State.COMPLETE, "finished_at": started_at + timedelta(seconds=5)}
    return organisation.mirror_runs.create(kind=kind, started_at=started_at, **{**complete, **fields})


def window(of: MirrorRun, start: datetime | None, end: datetime | None, **fields: Any) -> MirrorWindow:
    """A window of a run, read to its end: orders created from `start` until `end`, each open when None."""
    return of.windows.create(
        organisation=of.organisation,
        kind=of.kind,
        created_from=time_text(start) if start else None,
        created_before=time_text(end) if end else None,
        state=MirrorWindow.State.COMPLETE,
        started_at=of.started_at,
        completed_at=of.finished_at,
        **fields,
    )


def flag(organisation: Organisation, at: datetime) -> MirrorRun:
    """A poll that may have missed something."""
    began = time_text(at - timedelta(minutes=2))
    return run(organisation, CHANGES, at, updated_from=began, server_started_at=at, flags="tie_overflow")
