"""First contact: the probe sees every way in which Glu may behave, keeps nothing of anybody, and only ever reads."""

import io
import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

from glu_admin.glu.client import GluClient, Reply
from glu_admin.glu.errors import GluError, Unreachable
from glu_admin.keys.lifecycle import set_key
from glu_admin.sandbox.server import RunningSandbox
from orders.models import Finding, Mark, MirrorState
from orders.probe.run import QUESTIONS, probe
from orders.probe.words import counted
from orders.proof.report import mirror_report
from orders.proof.trouble import needs_a_person
from tests.conftest import HOTEL_KEY, accepted_key

Look = Callable[..., Reply]
MIRROR = "/o/alder-house/mirror/"


def run(*arguments: str) -> str:
    told = io.StringIO()
    call_command("glu_probe", "alder-house", *arguments, stdout=told, stderr=io.StringIO())
    return told.getvalue()


def found() -> dict[str, Finding]:
    """What the command finds, by what was asked."""
    return {finding["what"]: Finding(**finding) for finding in json.loads(run("--json"))}


@pytest.fixture
def glu(house: Any, sandbox: RunningSandbox) -> Any:
    """The faults of the sandbox's hotel, whose key Alder House uses."""
    accepted_key(house.hotel, HOTEL_KEY)
    return sandbox.world.shops["hotel"].faults


@pytest.fixture
def bend(glu: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Reply]], None]:
    """Have another function answer instead of Glu; it is given what would have answered."""
    straight = GluClient.get_reply

    def bent(by: Callable[..., Reply]) -> None:
        def get_reply(self: GluClient, path: str, params: Any = (), **options: Any) -> Reply:
            return by(lambda path, params, **more: straight(self, path, params, **more), path, params, **options)

        monkeypatch.setattr(GluClient, "get_reply", get_reply)

    return bent


def test_a_glu_as_it_is_assumed_to_be(house: Any, glu: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    methods: list[str | None] = []
    straight = HTTPAdapter.send

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        methods.append(request.method)
        return straight(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    findings = found()
    assert {finding.what for finding in findings.values() if finding.mark == Mark.DIFFERS} == set()
    unknown = {finding.what for finding in findings.values() if finding.mark == Mark.NOT_KNOWN}
    assert unknown <= {"Lines a page", "Retry-After", "Orders of the same second"}
    assert set(methods) == {"GET"}
    assert len(findings) == len(QUESTIONS)
    assert house.hotel.probes.get().read() == list(findings.values())
    assert house.golf.probes.count() == 0


SEEN: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"exclusive_bounds": True}, {"[after] an order’s own second": "left out", "[before] its own second": "left out"}),
    (
        {"honour_offsets": True},
        {
            "The same instant in another offset": "the offset is heeded",
            "Half a second after an order": "the fraction is heeded",
        },
    ),
    ({"bad_dates_400": True}, {"A date that is none": "refused (400)"}),
    ({"page_size": 7}, {"Orders a page": "7 on page 1, 7 on page 2"}),
    ({"page_size": 2}, {"Lines a page": "2"}),
    (
        {"extras": True},
        {
            "itemsPerPage=1": "heeded",
            "pagination=false": "heeded",
            "order[createdAt]=asc": "heeded",
            "Total by application/ld+json": "130 orders; 0 here, still being copied",
        },
    ),
    (
        {"rate_headers": True},
        {
            "ETag": "sent",
            "Cache-Control": "private, max-age=0",
            "Age": "12",
            "Rate limit": "X-Ratelimit-Limit 600, X-Ratelimit-Remaining 599",
        },
    ),
    ({"clock_skew_s": -7200}, {"Glu’s clock": "behind"}),
    ({"relations": "iris"}, {"Relations": "IRIs"}),
    ({"relations": "urls"}, {"Relations": "addresses"}),
    ({"relations": "objects"}, {"Relations": "objects"}),
    ({"nulls_shown": True}, {"Empty fields": "sent as null"}),
    ({"unknown_fields": True}, {"Fields that are not documented": "storeReference 50"}),
    ({"unknown_statuses": True}, {"dispatchStatus": "Awaiting Courier"}),
    ({"no_organisation": True}, {"Organisation id": "not told (404)"}),
    (
        {"ignore_filters_rate": 1},
        {
            "Orders before 1990": "30 orders",
            "The mirror’s own window around an order": "the filter is ignored",
            "updatedAt[after] the last change": "the filter is ignored",
            "[strictly_before] its own second": "the filter is ignored",
            "The same instant in another offset": "the filter is ignored",
        },
    ),
    ({"wrong_order_rate": 1}, {"Newest first": "no"}),
]


