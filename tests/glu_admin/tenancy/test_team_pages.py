"""The team, invitations and organisations: who may, and what must stay true."""

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
from glu_admin.tenancy.team import InvitationOver, accept

MANAGED = ["team/", "settings/"]


@pytest.mark.parametrize("page", MANAGED)
def test_managers_only(
    page: str, manager_client: Client, staff_client: Client, viewer_client: Client, outsider_client: Client
) -> None:
    path = f"/o/alder-house/{page}"
    assert manager_client.get(path).status_code == 200
    assert staff_client.get(path).status_code == viewer_client.get(path).status_code == 403
    assert outsider_client.get(path).status_code == 404
    assert outsider_client.get(path).content == outsider_client.get(f"/o/no-such/{page}").content


def invite(client: Client, email: str, role: str = "staff", at: str = "alder-house") -> str:
    page = client.post(f"/o/{at}/team/invite/", {"email": email, "role": role}).text
    link = re.search(r"http://testserver(/invitations/[^<\s]+)", page)
    assert link is not None
    return link[1]


def test_new_colleague_joins_by_the_link(manager_client: Client, house: Any) -> None:
    link = invite(manager_client, "New@Desk.example")
    assert link not in manager_client.get("/o/alder-house/team/").text
    assert link.split("/")[2] not in str(list(Invitation.across_organisations.values()))
    guest = Client()
    assert "Alder House" in guest.get(link).text
    assert "errorlist" in guest.post(link, {"name": "Noor", "password": "short"}).text
    response = guest.post(link, {"name": "Noor", "password": "correct horse battery"})
    assert response.headers["Location"] == "/o/alder-house/"
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
    manager_client.post(f"/o/alder-house/team/invitations/{house.hotel.invitations.get().pk}/revoke/")
    assert Client().get(link).status_code == Client().get("/invitations/guess/").status_code == 404


def test_mail_is_sent_where_it_is_set_up(manager_client: Client, settings: Settings) -> None:
    invite(manager_client, "a@desk.example")
    assert mail.outbox == []
    settings.EMAIL_URL = "smtp://mail.example"
    link = invite(manager_client, "b@desk.example")
    assert link in mail.outbox[0].body


def test_members_cannot_be_invited_again(manager_client: Client, house: Any) -> None:
    page = manager_client.post("/o/alder-house/team/invite/", {"email": house.staff.email, "role": "viewer"}).text
    assert "in the team already" in page
    assert not house.hotel.invitations.exists()


def place(house: Any, name: str) -> str:
    """The address of somebody's row."""
    return f"/o/alder-house/team/{house.hotel.memberships.get(user=getattr(house, name)).pk}"


def test_the_last_manager_stays(manager_client: Client, house: Any) -> None:
    own = house.hotel.memberships.get(user=house.manager)
    for path, data in [(f"{own.pk}/remove/", {}), (f"{own.pk}/role/", {"role": "viewer"})]:
        response = manager_client.post(f"/o/alder-house/team/{path}", data, follow=True)
        assert "needs a manager" in response.text
        own.refresh_from_db()
        assert own.role == Role.MANAGER


def test_with_another_manager_one_may_step_down(manager_client: Client, house: Any) -> None:
    second = house.hotel.memberships.get(user=house.staff)
    manager_client.post(f"/o/alder-house/team/{second.pk}/role/", {"role": "manager"})
    own = house.hotel.memberships.get(user=house.manager)
    manager_client.post(f"/o/alder-house/team/{own.pk}/role/", {"role": "viewer"})
    assert manager_client.get("/o/alder-house/team/").status_code == 403


def test_removing_asks_first_and_can_be_undone(manager_client: Client, staff_client: Client, house: Any) -> None:
    question = manager_client.get(f"{place(house, 'staff')}/remove/").text
    assert "Remove from the team?" in question
    assert staff_client.get("/o/alder-house/orders/").status_code == 200
    page = manager_client.post(f"{place(house, 'staff')}/remove/", follow=True).text
    assert staff_client.get("/o/alder-house/orders/").status_code == 404
    assert "<bdi>Staff</bdi> is removed" in page
    assert "Put back as staff" in page
    note = re.search(r'name="removed" value="([^"]+)"', page)
    assert note is not None
    again = manager_client.post("/o/alder-house/team/put-back/", {"removed": note[1]}, follow=True).text
    assert "Staff is staff again." in again
    assert "Put back" not in again
    assert house.hotel.memberships.get(user=house.staff).role == Role.STAFF
    assert staff_client.get("/o/alder-house/orders/").status_code == 200


