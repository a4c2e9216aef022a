"""The pages of scheduled exports: who keeps, changes, pauses and ends one, and what is said of it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from glu_admin.tenancy.models import Role
from orders.models import ExportSchedule

PAGE, SCHEDULE = "/o/alder-house/exports/", "/o/alder-house/exports/schedule/"


def sent(**fields: Any) -> dict[str, Any]:
    asked = {"view": "post", "rhythm": "weekly", "at": "02:30", "weekday": "4", "day": "1", "shape": "both"}
    return {**asked, "form": "xlsx", "columns": "dispatch", "personal": "none", "times": "utc", **fields}


def test_a_schedule_is_kept_listed_and_ended(house: Any, staff_client: Client, manager_client: Client) -> None:
    assert "No views yet" in staff_client.get(SCHEDULE).text
    house.hotel.saved_views.create(name="Post", slug="post", reach="shared")
    assert "No views yet" not in staff_client.get(SCHEDULE).text
    page = " ".join(staff_client.post(SCHEDULE, sent(since="yes"), follow=True).text.split())
    assert "Every Friday at 02:30, Europe/London · new and changed · <bdi>Staff" in page
    schedule = house.hotel.export_schedules.get()
    assert (schedule.shape, schedule.form, schedule.columns, schedule.personal) == ("both", "xlsx", "dispatch", "none")
    assert (schedule.only_since, schedule.allow_incomplete, schedule.user) == (True, False, house.staff)
    assert staff_client.post(f"{SCHEDULE}{schedule.token}/end/").status_code == 302
    assert not house.hotel.export_schedules.exists()


def test_what_cannot_be_a_schedule_is_said(house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    house.hotel.saved_views.create(name="Post", slug="post", reach="shared")
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    house.golf.saved_views.create(name="Golf", slug="golf", reach="shared")
    for wrong in ({"view": "mine"}, {"view": "golf"}, {"at": "25:00"}, {"rhythm": "hourly"}, {"day": "32"}):
        answer = staff_client.post(SCHEDULE, sent(**wrong))
        assert answer.status_code == 422, wrong
        assert "errorlist" in answer.text
    answer = staff_client.post(SCHEDULE, sent(shape="json", personal="full", since="yes"))
    assert (answer.status_code, "no column that says what is new" in answer.text) == (422, True)
    assert staff_client.post(SCHEDULE, sent(form="pdf")).status_code == 404
    monkeypatch.setattr("orders.exports.schedules.MOST_SCHEDULES", 0)
    assert "0 schedules already" in staff_client.post(SCHEDULE, sent()).text
    assert not house.hotel.export_schedules.exists()


def test_a_schedule_is_ended_by_who_made_it_or_a_manager(
    house: Any, staff_client: Client, manager_client: Client, outsider_client: Client
) -> None:
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    manager_client.post(SCHEDULE, sent(view="mine"))
    end = f"{SCHEDULE}{house.hotel.export_schedules.get().token}/end/"
    page = staff_client.get(PAGE).text
    assert end not in page
    assert "A view of somebody’s own" in page
    assert "Mine" not in page
    assert staff_client.post(end).status_code == 404
    assert outsider_client.post(end.replace("alder-house", "brae-links")).status_code == 404
    assert "Mine" in manager_client.get(PAGE).text
    house.hotel.saved_views.get().delete()
    page = staff_client.get(PAGE).text
    assert "A view that is gone" in page
    assert "Mine" not in page
    assert "Mine" in manager_client.get(PAGE).text
    manager_client.post(end)
    assert not house.hotel.export_schedules.exists()


def kept(house: Any, client: Client, **fields: Any) -> ExportSchedule:
    """A schedule of a view of the team that somebody has made."""
    house.hotel.saved_views.get_or_create(name="Post", slug="post", reach="shared")
    assert client.post(SCHEDULE, sent(**fields)).status_code == 302
    return house.hotel.export_schedules.get()  # type: ignore[no-any-return]


def address(schedule: ExportSchedule, what: str = "") -> str:
    return f"{SCHEDULE}{schedule.token}/{what}"


def words(text: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def filled_in(page: str) -> dict[str, Any]:
    """What a browser sends from the page's form as it is."""
    form = page[page.index('class="card export"') :].partition("</form>")[0]
    found = dict[str, Any]()
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{which}="([^"]*)"', tag) for which in ("name", "value"))
        if name and re.search(r'\schecked|type="(number|time)"', tag):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)"\s+selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_its_form_is_filled_and_sent_as_it_is_changes_nothing(house: Any, staff_client: Client) -> None:
    schedule = kept(house, staff_client, since="yes", incomplete="yes")
    before = ExportSchedule.across_organisations.values().get()
    page = staff_client.get(address(schedule)).text
    assert "Change a schedule" in page
    answer = staff_client.post(address(schedule), filled_in(page), follow=True).text
    assert "Nothing of the schedule is different" in answer
    assert ExportSchedule.across_organisations.values().get() == before


