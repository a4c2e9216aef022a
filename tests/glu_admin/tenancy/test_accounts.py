"""Signing in and out, limits, passwords, and what an ended session does to htmx."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from glu_admin.tenancy.models import User

PASSWORD = "correct horse battery"
OPEN = {"healthz", "readyz", "metrics", "setup", "invitation"}


@pytest.fixture
def ellie(house: Any) -> User:
    user: User = house.manager
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, email: str, password: str, **extra: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **extra})


def test_email_in_any_case_signs_in(client: Client, ellie: User) -> None:
    response = sign_in(client, "MANAGER@Desk.example", PASSWORD)
    assert response.headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/o/alder-house/"


def test_wrong_password_and_unknown_address_read_alike(client: Client, ellie: User) -> None:
    texts = []
    for email in ("manager@desk.example", "nobody@desk.example"):
        page = sign_in(client, email, "wrong").text
        texts.append(re.search(r'class="notice red".*?<p>(.*?)</p>', page, re.S))
    assert texts[0] is not None
    assert texts[1] is not None
    assert texts[0][1] == texts[1][1]
    assert client.get("/profile/").status_code == 302


def test_guessing_is_limited_with_our_own_page(client: Client, ellie: User) -> None:
    answers = [sign_in(client, "manager@desk.example", f"wrong {n}") for n in range(8)]
    assert any("too many" in answer.text.lower() or answer.status_code == 429 for answer in answers)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("wanted", "led"), [("/profile/", "/profile/"), ("https://evil.example/", "/"), ("//evil.example/x", "/")]
)
def test_next_never_leads_away(client: Client, ellie: User, wanted: str, led: str) -> None:
    assert sign_in(client, "manager@desk.example", PASSWORD, next=wanted).headers["Location"] == led


def _patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        found += _patterns(entry, route) if isinstance(entry, URLResolver) else [(entry.name or "", route)]
        assert isinstance(entry, (URLResolver, URLPattern))
    return found


def test_every_page_asks_who_you_are(client: Client, house: Any) -> None:
    for name, route in _patterns(get_resolver()):
        if name in OPEN or (name.startswith("account_") and "change" not in name and name != "account_set_password"):
            continue
        path = f"/{route}"
        for kind, value in {"slug": "alder-house", "int": "1", "uuid": str(UUID(int=9))}.items():
            path = re.sub(rf"<{kind}:[^>]*>", value, path)
        for response in (client.get(path), client.post(path)):
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/accounts/login/"), path


def test_ended_session_leads_htmx_to_sign_in(client: Client, house: Any) -> None:
    response = client.get(
        "/o/alder-house/orders/?q=tea",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/alder-house/orders/?q=tea"},
    )
    target = urlsplit(response.headers["HX-Redirect"])
    assert target.path == "/accounts/login/"
    assert parse_qs(target.query)["next"] == ["/o/alder-house/orders/?q=tea"]
    assert "<form" not in response.text


def test_signing_out_is_a_post_and_clears_the_browser(manager_client: Client) -> None:
    assert "Sign out" in manager_client.get("/accounts/logout/").text
    assert manager_client.get("/profile/").status_code == 200
    response = manager_client.post("/accounts/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert manager_client.get("/profile/").status_code == 302


def test_nobody_signs_up_by_themselves(client: Client, house: Any) -> None:
    people = User.objects.count()
    fields = {"email": "new@desk.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    assert User.objects.count() == people


def test_forgotten_password_by_mail(client: Client, ellie: User, settings: Settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example"
    client.post("/accounts/password/reset/", {"email": "nobody@desk.example"})
    assert mail.outbox == []
    client.post("/accounts/password/reset/", {"email": "Manager@desk.example"})
    (letter,) = mail.outbox
    assert letter.subject == "A new password for Glu Admin"
    link = re.search(r"http://testserver(/\S+)", str(letter.body))
    assert link is not None
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    short = client.post(path, {"password1": "short", "password2": "short"})
    assert "errorlist" in short.text
    client.post(path, {"password1": "another long phrase", "password2": "another long phrase"})
    assert sign_in(client, "manager@desk.example", "another long phrase").status_code == 302
    assert "<form" not in Client().get(link[1], follow=True).text.replace("sign-out", "")


def test_forgotten_password_without_mail_says_who_helps(client: Client, house: Any, settings: Settings) -> None:
    settings.EMAIL_URL = ""
    page = client.get("/accounts/password/reset/").text
    assert "manage.py set_password" in page
    assert "<form" not in page


def test_changing_the_password_ends_other_sessions(client: Client, ellie: User) -> None:
    other = Client()
    for browser in (client, other):
        sign_in(browser, "manager@desk.example", PASSWORD)
    new = "another long phrase"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert client.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302
