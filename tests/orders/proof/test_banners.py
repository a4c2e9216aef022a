"""The banners and the chip: what is wrong, in words that fit it, on pages that are open too."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.models.mirror_state import state_of
from orders.proof.banners import banners
from orders.proof.freshness import freshness
from orders.proof.report import mirror_report
from orders.proof.rest import Rest, rest
from orders.proof.trouble import needs_a_person, troubles
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import order, run, write

LIST, POLL = "/o/alder-house/orders/", "/o/alder-house/mirror/freshness/"


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Alder House, up to date."""
    accepted_key(house.hotel, HOTEL_KEY)
    write(house.hotel, order(41), order(42))
    MirrorState.across_organisations.create(
        organisation=house.hotel,
        history_started_at=now() - timedelta(days=1),
        history_complete_at=now(),
        next_due_at=now(),
    )
    run(house.hotel, MirrorRun.Pass.CHANGES, now())
    return house.hotel  # type: ignore[no-any-return]


def fail(organisation: Organisation, words: str, kind: str, **fields: Any) -> None:
    MirrorState.across_organisations.filter(organisation=organisation).update(
        last_error=words, last_error_kind=kind, last_error_at=now(), **fields
    )


def spaced(page: str) -> str:
    """A page as it reads, however its source is broken into lines."""
    return " ".join(page.split())


def test_lines_that_cannot_be_read_are_told_on_the_list(hotel: Organisation, viewer_client: Client) -> None:
    assert banners(hotel) == []
    hotel.orders.update(lines_due_at=now(), lines_error="Glu answered 418, which was not expected.")
    (banner,) = banners(hotel)
    assert (banner.tone, banner.title) == ("amber", "The lines of 2 orders could not be read")
    assert banner.text == (
        "Glu answered 418, which was not expected. They are tried again by themselves. "
        "The orders themselves are up to date."
    )
    assert banner.title in viewer_client.get(LIST).content.decode()
    assert "The lines of 2 orders could not be read." in [trouble.what for trouble in troubles(mirror_report(hotel))]
    fail(hotel, "Glu is away.", "unreachable")
    assert "up to date" not in " ".join(banner.text for banner in banners(hotel))
    hotel.orders.update(lines_error="")
    fail(hotel, "", "")
    assert banners(hotel) == []


@pytest.mark.usefixtures("still_clock")
def test_a_broken_route_of_lines_is_told_with_the_next_try(hotel: Organisation) -> None:
    MirrorState.across_organisations.update(lines_wait_until=now() + timedelta(seconds=40))
    (banner,) = banners(hotel)
    assert banner.title == "Lines are not read for now"
    assert "so lines are asked for again in 40 secs." in banner.text
    MirrorState.across_organisations.update(lines_wait_until=now() - timedelta(seconds=1))
    assert banners(hotel) == []


def test_lines_of_an_order_that_may_be_deleted_are_no_trouble(hotel: Organisation) -> None:
    hotel.orders.filter(glu_id=41).update(lines_due_at=now(), lines_error="Glu has no such thing.")
    hotel.missing_orders.create(order=hotel.orders.get(glu_id=41), found_at=now(), due_at=now())
    assert banners(hotel) == []


def test_an_open_page_gets_and_loses_banners_with_its_poll(hotel: Organisation, viewer_client: Client) -> None:
    page = spaced(viewer_client.get(LIST).content.decode())
    assert '<div class="banners" id="banners" > </div>' in page
    assert "hx-swap-oob" not in page[page.index('id="banners"') :].partition("</div>")[0]
    assert '<div class="banners" id="banners" hx-swap-oob="true"> </div>' in spaced(viewer_client.get(POLL).text)
    fail(hotel, "Glu is away.", "unreachable")
    polled = spaced(viewer_client.get(POLL).text)
    assert polled.startswith('<a class="fresh red"')
    assert "Glu cannot be reached" in polled[polled.index('id="banners" hx-swap-oob="true"') :]


def test_a_failing_glu_is_not_an_unreachable_one(hotel: Organisation) -> None:
    fail(hotel, "Glu answered with an error of its own (500).", "failing")
    assert [banner.title for banner in banners(hotel)] == ["Glu does not answer as it should"]
    assert freshness(hotel).words.endswith("trouble")


