"""How the installation's language writes amounts and lengths of time, as Babel knows it."""

from functools import lru_cache

from babel.core import negotiate_locale
from babel.localedata import locale_identifiers
from django.conf import settings
from django.utils.translation import get_language, to_locale

_ELSE = "en_GB"


def locale() -> str:
    """The language that is spoken here, as Babel calls it: "en_GB"."""
    return _known(get_language() or settings.LANGUAGE_CODE)


@lru_cache
def _known(language: str) -> str:
    return negotiate_locale([to_locale(language)], locale_identifiers()) or _ELSE
