"""Managers change what counts as late; what cannot be read changes nothing and loses nothing."""

from typing import Any

import pytest
from django.test import Client

from orders.display.working_days import calendar_of
from orders.models import DeskSettings
from tests.orders.builders import order, write

PAGE = "/o/alder-house/settings/desk/"
SOUND = {
    "holidays": "GB-SCT",
    "weekday": ["1", "2", "6"],
    "dispatch_days": "3",
    "lead_days": "1",
    "gateway_minutes": "45",
    "offline_days": "14",
    "disagreement_hours": "2",
    "method": ["Courier", "Émile & “Söhne”", ""],
    "limit": ["1", "", ""],
    "lead": ["", "4", "0"],
}


@pytest.fixture(autouse=True)
def methods(house: Any) -> None:
    write(house.hotel, order(1, deliveryMethodName="Courier"), order(2, deliveryMethodName="Émile & “Söhne”"), order(3))


def test_the_page_shows_the_defaults_and_every_method_before_anything_was_set(manager_client: Client) -> None:
    page = manager_client.get(PAGE).content.decode()
    for part in ("Courier", "Émile &amp; “Söhne”", "None given", 'value="30"', 'value="7"'):
        assert part in page
    assert "Desk settings</a>" in manager_client.get("/o/alder-house/settings/").content.decode()


def test_what_is_saved_holds_and_can_be_changed_again(house: Any, manager_client: Client) -> None:
    for days in ("3", "5"):
        response = manager_client.post(PAGE, {**SOUND, "dispatch_days": days}, follow=True)
        assert "Saved." in response.content.decode()
        kept = DeskSettings.across_organisations.get()
        assert (kept.organisation, kept.dispatch_days, kept.weekdays) == (house.hotel, int(days), "126")
        assert kept.dispatch_days_of == {"Courier": 1}
        assert kept.lead_days_of == {"Émile & “Söhne”": 4, "": 0}
    house.hotel.refresh_from_db()
    assert calendar_of(house.hotel).holidays == "GB-SCT"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dispatch_days": ""}, "This field is required."),
        ({"dispatch_days": "-1"}, "greater than or equal to 0"),
        ({"gateway_minutes": "soon"}, "Enter a whole number."),
        ({"offline_days": "366"}, "less than or equal to 365"),
        ({"holidays": "XX"}, "Select a valid choice."),
        ({"weekday": []}, "Choose one day at least."),
        ({"weekday": ["9"]}, "Choose one day at least."),
        ({"limit": ["<b>x", "", ""]}, "Write whole days from 0 to 365, or nothing."),
        ({"lead": ["", "١", ""]}, "Write whole days from 0 to 365, or nothing."),
        ({"lead": ["", "", "-2"]}, "Write whole days from 0 to 365, or nothing."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_lost(manager_client: Client, wrong: Any, said: str) -> None:
    response = manager_client.post(PAGE, {**SOUND, **wrong})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "Nothing was saved" in page
    assert not DeskSettings.across_organisations.exists()
    if "disagreement_hours" not in wrong:
        assert 'value="2"' in page
    assert "<b>x" not in page


def test_a_torn_form_is_no_error(manager_client: Client) -> None:
    assert manager_client.post(PAGE, {**SOUND, "limit": ["1"], "method": ["a\0b"]}).status_code == 302
    assert DeskSettings.across_organisations.get().dispatch_days_of == {"ab": 1}
