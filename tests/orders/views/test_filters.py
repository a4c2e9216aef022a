"""The menus of values: their numbers heed every filter but their own, also where counters cannot tell."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from orders.search.criteria import FLAG_LABELS
from tests.orders.builders import order, write

VALUES = "/o/alder-house/orders/values/"


@pytest.fixture
def four(house: Any) -> Any:
    write(
        house.hotel,
        order(1, "2026-11-01T10:00:00+00:00", dispatchStatus="Packed", paymentStatus="Paid"),
        order(2, "2026-11-02T10:00:00+00:00", dispatchStatus="Packed", paymentStatus="Pending"),
        order(3, "2026-11-02T11:00:00+00:00", paymentStatus="Paid"),
        order(4, "2026-10-02T11:00:00+00:00", dispatchStatus="Failed", paymentStatus="Paid"),
    )
    write(house.golf, order(1, dispatchStatus="Packed", paymentStatus="Paid"))
    return house


def numbers(text: str) -> dict[str, str]:
    return dict(re.findall(r'value="([^"]*)".*?class="n">(\d+)<', text, re.DOTALL))


def test_they_are_counted_when_a_menu_opens(four: Any, viewer_client: Client) -> None:
    page = viewer_client.get("/o/alder-house/orders/?created=2026-11-01..&payment=Paid").text
    assert "values/?field=dispatch" in page
    answer = viewer_client.get(f"{VALUES}?field=dispatch&created=2026-11-01..&payment=Paid&dispatch=Failed").text
    assert numbers(answer) == {"Packed": "1", "": "1", "Failed": "0"}
    assert re.search(r'value="Failed"[^>]*checked', answer)
    assert "values/?field" not in answer


def test_what_the_counters_know_stands_in_the_page(four: Any, viewer_client: Client) -> None:
    page = viewer_client.get("/o/alder-house/orders/?payment=Paid").text
    menu = page.partition('id="pin-dispatch"')[2].partition("</details>")[0]
    assert numbers(menu) == {"": "1", "Failed": "1", "Packed": "1"}
    assert "values/?field" not in page


def test_a_form_that_cannot_be_read_counts_nothing(four: Any, viewer_client: Client) -> None:
    assert numbers(viewer_client.get(f"{VALUES}?field=dispatch&created-from=never").text) == {}


@pytest.mark.parametrize("field", ["created", "customer_name", ""])
def test_only_fields_of_values_have_them(four: Any, viewer_client: Client, field: str) -> None:
    assert viewer_client.get(f"{VALUES}?field={field}").status_code == 404


def menu(page: str, name: str) -> tuple[list[str], str]:
    """What is ticked in a field's menu, and whether it says "is" ("") or "is not" ("not")."""
    box = r'type="{}"\s+name="{}"\s+value="([^"]*)"\s+form="filter"\s+checked'
    [mode] = re.findall(box.format("radio", f"{name}-is"), page)
    return re.findall(box.format("checkbox", name), page), mode


def test_a_menu_that_says_is_not_asks_for_none_of_its_values(four: Any, viewer_client: Client) -> None:
    form = "payment-is=&dispatch-is=not&dispatch=Packed&dispatch=Failed&q=&created-from=&created-to="
    answer = viewer_client.get(f"/o/alder-house/orders/?{form}")
    assert answer.headers["Location"] == "/o/alder-house/orders/?not.dispatch=Packed&not.dispatch=Failed"
    page = viewer_client.get(answer.headers["Location"]).text
    assert re.findall(r'id="o(\d+)"', page) == ["3"]
    assert "<span>Dispatch is not Packed</span>" in page
    assert "<span>Dispatch is not Failed</span>" in page
    assert menu(page, "dispatch") == (["Packed", "Failed"], "not")
    assert menu(page, "payment") == ([], "")
    assert 'type="hidden" name="not.dispatch"' not in page


def test_what_a_menu_does_not_show_is_carried_beside_it(four: Any, viewer_client: Client) -> None:
    page = viewer_client.get("/o/alder-house/orders/?payment=Paid&not.payment=Odd&not.channel=Odd&not.type=").text
    assert menu(page, "payment") == (["Paid"], "")
    assert menu(page, "channel") == (["Odd"], "not")
    assert menu(page, "type") == ([""], "not")
    assert re.findall(r'type="hidden" name="(not[^"]*)" value="([^"]*)"', page) == [("not.payment", "Odd")]
    assert "Type is given" in page


def test_a_menu_whose_numbers_come_later_keeps_what_it_says(four: Any, viewer_client: Client) -> None:
    answer = viewer_client.get(f"{VALUES}?field=dispatch&created=2026-11-01..&dispatch-is=not&dispatch=Packed").text
    assert numbers(answer) == {"Packed": "2", "": "1", "Failed": "0"}
    assert re.search(r'value="Packed"[^>]*checked', answer)


