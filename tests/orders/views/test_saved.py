"""Saved views on their pages: tabs, addresses, saving, changing, deleting."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.models import SavedView
from orders.saved_views import Reach, keep

HERE = "/o/alder-house/"
LIST = f"{HERE}orders/"
OPENED = f"{LIST}open/"


def view_of(house: Any, owner: Any, name: str, reach: Reach = Reach.SHARED, query: str = "payment=Paid") -> SavedView:
    view = SavedView(organisation=house.hotel, owner=owner, name=name, query=query, reach=reach)
    keep(view)
    return view


def save(client: Client, query: str, **fields: str) -> Any:
    return client.post(f"{HERE}views/save/", {"query": query, **fields}, follow=True)


def test_what_is_saved_opens_again_with_filter_sort_and_columns(filled: Any, staff_client: Client) -> None:
    saved = save(staff_client, "payment=Paid&sort=total&cols=order,total", name="Paid, small first", reach="shared")
    assert saved.redirect_chain == [(f"{LIST}?payment=Paid&sort=total&view=paid-small-first", 302)]
    assert filled.hotel.saved_views.get().columns == "order,total"
    opened = staff_client.get(f"{HERE}v/paid-small-first/")
    assert opened.headers["Location"] == f"{LIST}?payment=Paid&sort=total&view=paid-small-first"


def test_save_view_is_offered_only_where_there_is_something_to_save(filled: Any, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Paid")
    for query, offered in (
        ("", False),
        ("?view=paid&payment=Paid", False),
        ("?view=paid&payment=Paid&size=25", False),
        ("?view=paid&payment=Paid&sort=total", True),
        ("?view=paid", True),
        ("?payment=Paid", True),
        ("?created=never", False),
    ):
        assert ('id="save-view"' in staff_client.get(LIST + query).text) is offered, query


def test_a_view_is_changed_to_what_is_shown(filled: Any, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Paid")
    save(staff_client, "payment=Paid&type=Gift+Card&view=paid", change="")
    assert filled.hotel.saved_views.get().query == "payment=Paid&type=Gift+Card"


def test_a_view_of_somebody_else_is_not_changed(filled: Any, viewer_client: Client, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Paid")
    view_of(filled, filled.manager, "Own", Reach.PRIVATE)
    assert "not yours to change" in save(viewer_client, "type=Gift+Card&view=paid", change="").text
    assert save(staff_client, "type=Gift+Card&view=own", change="").status_code == 404
    assert {view.query for view in filled.hotel.saved_views.all()} == {"payment=Paid"}


@pytest.mark.parametrize("reach", ["shared", "default"])
def test_a_viewer_keeps_views_for_themselves_alone(filled: Any, viewer_client: Client, reach: str) -> None:
    save(viewer_client, "payment=Paid", name="Ours", reach=reach)
    assert not filled.hotel.saved_views.exists()
    save(viewer_client, "payment=Paid", name="Mine", reach="private")
    assert filled.hotel.saved_views.get().owner == filled.viewer


def test_what_cannot_be_read_is_not_saved(filled: Any, staff_client: Client) -> None:
    assert "cannot be read" in save(staff_client, "created=never", name="Never", reach="private").text
    assert not filled.hotel.saved_views.exists()


def test_a_broken_view_opens_with_its_bad_chip_and_no_rows(filled: Any, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Broken", query="created=yesterdayish&payment=Paid")
    page = staff_client.get(f"{HERE}v/broken/", follow=True)
    assert page.status_code == 200
    assert 'class="chip error"' in page.text
    assert 'id="o' not in page.text
    mend = re.search(r'class="chip error"\s+href="([^"]+)"', page.text)
    assert mend is not None
    mended = staff_client.get(mend[1].replace("&amp;", "&"))
    assert 'id="o' in mended.text
    assert "Change “" in mended.text


def test_orders_opens_with_the_default_view(filled: Any, viewer_client: Client) -> None:
    assert viewer_client.get(OPENED).headers["Location"] == LIST
    view_of(filled, filled.manager, "Begin", Reach.DEFAULT)
    assert viewer_client.get(OPENED).headers["Location"] == f"{LIST}?payment=Paid&view=begin"
    assert f'href="{OPENED}"' in viewer_client.get(HERE).text


def test_tabs_name_what_one_may_see_and_counts_come_after(filled: Any, viewer_client: Client) -> None:
    ours, theirs = view_of(filled, filled.staff, "Ours"), view_of(filled, filled.staff, "Theirs", Reach.PRIVATE)
    broken = view_of(filled, filled.staff, "Broken", query="total=much")
    page = viewer_client.get(f"{LIST}?payment=Paid&view=ours").text
    assert re.findall(r'id="tab-(\w+)"', page) == ["all", str(broken.pk), str(ours.pk)]
    assert re.search(r'href="/o/alder-house/v/ours/"\s+aria-current="page"', page)
    counts = viewer_client.get(f"{HERE}views/counts/").text
    paid = filled.hotel.orders.filter(payment_status="Paid").count()
    assert re.search(rf'id="tab-{ours.pk}"[^>]*>\s*{paid}\s*<', counts)
    assert re.search(r'id="tab-all"[^>]*>\s*160\s*<', counts)
    assert "cannot be read" in counts
    assert f"tab-{theirs.pk}" not in counts


def test_a_view_is_renamed_shared_and_deleted(filled: Any, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Mine", Reach.PRIVATE)
    staff_client.post(f"{HERE}views/mine/change/", {"mine-name": "Ours now", "mine-reach": "shared"})
    view = filled.hotel.saved_views.get()
    assert (view.name, view.slug, view.reach) == ("Ours now", "mine", "shared")
    refused = staff_client.post(f"{HERE}views/mine/change/", {"mine-name": "", "mine-reach": "default"})
    assert refused.status_code == 422
    assert refused.text.count("errorlist") == 2
    staff_client.post(f"{HERE}views/mine/delete/")
    assert not filled.hotel.saved_views.exists()


def test_a_private_view_is_nobody_elses_to_open_change_or_delete(filled: Any, manager_client: Client) -> None:
    view_of(filled, filled.staff, "Mine", Reach.PRIVATE)
    for response in (
        manager_client.get(f"{HERE}v/mine/"),
        manager_client.post(f"{HERE}views/mine/change/", {"mine-name": "Not", "mine-reach": "shared"}),
        manager_client.post(f"{HERE}views/mine/delete/"),
    ):
        assert response.status_code == 404
    assert filled.hotel.saved_views.get().name == "Mine"


def test_a_viewer_does_not_change_the_teams_view(filled: Any, viewer_client: Client) -> None:
    view_of(filled, filled.staff, "Ours")
    viewer_client.post(f"{HERE}views/ours/change/", {"ours-name": "Theirs", "ours-reach": "private"})
    viewer_client.post(f"{HERE}views/ours/delete/")
    assert filled.hotel.saved_views.get().name == "Ours"


@pytest.mark.parametrize("name", ["Paid", " paid ", "PAID", "Pa\u00adid"])
def test_a_name_that_is_there_is_refused_and_may_be_replaced(filled: Any, staff_client: Client, name: str) -> None:
    known = view_of(filled, filled.staff, "Paid")
    view_of(filled, filled.staff, "Begun", query="type=Gift+Card")
    refused = save(staff_client, "type=Gift+Card&cols=order,total&view=begun", name=name, reach="private")
    assert refused.status_code == 422
    assert "There is a view “Paid” already." in refused.text
    assert filled.hotel.saved_views.count() == 2
    assert re.search(r'name="change"\s+value="paid"', refused.text)
    kept = re.search(r'name="query" value="([^"]*)"', refused.text)
    assert kept is not None
    replaced = save(staff_client, kept[1].replace("&amp;", "&"), change="paid", name=name, reach="private")
    assert replaced.redirect_chain == [(f"{LIST}?type=Gift+Card&view=paid", 302)]
    known.refresh_from_db()
    assert (known.query, known.columns, known.reach) == ("type=Gift+Card", "order,total", "shared")


def test_what_is_not_ones_own_is_not_offered_for_replacing(filled: Any, viewer_client: Client) -> None:
    view_of(filled, filled.staff, "Paid")
    view_of(filled, filled.staff, "Hidden", Reach.PRIVATE)
    refused = save(viewer_client, "type=Gift+Card", name="Paid", reach="private")
    assert "There is a view “Paid” already." in refused.text
    assert 'name="change"' not in refused.text
    assert save(viewer_client, "type=Gift+Card", name="Hidden", reach="private").status_code == 200


def test_a_view_is_not_renamed_to_what_another_is_called(filled: Any, staff_client: Client) -> None:
    view_of(filled, filled.staff, "Paid")
    view_of(filled, filled.staff, "Mine")
    refused = staff_client.post(f"{HERE}views/mine/change/", {"mine-name": "paid", "mine-reach": "shared"})
    assert (refused.status_code, "There is a view “Paid” already." in refused.text) == (422, True)
    assert (
        staff_client.post(f"{HERE}views/mine/change/", {"mine-name": "MINE", "mine-reach": "shared"}).status_code == 302
    )
    assert {view.name for view in filled.hotel.saved_views.all()} == {"Paid", "MINE"}


@pytest.mark.parametrize(
    ("query", "current", "changed"),
    [
        ("payment=Paid&view=paid", "page", 0),
        ("payment=Paid&view=paid&size=25", "page", 0),
        ("view=paid", "true", 1),
        ("payment=Paid&view=paid&sort=total", "true", 1),
    ],
)
def test_a_tab_says_that_the_list_is_no_longer_its_view(
    filled: Any, viewer_client: Client, query: str, current: str, changed: int
) -> None:
    view_of(filled, filled.staff, "Paid")
    page = viewer_client.get(f"{LIST}?{query}").text
    assert re.findall(r'v/paid/"\s+aria-current="(\w+)"', page) == [current]
    assert page.count(">Changed</span>") == changed
