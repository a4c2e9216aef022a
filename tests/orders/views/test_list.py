"""The order list: one answer for page and fragment, and every state says what it is."""

import gzip
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from orders.desk.marks import set_marks, undo_batch
from orders.models import MirrorState, OrderMark
from orders.search.query import write_cursor
from tests.conftest import HOTEL_KEY, PASSWORD, accepted_key
from tests.orders.builders import EPOCH, moved, order, put, write

LIST = "/o/alder-house/orders/"


def ids(response: Any) -> list[int]:
    return [int(number) for number in re.findall(r'id="o(\d+)"', response.content.decode())]


@pytest.mark.parametrize("query", ["", "?dispatch=Dispatched&sort=total", "?q=gift", "?created=2026-01-01.."])
def test_page_and_fragment_are_one_answer(filled: Any, viewer_client: Client, query: str) -> None:
    page = viewer_client.get(LIST + query)
    fragment = viewer_client.get(LIST + query, headers={"HX-Request": "true"})
    assert ids(page) == ids(fragment)
    assert len(ids(page)) > 0
    for response in (page, fragment):
        assert response.text.lstrip().lower().startswith("<!doctype html>")
        assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("query", ["", "payment=Paid&size=100", "created=2026-01-01..", "q=gift", "created=never"])
def test_a_swap_brings_the_list_without_its_frame(filled: Any, viewer_client: Client, query: str) -> None:
    accepted_key(filled.hotel, HOTEL_KEY)
    address, swap = f"{LIST}?{query}", {"HX-Request": "true", "HX-Target": "results"}
    page = viewer_client.get(address)
    with CaptureQueriesContext(connection) as captured:
        swapped = viewer_client.get(address, headers={**swap, "Accept-Encoding": "gzip"})
    asked = " ".join(query["sql"] for query in captured)
    assert "orders_missingorder" not in asked
    assert len(swapped.content) <= 15_000
    text = gzip.decompress(swapped.content).decode()
    kept = {"rail", "waiting", "payments-waiting", "notes-waiting", "fresh", "banners", "words", "trouble-card"} | {
        "main",
        "language",
        "typed",
    }
    assert set(re.findall(r'\sid="([^"]+)"', page.text)) - kept == set(re.findall(r'\sid="([^"]+)"', text))
    assert re.findall("<title>.*</title>", text) == re.findall("<title>.*</title>", page.text)
    restored = viewer_client.get(address, headers={**swap, "HX-History-Restore-Request": "true"})
    assert "</header>" in restored.text


def test_rows_a_page_are_the_persons_own(filled: Any, viewer_client: Client) -> None:
    assert len(ids(viewer_client.get(LIST))) == 50
    assert len(ids(viewer_client.get(f"{LIST}?size=100"))) == 100
    filled.viewer.rows_per_page = 25
    filled.viewer.save()
    assert len(ids(viewer_client.get(LIST))) == 25


