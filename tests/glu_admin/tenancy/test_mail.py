"""Mails go out whatever a name holds, and one that does not go out stops nothing."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from glu_admin.tenancy.mail import send


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "x", "django.core.mail.backends.locmem.EmailBackend"


@pytest.mark.parametrize("name", ["Alder\nHouse", "Alder\r\nBcc: spy@desk.example", "Alder\u2028House"])
def test_an_invitation_goes_out_whatever_the_name_holds(house: Any, manager_client: Client, name: str) -> None:
    type(house.hotel).objects.filter(pk=house.hotel.pk).update(name=name)
    manager_client.post(reverse("invite", args=["alder-house"]), {"email": "new@desk.example", "role": "viewer"})
    [message] = mail.outbox
    assert message.recipients() == ["new@desk.example"]
    assert "\n" not in message.message()["Subject"]


def test_a_mail_that_cannot_be_sent_stops_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert send("Subject", "Text", ["new@desk.example"]) is False
    settings.EMAIL_URL = ""
    assert send("Subject", "Text", ["new@desk.example"]) is False
    assert send("Subject", "Text", ["two\nlines@desk.example"]) is False
