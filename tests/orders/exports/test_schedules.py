"""Scheduled exports: once a day whatever the clocks do, with the rights of that moment, announced by a link."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from hypothesis import example, given
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation, Role, User
from orders.exports import making
from orders.exports.asking import ask_export
from orders.exports.choice import Choice
from orders.exports.making import path_of
from orders.exports.schedules import (
    ask_scheduled,
    change_schedule,
    due_schedules,
    next_time,
    pause_schedule,
    plan,
    resume_schedule,
    take_over,
)
from orders.models import Export, ExportSchedule, SavedView
from orders.search import parse_query
from orders.tasks import ask_scheduled_export, make_export_file, tick
from tests.orders.builders import order, write

Rhythm, Trouble, State = ExportSchedule.Rhythm, ExportSchedule.Trouble, Export.State
START = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Asuncion",
    "Africa/Cairo",
    "Asia/Kathmandu",
]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


@pytest.fixture
def hotel(house: Any) -> Organisation:
    write(house.hotel, order(1, type="Voucher"), order(2, type="Voucher"), order(3, type="Food"))
    write(house.golf, order(1, type="Voucher"))
    return house.hotel  # type: ignore[no-any-return]


def scheduled(organisation: Organisation, user: User, **fields: Any) -> ExportSchedule:
    """A schedule of the view of vouchers, due since a minute unless the fields say otherwise."""
    view = organisation.saved_views.filter(slug="vouchers").first() or SavedView.across_organisations.create(
        organisation=organisation, owner=user, name="Mrs Ash", slug="vouchers", query="type=Voucher", reach="shared"
    )
    given_fields = {"rhythm": Rhythm.DAILY, "at": time(2, 30), "view": view, **Choice().pairs(), **fields}
    due_at = given_fields.pop("due_at", None)
    schedule = ExportSchedule(organisation=organisation, user=user, view_name=view.name, **given_fields)
    plan(schedule, datetime.now(UTC)).due_at = due_at or datetime.now(UTC) - timedelta(minutes=1)
    schedule.save()
    return schedule


def run(schedule: ExportSchedule) -> list[Export]:
    """What the workers do with a schedule; its exports, the newest first."""
    ask_scheduled_export(schedule.pk)
    for export in schedule.exports.filter(state=State.WAITING):
        make_export_file(export.pk)
    schedule.refresh_from_db()
    return list(schedule.exports.all())


@given(
    st.sampled_from(ZONES),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
@example("Europe/London", time(1, 30), datetime(2026, 3, 27, tzinfo=UTC))
@example("Europe/London", time(1, 30), datetime(2026, 10, 23, tzinfo=UTC))
@example("America/New_York", time(2, 30), datetime(2026, 3, 6, tzinfo=UTC))
@example("Pacific/Apia", time(2, 30), datetime(2011, 12, 28, tzinfo=UTC))
def test_every_day_is_once_on_each_day_of_the_calendar(name: str, at: time, start: datetime) -> None:
    zone, moment, days = ZoneInfo(name), start, []
    for _ in range(40):
        moment = next_time(Rhythm.DAILY, at, 0, zone, moment)
        local = moment.astimezone(zone)
        days.append(local.date())
        is_there = datetime.combine(local.date(), at, zone).astimezone(UTC).astimezone(zone).time() == at
        assert local.time() == at or not is_there
    skipped = {date(2011, 12, 30)} if name == "Pacific/Apia" else set()
    every = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}
    assert Counter(days) == Counter(every - skipped)


@pytest.mark.parametrize("night", ["2026-03-28T12:00:00+00:00", "2026-10-24T12:00:00+00:00"])
def test_a_night_in_which_the_clocks_change_has_one_export(hotel: Organisation, house: Any, night: str) -> None:
    """The ticks find it due every ten minutes of three days, with times that a day has twice or not at all."""
    hotel.timezone = "Europe/London"
    start = datetime.fromisoformat(night)
    schedules = []
    with time_machine.travel(start, tick=False):
        for at in (time(1, 30), time(2, 30)):
            schedule = scheduled(hotel, house.staff, at=at)
            plan(schedule, start).save()
            schedules.append(schedule)
    for minutes in range(0, 3 * 24 * 60, 10):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            for schedule in due_schedules():
                ask_scheduled(schedule.pk)
                ask_scheduled(schedule.pk)  # a doubled hint
            Export.across_organisations.filter(state=State.WAITING).update(state=State.DONE)
    zone = hotel.zone
    for schedule in schedules:
        days = [export.asked_at.astimezone(zone).date() for export in schedule.exports.order_by("asked_at")]
        assert days == [start.date() + timedelta(days=n) for n in (1, 2, 3)]


def test_weeks_and_months() -> None:
    zone, start = ZoneInfo("Europe/London"), datetime(2026, 1, 30, 12, tzinfo=UTC)  # a Friday

    def days(rhythm: str, day: int, at: time) -> list[str]:
        moment, found = start, []
        for _ in range(4):
            moment = next_time(rhythm, at, day, zone, moment)
            found.append(f"{moment.astimezone(zone):%a %d %b %H:%M}")
        return found

    assert days(Rhythm.WEEKLY, 4, time(12, 0)) == [
        "Fri 06 Feb 12:00",
        "Fri 13 Feb 12:00",
        "Fri 20 Feb 12:00",
        "Fri 27 Feb 12:00",
    ]
    assert days(Rhythm.WEEKLY, 4, time(12, 1))[0] == "Fri 30 Jan 12:01"
    assert days(Rhythm.MONTHLY, 31, time(6, 0)) == [
        "Sat 31 Jan 06:00",
        "Sat 28 Feb 06:00",
        "Tue 31 Mar 06:00",
        "Thu 30 Apr 06:00",
    ]


def test_what_is_due_is_exported_and_announced_without_personal_data(
    hotel: Organisation, house: Any, settings: Any
) -> None:
    settings.EMAIL_URL, settings.PUBLIC_URL = "memory://", "https://desk.example"
    schedule = scheduled(hotel, house.staff, columns="own,customer_name")
    (export,) = run(schedule)
    assert (export.state, export.rows, export.user, schedule.trouble) == (State.DONE, 2, house.staff, "")
    assert schedule.due_at > datetime.now(UTC)
    (sent,) = mail.outbox
    assert sent.to == ["staff@desk.example"]
    assert f"https://desk.example/o/alder-house/exports/#export-{export.token}" in sent.body
    assert not sent.attachments
    assert "Ash" not in f"{sent.subject}{sent.body}"
    assert "Voucher" not in f"{sent.subject}{sent.body}"
    assert run(schedule) == [export]  # it is due no more
    assert len(mail.outbox) == 1


def test_what_people_ask_for_themselves_is_not_announced(hotel: Organisation, house: Any, settings: Any) -> None:
    settings.EMAIL_URL = "memory://"
    export = ask_export(hotel, house.staff, parse_query("", hotel), Choice(), allow_incomplete=False)
    make_export_file(export.pk)
    assert path_of(export).exists()
    assert mail.outbox == []


@pytest.mark.parametrize("lost", ["role", "membership", "account", "person"])
def test_who_may_not_export_any_more_exports_nothing(
    hotel: Organisation, house: Any, settings: Any, staff_client: Any, manager_client: Any, lost: str
) -> None:
    settings.EMAIL_URL = "memory://"
    schedule = scheduled(hotel, house.staff)
    membership = hotel.memberships.get(user=house.staff)
    match lost:
        case "role":
            hotel.memberships.filter(pk=membership.pk).update(role=Role.VIEWER)
        case "membership":
            membership.delete()
            house.golf.memberships.create(user=house.staff, role=Role.MANAGER)
        case "account":
            User.objects.filter(pk=house.staff.pk).update(is_active=False)
        case "person":
            house.staff.delete()
    assert run(schedule) == []
    assert (schedule.trouble, mail.outbox) == (Trouble.RIGHTS, [])
    assert schedule.due_at > datetime.now(UTC)
    assert "may not export here any more" in manager_client.get("/o/alder-house/exports/").text


def test_who_lost_the_role_while_the_file_was_made_gets_no_mail(
    hotel: Organisation, house: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_URL = "memory://"
    schedule = scheduled(hotel, house.staff)
    ask_scheduled_export(schedule.pk)
    make_export = making.make_export

    def lost(pk: int) -> Export | None:
        made = make_export(pk)
        hotel.memberships.filter(user=house.staff).update(role=Role.VIEWER)
        return made

    monkeypatch.setattr("orders.tasks.make_export", lost)
    make_export_file(schedule.exports.get().pk)
    assert schedule.exports.get().state == State.DONE
    assert mail.outbox == []


@pytest.mark.parametrize("is_gone", [False, True])
def test_who_lost_the_role_before_the_file_was_made_has_none_made(
    hotel: Organisation, house: Any, manager_client: Any, *, is_gone: bool
) -> None:
    """Nor is it made again by hand."""
    schedule = scheduled(hotel, house.staff)
    ask_scheduled_export(schedule.pk)
    hotel.memberships.filter(user=house.staff).delete()
    if is_gone:
        house.staff.delete()
    export = schedule.exports.get()
    for _ in range(2):
        assert make_export_file(export.pk) is None
        export.refresh_from_db()
        assert (export.state, export.trouble) == (State.FAILED, Export.Trouble.RIGHTS)
        assert not path_of(export).exists()
        page = manager_client.get("/o/alder-house/exports/").text
        assert "Whoever it was to be made for may not export here any more." in page
        manager_client.post(f"/o/alder-house/exports/{export.token}/again/")


def test_one_taken_over_is_made_with_the_rights_of_who_took_it_and_mailed_to_them(
    hotel: Organisation, house: Any, settings: Any
) -> None:
    """What is new goes on where it was; what was missed is not made."""
    settings.EMAIL_URL = "memory://"
    schedule = scheduled(hotel, house.staff, only_since=True)
    assert run(schedule)[0].rows == 2
    assert not take_over(schedule, house.manager)  # its maker may export
    hotel.memberships.filter(user=house.staff).update(role=Role.VIEWER)
    write(hotel, order(4, type="Voucher"))
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC) - timedelta(days=2))
    in_other_hands = ExportSchedule.across_organisations.get()
    assert take_over(schedule, house.manager)
    assert not take_over(in_other_hands, house.manager)  # a second one, a moment later
    assert len(run(schedule)) == 1  # nothing is due before its next time
    schedule.refresh_from_db()
    assert (schedule.user, schedule.taken_from, schedule.trouble) == (house.manager, "Staff", "")
    mail.outbox.clear()
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    newest = run(schedule)[0]
    assert (newest.user, newest.rows) == (house.manager, 1)
    assert [sent.to for sent in mail.outbox] == [["manager@desk.example"]]


def test_one_taken_over_whose_view_is_somebodys_own_makes_nothing_and_tells_no_name(
    hotel: Organisation, house: Any
) -> None:
    schedule = scheduled(hotel, house.staff)
    hotel.saved_views.update(reach="private")
    hotel.memberships.filter(user=house.staff).delete()
    assert take_over(schedule, house.manager)
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    assert (run(schedule), schedule.trouble, schedule.view_name) == ([], Trouble.VIEW, "")


def test_a_role_that_comes_back_exports_again(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff)
    hotel.memberships.filter(user=house.staff).update(role=Role.VIEWER)
    run(schedule)
    hotel.memberships.filter(user=house.staff).update(role=Role.STAFF)
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    assert len(run(schedule)) == 1
    assert schedule.trouble == ""


def test_a_view_that_is_gone_private_or_broken_exports_nothing(hotel: Organisation, house: Any) -> None:
    def due_again(**view: Any) -> str:
        hotel.saved_views.filter(slug="vouchers").update(**view)
        ExportSchedule.across_organisations.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
        assert run(schedule) == []
        return schedule.trouble

    schedule = scheduled(hotel, house.staff)
    assert due_again(reach="private", owner=house.manager) == Trouble.VIEW
    assert due_again(owner=house.staff, query="dispatch=Packed&colour=red") == Trouble.UNREADABLE
    hotel.saved_views.all().delete()
    assert due_again() == Trouble.VIEW
    assert schedule.view_name == "Mrs Ash"


def test_what_is_not_copied_whole_is_exported_only_where_that_was_allowed(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orders.exports.completeness import Completeness

    monkeypatch.setattr(Completeness, "lacking", lambda self, shape: ["1 October not copied yet"])
    careful, bold = scheduled(hotel, house.staff), scheduled(hotel, house.staff, allow_incomplete=True)
    assert (run(careful), careful.trouble) == ([], Trouble.INCOMPLETE)
    (export,) = run(bold)
    assert "incomplete" in export.file_name


def test_one_holds_only_what_came_since_the_one_before(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff, only_since=True)
    other = scheduled(hotel, house.staff, only_since=True)
    assert run(schedule)[0].rows == 2
    write(hotel, order(4, type="Voucher"), order(5, type="Food"))
    ExportSchedule.across_organisations.filter(pk=schedule.pk).update(due_at=datetime.now(UTC))
    assert run(schedule)[0].rows == 1
    assert run(other)[0].rows == 3


def test_while_too_many_are_open_it_stays_due(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff)
    for _ in range(2):
        ask_export(hotel, house.staff, parse_query("", hotel), Choice(), allow_incomplete=False)
    ask_scheduled_export(schedule.pk)
    assert not schedule.exports.exists()
    assert due_schedules().get() == schedule
    Export.across_organisations.update(state=State.CANCELLED)
    assert len(run(schedule)) == 1


def test_after_a_week_without_workers_one_is_made(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff, due_at=datetime.now(UTC) - timedelta(days=7))
    assert len(run(schedule)) == 1
    assert len(run(schedule)) == 1


def test_an_organisation_that_moves_takes_its_schedules_along(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff)
    plan(schedule, datetime.now(UTC)).save()
    Organisation.objects.filter(pk=hotel.pk).update(timezone="Asia/Tokyo")
    assert not due_schedules().exists()
    schedule.refresh_from_db()
    assert schedule.due_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(2, 30)


def test_the_tick_hints_what_is_due(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    schedule = scheduled(hotel, house.staff)
    monkeypatch.setattr("glu_admin.hints._send", lambda name, args, queue, *_: sent.append((name, args, queue)))
    with django_capture_on_commit_callbacks(execute=True):
        tick()
    assert ("orders.ask_scheduled", (schedule.pk,), "bulk") in sent


@pytest.mark.parametrize(
    ("start", "zone", "fields", "due_at"),
    [
        ("2026-03-28T12:00:00+00:00", "Europe/London", {"at": time(1, 30)}, "2026-03-29T01:30:00+00:00"),
        ("2026-03-28T12:00:00+00:00", "Europe/London", {"at": time(6, 0)}, "2026-03-29T05:00:00+00:00"),
        ("2026-10-24T12:00:00+00:00", "Europe/London", {"at": time(1, 30)}, "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T00:45:00+00:00", "Europe/London", {"at": time(1, 30)}, "2026-10-26T01:30:00+00:00"),
        ("2026-11-03T12:00:00+00:00", "Asia/Tokyo", {"rhythm": Rhythm.MONTHLY, "day": 3}, "2026-12-02T17:30:00+00:00"),
        ("2026-11-03T12:00:00+00:00", "Asia/Tokyo", {"rhythm": Rhythm.WEEKLY, "day": 2}, "2026-11-03T17:30:00+00:00"),
    ],
)
def test_the_next_run_follows_another_rhythm_in_the_organisations_zone(
    hotel: Organisation, house: Any, start: str, zone: str, fields: dict[str, Any], due_at: str
) -> None:
    Organisation.objects.filter(pk=hotel.pk).update(timezone=zone)
    hotel.refresh_from_db()
    with time_machine.travel(datetime.fromisoformat(start), tick=False):
        schedule = scheduled(hotel, house.staff, due_at=datetime(2026, 12, 31, tzinfo=UTC))
        assert change_schedule(schedule, fields) == fields.keys()
    schedule.refresh_from_db()
    assert (schedule.due_at, schedule.zone) == (datetime.fromisoformat(due_at), zone)


def test_another_form_leaves_what_is_due_due(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff)
    assert change_schedule(schedule, {"form": "plain", "at": schedule.at}) == {"form"}
    assert due_schedules().get() == schedule
    assert run(schedule)[0].form == "plain"


def test_a_change_leaves_what_a_worker_wrote_meanwhile(hotel: Organisation, house: Any) -> None:
    schedule = scheduled(hotel, house.staff)
    in_hand = ExportSchedule.across_organisations.get()
    run(schedule)
    change_schedule(in_hand, {"personal": "none"})
    assert len(run(schedule)) == 1  # it is not due again
    assert schedule.last_at is not None


def test_one_changed_by_a_manager_has_its_makers_rights_and_mail(
    hotel: Organisation, house: Any, settings: Any
) -> None:
    settings.EMAIL_URL = "memory://"
    schedule = scheduled(hotel, house.staff)
    change_schedule(schedule, {"personal": "none"})  # whoever did that
    (export,) = run(schedule)
    assert (export.user, [sent.to for sent in mail.outbox]) == (house.staff, [["staff@desk.example"]])
    hotel.memberships.filter(user=house.staff).update(role=Role.VIEWER)
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    assert (run(schedule), schedule.trouble) == ([export], Trouble.RIGHTS)
    change_schedule(schedule, {"personal": "full"})
    assert schedule.trouble == Trouble.RIGHTS  # no change mends that


@pytest.mark.parametrize(("fields", "rows"), [({"shape": "both"}, 2), ({"columns": "accounting"}, 2), ({}, 3)])
def test_with_another_kind_everything_is_new(
    hotel: Organisation, house: Any, fields: dict[str, Any], rows: int
) -> None:
    schedule = scheduled(hotel, house.staff, only_since=True)
    other = SavedView.across_organisations.create(
        organisation=hotel, owner=house.staff, name="All", slug="all", query="", reach="shared"
    )
    assert run(schedule)[0].rows == 2
    change_schedule(schedule, {"personal": "none"})
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    assert run(schedule)[0].rows == 0
    change_schedule(schedule, fields or {"view": other})
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    newest = run(schedule)[0]
    assert (newest.rows, newest.since_at) == (rows, None)


def test_while_it_is_paused_nothing_is_made_and_what_was_missed_is_not_made_up_for(
    hotel: Organisation, house: Any
) -> None:
    schedule = scheduled(hotel, house.staff)
    pause_schedule(schedule)
    assert not due_schedules().exists()
    assert run(schedule) == []  # nor by a hint that was on its way
    resume_schedule(schedule)
    assert run(schedule) == []
    assert schedule.paused_at is None
    assert schedule.due_at > datetime.now(UTC)
    ExportSchedule.across_organisations.update(due_at=datetime.now(UTC))
    assert len(run(schedule)) == 1


def test_an_organisation_that_moved_while_it_was_paused_resumes_by_its_own_clock(
    hotel: Organisation, house: Any
) -> None:
    schedule = scheduled(hotel, house.staff)
    pause_schedule(schedule)
    Organisation.objects.filter(pk=hotel.pk).update(timezone="Asia/Tokyo")
    resume_schedule(ExportSchedule.across_organisations.get())
    schedule.refresh_from_db()
    assert schedule.due_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(2, 30)
