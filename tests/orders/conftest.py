"""Both organisations filled with made-up orders of the same Glu ids, for whatever reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.sandbox.world import SandboxOrganisation, World
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders

EPOCH = datetime(2026, 11, 20, 12, tzinfo=UTC)


def write(organisation: Organisation, *rows: dict[str, Any]) -> None:
    """Orders with their lines inside, as the mirror writes them."""
    moment = EPOCH + timedelta(minutes=1)
    lines = {row["id"]: row.get("lines", []) for row in rows}
    plain = [{name: value for name, value in row.items() if name != "lines"} for row in rows]
    written = write_orders(organisation, read_rows(plain), moment)
    write_lines(
        organisation, [LineSet(pk, glu_id, read_rows(lines[glu_id])) for glu_id, pk in written.pks.items()], moment
    )


def order(glu_id: int, created: str = "2026-11-01T10:00:00+00:00", **fields: Any) -> dict[str, Any]:
    """The smallest order, with what the test is about."""
    return {"id": glu_id, "createdAt": created, "updatedAt": created, "currencyCode": "GBP", "total": 1000, **fields}


@pytest.fixture
def filled(house: Any) -> Any:
    """The house with 160 orders in each organisation, same ids and other people."""
    for organisation, seed in ((house.hotel, 1), (house.golf, 2)):
        world = World([SandboxOrganisation("a", "A", "k", seed=seed, count=160)], epoch=EPOCH)
        write(organisation, *world.truth("a"))
    return house
