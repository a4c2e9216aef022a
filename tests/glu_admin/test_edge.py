"""Behind proxies of every habit: under a sub-path, on another port, probed by address, with odd headers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory, override_settings
from django.urls import clear_script_prefix, set_script_prefix

from glu_admin.edge import EdgeMiddleware
from glu_admin.tenancy import errors
from tests.conftest import PASSWORD

ADDRESSES = re.compile(r'\s(?:href|src|action|formaction|hx-get|hx-post)="([^"]+)"')
PAGES = ("/o/alder-house/orders/", "/o/alder-house/mirror/", "/o/alder-house/exports/", "/o/alder-house/team/")


@contextmanager
def below(prefix: str) -> Iterator[None]:
    """What a WSGI server's SCRIPT_NAME does to addresses; Django's test client does not play that part."""
    set_script_prefix(f"{prefix}/")
    try:
        yield
    finally:
        clear_script_prefix()


def outside(html: str, prefix: str) -> list[str]:
    """The addresses of a page that lead elsewhere than below `prefix`."""
    local = [address for address in ADDRESSES.findall(html) if not address.startswith(("#", "?", "data:"))]
    assert local
    return [address for address in local if not address.startswith(f"{prefix}/")]


@pytest.mark.parametrize("prefix", ["", "/desk", "/a/b"])
@pytest.mark.parametrize("path", [*PAGES, "/profile/", "/no-such-page/"])
def test_everything_a_page_names_is_below_the_sub_path(manager_client: Client, prefix: str, path: str) -> None:
    with below(prefix):
        page = manager_client.get(path, SCRIPT_NAME=prefix).text
    assert not outside(page, prefix)
    assert f'href="{prefix}/static/desk.css"' in page


@pytest.mark.parametrize("name", ["forbidden", "server_error", "database_away", "csrf_failure", "too_many_requests"])
def test_error_pages_stay_below_the_sub_path(rf: RequestFactory, name: str) -> None:
    with below("/desk"):
        page = getattr(errors, name)(rf.get("/"), *[PermissionDenied()] * (name == "forbidden")).text
    assert not outside(page, "/desk")


def test_static_files_are_served_below_the_sub_path(db: None) -> None:
    with below("/desk"):
        page = Client().get("/accounts/password/reset/", SCRIPT_NAME="/desk").text
    for path in ("bootstrap.min.css", "app.css", "desk.css"):
        assert f'href="/desk/static/{path}"' in page
        answer = Client().get(f"/static/{path}", SCRIPT_NAME="/desk")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["10.2.3.4:8000", "[fd00::7]", "desk_1", "", "*"])
def test_a_probe_may_come_with_any_host(path: str, host: str) -> None:
    assert Client().get(path, headers={"Host": host}).status_code == 200
    assert Client().get("/setup/", headers={"Host": "10.2.3.4"}).status_code == 400


@pytest.mark.parametrize("said", ["https", "HTTPS", "Https, http"])
def test_the_scheme_is_read_in_any_case(db: None, said: str) -> None:
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=header):
        assert Client().get("/accounts/password/reset/", headers={"X-Forwarded-Proto": said}).status_code == 200
        assert Client().get("/accounts/password/reset/", headers={"X-Forwarded-Proto": "http"}).status_code == 301


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize(
    "said", ["unknown", "", "192.0.2.7", "192.0.2.7, unknown", "_hidden:1, 192.0.2.8:443", ",", "x" * 300]
)
def test_no_address_of_a_proxy_stops_anybody(house: Any, proxies: int, said: str) -> None:
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        signed_in = Client().post(
            "/accounts/login/",
            {"login": "staff@desk.example", "password": PASSWORD},
            headers={"X-Forwarded-For": said},
        )
    assert signed_in.status_code == 302


def test_an_address_that_can_be_read_is_kept(rf: RequestFactory) -> None:
    seen = []
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=2):
        EdgeMiddleware(lambda request: seen.append(request) or errors.server_error(request))(  # type: ignore[func-returns-value]
            rf.get("/", headers={"X-Forwarded-For": "192.0.2.7:80, 192.0.2.8"}, REMOTE_ADDR="")
        )
    assert seen[0].META["HTTP_X_FORWARDED_FOR"] == "192.0.2.7:80, 192.0.2.8"
    assert seen[0].META["REMOTE_ADDR"] == "127.0.0.1"


def test_a_form_from_another_port_says_which_setting_knows_it(house: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {}, headers={"Origin": "https://desk.example:8443"})
    assert answer.status_code == 403
    for words in ("https://desk.example:8443", "http://testserver", "CSRF_TRUSTED_ORIGINS"):
        assert words in answer.text
    for origin in ("http://testserver", "null"):
        answer = client.post("/accounts/login/", {}, headers={"Origin": origin})
        assert (answer.status_code, "too old" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/static/app.js", "/no-such-page/", "/accounts/login/", "/profile/"]
)
def test_every_answer_closes_what_no_page_uses(db: None, path: str) -> None:
    headers = Client().get(path).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
