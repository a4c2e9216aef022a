"""Money: integer minor units and a currency code; ISO 4217 says how many of them make one, Babel how it is written."""

from collections import defaultdict
from decimal import Decimal, localcontext
from functools import lru_cache

from babel.core import Locale
from babel.numbers import format_currency, get_currency_symbol
from django.utils.translation import gettext as _
from iso4217 import Currency
from moneyed import CURRENCIES

from orders.display.locales import grouped, locale
from orders.display.text import brief

_UNIT_NOT_KNOWN = "unit not known"  # in files, of an amount whose currency does not tell how many make one
_LONGEST_CODE = 12  # characters; amounts are not broken into lines
_MINUS = "\N{MINUS SIGN}"


def currency(code: str | None) -> str:
    """A code as codes are compared and shown, trimmed and in capitals: "gbp " is "GBP"; "" where there is none."""
    return code.strip().upper() if code else ""


def minor_unit(code: str | None) -> int | None:
    """How many decimals a currency has by ISO 4217: 2 for GBP, 0 for JPY, 3 for IQD; None for an unknown code."""
    return _minor_unit(currency(code))


def major_units(amount: int, code: str | None) -> Decimal:
    """Pence to pounds, exactly: 1250 GBP is Decimal("12.50"); of an unknown code the amount as it came."""
    with localcontext(prec=50):
        return Decimal(amount).scaleb(-(minor_unit(code) or 0))


def minor_units(amount: Decimal, code: str | None) -> Decimal:
    """Pounds to pence; not rounded, as Decimal("12.505") has no whole pence."""
    with localcontext(prec=50):
        return amount.scaleb(minor_unit(code) or 0)


def plain_amount(amount: int, code: str | None) -> str:
    """An amount as files have it: "12.50"; of an unknown code "1250 (unit not known)", which is no number to add up."""
    plain = f"{major_units(amount, code):f}"
    return plain if minor_unit(code) is not None else f"{plain} ({_UNIT_NOT_KNOWN})"


@lru_cache(maxsize=4096)  # a page has hundreds of amounts, and others have the same
def money(amount: int | None, code: str | None) -> str:
    """An amount for people, with its sign and symbol: "£12.50", "−£3.00"; "" when there is none.

    Of an unknown code, or without any, the amount stands as it came and says so: "ABC 1,250 (unit not known)".
    """
    if amount is None:
        return ""
    name, decimals, value = currency(code), minor_unit(code), major_units(abs(amount), code)
    if decimals is None:
        text = _("%(amount)s (unit not known)") % {"amount": f"{brief(name, _LONGEST_CODE)} {grouped(value)}".lstrip()}
    else:
        here = locale()
        text = format_currency(value, name, _pattern(here, name, decimals), here, currency_digits=False)
    return f"{_MINUS}{text}" if amount < 0 else text


@lru_cache
def known_codes() -> dict[int, frozenset[str]]:
    """All codes of ISO 4217, withdrawn ones included, by how many decimals they have: most codes first."""
    found: dict[int, set[str]] = defaultdict(set)
    for code in {*(each.code for each in Currency), *CURRENCIES}:
        if (decimals := _minor_unit(code)) is not None:
            found[decimals].add(code)
    return {decimals: frozenset(found[decimals]) for decimals in sorted(found, key=lambda of: -len(found[of]))}


@lru_cache(maxsize=500)
def _pattern(here: str, name: str, decimals: int) -> str:
    """How a locale writes amounts, with the currency's own decimals, and a space where a code stands for a symbol."""
    pattern: str = Locale.parse(here).currency_formats["standard"].pattern
    pattern = pattern.replace("0.00", f"0.{'0' * decimals}" if decimals else "0")
    return pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#") if get_currency_symbol(name, here) == name else pattern


@lru_cache(maxsize=500)
def _minor_unit(code: str) -> int | None:
    try:
        return Currency(code).exponent
    except ValueError:
        withdrawn = CURRENCIES.get(code)
        return len(str(withdrawn.sub_unit)) - 1 if withdrawn else None
