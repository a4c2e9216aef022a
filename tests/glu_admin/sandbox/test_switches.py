"""The page of switches: everything is there, pressing works without a script, and other sites cannot press."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from glu_admin.sandbox.faults import Faults
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.switches import GROUPS, PRESETS
from glu_admin.sandbox.world import SandboxOrganisation
from tests.patience import HANG_SECONDS

PERSON = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def running() -> Iterator[RunningSandbox]:
    organisations = [
        SandboxOrganisation("hotel", "Alder <House>", "hotel-key", seed=1, count=40),
        SandboxOrganisation("golf", "Brae Links", "golf-key", seed=2, count=40),
    ]
    with RunningSandbox(organisations) as sandbox:
        yield sandbox


class Forms(HTMLParser):
    """The forms of a page as a browser would send them: action, and the values of its fields as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert here["method"] == "post"
            self.found.append((here["action"], [], ""))
        elif tag == "input" and (here["type"] != "checkbox" or "checked" in here):
            self.found[-1][1].append((here["name"], here["value"]))
        elif tag == "select":
            self.select = here["name"]
        elif tag == "option" and "selected" in here:
            self.found[-1][1].append((self.select, here["value"]))

    def handle_data(self, data: str) -> None:
        if self.found and data.strip():
            action, values, words = self.found[-1]
            self.found[-1] = (action, values, words + data.strip())


def page(running: RunningSandbox) -> str:
    answer = requests.get(f"{running.url}/", headers=PERSON, timeout=HANG_SECONDS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.text


def press(running: RunningSandbox, words: str, number: int = 0, **changed: str) -> requests.Response:
    """Send the form with these words, with some fields changed; `number` picks the organisation."""
    action, values, _ = [form for form in Forms(page(running)).found if form[2].startswith(words)][number]
    data = [(name, text) for name, text in values if name not in changed] + list(changed.items())
    headers = {**PERSON, "Origin": running.url}
    return requests.post(running.url + action, data=data, headers=headers, timeout=HANG_SECONDS, allow_redirects=False)


def test_every_fault_has_one_switch() -> None:
    switches = [switch.fault for row in GROUPS.values() for switch in row]
    assert sorted(switches) == sorted(field.name for field in fields(Faults))
    assert all(switch.seen for row in GROUPS.values() for switch in row)


def test_the_page_is_whole_without_scripts_or_other_hosts(running: RunningSandbox) -> None:
    html = page(running)
    assert "Alder &lt;House&gt;" in html
    assert "<script" not in html
    assert not re.search(r"(src|href)=\"?(https?:)?//", html)
    assert "hotel-key" not in html


@pytest.mark.parametrize(("label", "values"), PRESETS)
def test_presets_and_calm(running: RunningSandbox, label: str, values: dict[str, str]) -> None:
    answer = press(running, label)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#hotel")
    faults = running.world.shops["hotel"].faults
    assert faults == Faults(**{name: faults.read(name, text) for name, text in values.items()})  # type: ignore[arg-type]
    assert running.world.shops["golf"].faults == Faults()
    press(running, "Calm again")
    assert faults == Faults()


def test_applying_sets_all_and_an_unticked_box_is_off(running: RunningSandbox) -> None:
    faults = running.world.shops["golf"].faults
    faults.revoked, faults.clock_skew_s = True, -3600.5
    assert press(running, "Pace", 1).status_code == 303
    assert faults == Faults(revoked=True, clock_skew_s=-3600.5)
    press(running, "Pace", 1, error_rate="0.25", relations="urls", revoked="0", shuffle_ties="1")
    assert faults == Faults(clock_skew_s=-3600.5, error_rate=0.25, relations="urls", shuffle_ties=True)


def test_things_happen_and_are_counted(running: RunningSandbox) -> None:
    press(running, "One order comes in")
    assert len(running.truth("hotel")) == 41
    before = running.truth("hotel")
    press(running, "Ten things happen")
    assert running.truth("hotel") != before
    running.world.shops["hotel"].faults.rate_limit = 1
    for _ in range(4):
        requests.get(f"{running.url}/organisation", headers={"x-api-key": "hotel-key"}, timeout=HANG_SECONDS)
    html = page(running)
    assert "1 request served" in html
    assert "3 answered 429" in html
    press(running, "Hold everything still")
    assert running.world.live is False
    press(running, "Let life go on")
    assert running.world.live is True


def test_a_bad_value_is_answered_in_words(running: RunningSandbox) -> None:
    answer = press(running, "Pace", page_size="0")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "page_size" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{url}"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "rebound.example", "Origin": "http://rebound.example"}, 403),
        ({"Host": "127.0.0.1.example"}, 403),
        ({"Host": "localhost"}, 200),
    ],
)
def test_other_sites_cannot_press(running: RunningSandbox, headers: dict[str, str], status: int) -> None:
    headers = {name: text.format(url=running.url) for name, text in headers.items()}
    url = f"{running.url}/_control/faults?organisation=hotel&revoked=1"
    assert requests.post(url, headers=headers, timeout=HANG_SECONDS).status_code == status
    assert running.world.shops["hotel"].faults.revoked is (status == 200)


