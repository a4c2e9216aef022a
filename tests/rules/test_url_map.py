"""Every address declares who may go there: anonymous, outsider and each role, by GET and POST."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from glu_admin.edge import HEADERS_OF_EVERY_ANSWER
from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Role
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from tests.rules.addresses import FORBIDDEN, MOVED, NOT_FOUND, OK, OPEN, OPEN_ARGS, PAGES, REDIRECT, VALUES

FOR_BROWSERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    **HEADERS_OF_EVERY_ANSWER,
}


def every_name(patterns: list[Any] | None = None) -> Iterator[str]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from every_name(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)


@pytest.fixture
def address(house: Any) -> Any:
    """Addresses in Alder House; Brae Links holds an order and line with the same ids."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for organisation in (house.hotel, house.golf):
        raw = {"id": 41, "createdAt": "2026-01-01T10:00:00+00:00", "total": 1}
        pk = write_orders(organisation, read_rows([raw]), moment).pks[41]
        write_lines(organisation, [LineSet(pk, 41, read_rows([{"id": 7, "name": "Tea"}]))], moment)
        organisation.saved_views.create(name="Post", slug="post", reach="shared")

    def build(name: str, slug: str = "alder-house") -> str:
        return reverse(name, args=[slug, *(VALUES[arg] for arg in PAGES[name].args)])

    return build


def test_every_address_is_declared() -> None:
    names = list(every_name())
    assert len(names) == len(set(names))
    assert set(names) == set(PAGES) | set(OPEN) | set(MOVED)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_visitors_are_led_to_sign_in(address: Any, name: str, method: str) -> None:
    response = getattr(Client(), method)(address(name))
    assert response.status_code == REDIRECT
    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_outsiders_find_nothing(address: Any, outsider_client: Client, name: str, method: str) -> None:
    response = getattr(outsider_client, method)(address(name))
    assert response.status_code == NOT_FOUND
    unknown = getattr(outsider_client, method)(address(name, "no-such-place"))
    assert (unknown.status_code, unknown.content) == (response.status_code, response.content)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_the_team_gets_what_each_role_allows(address: Any, house: Any, name: str, role: Role) -> None:
    client, page = Client(), PAGES[name]
    client.force_login(getattr(house, role.value))
    allowed = role.rank >= page.role.rank
    assert client.get(address(name)).status_code == (page.get if allowed else FORBIDDEN)
    posted = client.post(address(name))
    if not allowed:
        assert posted.status_code == FORBIDDEN
    elif page.post is not None:
        assert posted.status_code == page.post


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.get == REDIRECT])
def test_a_form_opened_as_a_page_leads_to_the_page_it_is_on(address: Any, manager_client: Client, name: str) -> None:
    """As it happens after a reload or a sign-in; see `sent_from`."""
    assert manager_client.get(address(name), follow=True).status_code == OK


@pytest.mark.parametrize("name", OPEN)
def test_other_pages(house: Any, viewer_client: Client, name: str) -> None:
    path = reverse(name, args=OPEN_ARGS.get(name))
    answers = Client().get(path), viewer_client.get(path)
    assert tuple(answer.status_code for answer in answers) == OPEN[name]
    assert all(FOR_BROWSERS.items() <= answer.headers.items() for answer in answers)


@pytest.mark.parametrize("name", MOVED)
def test_an_address_of_before_leads_to_the_new_one(manager_client: Client, outsider_client: Client, name: str) -> None:
    """For good, and without a word to outsiders on which organisations there are."""
    before, after = (f"{reverse(at, args=['alder-house'])}?a=b" for at in (name, MOVED[name]))
    moved = manager_client.get(before)
    assert (moved.status_code, moved.headers["Location"]) == (301, after)
    assert manager_client.get(before, follow=True).status_code == OK
    assert outsider_client.get(before, follow=True).status_code == NOT_FOUND
    assert Client().get(before).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_kept_by_the_browser(address: Any, manager_client: Client, name: str) -> None:
    response = manager_client.get(address(name))
    assert "no-store" in response.headers["Cache-Control"]
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert FOR_BROWSERS.items() <= response.headers.items()
