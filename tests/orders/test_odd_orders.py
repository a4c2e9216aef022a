"""Whatever Glu sends: list, pages and files stay whole, and what was sent stays visible where people look."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation, Role
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.payload import canonical
from orders.search import find_orders, parse_query
from tests.orders.builders import order, write
from tests.rules.addresses import OK, PAGES

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONES = ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/London"]
DESK = "/o/alder-house"
OPENED = [name for name, page in PAGES.items() if page.get == OK and not page.args and page.role != Role.MANAGER]

SENTINELS = [
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+23:59",
    "0001-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999+00:00",
    "9999-12-31T23:59:59-12:00",
]
texts = st.text(max_size=12) | st.text(
    st.sampled_from("a\0\ud83c\udc00\u202e\u2067\u2069=\r\n\t,;\"'\u0645 "), max_size=9
)
scalars = (
    st.sampled_from([None, True, False, 0, 2**63 - 1, -(2**63), 2**64, 50.5, "50.00", "x" * 400, *SENTINELS])
    | st.integers()
    | texts
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "name", "value", "id", "1", "3"]) | texts, inner, max_size=3)
    ),
    max_leaves=5,
)


def payloads(fields: tuple[Any, ...], objects: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from([*(entry.glu for entry in fields), *sorted(objects)]) | texts
    return st.dictionaries(names, anything, max_size=14)


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def exported(client: Client, query: str) -> bytes:
    response = client.post(f"{DESK}/exports/file/", dict(parse_qsl(query)))
    assert response.status_code == 200
    return b"".join(response)


def csv_rows(client: Client, query: str) -> list[list[str]]:
    text = exported(client, query).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def assert_whole(organisation: Organisation, client: Client, lines: int) -> None:
    """One order with so many lines: every page that staff can open, and every file of it."""
    (glu_id,) = organisation.orders.values_list("glu_id", flat=True)
    pages = [reverse(name, args=["alder-house"]) for name in OPENED] + [f"{DESK}/orders/{glu_id}/"]
    pages += [f"{DESK}/orders/?sort={sort}" for sort in ("updated", "-total", "scheduled", "-age")]
    pages += [f"{DESK}/orders/{glu_id}/lines/{line.glu_id}/" for line in organisation.order_lines.all()]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        response.content.decode()
    for form in ("excel", "plain"):
        for shape, rows in (("orders", 1), ("lines", lines)):
            head, *body = csv_rows(client, f"shape={shape}&form={form}")
            assert len(body) == rows
            assert {len(row) for row in body} <= {len(head)}
    for times in ("local", "utc"):
        assert exported(client, f"shape=both&form=xlsx&times={times}").startswith(b"PK")
    (sent,) = [json.loads(row) for row in exported(client, "shape=json").splitlines()]
    assert len(sent["lines"]) == lines


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=payloads(ORDER_FIELDS, ORDER_OBJECTS),
    after=payloads(ORDER_FIELDS, ORDER_OBJECTS),
    lines=st.lists(payloads(LINE_FIELDS, LINE_OBJECTS), max_size=2),
    created=st.sampled_from(["2026-11-01T10:00:00+00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.5+12:00"]),
    zone=st.sampled_from(ZONES),
)
def test_any_order_leaves_every_page_and_file_whole(
    house: Any,
    staff_client: Client,
    before: dict[str, Any],
    after: dict[str, Any],
    lines: list[dict[str, Any]],
    created: str,
    zone: str,
) -> None:
    hotel = house.hotel
    hotel.orders.all().delete()
    hotel.set_aside.all().delete()
    Organisation.objects.filter(pk=hotel.pk).update(timezone=zone)
    for version in (before, after):
        write_orders(
            hotel, read_rows([{**version, "id": 7, "createdAt": created, "uuid": None}]), NOW, accept_older=True
        )
        pk = hotel.orders.get().pk
        for place in (0, 1):  # the second reading has changes to tell
            sent = [{**line, "id": at, "total": place} for at, line in enumerate(lines, 1)]
            write_lines(hotel, [LineSet(pk, 7, read_rows(sent))], NOW)
    assert_whole(hotel, staff_client, len(lines))


@pytest.mark.parametrize(
    ("name", "zone"),
    [*(("createdAt", zone) for zone in ZONES), ("updatedAt", ZONES[0]), ("scheduledDeliveryAt", ZONES[1])],
)
def test_a_time_at_the_end_of_the_calendar_is_shown_as_it_came(
    house: Any, staff_client: Client, name: str, zone: str
) -> None:
    Organisation.objects.filter(pk=house.hotel.pk).update(timezone=zone)
    waits = {
        "paymentStatus": "Pending",
        "paymentMethod": "Offline",
        "dispatchStatus": "Outstanding",
        "customerEmailAddress": "nan@example.com",
    }
    for at in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"):
        house.hotel.orders.all().delete()
        write(house.hotel, order(7, **{**waits, name: at}))
        assert_whole(house.hotel, staff_client, 0)
        assert at in staff_client.get(f"{DESK}/orders/7/").content.decode()
        assert any(at in row for row in csv_rows(staff_client, "shape=orders"))


@pytest.mark.parametrize("sort", ["-created", "created"])
def test_a_place_at_the_end_of_the_calendar_can_be_gone_on_from(house: Any, viewer_client: Client, sort: str) -> None:
    write(house.hotel, *(order(at, f"{year}-12-31T23:59:59+00:00") for at, year in enumerate(["0001", "9999"] * 20, 1)))
    first = viewer_client.get(f"{DESK}/orders/?sort={sort}&size=25")
    older = first.context["older"]
    assert older
    assert len(viewer_client.get(f"{DESK}/orders/?{older}").context["rows"]) == 15


ODD = order(
    7,
    total="50.00",
    subtotal=50.5,
    customerName="Anna \ud83c Half",
    recipientFirstName=["Ben"],
    dispatchStatus="Outst\0anding",
    deliveryMethodName="Post " * 80,
    deliveryAddressPostcode={"code": "BN7 2QQ"},
    discountCodes={"1": {"code": "SPRING10"}, "3": {"code": "WOW\ud83c"}},
    lines=[
        {
            "id": 71,
            "name": "Tea\0 for two",
            "personalMessage": "Dear Nan \0 with love",
            "total": "12.50",
            "selectedOptions": {"2": {"name": "Day", "value": "Weekday\ud83c"}},
        }
    ],
)


def test_what_its_column_cannot_take_is_seen_wherever_people_look(house: Any, staff_client: Client) -> None:
    write(house.hotel, ODD)
    listed = staff_client.get(f"{DESK}/orders/").content.decode()
    for shown in ("Anna � Half", "Ben", "Outst�anding", "Post Post", "50.00", "Has a personal message"):
        assert shown in listed, shown
    page = staff_client.get(f"{DESK}/orders/7/").content.decode()
    for shown in ("Anna � Half", "50.5", "BN7 2QQ", "SPRING10, WOW�", "Tea� for two", "Day: Weekday�", "12.50"):
        assert shown in page, shown
    line = staff_client.get(f"{DESK}/orders/7/lines/71/").content.decode()
    for shown in ("Tea� for two", "Dear Nan � with love", "12.50", "<bdi>Day</bdi>", "<bdi>Weekday�</bdi>"):
        assert shown in line, shown
    head, row = csv_rows(staff_client, "shape=orders")
    cells = dict(zip(head, row, strict=True))
    assert (cells["Buyer"], cells["Total"], cells["Subtotal"]) == ("Anna � Half", "50.00", "50.5")
    assert (cells["Dispatch status"], cells["Discount codes"]) == ("Outst�anding", "SPRING10, WOW�")
    head, row = csv_rows(staff_client, "shape=lines&form=plain")
    cells = dict(zip(head, row, strict=True))
    assert (cells["Name"], cells["Personal message"]) == ("Tea� for two", "Dear Nan � with love")
    for words in ("Anna Half", "Ben", '"bn7 2qq"', "nan love", '"tea� for"'):
        query = parse_query(f"q={words}", house.hotel)
        assert find_orders(house.hotel, query.criteria).count() == 1, words
    (sent,) = [json.loads(line) for line in exported(staff_client, "shape=json").splitlines()]
    assert sent == canonical(ODD)


def test_text_cannot_turn_what_stands_around_it(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(7, customerName="Anna \u202emoc.elpmaxe", channel="\u2069\u202eWeb", lines=[{"id": 71}]))
    for page in ("/orders/", "/orders/7/", "/orders/7/lines/71/"):
        text = viewer_client.get(DESK + page).content.decode()
        assert "<bdi>Anna \u202emoc.elpmaxe</bdi>" in text
    assert "<bdi>\u202eWeb</bdi>" in viewer_client.get(f"{DESK}/orders/7/").content.decode()  # it would end the isolate
    chips = viewer_client.get(f"{DESK}/orders/?channel=%E2%80%AEWeb").content.decode()
    assert "Channel: \u2068\u202eWeb\u2069" in chips


def test_a_thousand_strange_fields_are_cut_on_the_page(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(7, **{f"field{n:04}": n for n in range(1000)}))
    page = viewer_client.get(f"{DESK}/orders/7/").content.decode()
    assert "and 800 more" in page
    assert page.count("field0999") == 1
