"""Scheduled exports: when one is due, changed, paused and taken over, whose rights it has, and how it is announced."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy import mail
from glu_admin.tenancy.models import Membership, Role, User
from glu_admin.tenancy.public_url import desk_link
from glu_admin.tenancy.times import next_at
from orders.display.locales import grouped
from orders.exports.asking import TooManyExports, ask_export, hint_export
from orders.exports.completeness import completeness
from orders.exports.making import choice_of
from orders.exports.rights import export_rights
from orders.models import Export, ExportSchedule, SavedView
from orders.saved_views import query_of, visible_views
from orders.search import Query

MOST_SCHEDULES = 20
"""So many schedules an organisation may have."""

Rhythm, Trouble = ExportSchedule.Rhythm, ExportSchedule.Trouble
_RHYTHM = {"rhythm", "at", "day"}


class TooManySchedules(Exception):
    """There are MOST_SCHEDULES already; the message may be shown."""


def next_time(rhythm: str, at: time, day: int, zone: ZoneInfo, after: datetime) -> datetime:
    """When it is due next, after a moment: once on each of its local days."""
    return next_at(at, zone, after, lambda local: _is_day(rhythm, day, local))


def plan(schedule: ExportSchedule, after: datetime) -> ExportSchedule:
    """Set when a schedule is due next, in its organisation's zone."""
    zone = schedule.organisation.zone
    schedule.zone = str(zone)
    schedule.due_at = next_time(schedule.rhythm, schedule.at, schedule.day, zone, after)
    return schedule


def add_schedule(schedule: ExportSchedule) -> None:
    """Keep a new schedule. Raises TooManySchedules."""
    if schedule.organisation.export_schedules.count() >= MOST_SCHEDULES:
        said = _("There are %(most)d schedules already. End one first.")
        raise TooManySchedules(said % {"most": MOST_SCHEDULES})
    schedule.view_name = schedule.view.name if schedule.view else ""
    plan(schedule, now()).save()


def change_schedule(schedule: ExportSchedule, fields: Mapping[str, Any]) -> set[str]:
    """Give a schedule these fields; the names of those that were different.

    With another rhythm it is due next by that, after now; else when it was. With another view, shape or columns its
    next file is the first of its kind. Whose it is, and with whose rights it is made, does not change.
    """
    others = {name: value for name, value in fields.items() if getattr(schedule, name) != value}
    changed = set(others)
    if not changed:
        return changed
    for name, value in others.items():
        setattr(schedule, name, value)
    if schedule.view:
        others["view_name"] = schedule.view_name = schedule.view.name
    if changed & _RHYTHM:
        plan(schedule, now())
        others |= {"zone": schedule.zone, "due_at": schedule.due_at}
    if schedule.trouble != Trouble.RIGHTS:
        others["trouble"] = schedule.trouble = ""
    with transaction.atomic():
        if begins_anew(changed):
            schedule.exports.update(counts=False)
        _row(schedule).update(**others)
    return changed


def begins_anew(changed: set[str]) -> bool:
    """Whether, with these fields changed, what a schedule makes is of another kind: all of it is new to it."""
    return not changed.isdisjoint({"view", "shape", "columns"})


def pause_schedule(schedule: ExportSchedule) -> None:
    """Have a schedule make nothing until it is resumed."""
    _row(schedule).filter(paused_at=None).update(paused_at=now())


def resume_schedule(schedule: ExportSchedule) -> None:
    """Have a paused schedule go on: it is due next after now, and what it missed is not made."""
    plan(schedule, now())
    resumed = {"paused_at": None, "zone": schedule.zone, "due_at": schedule.due_at}
    _row(schedule).filter(paused_at__isnull=False).update(**resumed)


def take_over(schedule: ExportSchedule, user: User) -> bool:
    """Make a schedule somebody's own, with their rights, where whoever it belongs to may not export any more.

    It is due next after now, unless it is paused. Where they do not see its view they have to choose another: what it
    was called is not theirs to know. False where somebody may export with it, or took it over meanwhile.
    """
    before = schedule.user
    if export_rights(schedule.organisation, before):
        return False
    plan(schedule, now())
    is_seen = visible_views(schedule.organisation, user).filter(pk=schedule.view_id or 0).exists()
    own = {
        "user": user,
        "taken_at": now(),
        "taken_from": str(before or ""),
        "trouble": "" if is_seen else Trouble.VIEW,
        "view_name": schedule.view_name if is_seen else "",
        "zone": schedule.zone,
        "due_at": schedule.due_at,
    }
    if not _row(schedule).filter(user=before).update(**own):
        return False
    for name, value in own.items():
        setattr(schedule, name, value)
    return True


