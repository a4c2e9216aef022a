"""The export page: what it offers and remembers, and how a file that is being made is followed."""

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from orders.exports.asking import ask_export
from orders.exports.choice import Choice
from orders.exports.making import make_export
from orders.search import parse_query
from tests.orders.builders import CHANGES, order, run, write

PAGE, FILE = "/o/alder-house/exports/", "/o/alder-house/exports/file/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def file_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def page_of(client: Client, path: str = PAGE) -> str:
    return re.sub(r"\s+", " ", client.get(path).text)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="column" value="([^"]+)" checked', page)


def test_single_columns_are_chosen_and_remembered_for_each_person(
    house: Any, staff_client: Client, manager_client: Client
) -> None:
    write(house.hotel, order(1, total=1250, customerName="Ann", lines=[{"id": 11, "name": "Tea", "total": 1250}]))
    everything = ticked(page_of(staff_client))
    assert {"total", "customer_name", "line.name", "line.currency_code"} <= set(everything)
    wanted = ["total", "customer_name", "line.name"]
    answer = staff_client.post(FILE, {"columns": "own", "column": ["customer_name", "total", "line.name"]})
    assert file_of(answer) == [{"Order": "1", "Total": "12.50", "Buyer": "Ann"}]
    lines = staff_client.post(FILE, {"columns": "own", "column": wanted, "shape": "lines"})
    assert file_of(lines) == [{"Order": "1", "Name": "Tea"}]
    nameless = staff_client.post(FILE, {"columns": "own", "column": wanted, "personal": "none"})
    assert file_of(nameless) == [{"Order": "1", "Total": "12.50"}]
    assert ticked(page_of(staff_client)) == wanted
    staff_client.post(FILE, {"columns": "accounting"})
    page = page_of(staff_client)
    assert '<option value="accounting" selected' in page
    assert ticked(page) == wanted  # what was ticked once waits until it is wanted again
    assert ticked(page_of(manager_client)) == everything


def test_it_is_said_which_export_is_the_last_of_its_kind(house: Any, staff_client: Client) -> None:
    kind = (
        "Your last of this kind is your latest export with the same filter, the same contents (orders, lines or both)"
    )
    assert f"{kind} and the same columns." in page_of(staff_client)


def test_a_column_there_is_not_gives_no_file(house: Any, staff_client: Client) -> None:
    for column in ("ip_address", "glu_id", "line.order", "x"):
        assert staff_client.post(FILE, {"columns": "own", "column": [column]}).status_code == 404
    assert not house.hotel.exports.exists()


def test_only_the_row_of_an_open_export_is_asked_for_again(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1))
    ready, waiting = (
        ask_export(house.hotel, house.staff, parse_query("", house.hotel), Choice(), allow_incomplete=False)
        for _ in range(2)
    )
    make_export(ready.pk)
    row = f'<li id="export-{waiting.token}" hx-get="{PAGE}{waiting.token}/row/" hx-trigger="every 2s"'
    page = page_of(staff_client)
    assert row in page
    assert page.count('hx-trigger="every 2s"') == 1
    make_export(waiting.pk)
    told = page_of(staff_client, f"{PAGE}{waiting.token}/row/")
    assert f'<li id="export-{waiting.token}" >' in told
    assert "hx-trigger" not in told
    assert "</svg>Manifest<svg" in told


def test_what_a_worker_took_first_is_followed_on_the_page(
    house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(pk: int) -> None:
        house.hotel.exports.filter(pk=pk).update(state="running", started_at=now(), held_until=now())

    monkeypatch.setattr("orders.views.exports.make_export", taken)
    answer = staff_client.post(FILE)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}#recent")


LIST = "/o/alder-house/orders/"


@pytest.fixture
def five(house: Any) -> Any:
    """Five vouchers and a meal, the newest with the highest number."""
    kinds = ["Voucher"] * 5 + ["Food"]
    write(house.hotel, *(order(n, f"2026-11-0{n}T10:00:00+00:00", type=kind) for n, kind in enumerate(kinds, 1)))
    return house.hotel


