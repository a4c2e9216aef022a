"""Every fault of the sandbox as a client meets it, over HTTP."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from glu_admin.sandbox.faults import Faults
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.patience import HANG_SECONDS

HOTEL = SandboxOrganisation("hotel", "Alder House", "hotel-key", seed=1, count=100)
GOLF = SandboxOrganisation("golf", "Brae Links", "golf-key", seed=2, count=100)


@pytest.fixture
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox([HOTEL, GOLF]) as sandbox:
        yield sandbox


def ask(running: RunningSandbox, path: str = "/orders", **params: str) -> requests.Response:
    return requests.get(running.url + path, params=params, headers={"x-api-key": "hotel-key"}, timeout=HANG_SECONDS)


def control(running: RunningSandbox, name: str, **params: Any) -> requests.Response:
    query = {"organisation": "hotel", **params}
    return requests.post(f"{running.url}/_control/{name}", params=query, timeout=HANG_SECONDS)


def faults(running: RunningSandbox, **values: Any) -> None:
    assert control(running, "faults", **values).status_code == 200


def whole(running: RunningSandbox, **params: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for page in range(1, 100):
        found = ask(running, page=str(page), **params).json()
        rows += found
        if not found:
            break
    return rows


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def orders_of(running: RunningSandbox) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in running.truth("hotel")}


def test_latency(running: RunningSandbox) -> None:
    faults(running, latency_ms=120)
    began = time.monotonic()
    assert ask(running).status_code == 200
    assert time.monotonic() - began >= 0.12


def test_revoked(running: RunningSandbox) -> None:
    faults(running, revoked=1)
    assert ask(running).status_code == 403
    faults(running, revoked=0)
    assert ask(running).status_code == 200


def test_a_rate_limit_has_a_burst_of_a_second_and_refills(
    running: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr("glu_admin.sandbox.mishaps.monotonic", lambda: moment)
    faults(running, rate_limit=20)
    statuses = [ask(running, "/organisation").status_code for _ in range(40)]
    assert statuses == [200] * 20 + [429] * 20
    moment += 0.25  # five requests
    assert [ask(running).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert control(running, "still").json()["organisations"][0]["mishaps"]["rate_limit"] == 22


def test_retry_after_is_said_in_three_ways(running: RunningSandbox) -> None:
    faults(running, rate_limit=0.001, retry_after_seconds=700)
    ask(running)
    refused = ask(running)
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)
    faults(running, rate_limit_retry_after="seconds")
    assert ask(running).headers["Retry-After"] == "700"
    faults(running, rate_limit_retry_after="date")
    wait = parsedate_to_datetime(ask(running).headers["Retry-After"]) - datetime.now(UTC)
    assert timedelta(seconds=700 - HANG_SECONDS) < wait <= timedelta(seconds=701)


def test_errors_are_problems_or_pages(running: RunningSandbox) -> None:
    faults(running, error_rate=1)
    answers = [ask(running) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {500, 502, 503}
    kinds = {answer.headers["Content-Type"].split(";")[0] for answer in answers}
    assert kinds == {"application/problem+json", "text/html"}


def test_connections_are_reset(running: RunningSandbox) -> None:
    faults(running, reset_rate=1)
    with pytest.raises(requests.ConnectionError):
        ask(running)


def test_bodies_are_truncated_in_two_ways(running: RunningSandbox) -> None:
    faults(running, truncated_rate=1)
    met = set()
    for _ in range(20):
        try:
            ask(running).json()
        except (requests.JSONDecodeError, requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as error:
            met.add(type(error))
    assert len(met) == 2
    assert requests.JSONDecodeError in met


def test_bodies_trickle(running: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, slept = threading.Event(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 1:
            begun.wait(HANG_SECONDS)

    monkeypatch.setattr("glu_admin.sandbox.mishaps.sleep", sleep)
    faults(running, slow_body_ms=200)
    headers = {"x-api-key": "hotel-key"}
    answer = requests.get(f"{running.url}/orders", headers=headers, timeout=HANG_SECONDS, stream=True)
    begun.set()  # the answer begins before its body is whole
    assert len(answer.json()) == 30
    assert sum(slept) == pytest.approx(0.2)


def test_headers_trickle(running: RunningSandbox) -> None:
    faults(running, slow_headers_ms=200)
    began = time.monotonic()
    headers = {"x-api-key": "hotel-key"}
    with requests.get(f"{running.url}/orders", headers=headers, timeout=HANG_SECONDS, stream=True) as answer:
        assert time.monotonic() - began >= 0.2
        assert answer.headers["Content-Type"].startswith("application/json")
        assert len(answer.json()) == 30


def test_bodies_of_another_shape_with_status_200(running: RunningSandbox) -> None:
    faults(running, wrong_body_rate=1)
    order = orders_of(running).popitem()[0]
    lists = [ask(running).json() for _ in range(10)]
    items = [ask(running, f"/orders/{order}").json() for _ in range(10)]
    assert {type(body) for body in lists} == {type(None), dict}
    assert {type(body) for body in items} == {type(None), list}


def test_lists_from_a_cache_are_old_and_say_so(running: RunningSandbox) -> None:
    new = running.world.plant("hotel", "unknown", days=0)[0]
    faults(running, age_s=900)
    answer = ask(running)
    assert answer.headers["Age"] == "900"
    assert new not in ids(answer.json())
    assert ask(running, "/transactions").headers["Age"] == "900"
    assert ask(running, f"/orders/{new}").json()["id"] == new


def test_the_page_asked_for_is_ignored(running: RunningSandbox) -> None:
    faults(running, ignore_page=1, page_size=2)
    order = next(row for row in running.truth("hotel") if row["lines"])
    for path in ("/orders", "/transactions", f"/orders/{order['id']}/lines"):
        assert ask(running, path, page="7").json() == ask(running, path).json() != []


def test_lines_come_empty(running: RunningSandbox) -> None:
    order = next(row["id"] for row in running.truth("hotel") if row["lines"])
    faults(running, lines_empty_rate=1)
    assert ask(running, f"/orders/{order}/lines").json() == []
    assert ask(running, f"/orders/{order}").json()["id"] == order


def test_html_with_status_200(running: RunningSandbox) -> None:
    faults(running, html_rate=1)
    answer = ask(running)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_clock_skew(running: RunningSandbox) -> None:
    faults(running, clock_skew_s=-86400)
    off = parsedate_to_datetime(ask(running).headers["Date"]) - datetime.now(UTC)
    assert abs(off + timedelta(days=1)) < timedelta(seconds=HANG_SECONDS)


def test_page_size(running: RunningSandbox) -> None:
    faults(running, page_size=7)
    assert len(ask(running).json()) == 7
    assert ids(whole(running)) == ids(running.truth("hotel"))


def test_short_pages_lack_their_end_only(running: RunningSandbox) -> None:
    truth = ids(running.truth("hotel"))
    faults(running, short_page_rate=1)
    rows = ask(running).json()
    assert 27 <= len(rows) < 30
    assert ids(rows) == truth[: len(rows)]
    following = ask(running, **{"createdAt[before]": rows[-1]["createdAt"]}).json()
    assert truth[len(rows)] in ids(following)
    bound = running.truth("hotel")[-5]["createdAt"]
    assert len(ask(running, **{"createdAt[before]": bound}).json()) >= 5  # nothing follows: nothing is cut


def test_a_crowd_whose_equals_are_shuffled(running: RunningSandbox) -> None:
    control(running, "crowd", count=40)
    crowd = [row for row in running.truth("hotel") if row["id"] > max(ids(running.truth("hotel"))) - 100]
    second = max({row["createdAt"] for row in crowd}, key=[row["createdAt"] for row in crowd].count)
    tied = [row for row in crowd if row["createdAt"] == second]
    assert len(tied) == 40
    assert len({row["updatedAt"] for row in tied}) > 10
    bounds = {"createdAt[before]": second, "createdAt[after]": second}
    assert ids(whole(running, **bounds)) == ids(whole(running, **bounds))
    faults(running, shuffle_ties=1)
    first, again = ask(running, **bounds).json(), ask(running, **bounds).json()
    assert ids(first) != ids(again)
    assert set(ids(first)) <= set(ids(tied))
    created = [row["createdAt"] for row in whole(running)]
    assert created == sorted(created, reverse=True)


def test_churn_inserts_updates_deletes_and_changes_lines(running: RunningSandbox) -> None:
    before = orders_of(running)
    faults(running, churn_rate=1, churn_deletes=1, churn_lines=1)
    for _ in range(150):
        ask(running, "/organisation")
    after = orders_of(running)
    assert after.keys() - before.keys()
    assert before.keys() - after.keys()
    kept = [(before[glu_id], after[glu_id]) for glu_id in before.keys() & after.keys()]
    assert any(old["updatedAt"] < new["updatedAt"] for old, new in kept)
    headers = [({**old, "lines": 0}, {**new, "lines": 0}, old["lines"] == new["lines"]) for old, new in kept]
    assert any(old == new and not same_lines for old, new, same_lines in headers)


def test_churn_stays_within_what_is_allowed_and_stops_when_still(running: RunningSandbox) -> None:
    before = orders_of(running)
    faults(running, churn_rate=1)
    for _ in range(60):
        ask(running, "/organisation")
    after = orders_of(running)
    assert before.keys() <= after.keys()
    control(running, "still")
    ask(running)
    assert orders_of(running) == after


def test_late_commits_are_stamped_now_and_seen_later(running: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.time()
    monkeypatch.setattr(running.world.shops["hotel"], "clock", lambda: moment)
    faults(running, late_commit_s=60)
    seen = ids(whole(running))
    control(running, "insert")
    new = next(row for row in running.truth("hotel") if row["id"] not in seen)
    assert ask(running, f"/orders/{new['id']}").status_code == 404
    assert ids(ask(running).json()) == seen[:30]
    moment += 61
    assert new["id"] in ids(ask(running).json())


def test_a_late_update_shows_the_old_state_until_life_is_stilled(running: RunningSandbox) -> None:
    before = orders_of(running)
    faults(running, late_commit_s=60)
    control(running, "step", times=40)
    truth = orders_of(running)
    changed = next(row for glu_id, row in truth.items() if glu_id in before and row != before[glu_id])
    since = {"updatedAt[after]": changed["updatedAt"]}
    assert ids(whole(running)) == list(before)
    assert changed["id"] not in ids(whole(running, **since))
    assert ask(running, f"/orders/{changed['id']}").json() == {
        k: v for k, v in before[changed["id"]].items() if k != "lines"
    }
    control(running, "still")
    assert ids(whole(running)) == list(truth)
    assert changed["id"] in ids(whole(running, **since))


def test_planted_rows(running: RunningSandbox) -> None:
    known = set(orders_of(running))
    now = datetime.now(UTC)
    rows = {}
    for kind in ("backdated", "future", "null_updated", "unknown"):
        assert control(running, "plant", kind=kind, days=3).status_code == 200
        (glu_id,) = set(orders_of(running)) - known
        known.add(glu_id)
        rows[kind] = ask(running, f"/orders/{glu_id}").json()
    for kind, days in (("backdated", -3), ("future", 3)):
        for name in ("createdAt", "updatedAt"):
            off = datetime.fromisoformat(rows[kind][name]) - now - timedelta(days=days)
            assert abs(off) < timedelta(seconds=HANG_SECONDS)
    assert "updatedAt" not in rows["null_updated"]
    assert rows["unknown"]["dispatchStatus"] not in {row["dispatchStatus"] for row in list(rows.values())[:3]}
    assert "storeReference" in rows["unknown"]


def test_filters_ignored(running: RunningSandbox) -> None:
    bound = {"createdAt[before]": running.truth("hotel")[50]["createdAt"]}
    faults(running, ignore_filters_rate=1)
    assert ask(running, **bound).json() == ask(running).json()


@pytest.mark.parametrize("operator", ["before", "after"])
def test_exclusive_bounds(running: RunningSandbox, operator: str) -> None:
    row = running.truth("hotel")[40]
    bound = row["createdAt"]
    assert row["id"] in ids(whole(running, **{f"createdAt[{operator}]": bound}))
    faults(running, exclusive_bounds=1)
    strict = whole(running, **{f"createdAt[strictly_{operator}]": bound})
    assert whole(running, **{f"createdAt[{operator}]": bound}) == strict
    assert row["id"] not in ids(strict)


def test_wrong_order(running: RunningSandbox) -> None:
    faults(running, wrong_order_rate=1)
    assert ids(whole(running)) == ids(running.truth("hotel"))[::-1]


def test_a_lagging_replica_answers_with_the_past(running: RunningSandbox) -> None:
    before = orders_of(running)
    gone = next(iter(before))
    control(running, "step", times=30)
    running.world.delete("hotel", gone)
    faults(running, stale_rate=1, stale_s=60)
    assert whole(running) == [{k: v for k, v in row.items() if k != "lines"} for row in before.values()]
    assert ask(running, f"/orders/{gone}").status_code == 200
    faults(running, stale_rate=0)
    assert ids(whole(running)) == list(orders_of(running))
    assert ask(running, f"/orders/{gone}").status_code == 404


def test_a_swapped_key(running: RunningSandbox) -> None:
    faults(running, swapped="golf")
    assert ask(running, "/organisation").json()["name"] == "Brae Links"
    assert {row["uuid"] for row in ask(running).json()} <= {row["uuid"] for row in running.truth("golf")}
    faults(running, swapped="")
    assert ask(running, "/organisation").json()["name"] == "Alder House"


def test_no_organisation(running: RunningSandbox) -> None:
    faults(running, no_organisation=1)
    assert ask(running, "/organisation").status_code == 404
    assert ask(running).status_code == 200


def test_orders_vanish_and_come_back(running: RunningSandbox) -> None:
    everything = ids(running.truth("hotel"))
    faults(running, vanish=0.333)
    left = ids(whole(running))
    assert 50 < len(left) < 85
    assert left == ids(whole(running)) == ids(running.truth("hotel"))
    (hidden, *_) = set(everything) - set(left)
    assert ask(running, f"/orders/{hidden}").status_code == ask(running, f"/orders/{hidden}/lines").status_code == 404
    faults(running, vanish=0)
    assert ids(whole(running)) == everything


@pytest.mark.parametrize(
    ("style", "contact"),
    [("ids", "{}"), ("iris", "/contacts/{}"), ("urls", "https://api.glu.io/contacts/{}"), ("objects", "{{'id': {}}}")],
)
def test_relations(running: RunningSandbox, style: str, contact: str) -> None:
    number = running.truth("hotel")[0]["billingContact"]
    faults(running, relations=style)
    row = ask(running).json()[0]
    assert str(row["billingContact"]) == contact.format(number)
    lines = ask(running, f"/orders/{row['id']}/lines").json()
    assert str(lines[0]["attachedOrder"]) == contact.format(row["id"]).replace("contacts", "orders")
    assert running.truth("hotel")[0] == {**row, "lines": lines}


def test_unknown_fields_and_statuses(running: RunningSandbox) -> None:
    fields, statuses = set(ask(running).json()[0]), {row["dispatchStatus"] for row in whole(running)}
    faults(running, unknown_fields=1, unknown_statuses=1)
    rows = whole(running)
    assert "storeReference" in set(rows[0]) - fields
    assert {row["dispatchStatus"] for row in rows} - statuses == {"Awaiting Courier"}
    assert "Under Review" in {row["paymentStatus"] for row in rows}
    assert rows == [{k: v for k, v in row.items() if k != "lines"} for row in running.truth("hotel")]


@pytest.mark.parametrize("fault", ["lines_broken", "lines_error_rate"])
def test_lines_fail_alone(running: RunningSandbox, fault: str) -> None:
    faults(running, **{fault: 1})
    glu_id = ask(running).json()[0]["id"]
    assert ask(running, f"/orders/{glu_id}/lines").status_code == 500
    assert ask(running, f"/orders/{glu_id}").status_code == 200


def test_a_schedule_is_repeated_from_its_seed(running: RunningSandbox) -> None:
    def schedule(seed: int) -> list[int]:
        faults(running, seed=seed, error_rate=0.5)
        return [ask(running, "/organisation").status_code for _ in range(40)]

    assert schedule(7) == schedule(7) != schedule(8)
    running.world.shops["hotel"].faults = Faults(seed=7, error_rate=0.5)
    again = [ask(running, "/organisation").status_code for _ in range(40)]
    assert again == schedule(7)
    assert 5 < again.count(200) < 35


def test_extras_are_heeded_only_when_switched_on(running: RunningSandbox) -> None:
    newest = ids(ask(running).json())
    linked = {"x-api-key": "hotel-key", "Accept": "application/ld+json"}
    for on in (False, True):
        faults(running, extras=int(on))
        assert ids(ask(running, itemsPerPage="2").json()) == (newest[:2] if on else newest)
        assert len(ask(running, pagination="false").json()) == (100 if on else 30)
        oldest_first = ids(ask(running, **{"order[createdAt]": "asc"}).json())
        assert (oldest_first == newest) is not on
        told = requests.get(f"{running.url}/orders?page=2", headers=linked, timeout=HANG_SECONDS)
        assert told.status_code == (200 if on else 406)
    assert told.headers["Content-Type"] == "application/ld+json; charset=utf-8"
    assert told.json()["totalItems"] == 100
    assert ids(told.json()["member"]) == ids(ask(running, page="2").json())


def test_bounds_by_instant_and_dates_refused(running: RunningSandbox) -> None:
    row = running.truth("hotel")[10]
    moment = datetime.fromisoformat(row["createdAt"])
    east = (moment + timedelta(hours=2)).replace(tzinfo=None).isoformat() + "+02:00"
    window = {"createdAt[after]": east, "createdAt[before]": east}
    assert row["id"] not in ids(ask(running, **window).json())
    assert ask(running, **{"createdAt[after]": "nonsense"}).status_code == 200
    faults(running, honour_offsets=1, bad_dates_400=1)
    assert row["id"] in ids(ask(running, **window).json())
    assert ask(running, **{"createdAt[after]": "nonsense"}).status_code == 400


def test_nulls_and_headers_that_tell(running: RunningSandbox) -> None:
    plain = ask(running)
    faults(running, nulls_shown=1, rate_headers=1)
    told = ask(running)
    assert None not in plain.json()[0].values()
    assert told.json()[0]["deliveryContactAddress"] is None
    assert {name: value for name, value in told.json()[0].items() if value is not None} == plain.json()[0]
    for name in ("ETag", "Age", "X-RateLimit-Limit"):
        assert name in told.headers
        assert name not in plain.headers


def test_calm_ends_accidents_and_keeps_payloads(running: RunningSandbox) -> None:
    faults(running, error_rate=1, revoked=1, vanish=0.5, relations="iris", page_size=9)
    control(running, "calm")
    left = running.world.shops["hotel"].faults
    assert left == Faults(vanish=0.5, relations="iris", page_size=9)
    control(running, "calm", everything=1)
    assert left == Faults()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("faults", {"eror_rate": "1"}),
        ("faults", {"error_rate": "2"}),
        ("faults", {"error_rate": "often"}),
        ("faults", {"latency_ms": "-1"}),
        ("faults", {"latency_ms": "nan"}),
        ("faults", {"latency_ms": "inf"}),
        ("faults", {"page_size": "0"}),
        ("faults", {"page_size": "1.5"}),
        ("faults", {"revoked": "perhaps"}),
        ("faults", {"relations": "hrefs"}),
        ("faults", {"swapped": "nobody"}),
        ("faults", {"html_rate": "1", "relations": "hrefs"}),
        ("plant", {"kind": "weed"}),
        ("change", {"kind": "insert"}),
        ("step", {"times": "x"}),
        ("crowd", {"count": "-3"}),
    ],
)
def test_bad_names_and_values_are_refused_in_words(running: RunningSandbox, name: str, params: dict[str, str]) -> None:
    answer = control(running, name, **params)
    assert answer.status_code == 400
    assert list(params)[-1] in answer.json()["detail"]
    assert running.world.shops["hotel"].faults == Faults()


def test_an_index_answers_as_a_search_does(running: RunningSandbox) -> None:
    """Few recent updates are found by index, many by reading; after changes and deletions too."""
    control(running, "step", times=25)
    running.world.delete("hotel", running.truth("hotel")[3]["id"])
    truth = running.truth("hotel")
    for position in (2, 10, 40, 90):
        bound = sorted((row["updatedAt"] for row in truth), reverse=True)[position]
        wanted = [row["id"] for row in truth if row["updatedAt"] >= bound]
        assert ids(whole(running, **{"updatedAt[after]": bound})) == wanted
