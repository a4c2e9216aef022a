"""Every page in another language: whatever of it is still English could not be translated.

The language is made up: each text of ours and of Django's stands between ⟦ and ⟧. What people typed into Glu is in
Greek letters, so that it is not taken for ours; its statuses, types and methods are shown as Glu has them.
"""

import functools
import gc
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.test import Client
from django.utils import translation

from glu_admin.tenancy.models import Organisation
from orders.payload import payload
from tests.browser.places import places
from tests.furnished import alder_house, made_up_orders

OPEN, CLOSE = "⟦", "⟧"
GREEK = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "αβψδεφγηιξκλμνοπθρστυϝωχυζΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠΘΡΣΤΥϜΩΧΥΖ",
)
# Words of Glu's own, which are shown as they are, and what is written the same everywhere.
AS_GLU_SAYS = {"type", "dispatchStatus", "paymentStatus", "deliveryMethodType", "channel", "currencyCode"}
AS_GLU_SAYS |= {"deliveryMethodName", "paymentMethod", "offlinePaymentMethod", "gateway", "createdAt", "updatedAt"}
AS_GLU_SAYS |= {"scheduledDeliveryAt", "uuid", "customerEmailAddress", "recipientEmailAddress", "phoneNumber"}
SAME_EVERYWHERE = {"Glu", "Glu Admin", "CSV", "JSON", "UTC", "Excel", "GMT", "BST", "SHA-256"}
ZONES = {*available_timezones(), *(name.partition("/")[2].replace("_", " ") for name in available_timezones())} - {""}
TYPED = {"please look", "Ann Ash"}  # what tests/browser/places.py types
FIELDS = {"Attached order", "id 369 · name", "· sku", "id 1400284 · code", "· value"}  # named as in Glu's answer
READ_ALOUD = {"aria-label", "aria-description", "alt", "title", "placeholder", "value"}
NOT_READ = {"style", "script", "pre", "code", "kbd"}
# Ages as they are typed into the search box; lengths of time in Babel's words, which follow the language by themselves.
_OWN = re.compile(r"\b\dwd\b|\b\d+ (?:secs?|mins?|hrs?|days?|wks?|mths?|yrs?)\b")
_LETTERS = re.compile(r"[A-Za-z]{2,}")


def _greek(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _greek(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_greek(each, field) for each in value]
    return value.translate(GREEK) if isinstance(value, str) and field not in AS_GLU_SAYS else value


class _English(HTMLParser):
    """Collects what people read of a page outside the marks of the made-up language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        values = dict(attrs)
        shown = READ_ALOUD if values.get("type") in ("submit", "button") else READ_ALOUD - {"value"}
        if not self._depth:
            self.found += [_outside(value)[0] for name, value in attrs if name in shown and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in NOT_READ:
            text, self._depth = _outside(data, self._depth)
            self.found.append(text)


def _outside(text: str, depth: int = 0) -> tuple[str, int]:
    """What stands outside the marks, and how many are open at the end."""
    kept = []
    for letter in text:
        depth += letter == OPEN
        if not depth:
            kept.append(letter)
        depth -= letter == CLOSE
    return "".join(kept), depth


def _english_of(page: str, known: re.Pattern[str]) -> list[str]:
    reader = _English()
    reader.feed(page)
    texts = [" ".join(text.split()) for text in reader.found]
    return [text for text in texts if _LETTERS.search(_OWN.sub(" ", known.sub(" ", text)))]


def _forget_words() -> None:
    """Words that were kept in one language are no others' words."""
    gc.unfreeze()  # what tests/conftest.py hides from the collector is not found otherwise
    for kept in gc.get_objects():
        if type(kept) is functools._lru_cache_wrapper:
            kept.cache_clear()


@pytest.fixture
def made_up_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In which "Late" is "⟦Late⟧"."""
    spoken = translation._trans  # type: ignore[attr-defined]

    def one(text: str) -> str:
        return f"{OPEN}{text}{CLOSE}" if text else text

    monkeypatch.setattr(spoken, "gettext", one)
    monkeypatch.setattr(spoken, "pgettext", lambda context, text: one(text))
    monkeypatch.setattr(spoken, "ngettext", lambda single, plural, number: one(single if number == 1 else plural))
    monkeypatch.setattr(
        spoken, "npgettext", lambda context, single, plural, number: one(single if number == 1 else plural)
    )
    _forget_words()
    yield
    _forget_words()


@pytest.fixture
def desk(db: None) -> Organisation:
    return alder_house(_greek(made_up_orders()), "Αλδερ".upper())


def test_no_page_has_english_left(desk: Organisation, made_up_language: None) -> None:
    client = Client()
    member = desk.memberships.get()
    member.user.name = "Μο"
    member.user.save()
    client.force_login(member.user)
    words = SAME_EVERYWHERE | ZONES | TYPED | FIELDS | {member.user.email, desk.slug} | _words_of_glu(desk)
    known = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    left = {}
    for path in places(desk):
        response = client.get(path, HTTP_ACCEPT="text/html")
        page = b"".join(response) if response.streaming else response.content
        if found := _english_of(page.decode(), known):
            left[path] = found
    assert left == {}


def _words_of_glu(desk: Organisation) -> set[str]:
    def words(value: Any, field: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, each in value.items():
                yield from words(each, name)
        elif isinstance(value, list):
            for each in value:
                yield from words(each, field)
        elif isinstance(value, str) and field in AS_GLU_SAYS and value:
            yield from (value, *(part for part in re.split("(?=@)", value) if part))  # a long address may be broken

    return {word for order in desk.orders.all() for word in words(payload(order))}