def test_a_key_that_is_tried_again_is_all_that_is_said(hotel: Organisation, viewer_client: Client) -> None:
    fail(hotel, "Glu refused the key.", "refused")
    hotel.glu_keys.update(state=GluKey.State.REFUSED)
    assert [banner.title for banner in banners(hotel)] == ["Glu refuses this key"]
    lifecycle.resume(hotel)
    assert [banner.title for banner in banners(hotel)] == ["The key is being tried again"]
    assert freshness(hotel).words.endswith("key: waiting to be tried")
    hotel.glu_keys.update(state=GluKey.State.ACCEPTED)
    assert banners(hotel) == []
    assert needs_a_person(mirror_report(hotel)) == []
    assert "Glu refused the key" not in viewer_client.get("/o/alder-house/mirror/").content.decode()


def test_a_rejected_key_says_since_when_how_complete_and_when_it_is_tried_again(hotel: Organisation) -> None:
    key = lifecycle.current_key(hotel)
    assert key is not None
    lifecycle.mark_refused(hotel, key.pk, "Glu refused the key.")
    with time_machine.travel(now() + timedelta(minutes=100), tick=False):
        hotel.glu_keys.update(try_again_at=now() + timedelta(minutes=20))
        (banner,) = banners(hotel)
        assert banner.title == "Glu refuses this key"
        assert banner.text.startswith(
            "For 100 mins now. It is tried again by itself in 20 mins. What happened at Glu in the last "
        )
        hotel.glu_keys.update(try_again_at=now())
        assert "It is being tried again now." in banners(hotel)[0].text
    hotel.glu_keys.update(state=GluKey.State.ACCEPTED)
    lifecycle.mark_foreign(hotel, key.pk, "Glu says that this key opens Brae Links (6).")
    (banner,) = banners(hotel)
    assert banner.title == "This key opens another organisation"
    assert banner.text.startswith("Glu says that this key opens Brae Links (6). ")
    assert freshness(hotel).words.endswith("another organisation’s key")
    assert [trouble.what for trouble in needs_a_person(mirror_report(hotel))] == [
        "The key ending in 0001 opens another organisation. Glu says that this key opens Brae Links (6)."
    ]


@pytest.mark.parametrize("state", [GluKey.State.REFUSED, GluKey.State.FOREIGN])
@pytest.mark.parametrize("in_use", [None, *GluKey.State])
def test_no_two_banners_contradict(house: Any, viewer_client: Client, state: str, in_use: str | None) -> None:
    """A key that is there is never said to be missing, whatever another one does."""
    if in_use is not None:
        accepted_key(house.hotel, HOTEL_KEY)
        house.hotel.glu_keys.update(state=in_use)
    lifecycle.set_key(house.hotel, "another-key-9999", None)
    house.hotel.glu_keys.filter(slot=GluKey.Slot.CANDIDATE).update(state=state, detail="It opens another one.")
    page = viewer_client.get(LIST).content.decode()
    assert "No key yet" not in page
    assert "No key yet" not in viewer_client.get("/o/alder-house/mirror/").content.decode()
    text = " ".join(banner.text for banner in banners(house.hotel))
    assert ("stays in use" in text) == (in_use == GluKey.State.ACCEPTED)


@pytest.mark.parametrize("state", GluKey.REJECTED)
def test_a_key_that_is_paused_is_not_said_to_be_tried_by_itself(
    hotel: Organisation, manager_client: Client, state: str
) -> None:
    hotel.glu_keys.update(state=state, paused_at=now(), rejected_at=now(), try_again_at=now() + timedelta(hours=1))
    assert lifecycle.keys_to_try() == []
    for path in (LIST, "/o/alder-house/key/", "/o/alder-house/mirror/"):
        page = spaced(manager_client.get(path).text)
        assert "tried again by itself" not in page, path
        assert "tried again once that is resumed" in page, path
    assert [trouble.next_at for trouble in troubles(mirror_report(hotel))] == [None, None]
    resting = rest(state_of(hotel), lifecycle.current_key(hotel))
    assert resting == Rest("Copying is paused.")


def test_the_list_of_organisations_says_how_fresh_each_is(house: Any, manager_client: Client) -> None:
    page = manager_client.get("/organisations/").text
    assert "No key" in page
    accepted_key(house.hotel, HOTEL_KEY)
    house.hotel.glu_keys.update(paused_at=now())
    page = manager_client.get("/organisations/").text
    assert "paused" in page
    assert "Copying is paused" in page