def test_looking_changes_nothing(running: RunningSandbox) -> None:
    for control in ("faults?organisation=hotel&revoked=1", "calm?organisation=hotel", "insert?organisation=hotel"):
        assert requests.get(f"{running.url}/_control/{control}", timeout=HANG_SECONDS).status_code == 405
    status = requests.get(f"{running.url}/_control/", timeout=HANG_SECONDS).json()["organisations"][0]
    assert status["faults"]["revoked"] is False
    assert status["orders"] == 40


def orders(running: RunningSandbox, **filters: str) -> dict[int, dict[str, Any]]:
    """What the hotel's list gives, page by page."""
    found: dict[int, dict[str, Any]] = {}
    for number in range(1, 50):
        params = {**filters, "page": str(number)}
        headers = {"x-api-key": "hotel-key"}
        rows = requests.get(f"{running.url}/orders", params, headers=headers, timeout=HANG_SECONDS).json()
        found |= {row["id"]: row for row in rows}
        if not rows:
            break
    return found


def pressed(running: RunningSandbox, words: str, **changed: Any) -> list[dict[str, Any]]:
    """Press a button of the hotel; the orders that are new in its list."""
    before, golf = orders(running), running.truth("golf")
    assert press(running, words, **changed).status_code == 303
    assert running.truth("golf") == golf
    return [row for glu_id, row in orders(running).items() if glu_id not in before]


def test_a_crowd_comes_in_within_one_second(running: RunningSandbox) -> None:
    crowd = pressed(running, "A crowd in one second")
    (second,) = {row["createdAt"] for row in crowd}
    assert len(crowd) == 80
    assert len({row["updatedAt"] for row in crowd}) > 5
    assert len(pressed(running, "A crowd in one second", count="3")) == 3
    press(running, "Pace", shuffle_ties="1")
    bounds = {"createdAt[after]": second, "createdAt[before]": second}
    assert list(orders(running, **bounds)) != list(orders(running, **bounds))


@pytest.mark.parametrize(("words", "ahead", "days"), [("A back-dated", -1, 7), ("A future-dated", 1, 1)])
def test_an_order_of_another_day_is_planted(running: RunningSandbox, words: str, ahead: int, days: int) -> None:
    for changed, off in (({}, days), ({"days": "30"}, 30)):
        (row,) = pressed(running, words, **changed)
        for name in ("createdAt", "updatedAt"):
            away = datetime.fromisoformat(row[name]) - datetime.now(UTC) - timedelta(days=ahead * off)
            assert abs(away) < timedelta(seconds=HANG_SECONDS)


def test_an_order_without_update_is_planted(running: RunningSandbox) -> None:
    (row,) = pressed(running, "An order that was never updated")
    assert "updatedAt" not in row
    assert row["id"] not in orders(running, **{"updatedAt[after]": "2000-01-01"})
    press(running, "Pace", nulls_shown="1")
    assert orders(running)[row["id"]]["updatedAt"] is None


def test_an_order_with_something_new_is_planted(running: RunningSandbox) -> None:
    (row,) = pressed(running, "An order with a new status and field")
    assert row["dispatchStatus"] == "Awaiting Courier"
    assert "storeReference" in row


def test_one_order_is_edited(running: RunningSandbox) -> None:
    before = orders(running)
    assert pressed(running, "One order is edited") == []
    after = orders(running)
    (glu_id,) = [glu_id for glu_id in before if before[glu_id] != after[glu_id]]
    assert before[glu_id]["updatedAt"] < after[glu_id]["updatedAt"]


