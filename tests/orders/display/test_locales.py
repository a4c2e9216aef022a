"""Numbers as the language here writes them."""

from decimal import Decimal

import pytest
from django.template.defaultfilters import floatformat
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from orders.display.ages import Span
from orders.display.locales import grouped
from orders.search import Counted

LANGUAGES = ["en-gb", "de", "fr", "hi", "pl", "es", "sv"]


@given(st.integers(-(2**63), 2**63), st.sampled_from(LANGUAGES))
def test_code_groups_as_templates_do(number: int, language: str) -> None:
    with override(language):
        assert grouped(number) == floatformat(number, "0g")


@pytest.mark.parametrize(
    ("language", "whole", "amount"),
    [
        ("en-gb", "1,234,567", "1,000.50"),
        ("de", "1.234.567", "1.000,50"),
        ("fr", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567", "1\N{NO-BREAK SPACE}000,50"),
    ],
)
def test_a_number_is_written_as_the_language_has_it(language: str, whole: str, amount: str) -> None:
    with override(language):
        assert grouped(1_234_567) == whole
        assert grouped(Decimal("1000.50")) == amount
        assert str(Counted(1_234_567, exact=False)) == f"{whole}+"
        assert str(Span(1_234_567, "d")).split(maxsplit=1)[0] == whole.split()[0]