def test_what_is_different_is_said_and_the_rest_stays(house: Any, staff_client: Client) -> None:
    house.hotel.saved_views.create(name="Paid", slug="paid", reach="shared")
    with time_machine.travel(datetime(2026, 3, 27, 12, tzinfo=UTC), tick=False):  # a Friday, two days before the change
        schedule = kept(house, staff_client)
        page = words(staff_client.post(address(schedule), sent(rhythm="daily", at="01:30"), follow=True).text)
        assert "The schedule is changed: when it is made. It is due next tomorrow 01:30." in page
        assert "Every day at 01:30, Europe/London" in page
        staff_client.post(address(schedule), sent(rhythm="daily", at="01:30", view="paid", columns="everything"))
    schedule.refresh_from_db()
    assert (schedule.view_name, schedule.columns, schedule.personal) == ("Paid", "everything", "none")
    assert schedule.due_at == datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    assert schedule.user == house.staff


def test_what_holds_only_news_begins_anew_with_another_view(house: Any, staff_client: Client) -> None:
    house.hotel.saved_views.create(name="Paid", slug="paid", reach="shared")
    schedule = kept(house, staff_client, since="yes")
    said = staff_client.post(address(schedule), sent(since="yes", personal="full"), follow=True).text
    assert "The schedule is changed: personal data. It is due next" in words(said)
    said = staff_client.post(address(schedule), sent(since="yes", personal="full", view="paid"), follow=True).text
    assert "changed: the view. Its next file holds everything, as the first of its kind." in words(said)


def test_what_cannot_be_a_schedule_changes_none(house: Any, staff_client: Client) -> None:
    schedule = kept(house, staff_client)
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    before = ExportSchedule.across_organisations.values().get()
    for wrong in ({"view": "mine"}, {"view": ""}, {"at": "25:00"}, {"rhythm": "hourly"}, {"day": "32"}):
        answer = staff_client.post(address(schedule), sent(**wrong))
        assert answer.status_code == 422, wrong
        assert "Change a schedule" in answer.text
    assert staff_client.post(address(schedule), sent(shape="json", personal="none")).status_code == 422
    assert staff_client.post(address(schedule), sent(form="pdf")).status_code == 404
    assert ExportSchedule.across_organisations.values().get() == before


def test_its_maker_and_managers_change_it_and_nobody_else(
    house: Any, viewer_client: Client, staff_client: Client, manager_client: Client, outsider_client: Client
) -> None:
    schedule = kept(house, manager_client)
    others = [(viewer_client, 403), (staff_client, 404), (outsider_client, 404)]
    before = ExportSchedule.across_organisations.values().get()
    for what in ("", "pause/", "end/"):
        for client, status in others:
            assert client.post(address(schedule, what), sent(at="03:00")).status_code == status
        elsewhere = address(schedule, what).replace("alder-house", "brae-links")
        assert outsider_client.post(elsewhere, sent(at="03:00")).status_code == 404
        if what:
            assert address(schedule, what) not in staff_client.get(PAGE).text
            assert address(schedule, what) in manager_client.get(PAGE).text
    assert outsider_client.get(address(schedule).replace("alder-house", "brae-links")).status_code == 404
    assert staff_client.get(address(schedule)).status_code == 404
    assert ExportSchedule.across_organisations.values().get() == before


def test_a_manager_changes_somebodys_schedule_which_stays_theirs(
    house: Any, staff_client: Client, manager_client: Client
) -> None:
    house.hotel.saved_views.create(name="Secret", slug="secret", reach="private", owner=house.staff)
    house.hotel.saved_views.create(name="Mine", slug="mine", reach="private", owner=house.manager)
    schedule = kept(house, staff_client, view="secret")
    page = manager_client.get(address(schedule)).text
    assert "made this schedule, and it stays theirs" in words(page)
    assert "A view of somebody’s own" in page
    assert "secret" not in page.lower()
    assert 'value="mine"' not in page
    assert filled_in(page)["view"] == ""
    assert manager_client.post(address(schedule), sent(view="mine")).status_code == 422
    said = manager_client.post(address(schedule), sent(view="", at="03:00"), follow=True).text
    assert "The schedule is changed: when it is made." in words(said)
    schedule.refresh_from_db()
    assert (schedule.user, schedule.view.slug, schedule.view_name) == (house.staff, "secret", "Secret")  # type: ignore[union-attr]
    manager_client.post(address(schedule), sent(view="post"))
    schedule.refresh_from_db()
    assert (schedule.user, schedule.view_name) == (house.staff, "Post")


def test_a_view_that_is_gone_has_to_be_chosen_anew(house: Any, staff_client: Client) -> None:
    schedule = kept(house, staff_client)
    house.hotel.saved_views.all().delete()
    house.hotel.saved_views.create(name="Paid", slug="paid", reach="shared")
    ExportSchedule.across_organisations.update(trouble=ExportSchedule.Trouble.VIEW)
    form = filled_in(staff_client.get(address(schedule)).text)
    assert form["view"] == ""
    assert staff_client.post(address(schedule), form).status_code == 422
    page = staff_client.post(address(schedule), {**form, "view": "paid"}, follow=True).text
    assert "The schedule is changed: the view." in words(page)
    assert "the view is gone" not in page


