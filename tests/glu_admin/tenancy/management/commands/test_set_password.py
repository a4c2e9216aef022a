"""A password is set from standard input."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from glu_admin.tenancy.models import User


def test_set_password_from_standard_input(house: Any, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("short\n"))
    with pytest.raises(CommandError):
        call_command("set_password", "staff@desk.example")
    monkeypatch.setattr("sys.stdin", StringIO("a long enough phrase\n"))
    call_command("set_password", "STAFF@desk.example", stdout=StringIO())
    assert User.objects.get(pk=house.staff.pk).check_password("a long enough phrase")
    with pytest.raises(CommandError):
        call_command("set_password", "nobody@desk.example")