@pytest.mark.parametrize(("headers", "most"), [({}, 10), ({"HX-Request": "true", "HX-Target": "results"}, 9)])
@pytest.mark.parametrize("query", ["", "payment=Paid", "not.type=Odd&sort=total"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    filled: Any, viewer_client: Client, query: str, headers: dict[str, str], most: int
) -> None:
    accepted_key(filled.hotel, HOTEL_KEY)
    moment = datetime.now(UTC)
    MirrorState.across_organisations.create(
        organisation=filled.hotel, history_started_at=moment, history_complete_at=moment
    )
    viewer_client.get(LIST)
    counted = set()
    for size in (25, 50, 100):
        with CaptureQueriesContext(connection) as captured:
            viewer_client.get(f"{LIST}?size={size}&{query}", headers=headers)
        counted.add(len(captured))
    assert len(counted) == 1
    assert counted.pop() <= most


def test_only_own_orders(filled: Any, viewer_client: Client, outsider_client: Client) -> None:
    own = viewer_client.get(LIST).content.decode()
    other = outsider_client.get("/o/brae-links/orders/").content.decode()
    assert own != other
    stranger = filled.golf.orders.order_by("-created_at")[0]
    assert str(stranger.uuid) not in viewer_client.get(f"{LIST}{stranger.glu_id}/").content.decode()


@pytest.mark.parametrize("query", ["created=2026-02-30", "total=ten&colour=red", "q=a", "cursor=broken"])
def test_a_wrong_filter_shows_no_rows_and_says_why(filled: Any, viewer_client: Client, query: str) -> None:
    response = viewer_client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert ids(response) == []
    assert b"This filter cannot be read" in response.content
    assert b'class="chip error"' in response.content


def test_what_was_typed_is_kept_beside_its_message(filled: Any, viewer_client: Client) -> None:
    text = viewer_client.get(f"{LIST}?created=31/2/2026..today&total=5..ten&payment=Paid").content.decode()
    assert re.search(r'<details\s+class="filters"\s+id="filters"\s+open\s*>', text)
    for name, end, value, wrong in (
        ("created", "from", "31/2/2026", True),
        ("created", "to", "today", False),
        ("total", "from", "5", False),
        ("total", "to", "ten", True),
    ):
        field = re.search(rf'<input[^>]*id="f-{name}-{end}"[^>]*>', text)
        assert field is not None
        assert f'value="{value}"' in field[0]
        assert ('aria-invalid="true"' in field[0]) is wrong
        assert 'type="text"' in field[0]
        assert text.count(f'id="f-{name}-wrong"') == 1
    assert re.search(r'value="Paid"[^>]*\schecked', text)


@pytest.mark.parametrize("query", ["cursor=broken", "q=a", "sort=name", "size=7", "colour=red"])
def test_what_is_wrong_elsewhere_leaves_the_panel_closed(filled: Any, viewer_client: Client, query: str) -> None:
    text = viewer_client.get(f"{LIST}?{query}").content.decode()
    assert re.search(r'<details\s+class="filters"\s+id="filters"\s*>', text)


@pytest.mark.parametrize("trigger", ["q", "filter"])
def test_a_form_that_cannot_be_read_moves_nothing(filled: Any, viewer_client: Client, trigger: str) -> None:
    headers = {"HX-Request": "true", "HX-Trigger": trigger}
    response = viewer_client.get(f"{LIST}?q=ab&total-from=ten", headers=headers)
    assert (response.headers["HX-Reswap"], response.headers["HX-Push-Url"]) == ("none", "false")
    assert "HX-Replace-Url" not in response.headers
    found = set(re.findall(r'id="([a-z]+)"', response.content.decode()))
    assert {"problems", "hint", "say"} <= found
    assert ("filters" in found) is (trigger == "filter")  # who types has not sent what the panel holds
    assert not found & {"results", "chips", "count", "acts", "range"}


def test_an_unknown_key_is_said_and_the_rest_obeyed(filled: Any, viewer_client: Client) -> None:
    response = viewer_client.get(f"{LIST}?colour=red&payment=Paid")
    assert b"colour ignored" in response.content
    assert ids(response) == ids(viewer_client.get(f"{LIST}?payment=Paid"))


def test_four_empties_read_differently(house: Any, viewer_client: Client) -> None:
    assert b"No key yet" in viewer_client.get(LIST).content
    accepted_key(house.hotel, HOTEL_KEY)
    assert b"First copy running" in viewer_client.get(LIST).content
    from orders.models import MirrorState

    MirrorState.across_organisations.create(
        organisation=house.hotel, history_started_at="2026-01-01T00:00Z", history_complete_at="2026-01-01T01:00Z"
    )
    assert b"Glu holds no orders" in viewer_client.get(LIST).content
    write(house.hotel, order(1))
    assert b"No order matches" in viewer_client.get(f"{LIST}?q=nobody").content


def test_the_address_that_is_kept_is_canonical(filled: Any, viewer_client: Client) -> None:
    asked = f"{LIST}?q=gift&created=&total=&payment=Paid"
    typed = viewer_client.get(asked, headers={"HX-Request": "true", "HX-Trigger": "q"})
    assert typed.headers["HX-Replace-Url"] == f"{LIST}?q=gift&payment=Paid"
    applied = viewer_client.get(asked, headers={"HX-Request": "true", "HX-Trigger": "filter"})
    assert applied.headers["HX-Push-Url"] == f"{LIST}?q=gift&payment=Paid"
    plain = viewer_client.get(asked)
    assert (plain.status_code, plain.headers["Location"]) == (302, f"{LIST}?q=gift&payment=Paid")


def test_unknown_statuses_and_strange_text_are_shown_as_they_came(house: Any, viewer_client: Client) -> None:
    write(
        house.hotel,
        order(1, dispatchStatus="Teleported", paymentStatus="<b>", customerName="<script>alert(1)</script>"),
    )
    text = viewer_client.get(LIST).content.decode()
    assert 'title="Glu: Teleported"' in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text


def test_a_viewer_is_not_offered_the_export(filled: Any, viewer_client: Client, staff_client: Client) -> None:
    assert b"/exports/" not in viewer_client.get(LIST).content
    assert b"/exports/?payment=Paid" in staff_client.get(f"{LIST}?payment=Paid").content


@pytest.mark.parametrize(
    ("boxes", "kept"),
    [
        ("total-from=10,50", "total=10%2C50.."),
        ("created-from=2026-01-01,2026-03-01", "created=2026-01-01%2C2026-03-01"),
        ("created-from=Jan+31,+2026", "created=Jan+31%2C+2026.."),
        ("refunded-from=2026-10-01&refunded-to=2026-10-31", "refunded=2026-10-01..2026-10-31"),
    ],
)
def test_one_box_is_an_open_end_unless_it_holds_several_stretches(viewer_client: Client, boxes: str, kept: str) -> None:
    assert viewer_client.get(f"{LIST}?{boxes}").headers["Location"] == f"{LIST}?{kept}"


def test_filter_sort_view_columns_and_place_are_kept_over_sign_in(filled: Any) -> None:
    client, cursor = Client(), write_cursor("total", "older", 5000, 0)
    asked = f"{LIST}?payment=Paid&sort=total&cols=created%2Cbuyer&view=post&cursor={cursor}"
    page, fragment = client.get(asked), client.get(asked, headers={"HX-Request": "true", "HX-Current-URL": asked})
    for led in (page.headers["Location"], fragment.headers["HX-Redirect"]):
        answer = client.post(led, {"login": "viewer@desk.example", "password": PASSWORD})
        assert answer.headers["Location"] == asked
        assert "c-buyer" in client.get(asked).text
        client.logout()


def test_what_is_odd_is_flagged_and_found(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, emailToRecipient=True, customerEmailAddress="sam@gmial.com"), order(2))
    page = viewer_client.get("/o/alder-house/orders/?has=lint").text
    assert re.findall(r' id="o(\d+)"', page) == ["1"]
    assert "E-mail address missing or wrong, buyer’s e-mail perhaps mistyped" in page
    assert re.findall(r' id="o(\d+)"', viewer_client.get("/o/alder-house/orders/?no=lint").text) == ["2"]