def may_change(schedule: ExportSchedule, membership: Membership) -> bool:
    """Whether somebody may change, pause or end a schedule: who made it, and a manager."""
    return schedule.user_id == membership.user_id or membership.may(Role.MANAGER)


def views_for(schedule: ExportSchedule, user: User) -> QuerySet[SavedView]:
    """The views that somebody may have a schedule export: those that they and whoever made it see."""
    views = visible_views(schedule.organisation, user)
    return views & visible_views(schedule.organisation, schedule.user) if schedule.user else views


def due_schedules() -> QuerySet[ExportSchedule]:
    """The schedules whose time has come. Those of organisations that have moved to another zone are reckoned anew."""
    moment = now()
    moved = ExportSchedule.across_organisations.exclude(zone=F("organisation__timezone")).filter(due_at__gt=moment)
    for schedule in moved.select_related("organisation"):
        plan(schedule, moment).save(update_fields=["zone", "due_at"])
    return ExportSchedule.across_organisations.filter(due_at__lte=moment, paused_at=None)


def ask_scheduled(pk: int) -> None:
    """Ask for the export of a schedule that is due, and nothing where it is not; why there is none stands on the row.

    However often it was missed, one is made. While too many exports are open it stays due.
    """
    schedule = ExportSchedule.across_organisations.select_related("organisation", "user").filter(pk=pk).first()
    moment = now()
    if schedule is None or schedule.due_at > moment:
        return
    due = _row(schedule).filter(due_at=schedule.due_at, paused_at=None)
    asked = _asked(schedule)
    plan(schedule, moment)
    try:
        with transaction.atomic():
            trouble = asked if isinstance(asked, Trouble) else ""
            if due.update(due_at=schedule.due_at, zone=schedule.zone, last_at=moment, trouble=trouble):
                _ask(schedule, asked)
    except TooManyExports:
        return


def announce(export: Export) -> None:
    """Tell who made the schedule of an export that it is ready, as long as they may open it."""
    user = export.user
    if export.schedule_id is None or user is None or export_rights(export.organisation, user) is None:
        return
    name, link = export.organisation.name, desk_link(f"{reverse('orders_export', args=[export.organisation.slug])}")
    where = f"{link}#export-{export.token}" if link else _("It is on the exports page of the desk.")
    ready = ngettext(
        "A scheduled export of %(name)s is ready: %(n)s row, %(size)s.",
        "A scheduled export of %(name)s is ready: %(n)s rows, %(size)s.",
        export.rows,
    ) % {"name": name, "n": grouped(export.rows), "size": filesizeformat(export.size)}
    rest = _(
        "Its manifest there says what is in it. The file is kept for some days; the schedule is changed and ended "
        "there too."
    )
    mail.send(_("An export of %(name)s is ready") % {"name": name}, f"{ready}\n\n{where}\n\n{rest}\n", [user.email])


def _row(schedule: ExportSchedule) -> QuerySet[ExportSchedule]:
    """The schedule as the database has it: a worker may move it on meanwhile."""
    return schedule.organisation.export_schedules.filter(pk=schedule.pk)


def _asked(schedule: ExportSchedule) -> Query | ExportSchedule.Trouble:
    """What is to be exported with the rights of this moment, or why nothing is."""
    organisation, user = schedule.organisation, schedule.user
    if user is None or export_rights(organisation, user) is None:
        return Trouble.RIGHTS
    view = visible_views(organisation, user).filter(pk=schedule.view_id or 0).first()
    if view is None:
        return Trouble.VIEW
    query, choice = query_of(view), choice_of(schedule)
    if query.errors or query.ignored:
        return Trouble.UNREADABLE
    query = query.all_orders()
    if not schedule.allow_incomplete and completeness(organisation, query.criteria).lacking(choice.shape):
        return Trouble.INCOMPLETE
    return query


def _ask(schedule: ExportSchedule, asked: Query | ExportSchedule.Trouble) -> None:
    """Ask for the export, where there is one to ask for. Raises TooManyExports."""
    if isinstance(asked, Query) and schedule.user is not None:
        export = ask_export(
            schedule.organisation,
            schedule.user,
            asked,
            choice_of(schedule),
            allow_incomplete=schedule.allow_incomplete,
            only_since=schedule.only_since,
            schedule=schedule,
        )
        hint_export(export)


def _is_day(rhythm: str, day: int, local: date) -> bool:
    match rhythm:
        case Rhythm.WEEKLY:
            return local.weekday() == day
        case Rhythm.MONTHLY:
            return local.day == min(day, monthrange(local.year, local.month)[1])
    return True
