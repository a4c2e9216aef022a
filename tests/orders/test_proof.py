"""What the mirror page and `mirror_status` say: the same, and everything that needs somebody."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.tenancy.models import Organisation
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState, SetAside
from orders.proof import mirror_report, needs_a_person
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.conftest import order, write
from tests.orders.mirror.test_passes import mirror_everything
from tests.orders.test_coverage import ago, flag, run

MIRROR = "/o/alder-house/mirror/"
RUNNING, FAILED = MirrorRun.State.RUNNING, MirrorRun.State.FAILED


def wanting(organisation: Organisation) -> str:
    return " ".join(needs_a_person(mirror_report(organisation)))


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Alder House, polled a moment ago with a key that Glu accepts."""
    accepted_key(house.hotel, HOTEL_KEY)
    MirrorState.across_organisations.create(organisation=house.hotel, next_due_at=now() + timedelta(seconds=15))
    run(house.hotel, MirrorRun.Pass.CHANGES, now())
    return house.hotel  # type: ignore[no-any-return]


def status(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    try:
        call_command("mirror_status", "alder-house", *arguments)
    except CommandError as error:
        return f"{capsys.readouterr().out}\nFAILED: {error}"
    return capsys.readouterr().out


def test_workers_that_are_away_need_a_person(session: Session) -> None:
    mirror_everything(session)
    session.close()
    call_command("mirror_status", "alder-house")
    with time_machine.travel(now() + timedelta(minutes=10)):
        with pytest.raises(CommandError, match="Copying stands still: no worker has taken it up"):
            call_command("mirror_status", "alder-house")
        session.update_state(wait_until=now() + timedelta(minutes=1))
        assert wanting(session.organisation) == ""
        session.update_state(wait_until=None)
        run(session.organisation, MirrorRun.Pass.CHANGES, now(), state=RUNNING, wait_until=now() + timedelta(minutes=1))
        assert wanting(session.organisation) == ""


def test_a_flag_of_a_poll_is_not_taken_away_by_the_next_poll(
    hotel: Organisation, viewer_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    flag(hotel, ago(days=2))
    assert "Changes: more orders in one second" in wanting(hotel)
    assert "Changes: more orders in one second" in viewer_client.get(MIRROR).content.decode()
    assert "tie_overflow" in status(capsys, "--json")
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=1), reach="whole")
    assert wanting(hotel) == ""


@pytest.mark.parametrize("state", [RUNNING, FAILED])
def test_a_run_that_proves_nothing_takes_no_flag_away(hotel: Organisation, state: str) -> None:
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=3), reach="whole", flags="older_rows")
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=1), reach="whole", state=state)
    assert "Everything: Glu gave older versions" in wanting(hotel)


def test_late_rows_are_said_while_the_last_complete_run_had_some(hotel: Organisation, viewer_client: Client) -> None:
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=2), late=3)
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=1), state=RUNNING)
    words = "3 orders came that an earlier poll should have brought"
    assert f"Trailing: {words}." in wanting(hotel)
    assert viewer_client.get(MIRROR).content.decode().count(words) == 2
    run(hotel, MirrorRun.Pass.TRAILING, now())
    assert wanting(hotel) == ""


def test_status_says_all_that_the_page_says(hotel: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    write(hotel, order(41, storeReference="R-77", customerName="Priya Ashdown"), {"id": "x", "total": 1})
    moment, later = now(), now() + timedelta(hours=1)
    hotel.missing_orders.create(order=hotel.orders.get(), found_at=moment, due_at=later)
    MirrorState.across_organisations.update(
        last_error="It said no.",
        last_error_kind="unreachable",
        last_error_at=moment,
        transactions_error="Not for this key.",
        page_size=30,
        overlap_seconds=240,
        whole_due_at=later,
    )
    told = status(capsys, "--json")
    data = json.loads(told[: told.index("FAILED")])
    assert data["last_error"]["words"] == "It said no."
    assert data["last_error"]["kind"] == "unreachable"
    assert data["last_error"]["at"] is not None
    assert data["transactions_error"] == "Not for this key."
    assert (data["pace"]["orders_a_page"], data["pace"]["polls_look_back_seconds"]) == (30, 240)
    assert [(one["field"], one["example_order"]) for one in data["new_things"]["newest"]] == [("storeReference", 41)]
    aside = SetAside.across_organisations.get()
    assert [(one["reason"], one["times"]) for one in data["set_aside"]["newest"]] == [(aside.reason, 1)]
    assert data["missing"]["waiting"] == 1
    assert data["missing"]["orders"][0]["order"] == 41
    passes = {one["name"]: one for one in data["passes"]}
    assert passes["Changes"]["next"] is not None
    assert passes["Everything"]["next"] == later.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = status(capsys)
    for shown in ("It said no.", "storeReference", aside.reason, "240", "name Everything", "order 41"):
        assert shown in text, shown
    for hidden in ("Priya", "R-77"):
        assert hidden not in told + text


def test_status_reads_well_when_all_is_well(
    session: Session, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror_everything(session)
    text = status(capsys)
    assert "FAILED" not in text
    assert "None" not in text
    assert "datetime" not in text
