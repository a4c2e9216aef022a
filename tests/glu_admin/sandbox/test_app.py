"""The sandbox behaves as Glu's documentation and framework say: what the mirror is tried against must be right."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from glu_admin.sandbox.dates import filter_digits
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation, World
from tests.patience import HANG_SECONDS

EPOCH = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOTEL = SandboxOrganisation("hotel", "Alder House", "hotel-key", seed=1, count=100)
GOLF = SandboxOrganisation("golf", "Brae Links", "golf-key", seed=2, count=100)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox([HOTEL, GOLF], epoch=EPOCH) as sandbox:
        yield sandbox


def ask(
    running: RunningSandbox, path: str, key: str = "hotel-key", method: str = "GET", **params: str
) -> requests.Response:
    return requests.request(method, running.url + path, params=params, headers={"x-api-key": key}, timeout=HANG_SECONDS)


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_pages(running: RunningSandbox) -> None:
    pages = [ask(running, "/orders", page=str(page)).json() for page in (1, 2, 3, 4, 5)]
    assert [len(page) for page in pages] == [30, 30, 30, 10, 0]
    created = [row["createdAt"] for page in pages for row in page]
    assert created == sorted(created, reverse=True)
    assert len({row["id"] for page in pages for row in page}) == 100


@pytest.mark.parametrize(("page", "same_as"), [("2abc", "2"), ("1.9", "1"), ("1e3", "1000")])
def test_pages_are_cast_as_php_does(running: RunningSandbox, page: str, same_as: str) -> None:
    assert ask(running, "/orders", page=page).json() == ask(running, "/orders", page=same_as).json()


@pytest.mark.parametrize("page", ["0", "-1", "abc", "", "0x10", "9" * 30])
def test_impossible_pages_are_refused(running: RunningSandbox, page: str) -> None:
    response = ask(running, "/orders", page=page)
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.json()["status"] == 400


@pytest.mark.parametrize("field", ["createdAt", "updatedAt", "scheduledDeliveryAt"])
@pytest.mark.parametrize(
    ("operator", "keeps"),
    [
        ("before", lambda value, bound: value <= bound),
        ("strictly_before", lambda value, bound: value < bound),
        ("after", lambda value, bound: value >= bound),
        ("strictly_after", lambda value, bound: value > bound),
    ],
)
def test_each_filter_means_what_it_should(running: RunningSandbox, field: str, operator: str, keeps: Any) -> None:
    truth = running.truth("hotel")
    bound = sorted(row[field] for row in truth if field in row)[5]
    wanted = [row["id"] for row in truth if field in row and keeps(row[field], bound)]
    rows: list[dict[str, Any]] = []
    for page in range(1, 6):
        rows += ask(running, "/orders", **{f"{field}[{operator}]": bound, "page": str(page)}).json()
    assert sorted(ids(rows)) == sorted(wanted)


def test_offsets_and_fractions_are_dropped_and_nonsense_is_ignored(running: RunningSandbox) -> None:
    bound = running.truth("hotel")[40]["createdAt"]
    plain = ask(running, "/orders", **{"createdAt[before]": bound}).json()
    everything = ask(running, "/orders").json()
    assert ids(plain) != ids(everything)
    for same in (bound.replace("+00:00", "+05:00"), bound.replace("+00:00", ".987Z"), bound[:19]):
        assert ask(running, "/orders", **{"createdAt[before]": same}).json() == plain
    url = f"{running.url}/orders?createdAt[before]={bound}"
    raw = requests.get(url, headers={"x-api-key": "hotel-key"}, timeout=HANG_SECONDS)
    assert raw.json() == everything  # the raw plus became a space
    for ignored in ({"createdAt[before]": "soon"}, {"createdAt[gte]": bound}, {"createdat[before]": bound},
                    {"createdAt[before]": ""}, {"createdAt[before][]": bound}, {"itemsPerPage": "1"}):  # fmt: skip
        assert ask(running, "/orders", **ignored).json() == everything


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("2026-02-30T10:00:00Z", "2026-03-02T10:00:00"),
        ("2026-03-29", "2026-03-29T00:00:00"),
        ("@1774744200", "2026-03-29T00:30:00"),
        ("1774744200", None),
        ("2026-13-45", None),
        ("yesterday", "2026-11-19T00:00:00"),
        ("now", "2026-11-20T12:00:00"),
        ("2026-03-29T00:30:00 00:00", None),
        ("null", None),
    ],
)
def test_dates_are_read_as_php_does(value: str, digits: str | None) -> None:
    assert filter_digits(value, EPOCH) == digits


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("2026-03-29T05:30:00+05:00", "2026-03-29T00:30:00"),
        ("2026-03-29T00:30:00.500Z", "2026-03-29T00:30:00.5"),
        ("2026-03-29T00:30:00.000-0130", "2026-03-29T02:00:00"),
        ("2026-03-29T00:30:00", "2026-03-29T00:30:00"),
        ("2026-03-29", "2026-03-29T00:00:00"),
        ("nonsense", None),
    ],
)
def test_dates_with_their_offset_and_fraction(value: str, digits: str | None) -> None:
    assert filter_digits(value, EPOCH, exact=True) == digits


def test_items_and_lines(running: RunningSandbox) -> None:
    for truth in running.truth("hotel")[:5]:
        lines = truth.pop("lines")
        assert ask(running, f"/orders/{truth['id']}").json() == truth
        assert ask(running, f"/orders/{truth['id']}/lines").json() == lines[:30]
        assert ask(running, f"/orders/{truth['id']}/lines", page="3").json() == []


@pytest.mark.parametrize(
    ("path", "key", "method", "status"),
    [
        ("/orders", "wrong", "GET", 403),
        ("/orders", "", "GET", 403),
        ("/orders/1", "hotel-key", "GET", 404),
        ("/orders/abc", "hotel-key", "GET", 404),
        ("/nowhere", "hotel-key", "GET", 404),
        ("/orders", "hotel-key", "POST", 405),
        ("/orders", "hotel-key", "DELETE", 405),
    ],
)
def test_refusals(running: RunningSandbox, path: str, key: str, method: str, status: int) -> None:
    response = ask(running, path, key, method)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/problem+json")


def test_an_accept_that_cannot_be_met(running: RunningSandbox) -> None:
    headers = {"x-api-key": "hotel-key", "Accept": "application/ld+json"}
    assert requests.get(f"{running.url}/orders", headers=headers, timeout=HANG_SECONDS).status_code == 406


def test_organisations_share_ids_but_nothing_else(running: RunningSandbox) -> None:
    hotel, golf = ({row["id"]: row for row in running.truth(slug)} for slug in ("hotel", "golf"))
    shared = set(hotel) & set(golf)
    assert len(shared) > 20
    assert all(hotel[glu_id]["uuid"] != golf[glu_id]["uuid"] for glu_id in shared)


def test_transactions_follow_their_orders(running: RunningSandbox) -> None:
    rows = ask(running, "/transactions", type="Refund").json()
    assert rows
    assert {row["type"] for row in rows} == {"Refund"}
    assert all(ask(running, f"/orders/{row['attachedOrder']}").status_code == 200 for row in rows)


def test_the_data_is_plausible_and_adds_up() -> None:
    rows = list(World([SandboxOrganisation("a", "A", "k", seed=3, count=1500)], epoch=EPOCH).truth("a"))
    for row in rows:
        total = row["subtotal"] - row["discountAmount"] + row["deliveryAmount"] + row["processingFee"]
        assert total == row["total"]
        assert sum(line["subtotal"] for line in row["lines"]) == row["subtotal"]
        assert all(line["subtotal"] - line["discount_amount"] == line["total"] for line in row["lines"])
        assert row["createdAt"] <= row["updatedAt"] <= "2026-11-20T12:00:00+00:00"
        assert None not in row.values()
    statuses = {row["dispatchStatus"] for row in rows}
    assert statuses == {"Outstanding", "Packed", "Dispatched", "Cancelled", "Scheduled", "Failed"}
    assert len({row["paymentStatus"] for row in rows}) >= 4
    assert max(len(row["lines"]) for row in rows) > 30
    messages = [line["personalMessage"] for row in rows for line in row["lines"]]
    assert any(message.startswith("=") for message in messages)
    assert any(not row["customerName"].isascii() for row in rows)


def test_the_same_seed_gives_the_same_world_and_a_journal_remembers(tmp_path: Path) -> None:
    def world() -> World:
        return World([HOTEL], epoch=EPOCH, state=tmp_path)

    first = world()
    assert list(first.truth("hotel")) == list(World([HOTEL], epoch=EPOCH).truth("hotel"))
    for _ in range(30):
        first.step("hotel")
    first.delete("hotel", next(iter(first.truth("hotel")))["id"])
    lived = list(first.truth("hotel"))
    first.close()
    with (tmp_path / "journal.jsonl").open("a") as journal:
        journal.write('{"slug": "hotel", "id": 4')  # killed while writing
    assert list(world().truth("hotel")) == lived


def test_controls(running: RunningSandbox) -> None:
    before = len(running.truth("golf"))
    answer = requests.post(f"{running.url}/_control/step?organisation=golf&times=20", timeout=HANG_SECONDS).json()
    assert answer["organisations"][1]["orders"] == len(running.truth("golf")) > before
    assert requests.post(f"{running.url}/_control/still", timeout=HANG_SECONDS).json()["live"] is False
    truth = requests.get(f"{running.url}/_control/truth?organisation=golf", timeout=HANG_SECONDS)
    assert len(truth.text.splitlines()) == len(running.truth("golf"))
    for state, status in (("revoked", 403), ("working", 200)):
        requests.post(f"{running.url}/_control/key?organisation=golf&state={state}", timeout=HANG_SECONDS)
        assert ask(running, "/orders", "golf-key").status_code == status
    assert requests.get(f"{running.url}/_control/still", timeout=HANG_SECONDS).status_code == 405