@pytest.mark.parametrize(("faults", "seen"), SEEN, ids=[str(case[0]) for case in SEEN])
def test_it_sees_what_differs(glu: Any, faults: dict[str, Any], seen: dict[str, str]) -> None:
    for name, value in faults.items():
        setattr(glu, name, value)
    findings = found()
    for what, words in seen.items():
        assert words in findings[what].found
        assert findings[what].mark == Mark.DIFFERS


def test_what_it_relies_on_is_told_apart_from_what_it_can_live_with(house: Any, glu: Any) -> None:
    glu.exclusive_bounds, glu.relations, glu.page_size = True, "iris", 10
    assert not [finding for finding in found().values() if finding.breaks]
    glu.ignore_filters_rate = 1
    told = run()
    assert "differs, and the mirror relies on it" in told
    assert max(map(len, told.splitlines())) <= 80
    a_finding = r"\n  Orders before 1990\n    found     10 orders\n    assumed   .+\n    is it so  differs, and"
    assert re.search(a_finding, told)
    wanting = needs_a_person(mirror_report(house.hotel))
    assert [
        finding for finding in wanting if finding.what.startswith("The probe found “Orders before 1990”: 10 orders. ")
    ]
    with pytest.raises(CommandError, match="Orders before 1990"):
        call_command("mirror_status", "alder-house", stdout=io.StringIO())
    glu.ignore_filters_rate = 0
    run()
    assert needs_a_person(mirror_report(house.hotel)) == []


@pytest.mark.parametrize(("shuffled", "words"), [(True, "another order on each request"), (False, "the same order")])
def test_the_order_among_equals(glu: Any, sandbox: RunningSandbox, shuffled: bool, words: str) -> None:
    sandbox.world.crowd("hotel", 12, ago=60)
    glu.shuffle_ties = shuffled
    finding = found()["Orders of the same second"]
    assert words in finding.found
    assert finding.mark == Mark.AS_ASSUMED


@pytest.mark.parametrize(
    ("changed", "what", "words"),
    [
        ({"total": 1}, "What makes the total", "so in 49 of 50 orders"),
        ({"subtotal": 7}, "What lines add up to", "subtotals to subtotal 7"),
        ({"total": "12.50", "processingFee": 1.5}, "Amounts", "other than whole: processingFee 1, total 1"),
        ({"updatedAt": None}, "Orders with updatedAt", "49 of 50"),
        ({"createdAt": "2026-11-05T10:20:30.123+01:00"}, "Form of dates", "fractions, +00:00, +01:00"),
        ({"dispatchStatus": None}, "dispatchStatus", "nothing 1"),
        ({"lines": "turned"}, "Order of lines", "orders"),
        ({"createdAt": "soon"}, "Orders with id and createdAt", "49 of 50"),
    ],
)
def test_what_stands_in_orders(
    glu: Any, sandbox: RunningSandbox, changed: dict[str, Any], what: str, words: str
) -> None:
    newest = next(row for row in sandbox.truth("hotel") if len(row["lines"]) > 1)
    lines = newest.pop("lines")
    if changed.pop("lines", None):
        lines.reverse()
    sandbox.world.put("hotel", {**newest, **changed}, lines, listed_at=now())
    finding = found()[what]
    assert words in finding.found
    assert finding.mark == Mark.DIFFERS


def answered(status: int, data: Any = None) -> Reply:
    return Reply(status, {}, data)


def strictly_before_includes(straight: Look, path: str, params: Any, **options: Any) -> Reply:
    return straight(path, [(name.replace("strictly_before", "before"), value) for name, value in params], **options)


BENT: list[tuple[Look, str, str, bool]] = [
    (strictly_before_includes, "[strictly_before] its own second", "returned", True),
    (
        lambda go, path, params, **o: answered(404) if ("page", "1000000") in params else go(path, params, **o),
        "Page 1,000,000",
        "answered 404",
        True,
    ),
    (
        lambda go, path, params, **o: answered(404) if ("page", "1000") in params else go(path, params, **o),
        "Page 1,000 of an order’s lines",
        "answered 404",
        True,
    ),
    (
        lambda go, path, params, **o: answered(200, []) if o.get("key") else go(path, params, **o),
        "A wrong key",
        "200, no content type",
        True,
    ),
    (
        lambda go, path, params, **o: answered(403) if path == "/orders/999999999999" else go(path, params, **o),
        "An order that is not there",
        "403, no content type",
        True,
    ),
    (
        lambda go, path, params, **o: answered(403) if path == "/transactions" else go(path, params, **o),
        "Transactions",
        "not readable (403)",
        False,
    ),
    (
        lambda go, path, params, **o: answered(200, []) if ("page", "0") in params else go(path, params, **o),
        "Page 0",
        "200",
        False,
    ),
    (
        lambda go, path, params, **o: answered(422) if ("glu_admin_probe", "1") in params else go(path, params, **o),
        "A parameter that Glu does not know",
        "answered 422",
        False,
    ),
]