def chosen(page: str) -> dict[str, str]:
    """What the panel says of each flag."""
    selects = re.findall(r'<select[^>]*name="flag-([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    return {flag: "".join(re.findall(r'value="(\w+)" selected', options)) for flag, options in selects}


def test_what_an_order_has_is_chosen_under_add_filter(four: Any, viewer_client: Client) -> None:
    write(four.hotel, order(5, "2026-11-03T10:00:00+00:00", recipientEmailAddress="rhys@mail.example"))
    address = "/o/alder-house/orders/"
    plain = "flag-message=&flag-scheduled=&flag-refund=&flag-gone=no"
    answer = viewer_client.get(f"{address}?flag-recipient-email=has&flag-discount=no&{plain}")
    assert answer.headers["Location"] == f"{address}?has=recipient-email&no=discount&no=gone"
    page = viewer_client.get(answer.headers["Location"]).text
    assert re.findall(r'id="o(\d+)"', page) == ["5"]
    for words in ("With the recipient’s e-mail", "Without a discount", "Still at Glu"):
        assert f"<span>{words}</span>" in page
    nothing = dict.fromkeys(FLAG_LABELS, "")
    assert chosen(page) == {**nothing, "recipient-email": "has", "discount": "no", "gone": "no"}
    assert 'type="hidden" name="no"' not in page
    assert 'type="hidden" name="has"' not in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("has=message&no=message", [("no", "message")]),
        ("has=gone&no=gone", [("no", "gone")]),
        ("has=x", [("has", "x")]),
    ],
)
def test_what_no_choice_can_say_of_a_flag_is_carried(
    four: Any, viewer_client: Client, query: str, left: list[tuple[str, str]]
) -> None:
    page = viewer_client.get(f"/o/alder-house/orders/?{query}").text
    assert re.findall(r'type="hidden" name="(has|no)" value="([^"]*)"', page) == left
    assert re.findall(r'id="o(\d+)"', page) == []


def test_what_only_a_queue_asks_for_is_carried_along(four: Any, viewer_client: Client) -> None:
    page = viewer_client.get("/o/alder-house/orders/?has=message&no=chase-later").text
    assert '<input type="hidden" name="no" value="chase-later">' in page
    assert 'name="has" value="message"' not in page
    assert "flag-chase-later" not in page


def test_months_are_offered_beside_the_days_which_stand_first(four: Any, viewer_client: Client) -> None:
    with time_machine.travel("2026-11-20T12:00:00+00:00", tick=False):
        page = viewer_client.get("/o/alder-house/orders/?payment=Paid").text
        found = {words: unescape(link) for link, words in re.findall(r'href="([^"]*created=[^"]*)">([^<]+)</a>', page)}
        listed = {words: re.findall(r' id="o(\d+)"', viewer_client.get(link).text) for words, link in found.items()}
    assert listed == {
        "Today": [],
        "Last 7 days": [],
        "This month": ["3", "1"],
        "Last month": ["4"],
    }
    assert page.index('name="created-from"') < page.index('name="channel"') < page.index('name="flag-message"')


@pytest.mark.parametrize(
    ("days", "boxes"),
    [
        ("this-month", [("text", "this-month"), ("text", "this-month")]),
        ("-6d..", [("text", "-6d"), ("date", "")]),
        ("2026-11-02..", [("date", "2026-11-02"), ("date", "")]),
    ],
)
def test_days_counted_from_today_stay_so_when_the_form_is_sent(
    four: Any, viewer_client: Client, days: str, boxes: list[tuple[str, str]]
) -> None:
    """A view that was made of this month is of this month when it is next."""
    page = viewer_client.get(f"/o/alder-house/orders/?created={days}").text
    found = re.findall(r'type="(\w+)"\s+value="([^"]*)"\s+autocomplete="off"\s+id="f-created-(\w+)"', page)
    assert [(kind, value) for kind, value, _ in found] == boxes
    sent = urlencode({f"created-{end}": value for _, value, end in found})
    answer = viewer_client.get(f"/o/alder-house/orders/?{sent}")
    assert answer.headers["Location"] == f"/o/alder-house/orders/?created={days}"


def test_the_currency_of_amounts_is_said(four: Any, viewer_client: Client) -> None:
    """An amount with a sign is of that currency alone, and both the filter and its chip say so."""
    page = " ".join(viewer_client.get("/o/alder-house/orders/?total=£10..").text.split())
    assert "Total from 10, GBP only" in page
    assert "Orders in GBP only." in page
    page = " ".join(viewer_client.get("/o/alder-house/orders/?total=10..").text.split())
    assert "Total from 10<" in page
    assert "In any currency." in page
