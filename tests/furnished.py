"""An organisation that has something to show on every page: 130 made-up orders, complete, and a manager."""

from datetime import UTC, datetime, timedelta
from typing import Any

from glu_admin.glu.lists import read_rows
from glu_admin.keys.lifecycle import record_trial, set_key
from glu_admin.keys.models import GluKey
from glu_admin.sandbox.world import SandboxOrganisation, World
from glu_admin.tenancy.models import Organisation, Role, User
from orders.mirror.writing.counts import count_all_days
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.models import MirrorRun, MirrorState
from tests.orders.builders import run, window

PASSWORD = "correct horse battery"


def made_up_orders() -> list[dict[str, Any]]:
    """The orders as Glu would send them, each with its lines."""
    return list(World([SandboxOrganisation("a", "A", "k", seed=3, count=130)]).truth("a"))


def alder_house(orders: list[dict[str, Any]], name: str = "Alder House") -> Organisation:
    """An organisation with these orders and Mo Manager, whose copy is complete."""
    hotel = Organisation.objects.create(name=name, slug="alder-house")
    user = User.objects.create_user("manager@desk.example", PASSWORD, name="Mo Manager")
    hotel.memberships.create(user=user, role=Role.MANAGER)
    record_trial(set_key(hotel, "browser-key-1234", user), GluKey.State.ACCEPTED)
    fill(hotel, orders)
    moment = datetime.now(UTC)
    MirrorState.across_organisations.create(
        organisation=hotel, history_started_at=moment, history_complete_at=moment, watermark="2026-01-01T00:00:00+00:00"
    )
    count_all_days(hotel, hotel.zone)
    MirrorRun.across_organisations.create(
        organisation=hotel, kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE, started_at=moment
    )
    window(run(hotel, MirrorRun.Pass.HISTORY, moment), None, None)
    return hotel


def fill(organisation: Organisation, rows: list[dict[str, Any]]) -> None:
    """Write orders with their lines as the mirror would."""
    moment = datetime.now(UTC) - timedelta(minutes=1)
    lines = {row["id"]: row.pop("lines") for row in rows}
    written = write_orders(organisation, read_rows(rows), moment)
    write_lines(
        organisation, [LineSet(pk, glu_id, read_rows(lines[glu_id])) for glu_id, pk in written.pks.items()], moment
    )
