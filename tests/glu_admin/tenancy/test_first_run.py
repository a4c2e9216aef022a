"""The first run: its token, its page, and that both are gone afterwards."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.first_run import print_setup_token_if_needed
from glu_admin.tenancy.models import Organisation, Role, SetupToken, User

pytestmark = pytest.mark.django_db


def answers(token: str, **changed: str) -> dict[str, str]:
    return {
        "token": token,
        "name": "Ellie Marsh",
        "email": "Ellie@Desk.example",
        "password": "correct horse battery",
        "organisation": "The Copper Ladle",
    } | changed


def test_everything_leads_to_set_up_while_there_is_nobody(client: Client) -> None:
    assert client.get("/", follow=True).request["PATH_INFO"] == "/setup/"


def test_token_makes_the_first_manager_once(client: Client) -> None:
    token = SetupToken.issue()
    response = client.post("/setup/", answers(token))
    assert response.headers["Location"] == "/o/the-copper-ladle/key/"
    user = User.objects.get()
    assert user.email == "ellie@desk.example"
    assert user.memberships.get().role == Role.MANAGER
    assert Organisation.objects.get().timezone == "Europe/London"
    assert client.get("/profile/").status_code == 200
    assert client.get("/setup/").status_code == 404
    assert client.post("/setup/", answers(token)).status_code == 404


def test_wrong_token_makes_nothing(client: Client) -> None:
    SetupToken.issue()
    response = client.post("/setup/", answers("guess"))
    assert "This token is wrong" in response.text
    assert not User.objects.exists()


def test_token_dies_after_an_hour(client: Client) -> None:
    token = SetupToken.issue()
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert "This token is wrong" in client.post("/setup/", answers(token)).text
    assert not User.objects.exists()


def test_a_new_token_ends_the_one_before(client: Client) -> None:
    old = SetupToken.issue()
    SetupToken.issue()
    assert "This token is wrong" in client.post("/setup/", answers(old)).text


def test_guesses_are_limited(client: Client) -> None:
    assert [client.post("/setup/", answers(f"guess {n}")).status_code for n in range(11)][-1] == 429


@pytest.mark.parametrize(("field", "value"), [("password", "short"), ("email", "nobody"), ("organisation", "!!!")])
def test_mistakes_are_said_in_place_and_keep_the_token(client: Client, field: str, value: str) -> None:
    token = SetupToken.issue()
    assert f'id="id_{field}_error"' in client.post("/setup/", answers(token, **{field: value})).text
    assert not User.objects.exists()
    assert client.post("/setup/", answers(token)).status_code == 302


def test_start_prints_a_token_only_while_there_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = StringIO()
    print_setup_token_if_needed(stream)
    assert "/setup/" in stream.getvalue()
    User.objects.create_user("a@desk.example", "x")
    stream = StringIO()
    print_setup_token_if_needed(stream)
    assert stream.getvalue() == ""
    with pytest.raises(CommandError, match="users already"):
        call_command("setup_token")


def test_start_goes_on_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("glu_admin.tenancy.first_run.SetupToken.issue", away)
    print_setup_token_if_needed(StringIO())
