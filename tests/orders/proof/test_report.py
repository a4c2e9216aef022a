"""What the mirror page and `mirror_status` say: the same, and everything that needs somebody."""

import json
import re
from datetime import UTC, datetime, timedelta
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
from orders.proof.passes import PassReport
from orders.proof.report import STUCK_AFTER, mirror_report
from orders.proof.trouble import Trouble, in_words, needs_a_person, troubles
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import ago, flag, order, run, write
from tests.orders.mirroring import mirror_everything

MIRROR = "/o/alder-house/mirror/"
RUNNING, FAILED = MirrorRun.State.RUNNING, MirrorRun.State.FAILED
TITLES = {"Trailing": "Late arrivals", "History": "Whole history", "Range": "Days asked for"}


def wanting(organisation: Organisation) -> str:
    return " ".join(trouble.what for trouble in needs_a_person(mirror_report(organisation)))


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Alder House, polled a moment ago with a key that Glu accepts."""
    accepted_key(house.hotel, HOTEL_KEY)
    MirrorState.across_organisations.create(organisation=house.hotel, next_due_at=now() + timedelta(seconds=15))
    run(house.hotel, MirrorRun.Pass.CHANGES, now())
    return house.hotel  # type: ignore[no-any-return]


def mending(organisation: Organisation) -> list[Trouble]:
    return [trouble for trouble in troubles(mirror_report(organisation)) if not trouble.needs_a_person]


def told(organisation: Organisation, name: str) -> PassReport:
    return next(pass_report for pass_report in mirror_report(organisation).passes if pass_report.name == name)


def row(client: Client, name: str) -> str:
    """What the page's table says of a pass, its own line and the one below."""
    text = client.get(MIRROR).content.decode()
    rows = text[text.index('id="pass-h"') : text.index('id="probe-h"')]
    rows = rows[rows.index(f'<th scope="row">{TITLES[name]} ') :]
    rows = rows.partition('<th scope="row">')[2].partition('<th scope="row">')[0]
    return " ".join(re.sub("<[^>]+>", " ", rows).split())


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
        MirrorState.across_organisations.filter(organisation=session.organisation).update(
            wait_until=now() + timedelta(minutes=1)
        )
        assert wanting(session.organisation) == ""
        MirrorState.across_organisations.filter(organisation=session.organisation).update(wait_until=None)
        run(session.organisation, MirrorRun.Pass.CHANGES, now(), state=RUNNING, wait_until=now() + timedelta(minutes=1))
        assert wanting(session.organisation) == ""


def test_a_flag_of_a_poll_is_not_taken_away_by_the_next_poll(
    hotel: Organisation, viewer_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    flag(hotel, ago(days=2))
    assert any(trouble.what.startswith("New and changed: more orders in one second") for trouble in mending(hotel))
    assert wanting(hotel) == ""
    assert "New and changed: more orders in one second" in viewer_client.get(MIRROR).content.decode()
    assert "tie_overflow" in status(capsys, "--json")
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=1), reach="whole")
    assert mending(hotel) == []


@pytest.mark.parametrize("state", [RUNNING, FAILED])
def test_a_run_that_proves_nothing_takes_no_flag_away(hotel: Organisation, state: str) -> None:
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=3), reach="whole", flags="older_rows")
    run(hotel, MirrorRun.Pass.RECONCILE, ago(days=1), reach="whole", state=state)
    assert "All days again: Glu gave older versions" in wanting(hotel)


def test_late_rows_are_said_while_the_last_complete_run_had_some(hotel: Organisation, viewer_client: Client) -> None:
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=2), late=3)
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=1), state=RUNNING)
    words = "3 orders came that an earlier poll should have brought"
    assert f"Late arrivals: {words}." in [trouble.what for trouble in mending(hotel)]
    assert wanting(hotel) == ""
    assert viewer_client.get(MIRROR).content.decode().count(words) == 2
    run(hotel, MirrorRun.Pass.TRAILING, now())
    assert mending(hotel) == []


