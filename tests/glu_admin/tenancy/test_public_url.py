"""Under which address the desk is reached: links carry it, and requests name it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from glu_admin.tenancy.public_url import warn_without_public_url

HOSTS = ["desk.example", "testserver", "[::1]"]


def invitation(client: Client, **extra: Any) -> str:
    page = client.post("/o/alder-house/team/invite/", {"email": "new@desk.example", "role": "staff"}, **extra)
    link = re.search(r"https?://[^<\s]+/invitations/[^<\s]+", page.text)
    assert link is not None
    assert link[0] in mail.outbox[-1].body
    return link[0]


def reset(**extra: Any) -> str:
    Client().post("/accounts/password/reset/", {"email": "manager@desk.example"}, **extra)
    link = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert link is not None
    return link[0]


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.EMAIL_URL, settings.ALLOWED_HOSTS = "smtp://mail.example", HOSTS


@pytest.mark.parametrize(
    ("public", "https", "host", "link"),
    [
        ("https://desk.example", True, "desk.example", "https://desk.example/"),
        ("https://desk.example", True, "desk.example:443", "https://desk.example/"),
        ("https://desk.example:8443", True, "desk.example:8443", "https://desk.example:8443/"),
        ("https://desk.example/desk", True, "DESK.example", "https://desk.example/"),
        ("http://desk.example", False, "desk.example:80", "http://desk.example/"),
        ("", True, "desk.example:6666", "https://desk.example/"),
        ("", True, "[::1]:6666", "https://[::1]/"),
        ("", False, "testserver:8000", "http://testserver:8000/"),
    ],
)
def test_links_name_the_public_address(
    manager_client: Client, settings: Settings, public: str, https: bool, host: str, link: str
) -> None:
    settings.PUBLIC_URL, settings.HTTPS = public, https
    made = invitation(manager_client, HTTP_HOST=host)
    assert made.startswith(f"{link}invitations/")
    assert reset(HTTP_HOST=host).startswith(f"{link}accounts/password/reset/key/")
    assert Client().get(made.removeprefix(link.rstrip("/")), HTTP_HOST=host).status_code == 200


@pytest.mark.parametrize("host", ["desk.example:6666", "testserver", "desk.example:80"])
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/o/alder-house/orders/", "/no-such-page/"])
def test_another_host_or_port_is_refused(manager_client: Client, settings: Settings, host: str, path: str) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    for answer in (manager_client.get(path, HTTP_HOST=host), manager_client.post(path, HTTP_HOST=host)):
        assert answer.status_code == 400
        assert 'href="https://desk.example/"' in answer.text
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_name_any_host(db: None, settings: Settings, path: str) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    assert Client().get(path, HTTP_HOST="10.0.0.7:8000").status_code == 200


@pytest.mark.parametrize(
    ("public", "embedded", "warned"),
    [("", False, True), ("https://desk.example", False, False), ("", True, False)],
)
def test_production_is_warned_when_it_does_not_know_its_address(
    settings: Settings, caplog: pytest.LogCaptureFixture, public: str, embedded: bool, warned: bool
) -> None:
    settings.PUBLIC_URL, settings.EMBEDDED = public, embedded
    warn_without_public_url()
    assert ("PUBLIC_URL is not set" in caplog.text) is warned
