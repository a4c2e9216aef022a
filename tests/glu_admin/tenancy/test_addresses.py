"""An organisation's part of the address, whatever script its name is in."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from glu_admin.tenancy.addresses import free_slug
from glu_admin.tenancy.models import Organisation

SAKURA = "株式会社さくら"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The Copper Ladle", "the-copper-ladle"),
        ("Café Ærø", "cafe-aero"),
        (SAKURA, "zhushihuishesakura"),
        ("Кафе Пушкин", "kafe-pushkin"),
        ("שלום", "slvm"),
        ("☕", "coffee"),
        ("\u0294", "organisation-1"),  # a letter of a script that has no transliteration
    ],
)
def test_names_in_any_script_have_an_address(name: str, slug: str) -> None:
    assert free_slug(name) == slug


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "!!!", " — ", "\u200b"])
def test_names_that_say_nothing_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        free_slug(name)


@pytest.mark.django_db
def test_a_taken_address_gets_a_number() -> None:
    for slug in (free_slug("Кафе"), free_slug("\u0294")):
        Organisation.objects.create(name="One", slug=slug)
    assert free_slug("Кафе") == "kafe-2"
    assert free_slug("\u0294") == "organisation-2"


class AnyName(TestCase):
    """A property needs a transaction for each example."""

    @given(st.text(max_size=120))
    def test_every_address_can_be_reached(self, name: str) -> None:
        try:
            slug = free_slug(name)
        except ValidationError:
            return
        assert re.fullmatch(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?", slug)
        assert len(slug) <= 60


def test_an_organisation_without_latin_letters_is_added(manager_client: Client) -> None:
    response = manager_client.post("/organisations/add/", {"name": SAKURA, "timezone": "Asia/Tokyo"})
    assert response.headers["Location"] == "/o/zhushihuishesakura/key/"
    assert SAKURA in manager_client.get("/o/zhushihuishesakura/orders/").text


@pytest.mark.django_db
def test_the_command_needs_no_slug_either(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.GLU_API_URL, settings.GLU_RETRIES = "http://127.0.0.1:9", 0  # nobody is there to try the key with
    monkeypatch.setattr("sys.stdin", StringIO("made-up-key-0001\n"))
    call_command("organisation_add", SAKURA, stdout=StringIO())
    assert Organisation.objects.get().slug == "zhushihuishesakura"


def test_two_of_one_name_at_once_both_get_in(manager_client: Client, house: Any, monkeypatch: Any) -> None:
    """The second was given its address before the first was saved."""
    given_out = iter(["alder-house", "alder-house-2"])
    monkeypatch.setattr("glu_admin.tenancy.addresses.free_slug", lambda name: next(given_out))
    response = manager_client.post("/organisations/add/", {"name": "Alder House", "timezone": "Europe/London"})
    assert response.headers["Location"] == "/o/alder-house-2/key/"
