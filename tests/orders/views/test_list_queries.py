"""How often a list asks the database: few times whatever is asked for, and however far the copy has come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import MirrorRun, MirrorState
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import CHANGES, flag, run, window

LIST = "/o/alder-house/orders/"
SWAP = {"HX-Request": "true", "HX-Target": "results"}
DAYS = "created=2025-01-01..2026-12-31"
ASKED = [
    "",
    "payment=Paid",
    "payment=Paid,Pending&sort=total",
    "not.type=Odd&sort=-updated",
    "currency=GBP",
    "total=5..&sort=total",
    "total=5..GBP",
    "updated=2025-01-01..",
    "scheduled=2024-01-01..",
    "refunded=2024-01-01..",
    "age=1d..",
    "gone=none",
    "gone=only",
    "id=1,2,3",
    "has=late",
    "has=stuck",
    "has=past-schedule",
    "has=due",
    "has=message",
    "has=note",
    "no=note",
    "has=lint&sort=total",
    "has=posted",
    "no=posted",
    "has=unconfirmed",
    "has=chase-due",
    "has=refunded",
    "bought=kim@post.example",
    "received=kim@post.example",
    "created=2025-01-01..",
    DAYS,
    f"{DAYS}&sort=total",
    f"{DAYS}&payment=Paid",
    f"{DAYS}&updated=2025-01-01..&total=1..",
    "q=gift",
]
# While the first copy runs, whoever looks for a word is told of what is not here yet.
COPYING = {"q=gift": 2}


@pytest.fixture(params=["copying", "complete", "doubted", "waiting", "reading", "read"])
def hotel(request: Any, filled: Any) -> Any:
    """A house whose first copy is under way, complete, in doubt, or DAYS of which are being, or were, read again."""
    moment, how = datetime.now(UTC), request.param
    accepted_key(filled.hotel, HOTEL_KEY)
    MirrorState.across_organisations.create(
        organisation=filled.hotel,
        history_started_at=moment - timedelta(hours=2),
        history_complete_at=None if how == "copying" else moment - timedelta(hours=1),
        connected_watermark="2026-11-01T10:00:00+00:00",
        watermark="2026-11-20T10:00:00+00:00",
    )
    history = run(filled.hotel, MirrorRun.Pass.HISTORY, moment - timedelta(hours=2))
    window(history, datetime(2026, 1, 1, tzinfo=UTC), None)
    for minutes in range(30):
        run(filled.hotel, CHANGES, moment - timedelta(minutes=minutes), updated_from="2026-11-20T10:00:00+00:00")
    if how == "doubted":
        flag(filled.hotel, moment - timedelta(minutes=40))
    if how in ("waiting", "reading", "read"):
        state = MirrorRun.State.COMPLETE if how == "read" else MirrorRun.State.RUNNING
        filled.hotel.mirror_runs.create(
            kind=MirrorRun.Pass.RANGE,
            reach="2025-01-01..2026-12-31",
            state=state,
            started_at=moment,
            finished_at=moment if how == "read" else None,
            requests=how != "waiting",
        )
    return filled.hotel


@pytest.mark.parametrize(("headers", "most"), [({}, 10), (SWAP, 9)], ids=["page", "swap"])
def test_a_list_asks_the_database_few_times(
    hotel: Any, viewer_client: Client, request: pytest.FixtureRequest, headers: dict[str, str], most: int
) -> None:
    viewer_client.get(LIST)
    asked = {}
    for query in ASKED:
        with CaptureQueriesContext(connection) as captured:
            assert viewer_client.get(f"{LIST}?size=25&{query}", headers=headers).status_code == 200
        asked[query] = len(captured)
    # Of days that were read again it is said how many orders they have, whatever else is asked for.
    read, more = "read-" in request.node.name, COPYING if "copying-" in request.node.name else {}
    more = {query: more.get(query, 0) + int(read and query.startswith(f"{DAYS}&")) for query in ASKED}
    assert {query: n for query, n in asked.items() if n > most + more[query]} == {}
