"""Reports: every row leads to the orders behind it and says of them what the orders say, and so do the files."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.display.money import money
from orders.mirror.writing.counts import count_all_days
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorState
from orders.search import find_orders, parse_query
from tests.orders.builders import EPOCH, RANGE, order, run, transact, transaction, window, write
from tests.orders.tables import rows, text

PAGE, FILE = "/o/alder-house/reports/", "/o/alder-house/reports/file/"
YEAR = "from=2026-01-01&to=2026-12-31"


def counted(organisation: Organisation, *, known: bool = True) -> Organisation:
    """Its days are counted, and its transactions are known or not."""
    done = EPOCH if known else None
    MirrorState.across_organisations.update_or_create(
        organisation=organisation, defaults={"history_complete_at": EPOCH, "transactions_complete_at": done}
    )
    count_all_days(organisation, organisation.zone)
    return organisation


def heads(page: str) -> list[str]:
    """What stands at the head of each currency."""
    return [text(worth) for worth in re.findall(r'<span class="push tnum strong">(.*?)</span>', page, re.S)]


def expected(organisation: Organisation, query: str) -> list[str]:
    """What a row should say of the orders that its list has."""
    asked = parse_query(query, organisation)
    assert asked.ok
    assert not asked.ignored
    found = list(find_orders(organisation, asked.criteria))
    code = asked.criteria.currency[0]
    paid, back = (sum(getattr(one, f"{name}_amount") or 0 for one in found) for name in ("paid", "back"))
    amounts = [
        paid,
        paid - back,
        back,
        *(
            sum(getattr(one, column) or 0 for one in found)
            for column in ("total", "subtotal", "discount_amount", "delivery_amount", "processing_fee")
        ),
    ]
    return [f"{len(found):,}", *(money(amount, code) for amount in amounts)]


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_every_row_says_what_its_orders_say(full: Organisation, viewer_client: Client, by: str) -> None:
    counted(full)
    asked = "from=2026-10-01&to=2026-11-20" if by == "day" else YEAR
    shown = rows(viewer_client.get(f"{PAGE}?{asked}&by={by}").text)
    for query, words, cells in shown:
        assert cells == expected(full, query), (words, query)
    assert len({query for query, *_ in shown}) > 10
    wholes = [cells for query, words, cells in shown if words == "All"]
    assert len(wholes) == 6 * 3  # of three currencies: the days, and by each of five fields
    assert sum(int(cells[0]) for cells in wholes[::6]) == sum(
        created.year == 2026 and (by != "day" or created.month >= 10)
        for created in full.orders.values_list("created_at", flat=True)
    )


def test_days_belong_to_the_organisations_zone(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, "2026-06-30T22:59:59+00:00"), order(2, "2026-06-30T23:00:00+00:00"))
    counted(house.hotel)
    shown = {
        words: cells[0] for _, words, cells in rows(viewer_client.get(f"{PAGE}?from=2026-06-30&to=2026-07-01").text)
    }
    assert shown["Tue 30 Jun 2026"] == shown["Wed 1 Jul 2026"] == "1"


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_stretches_without_orders_are_one_row_each(
    house: Any, viewer_client: Client, staff_client: Client, by: str
) -> None:
    asked = "from=2026-03-01&to=2026-06-28" if by != "month" else YEAR
    write(house.hotel, *(order(n, "2026-03-20T10:00:00+00:00", currencyCode="EUR") for n in (1, 2)))
    counted(house.hotel)
    page = viewer_client.get(f"{PAGE}?{asked}&by={by}").text
    shown = rows(page.partition("By type")[0])
    for query, words, cells in shown:
        assert cells == expected(house.hotel, query), words
    assert [cells[0] for *_, cells in shown] == (["0", "2", "0", "2"] if by != "month" else ["0", "0", "2", "0", "2"])
    [drawn] = re.findall(r'<rect[^>]*height="(?!0)[^>]*>\s*<title>(.*?)</title>', page)
    assert "2 orders" in drawn
    lines = staff_client.get(f"{FILE}?{asked}&table={by}").getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) > 10  # a file has them all


def test_two_days_without_orders_are_two_rows(house: Any, viewer_client: Client) -> None:
    write(house.hotel, *(order(day, f"2026-03-{day:02}T10:00:00+00:00") for day in (2, 5, 9)))
    counted(house.hotel)
    page = viewer_client.get(f"{PAGE}?from=2026-03-02&to=2026-03-09").text
    assert [words for _, words, _ in rows(page.partition("By type")[0])] == [
        "Mon 2 Mar 2026",
        "Tue 3 Mar 2026",
        "Wed 4 Mar 2026",
        "Thu 5 Mar 2026",
        "6 March 2026 to 8 March 2026",
        "Mon 9 Mar 2026",
        "All",
    ]


def test_what_is_not_known_is_said_and_no_zero(house: Any, viewer_client: Client, staff_client: Client) -> None:
    write(house.hotel, order(1))
    counted(house.hotel, known=False)
    page = viewer_client.get(f"{PAGE}?{YEAR}").text
    assert {tuple(cells[1:4]) for *_, cells in rows(page)} == {("not known",) * 3}
    assert "asked for" in heads(page)[0]
    assert "Glu’s transactions are still being read" in page
    lines = list(csv.reader(io.StringIO(staff_client.get(f"{FILE}?{YEAR}&table=month").getvalue().decode("utf-8-sig"))))
    assert lines[11][-3:] == ["", "", ""]


@pytest.mark.parametrize(
    ("page", "tables"),
    [
        (PAGE, ("month", "type")),
        (f"{PAGE}back/", ("month", "transactions")),
        (f"{PAGE}times/", ("dispatch", "payment", "scheduled")),
    ],
)
def test_days_that_are_not_copied_are_said_and_their_file_takes_a_second_step(
    house: Any, staff_client: Client, page: str, tables: tuple[str, ...]
) -> None:
    write(house.hotel, order(1))
    transact(house.hotel, transaction(1, 1, "Refund", "2026-11-02T10:00:00"))
    counted(house.hotel)
    said = staff_client.get(f"{page}?{YEAR}").text
    assert "not copied yet" not in said
    assert "incomplete" not in said
    for table in tables:
        answer = staff_client.get(f"{page}file/?{YEAR}&by=month&table={table}")
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(answer.content)  # one that breaks off does not look whole
    window(run(house.hotel, RANGE, EPOCH), datetime(2026, 10, 1, tzinfo=UTC), EPOCH)
    said = " ".join(staff_client.get(f"{page}?{YEAR}").text.split())
    assert "not copied yet" in said
    assert "CSV, incomplete" in said
    for table in tables:
        asked = f"{page}file/?{YEAR}&by=month&table={table}"
        answer = staff_client.get(asked)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, page)
        answer = staff_client.get(f"{asked}&incomplete=yes")
        assert answer.headers["Content-Disposition"].endswith('-incomplete.csv"')


def test_orders_that_lack_an_amount_are_told(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, subtotal=900), order(2, total=None))
    counted(house.hotel)
    page = " ".join(viewer_client.get(f"{PAGE}?{YEAR}").text.split())
    assert "1 order without a subtotal, 1 order without a total, 2 orders without a payment that is known." in page


def test_while_days_are_not_counted_there_are_no_figures(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1))
    assert "The days are not counted yet" in staff_client.get(PAGE).text
    counted(house.hotel)
    assert "The days are not counted yet" not in staff_client.get(PAGE).text
    house.hotel.timezone = "Europe/Paris"
    house.hotel.save()
    assert "The days are not counted yet" in staff_client.get(PAGE).text
    assert staff_client.get(f"{FILE}?{YEAR}&table=month").status_code == 302


def test_many_values_and_currencies_leave_the_page_short(
    house: Any, viewer_client: Client, staff_client: Client
) -> None:
    codes = ["GBP", "EUR", "USD", "JPY", "CHF", "SEK"]
    write(
        house.hotel,
        *(order(n, channel=f"Desk {n}") for n in range(1, 21)),
        *(order(100 + n, currencyCode=code) for n, code in enumerate(codes)),
    )
    counted(house.hotel)
    shown = rows(page := viewer_client.get(f"{PAGE}?{YEAR}").text)
    for query, words, cells in shown:
        assert cells == expected(house.hotel, query), words
    assert [cells[0] for _, words, cells in shown if words == "9 others"] == ["9"]
    assert "currency=SEK" in page
    assert "SEK" in viewer_client.get(f"{PAGE}?{YEAR}&currency=sek").text
    lines = list(
        csv.reader(io.StringIO(staff_client.get(f"{FILE}?{YEAR}&table=channel").getvalue().decode("utf-8-sig")))
    )
    assert len(lines) == 1 + 20 + len(codes)


def test_a_file_has_the_same_figures_as_numbers(
    full: Organisation, staff_client: Client, viewer_client: Client
) -> None:
    counted(full)
    answer = staff_client.get(f"{FILE}?{YEAR}&by=month&table=month")
    assert answer.headers["Content-Disposition"].endswith('"alder-house-report-by-month-2026-01-01-to-2026-12-31.csv"')
    head, *lines = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert head[:5] == ["Month", "First day", "Last day", "Currency", "Orders"]
    october = next(line for line in lines if line[0] == "October 2026" and line[3] == "JPY")
    query = "currency=JPY&created=2026-10-01..2026-10-31"
    assert money(int(Decimal(october[9])), "JPY") == expected(full, query)[4]
    assert {line[3] for line in lines} == {"GBP", "JPY", ""}
    assert viewer_client.get(f"{FILE}?{YEAR}&table=month").status_code == 403
    assert staff_client.get(f"{FILE}?{YEAR}&table=colour").status_code == 404


def test_texts_of_strangers_stay_texts(house: Any, staff_client: Client) -> None:
    hostile = '=HYPERLINK("x")<script>alert(1)</script>\u202e'
    write(house.hotel, order(1, channel=hostile, type=hostile, currencyCode="<i>"))
    counted(house.hotel)
    page = staff_client.get(f"{PAGE}?{YEAR}&by=month").text
    assert "<script>alert" not in page
    assert "<i>" not in page.lower()
    shown = rows(page)
    assert shown
    for query, _, cells in shown:
        assert cells == expected(house.hotel, query)
    file = staff_client.get(f"{FILE}?{YEAR}&table=channel").getvalue().decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(file.partition("\r\n")[2])))[0].startswith("'=HYPERLINK")


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_added_up(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1))
    counted(house.hotel)
    page = viewer_client.get(f"{PAGE}?from=soon&to=2026-12-31").text
    field = re.search(r'<input[^>]*name="from"[^>]*>', page, re.S)
    assert field is not None
    for said in ('value="soon"', 'aria-invalid="true"', 'aria-describedby="from-wrong"'):
        assert said in field[0]
    assert "“soon” is not a day" in text(page.split('id="from-wrong"')[1].split("</p>")[0])
    assert rows(page) == []


def test_questions_do_not_grow_with_what_there_is(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1))
    counted(house.hotel)
    numbers = []
    for more in (0, 40):
        write(
            house.hotel,
            *(order(n, f"2026-{1 + n % 9:02}-03T10:00:00+00:00", channel=f"C{n % 20}") for n in range(2, 2 + more)),
        )
        write_transactions(house.hotel, read_rows([]), EPOCH, None)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            viewer_client.get(f"{PAGE}?{YEAR}")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 12


def test_what_came_in_stands_first_and_is_not_called_as_the_status_is(
    full: Organisation, viewer_client: Client, staff_client: Client
) -> None:
    counted(full)
    page = viewer_client.get(f"{PAGE}?{YEAR}&by=month").text
    columns = [text(words) for words in re.findall(r'<th\s+scope="col"[^>]*>(.*?)</th>', page, re.S)]
    assert columns[:5] == ["Month", "Orders", "Received", "Net", "Refunded"]
    assert "Paid" not in columns
    wholes = [cells for _, words, cells in rows(page) if words == "All"][::6]
    assert heads(page) == [f"{cells[1]} received, {cells[2]} net" for cells in wholes]
    said = " ".join(page.split())
    assert "count as received only where Glu has a transaction for them" in said
    assert "Paid is a status" in said
    file = staff_client.get(f"{FILE}?{YEAR}&by=month&table=month").getvalue().decode("utf-8-sig")
    assert next(csv.reader([file.splitlines()[0]]))[4:11] == [
        "Orders",
        "Gross",
        "Discount",
        "Delivery",
        "Fee",
        "Total",
        "Paid",
    ]  # as programs know it


@pytest.mark.parametrize("path", ["", "back/", "times/"])
def test_a_report_says_of_which_days_it_is_and_on_paper_whose_and_when(
    house: Any, viewer_client: Client, path: str
) -> None:
    write(house.hotel, order(1))
    counted(house.hotel)
    with time_machine.travel("2026-11-20T12:00:00+00:00", tick=False):
        page = " ".join(viewer_client.get(f"{PAGE}{path}?{YEAR}").text.split())
    head = page.partition('<p class="print-only xs">')[2].partition("</p>")[0]
    assert "Alder House · 1 January 2026 to 31 December 2026 · printed on" in head
    assert ": 1 January 2026 to 31 December 2026 ·" in page.partition("</title>")[0].partition("<title>")[2]
    assert "Friday 20 November 2026, 12:00" in head
    assert re.search(r"<button[^>]* data-print", page)