@pytest.mark.usefixtures("still_clock")
def test_a_pass_that_fails_says_since_when_why_and_when_next(hotel: Organisation, viewer_client: Client) -> None:
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=3))
    run(hotel, MirrorRun.Pass.TRAILING, ago(days=2), state=FAILED, error="Glu listed nonsense.")
    tried = run(
        hotel,
        MirrorRun.Pass.TRAILING,
        ago(days=1),
        state=RUNNING,
        error="Glu’s answer was not JSON.",
        wait_until=now() + timedelta(minutes=5),
    )
    assert (told(hotel, "Trailing").status.words, told(hotel, "Trailing").failing) == ("Failing", True)
    words = row(viewer_client, "Trailing")
    assert "Failing" in words
    assert "Glu’s answer was not JSON. Failing since" in words
    assert "Next try in 5 mins ." in words
    assert told(hotel, "Trailing").failed_at == ago(days=2) + timedelta(seconds=5)
    tried.wait_until = now() - timedelta(minutes=5)
    tried.save()
    assert "Next try now ." in row(viewer_client, "Trailing")
    tried.error = ""
    tried.save()
    assert told(hotel, "Trailing").status.words == "Running"


def test_a_failed_range_is_not_tried_again(hotel: Organisation) -> None:
    run(hotel, MirrorRun.Pass.RANGE, ago(days=1), state=FAILED, error="x", wait_until=now() + timedelta(minutes=5))
    assert (told(hotel, "Range").status.words, told(hotel, "Range").next_try) == ("Failed", None)


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize(
    ("key", "wait", "words"),
    [
        ({"state": "refused"}, None, "Glu refuses the key"),
        ({"paused_at": now()}, None, "Copying is paused"),
        ({}, 60, "Glu is away. Next try in 60 secs ."),
    ],
)
def test_nothing_runs_while_nothing_is_asked(
    hotel: Organisation, viewer_client: Client, key: dict[str, Any], wait: int | None, words: str
) -> None:
    run(hotel, MirrorRun.Pass.HISTORY, ago(days=1), state=RUNNING)
    assert told(hotel, "History").status.words == "Running"
    hotel.glu_keys.update(**key)
    if wait:
        MirrorState.across_organisations.update(
            wait_until=now() + timedelta(seconds=wait), last_error="Glu is away.", last_error_kind="unreachable"
        )
    assert "Running" not in {pass_report.status.words for pass_report in mirror_report(hotel).passes}
    assert words in row(viewer_client, "History")


def test_what_failed_is_on_hold_until_somebody_tries_it_again(hotel: Organisation, viewer_client: Client) -> None:
    run(hotel, MirrorRun.Pass.HISTORY, ago(days=1), state=RUNNING)
    MirrorState.across_organisations.update(
        wait_until=now() - timedelta(seconds=1), last_error="Glu is away.", last_error_kind="unreachable", failures=1
    )
    assert "On hold" in row(viewer_client, "History")
    assert "Next try now" in row(viewer_client, "History")
    MirrorState.across_organisations.update(lease_expires_at=now() + timedelta(seconds=30))
    assert told(hotel, "History").status.words == "Running"


def test_a_pass_that_was_never_asked_for_says_so(hotel: Organisation, viewer_client: Client) -> None:
    assert row(viewer_client, "Range").startswith("Days asked for by hand Never asked for 0 0 0")
    assert "Not yet" in row(viewer_client, "History")


def test_missing_orders_that_are_not_listed_are_counted(hotel: Organisation, viewer_client: Client) -> None:
    write(hotel, *(order(number) for number in range(1, 26)))
    for absent in hotel.orders.all():
        hotel.missing_orders.create(order=absent, found_at=now(), due_at=now(), held=True)
    page = viewer_client.get(MIRROR).content.decode()
    assert "and 5 more that Glu did not list" in page
    assert "when everything was read" not in page


