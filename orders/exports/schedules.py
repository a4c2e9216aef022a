"""Scheduled exports: when one is due, whose rights it has then, and how it is announced."""

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy import mail
from glu_admin.tenancy.models import Membership, Organisation, Role, User
from glu_admin.tenancy.public_url import desk_link
from glu_admin.tenancy.times import next_at
from orders.exports.asking import TooManyExports, ask_export, hint_export
from orders.exports.completeness import completeness
from orders.exports.making import choice_of
from orders.models import Export, ExportSchedule
from orders.saved_views import query_of, visible_views
from orders.search import Query

MOST_SCHEDULES = 20
"""So many schedules an organisation may have."""

Rhythm, Trouble = ExportSchedule.Rhythm, ExportSchedule.Trouble


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
    plan(schedule, now()).save()


def may_end(schedule: ExportSchedule, membership: Membership) -> bool:
    """Whether somebody may end a schedule: who made it, and a manager."""
    return schedule.user_id == membership.user_id or membership.may(Role.MANAGER)


def due_schedules() -> QuerySet[ExportSchedule]:
    """The schedules whose time has come. Those of organisations that have moved to another zone are reckoned anew."""
    moment = now()
    moved = ExportSchedule.across_organisations.exclude(zone=F("organisation__timezone")).filter(due_at__gt=moment)
    for schedule in moved.select_related("organisation"):
        plan(schedule, moment).save(update_fields=["zone", "due_at"])
    return ExportSchedule.across_organisations.filter(due_at__lte=moment)


def ask_scheduled(pk: int) -> None:
    """Ask for the export of a schedule that is due, and nothing where it is not; why there is none stands on the row.

    However often it was missed, one is made. While too many exports are open it stays due.
    """
    schedule = ExportSchedule.across_organisations.select_related("organisation", "user").filter(pk=pk).first()
    moment = now()
    if schedule is None or schedule.due_at > moment:
        return
    due = schedule.organisation.export_schedules.filter(pk=pk, due_at=schedule.due_at)
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
    if export.schedule_id is None or user is None or _rights(export.organisation, user) is None:
        return
    name, link = export.organisation.name, desk_link(f"{reverse('orders_export', args=[export.organisation.slug])}")
    where = f"{link}#export-{export.token}" if link else _("It is on the exports page of the desk.")
    ready = ngettext(
        "A scheduled export of %(name)s is ready: %(n)s row, %(size)s.",
        "A scheduled export of %(name)s is ready: %(n)s rows, %(size)s.",
        export.rows,
    ) % {"name": name, "n": f"{export.rows:,}", "size": filesizeformat(export.size)}
    rest = _("Its manifest there says what is in it. The file is kept for some days; the schedule is ended there too.")
    mail.send(_("An export of %(name)s is ready") % {"name": name}, f"{ready}\n\n{where}\n\n{rest}\n", [user.email])


def _asked(schedule: ExportSchedule) -> Query | ExportSchedule.Trouble:
    """What is to be exported with the rights of this moment, or why nothing is."""
    organisation, user = schedule.organisation, schedule.user
    if user is None or _rights(organisation, user) is None:
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


def _rights(organisation: Organisation, user: User) -> Membership | None:
    """The membership with which somebody may export now, if they may."""
    membership = organisation.memberships.filter(user=user, user__is_active=True).first()
    return membership if membership and membership.may(Role.STAFF) else None


def _is_day(rhythm: str, day: int, local: date) -> bool:
    match rhythm:
        case Rhythm.WEEKLY:
            return local.weekday() == day
        case Rhythm.MONTHLY:
            return local.day == min(day, monthrange(local.year, local.month)[1])
    return True
