"""Money: integer minor units and a currency code; Babel knows the exponents and the ways of writing."""

from decimal import Decimal, localcontext

from babel.numbers import UnknownCurrencyError, format_currency, get_currency_precision, validate_currency

LOCALE = "en_GB"
_MINUS = "\N{MINUS SIGN}"


def exponent(code: str | None) -> int:
    """How many decimals a currency has: 2 for GBP, 0 for JPY; 2 for one that is unknown."""
    return get_currency_precision(code) if code and _known(code) else 2


def major_units(amount: int, code: str | None) -> Decimal:
    """Pence to pounds, exactly: 1250 GBP is Decimal("12.50")."""
    with localcontext(prec=50):
        return Decimal(amount).scaleb(-exponent(code))


def minor_units(amount: Decimal, code: str | None) -> Decimal:
    """Pounds to pence; not rounded, as Decimal("12.505") has no whole pence."""
    with localcontext(prec=50):
        return amount.scaleb(exponent(code))


def money(amount: int | None, code: str | None) -> str:
    """An amount for people, with its sign and symbol: "£12.50", "−£3.00"; "" when there is none.

    A currency that is not known keeps its code in front; without any the number stands alone.
    """
    if amount is None:
        return ""
    value = major_units(abs(amount), code)
    if code and _known(code):
        text = format_currency(value, code, locale=LOCALE)
    else:
        text = f"{code} {value:,}" if code else f"{value:,}"
    return f"{_MINUS}{text}" if amount < 0 else text


def _known(code: str) -> bool:
    try:
        validate_currency(code)
    except UnknownCurrencyError:
        return False
    return True
