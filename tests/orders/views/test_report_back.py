"""The page of money back: a month is closed with it, each number leads to its orders, both tables are files."""

import csv
import html
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.counts import count_all_days
from orders.models import MirrorState
from orders.views.report_back import MOST_SHOWN
from tests.orders.builders import EPOCH, order, transact, transaction, write
from tests.orders.tables import rows, text

PAGE, FILE = "/o/alder-house/reports/back/", "/o/alder-house/reports/back/file/"
OCTOBER = "from=2026-10-01&to=2026-10-31"


def known(organisation: Organisation, **state: Any) -> None:
    """All transactions are read, but for what `state` says."""
    MirrorState.across_organisations.create(
        organisation=organisation, **{"transactions_complete_at": EPOCH, "history_complete_at": EPOCH, **state}
    )


@pytest.fixture
def october(house: Any) -> Organisation:
    write(house.hotel, *(order(n, "2026-08-01T10:00:00+00:00", customerName=f"Buyer {n}") for n in (1, 2, 3)))
    transact(
        house.hotel,
        transaction(1, 1, "Refund", "2026-10-01T22:30:00", 1250),
        transaction(2, 2, "Refund", "2026-10-02T10:00:00", 3000),
        transaction(3, 2, "Refund Failure", "2026-10-14T10:00:00", 3000),
        transaction(4, 3, "Chargeback", "2026-10-31T23:59:59", 500),
        transaction(5, 3, "Refund", "2026-09-30T22:59:59", 9900),
        transaction(6, 3, "Payment", "2026-10-05T10:00:00", 9900),
    )
    known(house.hotel)
    hotel: Organisation = house.hotel
    return hotel


