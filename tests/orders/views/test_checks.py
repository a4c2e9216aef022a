"""The freshness card of an order, and its history: what a check found is listed, what is cut is said."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils.timezone import now

from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.check import check_next
from orders.mirror.session import Session
from orders.models import CheckOutcome, MirrorState, OrderChange
from orders.recheck import want_check
from orders.views.timeline.entries import MOST_SHOWN
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import order, write
from tests.orders.mirroring import mirror_everything


def spaced(response: Any) -> str:
    """A page's text with its elements, whatever the white space between them."""
    return " ".join(response.content.decode().split())


def card(client: Client, glu_id: int) -> str:
    html = client.get(f"/o/alder-house/orders/{glu_id}/freshness/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_check_lists_what_moved_as_the_history_does(
    session: Session, sandbox: RunningSandbox, viewer_client: Client
) -> None:
    mirror_everything(session)
    row = dict(sandbox.truth("hotel")[3])
    lines = [{**line} for line in row.pop("lines")]
    lines[0]["personalMessage"] = "Happy birthday"
    sandbox.world.put("hotel", {**row, "phoneNumber": "0770", "total": 4242}, [*lines, {"id": 991, "name": "Tea"}])
    wanted = session.organisation.orders.get(glu_id=row["id"])
    want_check(session.organisation, wanted)
    assert check_next(session)
    found = card(viewer_client, wanted.glu_id)
    for shown in ("4 things moved.", "became 0770", "became £42.42", "personal message", "Happy birthday"):
        assert shown in found, shown
    assert "Tea was added" in found
    page = viewer_client.get(f"/o/alder-house/orders/{wanted.glu_id}/").content.decode()
    assert page.count("Happy birthday") >= 2  # in the card and in the history
    want_check(session.organisation, wanted)
    assert check_next(session)
    found = card(viewer_client, wanted.glu_id)
    assert "Identical" in found
    assert "became" not in found
    history = viewer_client.get(f"/o/alder-house/orders/{wanted.glu_id}/").content.decode()
    history = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", history[history.index('id="hist-h"') :]))
    for kept in ("became 0770", "became £42.42", "Happy birthday", "Tea was added"):
        assert kept in history, kept


def test_identical_is_not_said_of_a_later_version(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41))
    moment = now()
    house.hotel.orders.update(checked_at=moment, check_done_at=moment, check_outcome=CheckOutcome.IDENTICAL)
    assert "Freshness Identical" in card(viewer_client, 41)
    house.hotel.orders.update(copied_at=moment + timedelta(seconds=1))
    assert "Freshness Checked" in card(viewer_client, 41)


def test_what_was_not_compared_is_not_called_checked(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41))
    words = "Glu could not be asked: It is away."
    house.hotel.orders.update(check_done_at=now(), check_outcome=CheckOutcome.NOT_ASKED, check_words=words)
    found = card(viewer_client, 41)
    assert "Freshness Not compared" in found
    assert words in found
    page = viewer_client.get("/o/alder-house/orders/41/").content.decode()
    assert f"Not compared with Glu: {words}" in page
    assert "Checked against Glu" not in page


def test_a_history_that_is_cut_says_so(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41))
    entries = [
        OrderChange(
            organisation=house.hotel,
            order=house.hotel.orders.get(),
            field="phoneNumber",
            new=str(number),
            seen_new_at=now() - timedelta(minutes=number),
        )
        for number in range(MOST_SHOWN + 1)
    ]
    OrderChange.across_organisations.bulk_create(entries[:-1])
    path, words = "/o/alder-house/orders/41/", f"Only the newest {MOST_SHOWN} changes"
    assert "Only the newest" not in viewer_client.get(path).content.decode()
    entries[-1].save()
    page = viewer_client.get(path).content.decode()
    assert words in page
    assert page.index(f": {MOST_SHOWN - 1} seen first") < page.index(words) < page.index("Placed at Glu")


def test_not_at_glu_is_an_answer(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41))
    moment = now()
    outcome = CheckOutcome.NOT_RETURNED
    house.hotel.orders.update(check_done_at=moment, check_outcome=outcome, check_words=outcome.label)
    missing = house.hotel.missing_orders.create(order=house.hotel.orders.get(), found_at=moment, due_at=moment)
    found = card(viewer_client, 41)
    assert "Freshness Not at Glu" in found
    assert "Glu no longer returns this order. It is asked for once more before it is marked." in found
    assert "Not compared" not in found
    missing.delete()
    house.hotel.orders.update(gone_at=moment)
    page = viewer_client.get("/o/alder-house/orders/41/").content.decode()
    assert "Asked Glu for it: Glu no longer returns this order" in page
    assert "asked for" not in page
    assert "Not compared" not in page


def test_the_button_says_that_it_checks_and_what_came_of_it(house: Any, staff_client: Client) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    write(house.hotel, order(41))
    path, htmx = "/o/alder-house/orders/41/", {"HX-Request": "true"}
    asked = spaced(staff_client.post(f"{path}check/", headers=htmx))
    assert 'id="check-button" data-key="r" aria-disabled="true" hx-swap-oob="true"' in asked
    assert "Checking…" in asked
    assert "Checking…" in staff_client.get(path).content.decode()
    assert "check-button" not in staff_client.get(f"{path}freshness/", headers=htmx).content.decode()
    moment = now()
    house.hotel.orders.update(
        check_wanted_at=None, checked_at=moment, check_done_at=moment, check_outcome=CheckOutcome.IDENTICAL
    )
    done = staff_client.get(f"{path}freshness/", headers=htmx)
    answer = spaced(done)
    assert 'id="check-answer" role="status" hx-swap-oob="innerHTML" > Identical to Glu.' in answer
    assert "Check now" in answer
    assert "HX-Refresh" not in done  # the answer would be read out by nobody
    house.hotel.orders.update(check_outcome=CheckOutcome.MOVED, check_words="1 thing moved.")
    assert staff_client.get(f"{path}freshness/", headers=htmx)["HX-Refresh"] == "true"
    assert "> 1 thing moved. <time" in spaced(staff_client.get(path))


def test_what_holds_a_check_is_said_at_once(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(41))

    def asked() -> str:
        response = staff_client.post("/o/alder-house/orders/41/check/", headers={"HX-Request": "true"})
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))

    assert "There is no key in use. This order waits to be read again." in asked()
    key = accepted_key(house.hotel, HOTEL_KEY)
    assert "Freshness Checking" in asked()
    lifecycle.pause(house.hotel)
    said = asked()
    assert "Freshness On hold" in said
    assert said.count("Copying is paused.") == 2  # on the card, and beside the button
    assert "Copying is paused." in card(staff_client, 41)
    assert "Checking" not in said
    lifecycle.resume(house.hotel)
    lifecycle.mark_refused(house.hotel, key.pk, "Glu refused the key.")
    assert "Glu refuses the key. This order waits to be read again; next try in" in asked()
    house.hotel.glu_keys.update(state=GluKey.State.FOREIGN)
    assert "The key opens another organisation." in asked()
    house.hotel.glu_keys.update(state=GluKey.State.ACCEPTED)
    state = MirrorState.across_organisations.create(organisation=house.hotel, next_due_at=now() - timedelta(hours=1))
    assert "No worker has taken it up for minutes" in asked()
    state.wait_until, state.last_error, state.failures = now() + timedelta(minutes=9), "Glu could not be reached.", 1
    state.save()
    assert "Glu could not be reached. This order waits to be read again; next try in" in asked()
