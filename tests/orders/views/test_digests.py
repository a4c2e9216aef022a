"""The digest on the profile: one switch an organisation."""

from typing import Any

import pytest
from django.test import Client

from glu_admin.tenancy.models import Role
from orders.models import Digest

HERE = "/o/alder-house/digest/"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    settings.EMAIL_URL = "memory://"


def test_each_organisation_has_a_switch_of_its_own(house: Any, viewer_client: Client) -> None:
    house.golf.memberships.create(user=house.viewer, role=Role.VIEWER)
    assert viewer_client.get("/profile/").text.count("Switch on") == 2
    page = viewer_client.post(HERE, {"hour": "9"}, follow=True).text
    assert "on working days at 9:00" in page
    assert page.count("Switch on") == page.count("Switch off") == 1
    digest = Digest.across_organisations.get()
    assert (digest.organisation, digest.user, digest.hour) == (house.hotel, house.viewer, 9)
    viewer_client.post(HERE, {"off": "1", "hour": "9"})
    assert not Digest.across_organisations.exists()


@pytest.mark.parametrize("hour", ["", "5", "12", "noon", "-7", "7.0"])
def test_an_hour_that_is_no_morning_switches_nothing_on(house: Any, viewer_client: Client, hour: str) -> None:
    assert "Choose an hour" in viewer_client.post(HERE, {"hour": hour}, follow=True).text
    viewer_client.get(HERE, {"hour": "7"})
    assert not Digest.across_organisations.exists()


def test_without_mail_it_says_so(house: Any, viewer_client: Client, settings: Any) -> None:
    settings.EMAIL_URL = ""
    page = viewer_client.get("/profile/").text
    assert "E-mail is not set up" in page
    assert "Switch on" not in page
