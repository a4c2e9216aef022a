"""Pages for what goes wrong: in words, within the organisation, and without asking the database."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from glu_admin.tenancy.models import Role

NAVIGATION = '<nav class="nav-main"'
OUTSIDE_PAGES = ["/profile/", "/organisations/", "/no-such-page/", "/o/no-such-place/orders/"]


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_database_away_is_said_in_words(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    def away(self: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(SessionStore, "_get_session_from_db", away)
    staff_client.raise_request_exception = False
    response = staff_client.get("/profile/", headers=headers)
    assert response.status_code == 503
    assert "lost" in response.text


def test_database_away_inside_a_view(staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("glu_admin.tenancy.views.ProfileForm", away)
    assert staff_client.get("/profile/").status_code == 503


@pytest.mark.django_db
def test_error_pages_ask_the_database_nothing(rf: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    from glu_admin.tenancy import errors

    with django_assert_num_queries(0):
        assert errors.server_error(rf.get("/")).status_code == 500
        assert errors.database_away(rf.get("/")).status_code == 503
        assert errors.csrf_failure(rf.get("/")).status_code == 403


@pytest.mark.parametrize("path", OUTSIDE_PAGES)
def test_pages_of_no_organisation_keep_the_navigation(staff_client: Client, house: Any, path: str) -> None:
    page = staff_client.get(path).text
    assert NAVIGATION in page
    assert 'href="/o/alder-house/exports/"' in page
    assert 'href="/o/alder-house/key/"' not in page
    assert "<b>Staff</b>" in page or "<b><bdi>Staff</bdi></b>" in page


@pytest.mark.parametrize("path", OUTSIDE_PAGES)
def test_of_several_organisations_it_is_the_last_ones(staff_client: Client, house: Any, path: str) -> None:
    house.golf.memberships.create(user=house.staff, role=Role.MANAGER)
    assert NAVIGATION not in staff_client.get(path).text
    staff_client.get("/o/brae-links/orders/")
    page = staff_client.get(path).text
    assert 'href="/o/brae-links/key/"' in page
    house.golf.memberships.filter(user=house.staff).delete()
    assert "brae-links" not in staff_client.get(path).text


def test_what_one_may_not_do_is_said_within_the_organisation(viewer_client: Client, house: Any) -> None:
    page = viewer_client.get("/o/alder-house/team/")
    assert page.status_code == 403
    assert NAVIGATION in page.text
    assert 'href="/o/alder-house/mirror/"' in page.text
    assert "csrf" not in page.text


def test_a_page_that_breaks_keeps_the_navigation_it_has_in_hand(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def breaks(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("orders.views.list.parse_query", breaks)
    staff_client.raise_request_exception = False
    with django_assert_num_queries(2):  # the session, its user with the membership: nothing for the page that says it
        page = staff_client.get("/o/alder-house/orders/")
    assert page.status_code == 500
    assert NAVIGATION in page.text
    assert 'href="/o/alder-house/exports/"' in page.text


def test_a_missing_page_is_said_while_the_database_is_away(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(SessionStore, "_get_session_from_db", away)
    page = staff_client.get("/no-such-page/")
    assert page.status_code == 404
    assert NAVIGATION not in page.text


def test_strangers_see_no_navigation(house: Any) -> None:
    client = Client()
    client.cookies["place"] = "alder-house"
    for path in ("/no-such-page/", "/accounts/login/", "/invitations/none/"):
        assert "alder-house" not in client.get(path).text


def test_a_form_from_elsewhere_is_refused_with_our_page(house: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.staff)
    response = client.post("/profile/", {"name": "Mallory", "theme": "dark", "rows_per_page": "50"})
    assert response.status_code == 403
    assert "Glu Admin" in response.text
    house.staff.refresh_from_db()
    assert house.staff.name == "Staff"