@pytest.mark.parametrize(("by", "what", "words", "breaks"), BENT, ids=[case[1] for case in BENT])
def test_it_sees_what_the_sandbox_never_does(bend: Any, by: Look, what: str, words: str, breaks: bool) -> None:
    bend(by)
    finding = found()[what]
    assert (finding.found, finding.mark, finding.breaks) == (words, Mark.DIFFERS, breaks)
    assert finding.means or not breaks


def test_the_total_is_compared_with_what_is_here(house: Any, glu: Any) -> None:
    glu.extras = True
    MirrorState.across_organisations.create(organisation=house.hotel, history_complete_at=now())
    assert found()["Total by application/ld+json"].found == "130 orders; 0 here, which differs"


def test_another_organisation_than_the_pinned_one(house: Any, glu: Any) -> None:
    state = MirrorState.across_organisations.create(organisation=house.hotel, glu_organisation_id="5")
    assert found()["Organisation id"].mark == Mark.AS_ASSUMED
    state.glu_organisation_id = "6"
    state.save()
    assert found()["Organisation id"].found == "5, not the pinned one"


LATER = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("says", "words", "mark"),
    [("7", "1 in seconds", Mark.AS_ASSUMED), (LATER, "1 as a date", Mark.AS_ASSUMED), ("", "none", Mark.DIFFERS)],
)
def test_a_429_is_waited_out_and_told(bend: Any, says: str, words: str, mark: Mark) -> None:
    asked: list[str] = []

    def by(straight: Look, path: str, params: Any, **options: Any) -> Reply:
        asked.append(path)
        if asked.count("/transactions") == 1 and path == "/transactions":
            return Reply(429, {"Retry-After": says} if says else {}, None)
        return straight(path, params, **options)

    bend(by)
    findings = found()
    assert findings["Retry-After"].found.startswith("429 met 1 time, ")
    assert words in findings["Retry-After"].found
    assert findings["Retry-After"].mark == mark
    assert findings["Transactions"].mark == Mark.AS_ASSUMED


def test_it_slows_down_when_told(glu: Any, sandbox: RunningSandbox) -> None:
    glu.rate_limit, glu.rate_limit_retry_after = 15, "seconds"
    findings = found()
    assert findings["A wrong key"].mark == Mark.AS_ASSUMED
    assert ("429 met" in findings["Retry-After"].found) is (sandbox.world.shops["hotel"].mishaps["rate_limit"] > 0)


def test_one_question_that_fails_ends_nothing(glu: Any) -> None:
    glu.lines_broken = True
    findings = found()
    assert findings["Order of lines"].found == "Glu answered with an error of its own (500)."
    assert findings["Page 1,000 of an order’s lines"].mark == Mark.NOT_KNOWN
    assert findings["A wrong key"].mark == Mark.AS_ASSUMED


def test_without_orders_little_is_known(glu: Any) -> None:
    glu.vanish = 1
    findings = found()
    assert findings["What makes the total"].mark == Mark.NOT_KNOWN
    assert not [finding for finding in findings.values() if finding.breaks]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("refused", "Glu refused the key"),
        ("away", "could not be reached"),
        ("html", "not a list"),
        ("paused", "paused"),
        ("nobody", "no Glu key"),
    ],
)
def test_without_an_answer_there_is_no_report(house: Any, glu: Any, settings: Any, spoil: str, words: str) -> None:
    glu.revoked, glu.html_rate = spoil == "refused", float(spoil == "html")
    if spoil == "away":
        settings.GLU_API_URL = "http://127.0.0.1:9"
    if spoil == "paused":
        house.hotel.glu_keys.update(paused_at=now())
    if spoil == "nobody":
        house.hotel.glu_keys.all().delete()
    with pytest.raises(CommandError, match=words) as error:
        run()
    assert HOTEL_KEY not in str(error.value)
    assert house.hotel.probes.count() == 0
    with pytest.raises(CommandError, match="no organisation"):
        call_command("glu_probe", "nowhere")


@pytest.mark.parametrize(("status", "words"), [(401, "Glu refused the key"), (0, "could not be reached")])
def test_it_ends_when_glu_no_longer_answers(house: Any, bend: Any, status: int, words: str) -> None:
    asked = []

    def by(straight: Look, path: str, params: Any, **options: Any) -> Reply:
        asked.append(path)
        if len(asked) <= 12:
            return straight(path, params, **options)
        if not status:
            raise Unreachable("Glu could not be reached.")
        return answered(status)

    bend(by)
    with pytest.raises(CommandError, match=words):
        run()
    assert len(asked) < 20
    assert house.hotel.probes.count() == 0