def test_one_order_is_deleted(running: RunningSandbox) -> None:
    before = orders(running)
    assert pressed(running, "One order is deleted") == []
    assert len(before.keys() - orders(running).keys()) == 1


def test_one_line_is_refunded_and_its_order_does_not_tell(running: RunningSandbox) -> None:
    before, lines = orders(running), {row["id"]: row["lines"] for row in running.truth("hotel")}
    assert pressed(running, "One line is refunded in silence") == []
    assert orders(running) == before
    assert sum(row["lines"] != lines[row["id"]] for row in running.truth("hotel")) == 1


def told(running: RunningSandbox) -> str:
    """What the hotel's part of the page says of the last press."""
    found = re.search('<p class="told" role="status"><b>(.*?)</b>', page(running))
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("One order comes in", r"Order (\d+) came in, created \S+"),
        ("One order is edited", r"Order (\d+) was edited: [a-z]\w+"),
        ("One order is deleted", r"Order (\d+) was deleted"),
        (
            "One line is refunded",
            r"Order (\d+) had its line (\d+) refunded, (in silence|which only .*)",
        ),
        ("A back-dated", r"Order (\d+) came in, created \S+"),
        ("A crowd", r"Orders (\d+) to \d+, 80 of them: each came in, created \S+"),
    ],
)
def test_the_page_says_to_which_order_it_happened(running: RunningSandbox, words: str, says: str) -> None:
    assert told(running) == ""
    before = {row["id"]: row for row in running.truth("hotel")}
    press(running, words)
    after = {row["id"]: row for row in running.truth("hotel")}
    touched = {glu_id for glu_id in before | after if before.get(glu_id) != after.get(glu_id)}
    found = re.fullmatch(says, told(running))
    assert found, told(running)
    assert int(found[1]) in touched
    (hotel, golf) = requests.get(f"{running.url}/_control/", timeout=HANG_SECONDS).json()["organisations"]
    assert {done["order"] for done in hotel["pressed"]} == touched
    assert golf["pressed"] == []
    press(running, "Hold everything still")
    assert re.fullmatch(says, told(running)), "still says what was pressed before"


def test_ten_things_are_told_one_by_one_and_life_is_not_told(running: RunningSandbox) -> None:
    press(running, "Ten things happen")
    assert len(told(running).split("<br>")) == 10
    press(running, "One order is deleted")
    before = told(running)
    running.world.step("hotel")
    press(running, "Calm again")
    assert told(running) == before


def test_the_page_advises_to_hold_the_rest_still(running: RunningSandbox) -> None:
    assert "Hold everything still first, else other orders change too." in page(running)
    press(running, "Hold everything still")
    assert "Hold everything still first" not in page(running)


def test_an_edit_of_nothing_but_its_time_is_told_as_such(running: RunningSandbox) -> None:
    edits = set()
    for _ in range(40):
        press(running, "One order is edited")
        edits.add(told(running).partition(": ")[2])
    fields = {"deliveryAddressLine2", "phoneNumber", "scheduledDeliveryAt", "dispatchStatus"}
    assert {"phoneNumber", "only its updatedAt"} <= edits <= fields | {"only its updatedAt"}


def test_what_is_pressed_may_be_seen_late_too(running: RunningSandbox) -> None:
    press(running, "Pace", late_commit_s="60")
    before = orders(running)
    press(running, "One order is deleted")
    assert orders(running) == before
    running.still()
    assert len(orders(running)) == 39


def test_what_cannot_happen_is_answered_in_words(running: RunningSandbox) -> None:
    for row in running.truth("hotel"):
        running.world.delete("hotel", row["id"])
    for words in ("One order is edited", "One order is deleted", "One line is refunded"):
        answer = press(running, words)
        assert (answer.status_code, "There is no order" in answer.text) == (400, True)


def test_numbers_beside_buttons_are_bounded(running: RunningSandbox) -> None:
    html = page(running)
    assert '<input type="number" name="count" value="80" min="1" max="1000" required aria-label="orders">' in html
    for words, name in (("A crowd", "count"), ("A back-dated", "days"), ("A future-dated", "days")):
        wrong: dict[str, Any] = {name: "99999"}
        answer = press(running, words, **wrong)
        assert (answer.status_code, name in answer.text) == (400, True)
    assert len(running.truth("hotel")) == 40