def test_a_way_back_is_for_an_hour_and_for_here(manager_client: Client, outsider_client: Client, house: Any) -> None:
    gone = manager_client.post(f"{place(house, 'staff')}/remove/").headers["Location"]
    note = gone.partition("removed=")[2]
    outsider_client.post("/o/brae-links/team/put-back/", {"removed": note})
    assert not house.golf.memberships.filter(user=house.staff).exists()
    with time_machine.travel(now() + timedelta(minutes=61)):
        manager = Client()
        manager.force_login(house.manager)
        assert "Put back" not in manager.get(gone).text
        late = manager.post("/o/alder-house/team/put-back/", {"removed": note}, follow=True).text
    assert "invite them instead" in late
    assert (
        "invite them instead"
        in manager_client.post("/o/alder-house/team/put-back/", {"removed": "made-up"}, follow=True).text
    )
    assert not house.hotel.memberships.filter(user=house.staff).exists()


def test_leaving_oneself_is_said(manager_client: Client, house: Any) -> None:
    manager_client.post(f"{place(house, 'staff')}/role/", {"role": "manager"})
    assert "This is you." in manager_client.get(f"{place(house, 'manager')}/remove/").text
    page = manager_client.post(f"{place(house, 'manager')}/remove/", follow=True).text
    assert "You are no longer in the team of Alder House." in page


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("viewer", "Staff is now a viewer, no longer staff."),
        ("manager", "Staff is now a manager, no longer staff."),
        ("staff", "Staff is staff already."),
        ("owner", "Choose one of the roles."),
        ("", "Choose one of the roles."),
    ],
)
def test_a_role_that_is_set_is_said(manager_client: Client, house: Any, role: str, words: str) -> None:
    assert words in manager_client.post(f"{place(house, 'staff')}/role/", {"role": role}, follow=True).text


def test_stepping_down_ends_where_one_may_be(manager_client: Client, house: Any) -> None:
    manager_client.post(f"{place(house, 'staff')}/role/", {"role": "manager"})
    answer = manager_client.post(f"{place(house, 'manager')}/role/", {"role": "viewer"}, follow=True)
    assert answer.status_code == 200
    assert "Manager is now a viewer, no longer a manager." in answer.text


def test_a_withdrawn_invitation_is_said(manager_client: Client, house: Any) -> None:
    invite(manager_client, "new@desk.example")
    path = f"/o/alder-house/team/invitations/{house.hotel.invitations.get().pk}/revoke/"
    assert "The invitation of new@desk.example is withdrawn" in manager_client.post(path, follow=True).text


@pytest.mark.parametrize("end", ["remove/", "role/"])
def test_an_invitation_ends_with_the_rights_of_who_made_it(manager_client: Client, house: Any, end: str) -> None:
    """A manager who is removed or steps down does not come back by a link of their own."""
    manager_client.post(f"{place(house, 'staff')}/role/", {"role": "manager"})
    second = Client()
    second.force_login(house.staff)
    links = [invite(second, email, "manager") for email in ("own@desk.example", house.outsider.email)]
    assert Client().get(links[0]).status_code == 200
    manager_client.post(f"{place(house, 'staff')}/{end}", {"role": "staff"})
    guest, known = Client(), Client()
    known.force_login(house.outsider)
    fields = {"name": "Me", "password": "correct horse battery"}
    assert guest.post(links[0], fields).status_code == known.post(links[1]).status_code == 404
    assert not house.hotel.memberships.filter(user__email="own@desk.example").exists()
    assert not house.hotel.memberships.filter(user=house.outsider).exists()
    assert "own@desk.example" not in manager_client.get("/o/alder-house/team/").text


def test_an_invitation_of_somebody_without_rights_is_dead(manager_client: Client, house: Any) -> None:
    """However the rights went: rows of an earlier version, or a person who was switched off."""
    link = invite(manager_client, "new@desk.example")
    for change in ({"invited_by": None}, {"invited_by": house.staff}, {"invited_by": house.outsider}):
        house.hotel.invitations.update(**change)
        assert Client().get(link).status_code == 404
    house.hotel.invitations.update(invited_by=house.manager)
    User.objects.filter(pk=house.manager.pk).update(is_active=False)
    assert Client().get(link).status_code == 404


