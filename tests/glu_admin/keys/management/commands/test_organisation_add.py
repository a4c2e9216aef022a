"""organisation_add: what one types a second time, or does not type, is answered in a sentence."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from glu_admin.tenancy.models import Organisation


@pytest.fixture(autouse=True)
def away(db: None, settings: Any) -> None:
    """Nobody is there to try a key with."""
    settings.GLU_API_URL, settings.GLU_RETRIES = "http://127.0.0.1:9", 0


def add(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "made-up-key-0001\n") -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command("organisation_add", *arguments, stdout=io.StringIO())


@pytest.mark.parametrize("name", ["", " ", "!!!", "\u200b"])
def test_a_name_that_says_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(CommandError, match="needs at least one letter or digit"):
        add(monkeypatch, name)


@pytest.mark.parametrize("name", ["Alder\x01House", "\x7fAlder \x9b House", "Alder\r\nHouse"])
def test_a_name_has_no_signs_that_control_something(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    add(monkeypatch, name)
    assert Organisation.objects.get().name == "Alder House"


@pytest.mark.parametrize("again", ["Alder House", "alder  house", " ALDER\tHOUSE "])
def test_the_same_command_again_adds_no_second_organisation(monkeypatch: pytest.MonkeyPatch, again: str) -> None:
    add(monkeypatch, "Alder House", "--slug", "hotel")
    with pytest.raises(CommandError, match=r"“Alder House” already\. .*organisation_key hotel .*--slug"):
        add(monkeypatch, again)
    add(monkeypatch, again, "--slug", "second")
    assert list(Organisation.objects.order_by("pk").values_list("slug", flat=True)) == ["hotel", "second"]


def test_a_key_from_a_file_with_a_byte_order_mark_is_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "Alder House", typed="\ufeffmade-up-key-0001\r\n")
    assert Organisation.objects.get().glu_keys.get().last_four == "0001"