def hidden(page: str) -> dict[str, str]:
    """What the form of the page sends unseen."""
    form = page.partition('<form class="card export"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def numbers(answer: Any) -> list[str]:
    return [row["Order"] for row in file_of(answer)]


def test_the_list_leads_to_the_selected_its_page_or_all(
    five: Any, house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glu_admin.tenancy.models.ROWS_A_PAGE", (2, 50))
    monkeypatch.setattr("orders.search.query.ROWS_A_PAGE", (2, 50))
    listed = page_of(staff_client, f"{LIST}?type=Voucher&size=2")
    older = re.findall(r'href="[^"]*\?([^"]*cursor=[^"]*)"', listed)[0].replace("&amp;", "&")
    listed = page_of(staff_client, f"{LIST}?{older}")  # its second page: 3 and 2
    of = re.findall(r'name="of" value="([^"]*)"', listed)[0].replace("&amp;", "&")
    page = page_of(staff_client, f"{PAGE}?{urlencode([('id', '5'), ('id', '1'), ('of', of)])}")
    assert re.findall(r"<span>([^<]* (?:selected|page|matching))</span>", page) == [
        "2 selected",
        "2 on this page",
        "All 5 matching",
    ]
    assert 'name="scope" value="selected" checked' in page
    sent = hidden(page)
    assert numbers(staff_client.post(FILE, {**sent, "scope": "selected"})) == ["5", "1"]
    assert numbers(staff_client.post(FILE, {**sent, "scope": "page"})) == ["3", "2"]
    assert numbers(staff_client.post(FILE, {**sent, "scope": "all"})) == ["5", "4", "3", "2", "1"]
    link = re.findall(rf'href="({PAGE}\?[^"]*)"', listed)[0].replace("&amp;", "&")
    assert "All 5 matching" in page_of(staff_client, link)
    assert "2 on this page" in page_of(staff_client, link)


def test_a_list_on_one_page_has_nothing_to_choose_between(five: Any, staff_client: Client) -> None:
    link = re.findall(rf'href="({PAGE}\?[^"]*)"', page_of(staff_client, f"{LIST}?type=Voucher"))[0]
    assert link == f"{PAGE}?type=Voucher"
    assert 'name="scope"' not in page_of(staff_client, link)


def test_more_or_fewer_than_all_that_were_chosen_are_said_before_a_file_is_made(
    five: Any, staff_client: Client
) -> None:
    listed = page_of(staff_client, f"{LIST}?type=Voucher&picked=5")
    link = re.findall(rf'href="({PAGE}\?[^"]*picked=5)"', listed)[0].replace("&amp;", "&")
    page = page_of(staff_client, link)
    assert "were chosen" not in page
    sent = hidden(page)
    write(five, order(7, type="Voucher"))
    answer = staff_client.post(FILE, sent)
    said = " ".join(answer.text.split())
    assert answer.status_code == 409
    assert "5 were chosen, and 6 orders are found now." in said
    assert not five.exports.exists()
    assert len(numbers(staff_client.post(FILE, hidden(said)))) == 6
    page = page_of(staff_client, link)  # and where it has moved before the page was opened
    assert "5 were chosen, and 6 orders are found now." in page
    assert len(numbers(staff_client.post(FILE, hidden(page)))) == 6


def test_selected_orders_that_are_there_no_more_are_said(five: Any, staff_client: Client) -> None:
    page = page_of(staff_client, f"{PAGE}?id=1&id=2&of=type%3DVoucher")
    five.orders.filter(glu_id=2).delete()
    answer = staff_client.post(FILE, {**hidden(page), "scope": "selected"})
    assert answer.status_code == 409
    assert "2 were chosen, and 1 order is found now." in " ".join(answer.text.split())


def test_selected_orders_are_whole_whichever_days_are_copied(five: Any, staff_client: Client) -> None:
    run(five, CHANGES, now())  # nothing is proven of any day
    assert staff_client.post(FILE).status_code == 409
    assert numbers(staff_client.post(FILE, {"scope": "selected", "selected": "1,2"})) == ["2", "1"]
    assert staff_client.post(FILE, {"id": "1,2,99"}).status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"scope": "selected"}, {"scope": "page", "page": "x"}, {"selected": "1", "scope": "selected,page"}]
)
def test_a_scope_without_orders_gives_no_file(five: Any, staff_client: Client, wrong: dict[str, str]) -> None:
    assert staff_client.post(FILE, wrong).status_code == 404
    assert not five.exports.exists()


def test_what_cannot_be_read_beside_the_list_is_refused(five: Any, staff_client: Client) -> None:
    for wrong in ("id=1&of=colour%3Dred", "id=x&of=type%3DVoucher", "id=1&colour=red&of=type%3DVoucher"):
        assert staff_client.get(f"{PAGE}?{wrong}").status_code == 400, wrong


def test_all_orders_are_called_so_and_days_are_offered(house: Any, staff_client: Client) -> None:
    write(
        house.hotel,
        *(order(n, f"2026-{month:02}-15T10:00:00+00:00") for n, month in enumerate((9, 10, 10, 11), 1)),
    )
    with time_machine.travel("2026-11-20T12:00:00+00:00", tick=False):
        page = page_of(staff_client)
        assert '<p class="lede"> All orders. For fewer' in page
        assert "as it was" not in page
        links = {words: link for link, words in re.findall(r'href="([?][^"]+)">([^<]+)</a>', page)}
        assert "<h2> 2 orders </h2>" in page_of(staff_client, f"{PAGE}{links['Last month']}")
        assert "<h2> 1 order </h2>" in page_of(staff_client, f"{PAGE}{links['This month']}")
    page = page_of(staff_client, f"{PAGE}?payment=Paid")
    assert "All orders." not in page
    assert "The orders of the list as it was." in page