def test_a_removed_person_does_not_come_back_by_an_older_link(manager_client: Client, house: Any) -> None:
    link = invite(manager_client, house.outsider.email, "manager")
    house.hotel.memberships.create(user=house.outsider, role=Role.VIEWER)
    manager_client.post(f"{place(house, 'outsider')}/remove/")
    known = Client()
    known.force_login(house.outsider)
    assert known.post(link).status_code == 404


def test_one_invitation_makes_one_member(manager_client: Client, house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else is faster, between the look at the invitation and its use."""
    link = invite(manager_client, "new@desk.example")
    fields = {"name": "Noor", "password": "correct horse battery"}
    set_password, others = User.set_password, [Client(), Client()]

    def slow(user: User, password: str) -> None:
        if others:
            others.pop().post(link, fields)
        set_password(user, password)

    monkeypatch.setattr(User, "set_password", slow)
    answer = Client().post(link, fields)
    assert answer.headers["Location"] == link
    assert "It was used already. If that was you, sign in." in Client().get(link).text
    assert User.objects.get(email="new@desk.example").memberships.get().organisation == house.hotel


def test_a_known_person_joins_once_and_the_link_stays_good_for_them(manager_client: Client, house: Any) -> None:
    link = invite(manager_client, house.outsider.email)
    known = Client()
    known.force_login(house.outsider)
    for _ in range(2):
        assert known.post(link).headers["Location"] == "/o/alder-house/"
    stale = house.hotel.invitations.get()
    with pytest.raises(InvitationOver):
        accept(stale, house.outsider)


def test_two_invitations_of_one_new_address_at_once(
    manager_client: Client, outsider_client: Client, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is made by the other one meanwhile: one signs in and joins this organisation too."""
    link, other = (
        invite(manager_client, "new@desk.example"),
        invite(outsider_client, "new@desk.example", at="brae-links"),
    )
    fields = {"name": "Noor", "password": "correct horse battery"}
    set_password, waiting = User.set_password, [Client()]

    def slow(user: User, password: str) -> None:
        if waiting:
            waiting.pop().post(other, fields)
        set_password(user, password)

    monkeypatch.setattr(User, "set_password", slow)
    answer = Client().post(link, fields, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Finvitations%2F")
    known = Client()
    known.force_login(User.objects.get(email="new@desk.example"))
    assert known.post(link).headers["Location"] == "/o/alder-house/"


def test_another_organisations_rows_cannot_be_reached(manager_client: Client, house: Any) -> None:
    theirs = house.golf.memberships.get()
    invitation = house.golf.invitations.create(email="x@desk.example", token_digest="0" * 64)
    assert "x@desk.example" not in manager_client.get("/o/alder-house/team/").text
    for path in (f"{theirs.pk}/remove/", f"{theirs.pk}/role/", f"invitations/{invitation.pk}/revoke/"):
        assert manager_client.post(f"/o/alder-house/team/{path}", {"role": "viewer"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.role == Role.MANAGER
    assert house.golf.invitations.exists()


def test_a_manager_adds_an_organisation_and_manages_it(manager_client: Client, house: Any) -> None:
    response = manager_client.post("/organisations/add/", {"name": "Alder House", "timezone": "Europe/London"})
    assert response.headers["Location"] == "/o/alder-house-2/key/"
    new = Organisation.objects.get(slug="alder-house-2")
    assert new.memberships.get().user == house.manager
    assert manager_client.get("/").headers["Location"] == "/organisations/"
    assert "/o/alder-house-2/" in manager_client.get("/organisations/").text


def test_others_add_no_organisation(staff_client: Client) -> None:
    fields = {"name": "Mine", "timezone": "Europe/London"}
    assert staff_client.get("/organisations/add/").status_code == 403
    assert staff_client.post("/organisations/add/", fields).status_code == 403
    assert not Organisation.objects.filter(name="Mine").exists()


def test_settings_refuse_an_unknown_zone_and_keep_the_address(manager_client: Client, house: Any) -> None:
    path = "/o/alder-house/settings/"
    page = manager_client.get(path).text
    assert '<option value="Europe/London" selected>London</option>' in page
    assert page.index('label="Europe"') < page.index('label="Africa"')
    assert "is not a time zone" in manager_client.post(path, {"name": "Alder", "timezone": "Mars/Base"}).text
    manager_client.post(path, {"name": "Alder", "timezone": "Europe/Lisbon"})
    house.hotel.refresh_from_db()
    assert (house.hotel.name, house.hotel.slug, house.hotel.timezone) == ("Alder", "alder-house", "Europe/Lisbon")
