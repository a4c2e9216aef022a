"""Money: decimals by ISO 4217, codes however they are written, and no unit made up."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from orders.display.money import major_units, minor_unit, minor_units, money, plain_amount

WITHDRAWN = ("HRK", "SLL", "BGN")
TWO = (
    *["GBP", "EUR", "USD", "RSD", "AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "SOS", "SYP", "YER"],
    *WITHDRAWN,
)


@pytest.mark.parametrize(
    ("code", "decimals"),
    [*((code, 2) for code in TWO), ("JPY", 0), ("ISK", 0), ("BYR", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4)],
)
def test_a_currency_has_the_decimals_of_iso_4217(code: str, decimals: int) -> None:
    assert minor_unit(code) == decimals
    assert minor_unit(f" {code.lower()} ") == decimals
    assert major_units(150_000, code) == Decimal(150_000).scaleb(-decimals)


@pytest.mark.parametrize(
    ("amount", "code", "words"),
    [
        (1250, "GBP", "£12.50"),
        (-1250, "gbp ", "−£12.50"),
        (5000, "jpy", "JP¥5,000"),
        (150_000, "RSD", "RSD 1,500.00"),
        (150_000, "IQD", "IQD 150.000"),
        (150_000, "SLL", "SLL 1,500.00"),
        (150_000, "abc", "ABC 150,000 (unit not known)"),
        (-150_000, None, "−150,000 (unit not known)"),
        (150_000, "XAU", "XAU 150,000 (unit not known)"),
        (150_000, "W" * 300, f"{'W' * 11}… 150,000 (unit not known)"),
        (None, "GBP", ""),
    ],
)
def test_money_for_people(amount: int | None, code: str | None, words: str) -> None:
    assert money(amount, code).replace("\N{NO-BREAK SPACE}", " ") == words


def test_money_in_files_is_a_number_only_where_its_unit_is_known() -> None:
    assert [plain_amount(150_000, code) for code in ("RSD", "jpy", "kwd")] == ["1500.00", "150000", "150.000"]
    assert plain_amount(150_000, "ABC") == "150000 (unit not known)"


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from([*TWO, "jpy", "KWD ", "ABC", "", None]) | st.text(max_size=4))
def test_there_and_back_again_is_exact(amount: int, code: str | None) -> None:
    assert minor_units(major_units(amount, code), code) == amount
    assert money(amount, code)


def test_amounts_are_written_as_in_the_language_of_the_installation() -> None:
    money.cache_clear()
    with translation.override("de"):
        said = [money(-123456, "GBP"), money(5, "JPY"), money(1234567, "IQD")]
    money.cache_clear()
    assert [text.replace("\xa0", " ") for text in said] == ["−1.234,56 £", "5 ¥", "1.234,567 IQD"]