def test_a_new_key_is_tried_first(house: Any, sandbox: RunningSandbox) -> None:
    set_key(house.hotel, HOTEL_KEY, None)
    assert "as assumed" in run()


def test_nothing_of_anybody_is_kept(house: Any, glu: Any, sandbox: RunningSandbox) -> None:
    glu.relations, glu.nulls_shown = "iris", True
    told = run() + run("--json") + "".join(report.findings for report in house.hotel.probes.all())
    assert HOTEL_KEY not in told
    for row in sandbox.truth("hotel")[:60]:
        private = [
            value for name, value in row.items() if isinstance(value, str) and len(value) > 4 and _personal(name)
        ]
        assert not [value for value in private if value in told]
        assert str(row["billingContact"]) not in told


def test_what_is_no_vocabulary_is_told_by_its_kind_alone(glu: Any, sandbox: RunningSandbox) -> None:
    newest, second = sandbox.truth("hotel")[:2]
    odd = {"channel": "rosa@mail.example", "gateway": {"rosa": 1}, "type": "07700 900123", "rosa@mail.example": 1}
    sandbox.world.put("hotel", {**newest, **odd}, newest.pop("lines"))
    sandbox.world.put("hotel", {**second, "paymentMethod": "Card 4929123"}, second.pop("lines"))
    findings = found()
    assert not [
        finding for finding in findings.values() if any(word in finding.found for word in ("rosa", "900123", "4929"))
    ]
    assert "a text 1" in findings["channel"].found
    assert "an object 1" in findings["gateway"].found
    assert "an odd name 1" in findings["Fields that are not documented"].found


def test_so_many_words_are_no_vocabulary() -> None:
    assert counted(f"Reason {letter}" for letter in "abcdefghijklm") == "13 different values"
    assert counted(["Paid", "Paid", None, "", 7]) == "Paid 2, nothing 2, 7 1"


def _personal(name: str) -> bool:
    return name.endswith(("Name", "Address", "Postcode", "Line1", "phoneNumber")) and name != "deliveryMethodName"


def test_the_page_tells_what_was_found(house: Any, glu: Any, viewer_client: Client) -> None:
    assert "manage.py glu_probe alder-house" in viewer_client.get(MIRROR).content.decode()
    glu.exclusive_bounds = True
    run()
    page = viewer_client.get(MIRROR).content.decode()
    assert "manage.py glu_probe" not in page
    assert "[after] an order’s own second" in page
    assert "The mirror asks one second wider" in page
    assert "Needs a person" not in page
    glu.ignore_filters_rate = 1
    run()
    page = viewer_client.get(MIRROR).content.decode()
    assert "Needs a person" in page
    assert "nothing could ever be proven complete" in page


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STAMPS = st.sampled_from(
    ["2026-03-01T10:20:30+00:00", "2026-03-01T10:20:31.5Z", "9999-12-31T23:59:59+00:00", "soon", 5]
)
ORDERS = st.fixed_dictionaries(
    {"id": st.integers(0, 99) | JSON, "createdAt": STAMPS},
    optional=dict.fromkeys(("updatedAt", "subtotal", "total", "discountAmount", "dispatchStatus", "type"), JSON),
)
REPLIES = st.builds(
    Reply,
    st.sampled_from([200, 200, 200, 200, 400, 404, 500]),
    st.dictionaries(st.sampled_from(["Date", "Age", "X-Rate-Limit", "Content-Type"]), st.text(max_size=8)),
    st.lists(ORDERS, max_size=4) | JSON,
)


@settings(max_examples=25)
@given(first=st.lists(ORDERS, max_size=4), replies=st.lists(REPLIES, min_size=1, max_size=7))
def test_whatever_is_answered_it_comes_to_its_end(first: list[Any], replies: list[Reply]) -> None:
    asked: list[str] = []

    def get_reply(path: str, params: Any, **_: Any) -> Reply:
        asked.append(path)
        return Reply(200, {}, first) if len(asked) == 1 else replies[len(asked) % len(replies)]

    organisation: Any = SimpleNamespace(
        orders=SimpleNamespace(filter=lambda **_: SimpleNamespace(count=lambda: 0)), mirror_state=None
    )
    client: Any = SimpleNamespace(get_reply=get_reply)
    try:
        findings = probe(organisation, client)
    except GluError:
        pytest.fail("only a refusal or a Glu that is away ends it")
    assert [finding.what for finding in findings] == [question.what for question in QUESTIONS]
    # What could not be read is asked for again by each question that needs it: ten pages and what is its own.
    assert len(asked) < 15 * len(QUESTIONS)
    json.dumps([finding.found for finding in findings])
