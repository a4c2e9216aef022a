"""How the installation's language writes amounts and lengths of time, as Babel knows it, and numbers as Django does."""

from decimal import Decimal
from functools import lru_cache

from babel.core import negotiate_locale
from babel.localedata import locale_identifiers
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language, to_locale

_ELSE = "en_GB"


def locale() -> str:
    """The language that is spoken here, as Babel calls it: "en_GB"."""
    return _known(get_language() or settings.LANGUAGE_CODE)


def grouped(number: int | Decimal) -> str:
    """A number for people, in groups of digits as the language here has them: "12,345"; as templates have "0g"."""
    if isinstance(number, int) and -1000 < number < 1000:
        return str(number)
    return number_format(number, force_grouping=True)


@lru_cache
def _known(language: str) -> str:
    return negotiate_locale([to_locale(language)], locale_identifiers()) or _ELSE
