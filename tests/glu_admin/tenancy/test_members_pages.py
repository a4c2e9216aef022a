"""Members, invitations and organisations: who may, and what must stay true."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from glu_admin.tenancy.models import Invitation, Organisation, Role, User

MANAGED = ["members/", "settings/"]


@pytest.mark.parametrize("page", MANAGED)
def test_managers_only(
    page: str, manager_client: Client, staff_client: Client, viewer_client: Client, outsider_client: Client
) -> None:
    path = f"/o/alder-house/{page}"
    assert manager_client.get(path).status_code == 200
    assert staff_client.get(path).status_code == viewer_client.get(path).status_code == 403
    assert outsider_client.get(path).status_code == 404
    assert outsider_client.get(path).content == outsider_client.get(f"/o/no-such/{page}").content


def invite(client: Client, email: str, role: str = "staff") -> str:
    page = client.post("/o/alder-house/members/invite/", {"email": email, "role": role}).text
    link = re.search(r"http://testserver(/invitations/[^<\s]+)", page)
    assert link is not None
    return link[1]


def test_new_colleague_joins_by_the_link(manager_client: Client, house: Any) -> None:
    link = invite(manager_client, "New@Desk.example")
    assert link not in manager_client.get("/o/alder-house/members/").text
    assert link.split("/")[2] not in str(list(Invitation.across_organisations.values()))
    guest = Client()
    assert "Alder House" in guest.get(link).text
    assert "errorlist" in guest.post(link, {"name": "Noor", "password": "short"}).text
    response = guest.post(link, {"name": "Noor", "password": "correct horse battery"})
    assert response.headers["Location"] == "/o/alder-house/orders/"
    membership = User.objects.get(email="new@desk.example").memberships.get()
    assert (membership.organisation, membership.role) == (house.hotel, Role.STAFF)
    assert guest.get("/o/alder-house/orders/").status_code == 200
    assert Client().get(link).status_code in {404, 410}


def test_known_person_signs_in_and_accepts(manager_client: Client, outsider_client: Client, house: Any) -> None:
    link = invite(manager_client, house.outsider.email, "viewer")
    assert Client().get(link).headers["Location"].startswith("/accounts/login/?next=%2Finvitations%2F")
    assert outsider_client.get(link).status_code == 200
    assert not house.hotel.memberships.filter(user=house.outsider).exists()
    outsider_client.post(link)
    assert house.hotel.memberships.get(user=house.outsider).role == Role.VIEWER


def test_invitation_is_for_one_address(manager_client: Client, staff_client: Client, house: Any) -> None:
    link = invite(manager_client, house.outsider.email)
    assert staff_client.post(link).status_code == 403
    assert not house.hotel.memberships.filter(user=house.outsider).exists()


def test_old_revoked_and_wrong_links_are_dead(manager_client: Client, house: Any) -> None:
    link = invite(manager_client, "late@desk.example")
    with time_machine.travel(now() + timedelta(days=8)):
        assert Client().get(link).status_code in {404, 410}
    manager_client.post(f"/o/alder-house/members/invitations/{house.hotel.invitations.get().pk}/revoke/")
    assert Client().get(link).status_code == Client().get("/invitations/guess/").status_code == 404


def test_mail_is_sent_where_it_is_set_up(manager_client: Client, settings: Settings) -> None:
    invite(manager_client, "a@desk.example")
    assert mail.outbox == []
    settings.EMAIL_URL = "smtp://mail.example"
    link = invite(manager_client, "b@desk.example")
    assert link in mail.outbox[0].body


def test_members_cannot_be_invited_again(manager_client: Client, house: Any) -> None:
    page = manager_client.post("/o/alder-house/members/invite/", {"email": house.staff.email, "role": "viewer"}).text
    assert "a member already" in page
    assert not house.hotel.invitations.exists()


def test_the_last_manager_stays(manager_client: Client, house: Any) -> None:
    own = house.hotel.memberships.get(user=house.manager)
    for path, data in [(f"{own.pk}/remove/", {}), (f"{own.pk}/role/", {"role": "viewer"})]:
        response = manager_client.post(f"/o/alder-house/members/{path}", data, follow=True)
        assert "needs a manager" in response.text
        own.refresh_from_db()
        assert own.role == Role.MANAGER


def test_with_another_manager_one_may_step_down(manager_client: Client, house: Any) -> None:
    second = house.hotel.memberships.get(user=house.staff)
    manager_client.post(f"/o/alder-house/members/{second.pk}/role/", {"role": "manager"})
    own = house.hotel.memberships.get(user=house.manager)
    manager_client.post(f"/o/alder-house/members/{own.pk}/role/", {"role": "viewer"})
    assert manager_client.get("/o/alder-house/members/").status_code == 403


def test_a_removed_member_is_out_at_once(manager_client: Client, staff_client: Client, house: Any) -> None:
    assert staff_client.get("/o/alder-house/orders/").status_code == 200
    manager_client.post(f"/o/alder-house/members/{house.hotel.memberships.get(user=house.staff).pk}/remove/")
    assert staff_client.get("/o/alder-house/orders/").status_code == 404


def test_another_organisations_rows_cannot_be_reached(manager_client: Client, house: Any) -> None:
    theirs = house.golf.memberships.get()
    invitation = house.golf.invitations.create(email="x@desk.example", token_digest="0" * 64)
    for path in (f"{theirs.pk}/remove/", f"{theirs.pk}/role/", f"invitations/{invitation.pk}/revoke/"):
        assert manager_client.post(f"/o/alder-house/members/{path}", {"role": "viewer"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.role == Role.MANAGER
    assert house.golf.invitations.exists()


def test_a_manager_adds_an_organisation_and_manages_it(manager_client: Client, house: Any) -> None:
    response = manager_client.post("/organisations/add/", {"name": "Alder House", "timezone": "Europe/London"})
    assert response.headers["Location"] == "/o/alder-house-2/key/"
    new = Organisation.objects.get(slug="alder-house-2")
    assert new.memberships.get().user == house.manager
    assert manager_client.get("/").headers["Location"] == "/organisations/"
    assert "/o/alder-house-2/orders/" in manager_client.get("/organisations/").text


def test_others_add_no_organisation(staff_client: Client) -> None:
    fields = {"name": "Mine", "timezone": "Europe/London"}
    assert staff_client.get("/organisations/add/").status_code == 403
    assert staff_client.post("/organisations/add/", fields).status_code == 403
    assert not Organisation.objects.filter(name="Mine").exists()


def test_settings_refuse_an_unknown_zone_and_keep_the_address(manager_client: Client, house: Any) -> None:
    path = "/o/alder-house/settings/"
    assert "is not a time zone" in manager_client.post(path, {"name": "Alder", "timezone": "Mars/Base"}).text
    manager_client.post(path, {"name": "Alder", "timezone": "Europe/Lisbon"})
    house.hotel.refresh_from_db()
    assert (house.hotel.name, house.hotel.slug, house.hotel.timezone) == ("Alder", "alder-house", "Europe/Lisbon")
