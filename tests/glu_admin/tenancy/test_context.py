"""The frame of every page: navigation, theme, rights."""

from typing import Any

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from glu_admin.tenancy.context import frame
from glu_admin.tenancy.models import Role
from tests.conftest import PASSWORD


def test_theme_and_rows_are_the_persons_own(staff_client: Client, house: Any) -> None:
    assert "data-bs-theme" not in staff_client.get("/profile/").text
    staff_client.post("/profile/", {"name": "Tom", "theme": "dark", "rows_per_page": "100"})
    assert 'data-bs-theme="dark"' in staff_client.get("/profile/").text
    house.staff.refresh_from_db()
    assert (house.staff.name, house.staff.rows_per_page) == ("Tom", 100)
    assert "errorlist" in staff_client.post("/profile/", {"theme": "pink", "rows_per_page": "7"}).text


def test_the_rail_shows_what_one_may_do(manager_client: Client, staff_client: Client, viewer_client: Client) -> None:
    pages = [client.get("/o/alder-house/orders/").text for client in (manager_client, staff_client, viewer_client)]
    assert ["/o/alder-house/team/" in page for page in pages] == [True, False, False]
    assert ["/o/alder-house/exports/" in page for page in pages] == [True, True, False]
    assert all('<details class="switch">' not in page for page in pages)


def test_several_organisations_get_a_switch(staff_client: Client, house: Any) -> None:
    house.golf.memberships.create(user=house.staff, role=Role.VIEWER)
    page = staff_client.get("/o/alder-house/orders/").text
    assert '<details class="switch">' in page
    assert "/o/brae-links/" in page


def test_chrome_costs_two_queries_at_most(
    house: Any, rf: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user, request.resolver_match = house.staff, None
    with django_assert_max_num_queries(2):
        assert frame(request)["memberships"]


def test_confirming_who_one_is_looks_like_every_other_form(staff_client: Client) -> None:
    page = staff_client.get("/accounts/reauthenticate/").text
    assert 'class="form-control"' in page
    answer = staff_client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/profile/"})
    assert answer.headers["Location"] == "/profile/"
