"""Days and amounts as people write them: read one way or refused with a word, never guessed."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.display.ages import clock_of
from orders.search.criteria import Amounts, Days
from orders.search.ranges import BadValue, read_ages, read_amounts, read_days

TODAY = date(2026, 11, 27)


def days(text: str) -> Days:
    return read_days(text, TODAY, "Created")


def amounts(text: str) -> Amounts:
    return read_amounts(text, "Total")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026/1/31",
        "31/01/2026",
        "31/1/26",
        "31.1.2026",
        "31-01-2026",
        "31 1 2026",
        "31/1",
        "31 Jan 2026",
        "31 january 2026",
        "31st Jan, 2026",
        "Jan 31, 2026",
        "31-Jan-26",
        "Sat 31 Jan",
        "Saturday, 31 Jan 2026",
        "\N{NO-BREAK SPACE}31\N{EN DASH}01\N{EN DASH}2026",
        "３１/１/２０２６",
    ],
)
def test_a_day_however_it_is_written(text: str) -> None:
    assert days(text) == Days(date(2026, 1, 31), date(2026, 1, 31), "2026-01-31")


def test_what_is_counted_from_today_stays_so() -> None:
    assert days("-7 days..Today") == Days(date(2026, 11, 20), TODAY, "-7d..today")
    assert days("1 Sept 2026..").text == "2026-09-01.."
    assert days("..1.2.26").text == "..2026-02-01"


@pytest.mark.parametrize(
    ("text", "first", "last", "kept"),
    [
        ("this-month", "2026-11-01", "2026-11-30", "this-month"),
        ("Last month", "2026-10-01", "2026-10-31", "last-month"),
        ("next-month", "2026-12-01", "2026-12-31", "next-month"),
        ("last-month..today", "2026-10-01", "2026-11-27", "last-month..today"),
        ("-7d..this-month", "2026-11-20", "2026-11-30", "-7d..this-month"),
        ("last-month..this-month", "2026-10-01", "2026-11-30", "last-month..this-month"),
        (">=this-month", "2026-11-01", None, "this-month.."),
        ("<=this-month", None, "2026-11-30", "..this-month"),
        (">last-month", "2026-11-01", None, "this-month.."),
        ("<this-month", None, "2026-10-31", "..last-month"),
        (">next-month", "2027-01-01", None, "2027-01-01.."),
    ],
)
def test_a_month_counted_from_todays_stays_so(text: str, first: str | None, last: str | None, kept: str) -> None:
    found = days(text)
    assert (found.first, found.last) == tuple(end and date.fromisoformat(end) for end in (first, last))
    assert found.text == kept


@given(st.dates(date(1950, 1, 1), date(2900, 12, 31)))
def test_months_meet_whatever_today_is(today: date) -> None:
    last, this, following = (read_days(f"{name}-month", today, "Created") for name in ("last", "this", "next"))
    for before, after in ((last, this), (this, following)):
        assert before.last
        assert after.first
        assert (after.first - before.last).days == 1
        assert after.first.day == 1
    assert this.first
    assert this.last
    assert this.first <= today <= this.last


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("31/2/2026", "from"),
        ("12/31/2026", "from"),
        ("soon", "from"),
        ("2026", "from"),
        ("1/2/3", "from"),
        ("29 Feb", "from"),
        ("1 Jan 2026..later", "to"),
        ("9999-12-31", "from"),
        ("x" * 5000, "from"),
        ("2/1/2026..1/1/2026", ""),
        ("..", ""),
    ],
)
def test_no_day_is_guessed(text: str, end: str) -> None:
    with pytest.raises(BadValue, match=r"^Created") as caught:
        days(text)
    assert caught.value.end == end
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("50", "50", ""),
        ("£50", "50", "GBP"),
        ("£ 50.5", "50.5", "GBP"),
        ("1,000", "1000", ""),
        ("£1,234,567.89", "1234567.89", "GBP"),
        ("1 000.50", "1000.50", ""),
        ("1\N{NO-BREAK SPACE}000", "1000", ""),
        ("1’000", "1000", ""),
        ("50 GBP", "50", "GBP"),
        ("gbp50", "50", "GBP"),
        ("50€", "50", "EUR"),
        ("$50", "50", "USD"),
        ("£50 gbp", "50", "GBP"),
        (".50", "0.50", ""),
        ("50.", "50", ""),
        ("-5", "-5", ""),
        ("\N{MINUS SIGN}£5", "-5", "GBP"),
        ("£-5", "-5", "GBP"),
        ("￡５０", "50", "GBP"),
    ],
)
def test_an_amount_however_it_is_written(text: str, amount: str, currency: str) -> None:
    assert amounts(text) == Amounts(Decimal(amount), Decimal(amount), text, currency)


def test_one_end_names_the_currency_of_both() -> None:
    assert amounts("£50..1,000").currency == "GBP"
    assert amounts("..99 eur").currency == "EUR"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("ten", "from"),
        ("10,50", "from"),
        ("1.000,50", "from"),
        ("1,00,000", "from"),
        ("1,000 000", "from"),
        ("1e5", "from"),
        ("50p", "from"),
        ("£50 EUR", "from"),
        ("50 QQQ", "from"),
        ("--5", "from"),
        ("-£-5", "from"),
        ("NaN", "from"),
        ("£", "from"),
        ("1..2..3", "to"),
        ("9" * 16, "from"),
        ("£5..€9", ""),
        ("9..1", ""),
        ("..", ""),
    ],
)
def test_no_amount_is_guessed(text: str, end: str) -> None:
    with pytest.raises(BadValue, match=r"^Total") as caught:
        amounts(text)
    assert caught.value.end == end


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    clock = clock_of(Organisation(timezone="Europe/London"))
    for read in (days, amounts, lambda text: read_ages(text, clock, "Age")):
        with suppress(BadValue):
            found = read(text)
            assert read(found.text) == found


@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)))
def test_numbers_are_day_month_year(day: date) -> None:
    assert days(f"{day.day}/{day.month}/{day.year}").first == day
    assert days(f"{day:%d.%m.%y}").first == day