def test_it_is_paused_and_resumed(house: Any, staff_client: Client) -> None:
    with time_machine.travel(datetime(2026, 10, 23, 12, tzinfo=UTC), tick=False) as clock:
        schedule = kept(house, staff_client, rhythm="daily", at="01:30")
        page = words(staff_client.post(address(schedule, "pause/"), follow=True).text)
        assert "Paused since today 13:00" in page
        assert "Next" not in page[page.index("Scheduled") : page.index("Recent")]
        changed = words(staff_client.post(address(schedule), sent(rhythm="daily", at="01:45"), follow=True).text)
        assert "The schedule is changed: when it is made. It stays paused." in changed
        clock.shift(timedelta(days=1, hours=12))  # the night in which 01:45 comes twice
        resumed = words(staff_client.post(address(schedule, "pause/"), {"resume": ""}, follow=True).text)
        assert "The schedule goes on. It is due next today 01:45." in resumed
    schedule.refresh_from_db()
    assert (schedule.paused_at, schedule.due_at) == (None, datetime(2026, 10, 25, 0, 45, tzinfo=UTC))


def test_of_somebody_who_is_gone_the_form_says_so(house: Any, staff_client: Client, manager_client: Client) -> None:
    schedule = kept(house, staff_client)
    house.hotel.memberships.filter(user=house.staff).delete()
    house.staff.delete()
    page = words(manager_client.get(address(schedule)).text)
    assert "Whoever made this schedule is gone, so nothing is made until a manager takes it over" in page
    assert house.hotel.memberships.get(user=house.manager).role == Role.MANAGER


def test_one_whose_maker_may_not_export_any_more_says_so_and_is_taken_over_by_a_manager(
    house: Any, staff_client: Client, manager_client: Client, viewer_client: Client
) -> None:
    schedule = kept(house, staff_client, since="yes")
    take = address(schedule, "take/")
    assert take not in manager_client.get(PAGE).text
    assert "it is Staff’s, who may export" in words(manager_client.post(take, follow=True).text)
    house.hotel.memberships.filter(user=house.viewer).update(role=Role.STAFF)
    house.hotel.memberships.filter(user=house.staff).update(role=Role.VIEWER)
    page = words(viewer_client.get(PAGE).text)
    assert "Nothing is made, as Staff may not export here any more, until a manager takes the schedule over." in page
    assert "Paused" in page
    assert "Next" not in page[page.index("Scheduled") : page.index("Recent")]
    assert take not in viewer_client.get(PAGE).text
    assert viewer_client.post(take).status_code == 403
    assert "may not export here any more, so nothing is made" in words(manager_client.get(address(schedule)).text)
    page = manager_client.get(PAGE).text
    assert take in page
    assert "Pause the schedule" not in page
    said = words(manager_client.post(take, follow=True).text)
    assert "The schedule is yours now: it is made with your rights, and its mails go to you. It is due next" in said
    assert re.search(r"new and changed · Manager · taken over from Staff today \d\d:\d\d", said)
    schedule.refresh_from_db()
    assert (schedule.user, schedule.taken_from) == (house.manager, "Staff")
    assert "A saved view is exported on time, with your rights" in manager_client.get(address(schedule)).text


def test_one_that_was_paused_or_whose_maker_is_gone_stays_paused_when_it_is_taken_over(
    house: Any, staff_client: Client, manager_client: Client
) -> None:
    schedule = kept(house, staff_client)
    staff_client.post(address(schedule, "pause/"))
    house.staff.delete()
    assert "as whoever made it may not export here any more" in words(manager_client.get(PAGE).text)
    said = words(manager_client.post(address(schedule, "take/"), follow=True).text)
    assert "its mails go to you. It stays paused." in said
    assert "· Manager · taken over today" in said
    assert "Paused since today" in said


def test_who_takes_one_over_without_seeing_its_view_chooses_another(
    house: Any, staff_client: Client, manager_client: Client
) -> None:
    house.hotel.saved_views.create(name="Secret", slug="secret", reach="private", owner=house.staff)
    schedule = kept(house, staff_client, view="secret")
    house.hotel.memberships.filter(user=house.staff).delete()
    page = manager_client.post(address(schedule, "take/"), follow=True).text
    assert "You do not see the view that it exported, so nothing is made: choose another." in page
    assert "Change a schedule" in page
    form = filled_in(page)
    assert manager_client.post(address(schedule), form).status_code == 422
    done = manager_client.post(address(schedule), {**form, "view": "post"}, follow=True).text
    assert "The schedule is changed: the view." in words(done)
    assert "secret" not in (page + done).lower()
    house.hotel.saved_views.filter(slug="secret").delete()
    schedule.refresh_from_db()
    assert (schedule.view_name, schedule.trouble) == ("Post", "")