@pytest.mark.usefixtures("still_clock")
def test_what_is_due_in_seconds_is_said_in_seconds(hotel: Organisation, viewer_client: Client) -> None:
    words = re.sub("<[^>]+>", "", viewer_client.get(MIRROR).content.decode())
    assert "Next look at Glu in 15 secs" in words


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
    assert [(drift["field"], drift["example_order"]) for drift in data["new_things"]["newest"]] == [
        ("storeReference", 41)
    ]
    aside = SetAside.across_organisations.get()
    assert [(row["reason"], row["times"]) for row in data["set_aside"]["newest"]] == [(aside.reason, 1)]
    assert data["missing"]["waiting"] == 1
    assert data["missing"]["orders"][0]["order"] == 41
    passes = {pass_report["name"]: pass_report for pass_report in data["passes"]}
    assert passes["Changes"]["next"] is not None
    assert passes["Everything"]["next"] == later.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = status(capsys)
    text = " ".join(text.split())
    for shown in ("It said no.", "storeReference", aside.reason, "240 s", "Everything (reconcile)", "order 41"):
        assert shown in text, shown
    for hidden in ("Priya", "R-77"):
        assert hidden not in told + text


def test_status_forgets_a_refusal_with_the_page(hotel: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is accepted again: that it was refused is no error any more, here or there."""
    state = MirrorState.across_organisations.filter(organisation=hotel)
    state.update(last_error="Glu refused the key.", last_error_kind="refused", last_error_at=now())
    assert "Last error" not in status(capsys)
    assert json.loads(status(capsys, "--json"))["last_error"] is None


def test_status_is_a_report_of_80_columns_with_what_needs_a_person_first(
    hotel: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel.timezone = "Asia/Tokyo"
    hotel.save()
    hotel.mirror_runs.update(started_at=ago(days=1))
    run(hotel, MirrorRun.Pass.RECONCILE, datetime(2026, 3, 1, 20, 5, 7, tzinfo=UTC), reach="whole")
    run(hotel, MirrorRun.Pass.TRANSACTIONS, now(), state=FAILED, error="Glu closed the connection. " * 8)
    MirrorState.across_organisations.update(
        last_error="It said no, " * 20,
        last_error_at=now(),
        learned_rate=52.601730703459744,
        requests_today=12345,
        requests_day=now().date(),
        whole_due_at=datetime(2056, 3, 8, 20, 5, tzinfo=UTC),
        recent_due_at=ago(days=1),
    )
    for number in range(12):
        hotel.drifts.create(
            kind="new_value", field="dispatchStatus", value=f"S{number}", first_seen_at=now(), last_seen_at=now()
        )
    report, failed = status(capsys).split("\nFAILED: ")
    lines = report.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2] == "NEEDS A PERSON (1)"
    assert lines[3].startswith("  - The last attempt failed: It said no,")
    assert failed.startswith("The last attempt failed: It said no,")
    assert len(failed) <= 100
    assert "  Learned pace              52.6 requests a second" in lines
    assert "  Requests today (UTC)      12,345" in lines
    (head,) = [line for line in lines if line.startswith("PASS (--pass)")]
    (everything,) = [line for line in lines if line.startswith("Everything (reconcile)")]
    assert everything[head.index("LAST") :].startswith("complete ")
    assert everything[head.index("LAST COMPLETE") :].startswith("2026-03-02 05:05+09:00")
    assert everything[head.index("NEXT") :] == "2056-03-09 05:05+09:00"
    assert [line.split() for line in lines if line.startswith("Recent")] == [["Recent", "waiting", "not", "yet", "now"]]
    assert "NOT SEEN BEFORE, KEPT AS IT CAME (12)" in lines
    assert "  … and 2 more" in lines
    for empty in ("SET ASIDE", "NOT LISTED", "failed  ", "No longer", "History", "None", "Last probe"):
        assert empty not in report.replace("Transactions", "").replace("failed    not yet", ""), empty
    data = json.loads(status(capsys, "--json").split("\nFAILED: ")[0])
    assert data["pace"]["requests_per_second"] == 52.601730703459744


def test_status_says_shortly_on_standard_error_what_needs_a_person(
    hotel: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in MirrorRun.Pass:
        run(hotel, kind, now(), flags="older_rows", late=1, reach="whole")
    hotel.glu_keys.update(paused_at=now())
    write(hotel, {"id": "x"}, order(1))
    hotel.orders.update(lines_due_at=now(), lines_error="No.", lines_attempts=STUCK_AFTER)
    hotel.missing_orders.create(order=hotel.orders.get(), found_at=now(), due_at=now(), held=True)
    _, failed = status(capsys).split("\nFAILED: ")
    lines = failed.splitlines()
    assert len(lines) == 6
    assert lines[-1].startswith("and ")


def test_status_reads_well_when_all_is_well(
    session: Session, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror_everything(session)
    text = status(capsys)
    assert "FAILED" not in text
    assert text.splitlines()[2] == "Nobody has to do anything."
    assert "None" not in text
    assert "datetime" not in text


def test_a_failure_in_passing_needs_nobody_until_it_lasts(hotel: Organisation, viewer_client: Client) -> None:
    state = MirrorState.across_organisations
    soon = now() + timedelta(minutes=1)
    state.update(last_error="Glu is away.", last_error_kind="unreachable", wait_until=soon, failures=1)
    (trouble,) = mending(hotel)
    assert trouble.what == "The last attempt failed: Glu is away."
    assert trouble.next_at == soon
    assert trouble.by_itself
    call_command("mirror_status", "alder-house")
    with time_machine.travel(now() + timedelta(minutes=61)):
        state.update(wait_until=now() + timedelta(minutes=1))
        assert "The last attempt failed: Glu is away." in wanting(hotel)
        page = viewer_client.get(MIRROR).content.decode()
        assert page.index("Needs a person") < page.index("The last attempt failed") < page.index("How Glu is read")


def test_a_pass_that_fails_in_passing_is_said_once(hotel: Organisation) -> None:
    soon = now() + timedelta(minutes=5)
    run(hotel, MirrorRun.Pass.RECONCILE, now(), state=RUNNING, error="Glu is away.", wait_until=soon, reach="recent")
    MirrorState.across_organisations.update(last_error="Glu is away.", last_error_kind="unreachable")
    (trouble,) = mending(hotel)
    assert (trouble.what, trouble.next_at) == ("Recent days again: Glu is away.", soon)


def test_lines_need_a_person_only_after_hours(hotel: Organisation) -> None:
    write(hotel, order(1), order(2))
    hotel.orders.update(lines_error="No.", lines_attempts=STUCK_AFTER - 1, lines_due_at=now())
    assert [trouble.what for trouble in mending(hotel)] == ["The lines of 2 orders could not be read."]
    hotel.orders.filter(glu_id=1).update(lines_attempts=STUCK_AFTER)
    (trouble,) = needs_a_person(mirror_report(hotel))
    assert trouble.to_do.startswith("1 of them failed for hours")


def test_no_trouble_has_an_empty_sentence(hotel: Organisation, viewer_client: Client) -> None:
    for kind in MirrorRun.Pass:
        run(hotel, kind, ago(days=1), state=FAILED, reach="whole")
    run(hotel, MirrorRun.Pass.TRAILING, now(), state=RUNNING, wait_until=now() + timedelta(seconds=7), error="")
    report = mirror_report(hotel)
    assert troubles(report)
    page = " ".join(re.sub("<[^>]+>", " ", viewer_client.get(MIRROR).content.decode()).split())
    for text in (page, *(in_words(trouble, report) for trouble in troubles(report))):
        assert not re.search(r"(^|[:;.,] ?)[:;.,]( |$)", text.replace(" .", ".")), text