def test_what_the_team_has_sent_says_so_until_that_is_undone(house: Any, viewer_client: Client) -> None:
    write(
        house.hotel,
        *(order(n, dispatchStatus=status) for n, status in ((1, "Packed"), (2, "Packed"), (3, "Outstanding"))),
    )
    done = set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), OrderMark.Kind.POSTED, house.staff)
    collected = house.hotel.orders.filter(glu_id=3)
    set_marks(house.hotel, collected, OrderMark.Kind.HANDED_OVER, house.staff)
    assert dispatched(viewer_client) == {
        1: "Posted here Glu: Packed",
        2: "Packed",
        3: "Handed over here Glu: Outstanding",
    }
    put(house.hotel, now(), moved(3, now(), EPOCH, dispatchStatus="Dispatched"))
    undo_batch(house.hotel, done.batch, house.manager)
    assert dispatched(viewer_client) == {1: "Packed", 2: "Packed", 3: "Dispatched"}


def dispatched(client: Client) -> dict[int, str]:
    """The text of the cell of the dispatch status, by the order's number."""
    page = client.get(f"{LIST}?id=1,2,3").text
    cells = re.findall(r' id="o(\d+)".*?data-label="Dispatch">(.*?)</td>', page, re.S)
    return {int(number): " ".join(re.sub("<[^>]+>", " ", cell).split()) for number, cell in cells}
