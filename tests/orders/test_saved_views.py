"""Saved views: whose they are, who may change them, one default an organisation."""

from typing import Any

import pytest

from glu_admin.tenancy.models import Membership, Role
from orders.models import SavedView
from orders.saved_views import MOST_VIEWS, Reach, TooManyViews, keep, kept_query, may_change, reaches, visible_views
from orders.search import parse_query


def saved(house: Any, owner: Any, name: str, reach: Reach = Reach.PRIVATE, query: str = "payment=Paid") -> SavedView:
    view = SavedView(organisation=house.hotel, owner=owner, name=name, query=query, reach=reach)
    keep(view)
    return view


def place_of(house: Any, user: Any) -> Membership:
    place: Membership = house.hotel.memberships.get(user=user)
    return place


def test_a_private_view_is_its_owners_alone(house: Any) -> None:
    saved(house, house.staff, "Mine")
    saved(house, house.staff, "Ours", Reach.SHARED)
    assert [view.name for view in visible_views(house.hotel, house.staff)] == ["Mine", "Ours"]
    assert [view.name for view in visible_views(house.hotel, house.manager)] == ["Ours"]
    assert list(visible_views(house.golf, house.staff)) == []


def test_a_name_that_is_taken_gets_an_address_of_its_own(house: Any) -> None:
    assert [saved(house, house.staff, name).slug for name in ("Spa days", "spa  DAYS!", "水", "水")] == [
        "spa-days",
        "spa-days-2",
        "shui",
        "shui-2",
    ]


def test_a_new_default_leaves_the_one_before_with_the_team(house: Any) -> None:
    first = saved(house, house.manager, "First", Reach.DEFAULT)
    saved(house, house.manager, "Second", Reach.DEFAULT)
    first.refresh_from_db()
    assert first.reach == Reach.SHARED
    assert house.hotel.saved_views.get(reach=Reach.DEFAULT).name == "Second"


def test_a_view_keeps_its_address_when_it_is_renamed(house: Any) -> None:
    view = saved(house, house.staff, "Post")
    view.name = "Golf post"
    keep(view)
    assert house.hotel.saved_views.get().slug == "post"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, [Reach.PRIVATE]),
        (Role.STAFF, [Reach.PRIVATE, Reach.SHARED]),
        (Role.MANAGER, [Reach.PRIVATE, Reach.SHARED, Reach.DEFAULT]),
    ],
)
def test_whom_a_role_may_save_for(house: Any, role: Role, allowed: list[Reach]) -> None:
    assert reaches(house.hotel.memberships.get(role=role)) == allowed


def test_who_may_change_a_view(house: Any) -> None:
    private, shared = saved(house, house.staff, "Mine"), saved(house, house.staff, "Ours", Reach.SHARED)
    default = saved(house, house.manager, "Begin", Reach.DEFAULT)
    who = {user.name: place_of(house, user) for user in (house.viewer, house.staff, house.manager)}
    assert [name for name, place in who.items() if may_change(private, place)] == ["Staff"]
    assert [name for name, place in who.items() if may_change(shared, place)] == ["Staff", "Manager"]
    assert [name for name, place in who.items() if may_change(default, place)] == ["Manager"]


def test_who_lost_the_role_does_not_change_the_teams_views(house: Any) -> None:
    shared = saved(house, house.staff, "Ours", Reach.SHARED)
    place = place_of(house, house.staff)
    place.role = Role.VIEWER
    assert not may_change(shared, place)


def test_there_is_an_end_to_views(house: Any) -> None:
    for n in range(MOST_VIEWS):
        saved(house, house.staff, f"View {n}")
    with pytest.raises(TooManyViews):
        saved(house, house.staff, "One more")
    saved(house, house.manager, "Another person's")


def test_what_a_view_keeps_is_filter_and_sort(house: Any) -> None:
    assert kept_query(parse_query("created=this-month", house.hotel)) == "created=this-month"
    query = parse_query("payment=Paid&sort=total&size=25&view=x&cols=order,total&created=-7d..", house.hotel)
    assert kept_query(query) == "payment=Paid&created=-7d..&sort=total"