def moved(page: str) -> list[list[str]]:
    """The cells of the table of transactions."""
    body = page.partition('id="moved-h"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [" ".join(text(cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_month_is_closed_by_the_days_on_which_money_went_back(october: Organisation, viewer_client: Client) -> None:
    page = viewer_client.get(f"{PAGE}?{OCTOBER}").text
    found = {words: (query, cells) for query, words, cells in rows(page)}
    assert found["Thu 1 Oct 2026"] == (
        "currency=GBP&refunded=2026-10-01",
        ["1", "£12.50", "–", "–", "£12.50"],
    )
    assert found["All"] == (
        "currency=GBP&refunded=2026-10-01..2026-10-31",
        ["3", "£42.50", "£5.00", "−£30.00", "£17.50"],
    )
    assert "£17.50 went back" in page
    for query, cells in found.values():
        listed = viewer_client.get(f"/o/alder-house/orders/?{query}").text
        assert len(re.findall(r' id="o(\d+)"', listed)) == int(cells[0])
    assert "Wed 14 Oct 2026" in page  # took off what had gone back: of no order
    assert "Wed 14 Oct 2026" not in found
    assert "3 October 2026 to 13 October 2026" in page


def test_each_transaction_is_there_with_its_order_newest_first(october: Organisation, viewer_client: Client) -> None:
    page = viewer_client.get(f"{PAGE}?{OCTOBER}").text
    assert moved(page) == [
        ["3", "Buyer 3", "31 Oct 2026 23:59", "Charged back", "£5.00", "90004"],
        ["2", "Buyer 2", "14 Oct 2026 11:00", "Refund failed", "−£30.00", "90003"],
        ["2", "Buyer 2", "2 Oct 2026 11:00", "Refunded", "£30.00", "90002"],
        ["1", "Buyer 1", "1 Oct 2026 23:30", "Refunded", "£12.50", "90001"],
    ]
    assert 'href="/o/alder-house/orders/3/"' in page
    assert "Europe/London" in page


def test_what_is_in_no_sum_is_told_and_stands_in_the_table(
    october: Organisation, staff_client: Client, viewer_client: Client
) -> None:
    transact(
        october,
        transaction(11, 1, "Refund", "2026-10-06T10:00:00", None),
        transaction(12, 1, "Refund", "2026-10-07T10:00:00", 100, currencyCode="EUR"),
        transaction(13, 99, "Refund", "2026-10-08T10:00:00", 700),
        transaction(14, None, "Refund", "2026-10-09T10:00:00", 800),
    )
    page = viewer_client.get(f"{PAGE}?{OCTOBER}").text
    said = text(" ".join(page.split()))
    assert "2 of orders that are not here (£15.00)" in said
    assert "1 not in the currency of its order (€1.00)" in said
    assert "1 without an amount" in said
    assert {query: cells for query, words, cells in rows(page) if words == "All"} == {
        "currency=GBP&refunded=2026-10-01..2026-10-31": ["3", "£42.50", "£5.00", "−£30.00", "£17.50"]
    }
    by_reference = {cells[-1]: cells for cells in moved(page)}
    assert by_reference["900013"][:2] == ["99", ""]
    assert by_reference["900013"][3] == "Refunded not in the sums: its order is not here"
    assert by_reference["900014"][0] == "None given"
    assert 'href="/o/alder-house/orders/99/"' not in page
    in_sums = {line[7]: line[8] for line in lines(staff_client.get(f"{FILE}?{OCTOBER}&table=transactions"))}
    assert (in_sums["90001"], in_sums["900011"]) == ("yes", "it has no amount")


def test_both_tables_are_files_with_the_same_numbers(
    october: Organisation, staff_client: Client, viewer_client: Client
) -> None:
    answer = staff_client.get(f"{FILE}?{OCTOBER}&by=month&table=month")
    assert answer.headers["Content-Disposition"].endswith(
        '"alder-house-report-money-back-by-month-2026-10-01-to-2026-10-31.csv"'
    )
    assert lines(answer) == [
        [
            *("Month", "First day", "Last day", "Currency", "Orders"),
            *("Refunded", "Charged back", "Failed or reversed", "Went back"),
        ],
        ["October 2026", "2026-10-01", "2026-10-31", "GBP", "3", "42.50", "5.00", "-30.00", "17.50"],
    ]
    answer = staff_client.get(f"{FILE}?{OCTOBER}&table=transactions")
    assert lines(answer)[:2] == [
        [
            *("Date", "Time (Europe/London)", "Order", "Buyer", "Type"),
            *("Amount", "Currency", "Reference", "In the sums"),
        ],
        ["2026-10-31", "23:59:59", "3", "Buyer 3", "Chargeback", "5.00", "GBP", "90004", "yes"],
    ]
    assert viewer_client.get(f"{FILE}?{OCTOBER}&table=day").status_code == 403
    assert staff_client.get(f"{FILE}?{OCTOBER}&table=colour").status_code == 404
    assert staff_client.get(f"{FILE}?from=soon&table=day").status_code == 302
    assert "/back/file/" in staff_client.get(f"{PAGE}?{OCTOBER}").text
    assert "/back/file/" not in viewer_client.get(f"{PAGE}?{OCTOBER}").text


def test_of_very_many_transactions_the_newest_are_shown_and_the_file_has_all(
    house: Any, staff_client: Client, viewer_client: Client
) -> None:
    n = MOST_SHOWN + 5
    write(house.hotel, *(order(of) for of in range(1, n + 1)))
    transact(
        house.hotel, *(transaction(of, of, "Refund", f"2026-10-{1 + of % 28:02}T10:00:00") for of in range(1, n + 1))
    )
    known(house.hotel)
    page = viewer_client.get(f"{PAGE}?{OCTOBER}").text
    assert len(moved(page)) == MOST_SHOWN
    said = " ".join(page.split())
    assert f"The newest {MOST_SHOWN} of {n}." in said
    assert "Fewer days show the others." in said
    assert "The CSV file has all of them." in staff_client.get(f"{PAGE}?{OCTOBER}").text
    assert len(lines(staff_client.get(f"{FILE}?{OCTOBER}&table=transactions"))) == n + 1


@pytest.mark.parametrize(
    ("state", "said", "has_table"),
    [
        ({}, "", True),
        ({"transactions_complete_at": None}, "still being read: some of what went back may be missing", True),
        ({"transactions_error": "Glu said no."}, "could not be read lately", True),
        (
            {"transactions_complete_at": None, "transactions_error": "Glu said no."},
            "What went back is not known",
            False,
        ),
    ],
)
def test_what_is_not_known_is_said(
    october: Organisation, staff_client: Client, state: dict[str, Any], said: str, has_table: bool
) -> None:
    MirrorState.across_organisations.update(**state)
    page = staff_client.get(f"{PAGE}?{OCTOBER}").text
    assert said in page
    assert ("Glu said no." in page) == ("transactions_error" in state)
    assert ("Buyer 1" in page) == has_table
    assert ("CSV, incomplete" in page) == (has_table and bool(state))
    answer = staff_client.get(f"{FILE}?{OCTOBER}&table=day")
    assert answer.status_code == (302 if state else 200)
    if state and has_table:  # a second step, from the page that says what is missing
        answer = staff_client.get(f"{FILE}?{OCTOBER}&table=day&incomplete=yes")
        assert "-incomplete.csv" in answer.headers["Content-Disposition"]


def test_figures_lead_to_the_same_days_of_money_back(october: Organisation, viewer_client: Client) -> None:
    MirrorState.across_organisations.update(days_zone="Europe/London")
    count_all_days(october, october.zone)
    page = viewer_client.get("/o/alder-house/reports/?from=2026-08-01&to=2026-08-31&by=week").text
    [link] = re.findall(r'href="([^"]*)">by the day it went back<', page)
    assert html.unescape(link) == f"{PAGE}?from=2026-08-01&to=2026-08-31&by=week"
    assert viewer_client.get(html.unescape(link)).status_code == 200


def test_days_without_money_back_and_days_that_cannot_be_read_say_so(
    october: Organisation, viewer_client: Client
) -> None:
    assert "No money went back" in viewer_client.get(f"{PAGE}?from=2026-07-01&to=2026-07-31").text
    assert "is not a day" in viewer_client.get(f"{PAGE}?from=soon").text


def test_texts_of_strangers_stay_texts(house: Any, staff_client: Client) -> None:
    hostile = "=1<script>alert(1)</script>"
    write(house.hotel, order(1, customerName=hostile, currencyCode="<i>"))
    transact(
        house.hotel, transaction(1, 1, "Refund", "2026-10-02T10:00:00", currencyCode="<i>", gatewayReference=hostile)
    )
    known(house.hotel)
    page = staff_client.get(f"{PAGE}?{OCTOBER}").text
    assert "<script>alert" not in page
    assert "<i>" not in page.lower()
    line = lines(staff_client.get(f"{FILE}?{OCTOBER}&table=transactions"))[1]
    assert line[3].startswith("'=1")
    assert line[7].startswith("'=1")


def test_questions_do_not_grow_with_what_there_is(house: Any, viewer_client: Client) -> None:
    known(house.hotel)
    numbers = []
    for first in (1, 2, 40):
        ids = range(first, first * 2)
        write(house.hotel, *(order(n, currencyCode=("GBP", "EUR")[n % 2]) for n in ids))
        transact(house.hotel, *(transaction(n, n, "Refund", f"2026-10-{1 + n % 28:02}T10:00:00") for n in ids))
        with CaptureQueriesContext(connection) as asked:
            viewer_client.get(f"{PAGE}?{OCTOBER}")
        numbers.append(len(asked))
    assert max(numbers) <= 12
    assert numbers[1] == numbers[2]
