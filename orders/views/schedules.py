"""Schedules of exports: those there are, a new one, one changed, paused, resumed, taken over and ended."""

from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from glu_admin.tenancy.access import door
from glu_admin.tenancy.forms import Dressed
from glu_admin.tenancy.models import Organisation, Role, User
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import when_text
from orders.exports import Choice, NoSuchChoice, read_choice
from orders.exports.asking import last_choice
from orders.exports.making import choice_of
from orders.exports.rights import export_rights, exporters
from orders.exports.schedules import (
    TooManySchedules,
    add_schedule,
    begins_anew,
    change_schedule,
    may_change,
    pause_schedule,
    resume_schedule,
    take_over,
    views_for,
)
from orders.models import ExportSchedule, SavedView
from orders.saved_views import visible_views
from orders.views.export_choice import choices, refusal

Rhythm = ExportSchedule.Rhythm
_WHEN, _RULES = gettext_lazy("when it is made"), gettext_lazy("which orders")
_WORDS = {
    "view": gettext_lazy("the view"),
    "rhythm": _WHEN,
    "at": _WHEN,
    "day": _WHEN,
    "shape": gettext_lazy("what is exported"),
    "form": gettext_lazy("the program it is for"),
    "columns": gettext_lazy("columns"),
    "personal": gettext_lazy("personal data"),
    "times": gettext_lazy("times"),
    "only_since": _RULES,
    "allow_incomplete": _RULES,
}


class ScheduleForm(Dressed, forms.Form):
    """A view, and when it is exported."""

    view: "forms.ModelChoiceField[SavedView]" = forms.ModelChoiceField(
        None, to_field_name="slug", empty_label=None, label=gettext_lazy("View")
    )
    rhythm = forms.ChoiceField(choices=Rhythm.choices, label=gettext_lazy("How often"))
    at = forms.TimeField(
        label=pgettext_lazy("a time", "At"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        initial="06:00",
        input_formats=["%H:%M"],
    )
    weekday = forms.TypedChoiceField(
        choices=list(WEEKDAYS.items()),
        coerce=int,
        label=pgettext_lazy("a weekday", "On"),
        help_text=gettext_lazy("Where it is every week."),
    )
    day = forms.IntegerField(
        min_value=1,
        max_value=31,
        initial=1,
        label=gettext_lazy("On day"),
        help_text=gettext_lazy("Where it is every month; a shorter month has it on its last day."),
    )

    def __init__(
        self,
        *args: Any,
        request: TeamRequest,
        organisation: Organisation,
        schedule: ExportSchedule | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        views = views_for(schedule, request.user) if schedule else visible_views(organisation, request.user)
        field: Any = self.fields["view"]
        field.queryset = views
        if schedule and not views.filter(pk=schedule.view_id or 0).exists():
            # An option without a name stands for it: it stays as it is, unless it is gone or was never its owner's.
            is_own = schedule.user_id == request.user.pk
            field.empty_label = _unseen(schedule, request.user)
            field.required = field.widget.is_required = schedule.view_id is None or is_own
        self.fields["at"].help_text = _("By the clock of %(zone)s.") % {"zone": organisation.timezone}


class Listed(NamedTuple):
    """A schedule as it is listed: what its view is called, whether the person may change it, and who may not export any
    more, so that nothing is made: their name, "" while the one whose it is may."""

    schedule: ExportSchedule
    name: str
    is_changed: bool
    without_rights: str


def listed(request: TeamRequest, organisation: Organisation) -> list[Listed]:
    """The schedules there are."""
    seen = {view.pk: view.name for view in visible_views(organisation, request.user)}
    may_export = exporters(organisation)
    return [
        Listed(
            schedule,
            seen.get(schedule.view_id or 0, _unseen(schedule, request.user)),
            may_change(schedule, request.membership),
            "" if schedule.user_id in may_export else str(schedule.user or _("whoever made it")),
        )
        for schedule in organisation.export_schedules.select_related("user")
    ]


def _unseen(schedule: ExportSchedule, user: User) -> str:
    """What a schedule's view is called for who does not see it.

    What it was called when it is gone is told to who made the schedule alone: it may have been a private one.
    """
    if schedule.view_id:
        return _("A view of somebody’s own")
    own = schedule.view_name if schedule.user_id == user.pk else ""
    return own or _("A view that is gone")


@door(Role.STAFF)
def export_schedule(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """A form for a new schedule; sent, it is kept."""
    if request.method != "POST":
        view = {"view": request.GET.get("view", "")}
        form = ScheduleForm(request=request, organisation=organisation, initial=view)
        return _page(request, organisation, form, last_choice(organisation, request.user))
    form = ScheduleForm(request.POST, request=request, organisation=organisation)
    choice, fields, said = _sent(request, form)
    if fields:
        try:
            add_schedule(ExportSchedule(organisation=organisation, user=request.user, **fields))
        except TooManySchedules as error:
            return _page(request, organisation, form, choice, str(error))
        messages.success(request, _("The schedule is kept; its files will be here."))
        return redirect("orders_export", organisation.slug)
    return _page(request, organisation, form, choice, said)


@door(Role.STAFF)
def export_schedule_change(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """The form of a schedule, filled; sent, the schedule is as it says, and what is different is told."""
    schedule = _found(request, organisation, token)
    asked: dict[str, Any] = {"request": request, "organisation": organisation, "schedule": schedule}
    if request.method != "POST":
        form = ScheduleForm(initial=_initial(schedule), **asked)
        return _page(request, organisation, form, choice_of(schedule), schedule=schedule)
    form = ScheduleForm(request.POST, **asked)
    choice, fields, said = _sent(request, form)
    if not fields:
        return _page(request, organisation, form, choice, said, schedule)
    if changed := change_schedule(schedule, fields):
        messages.success(request, _told(schedule, changed))
    else:
        messages.info(request, _("Nothing of the schedule is different, so it stays as it is."))
    return redirect("orders_export", organisation.slug)


@door(Role.STAFF)
@sent_from("orders_export")
def export_schedule_pause(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """Have a schedule make nothing for a while; with `resume`, have it go on."""
    schedule = _found(request, organisation, token)
    if "resume" in request.POST:
        resume_schedule(schedule)
        said = _("The schedule goes on. It is due next %(due)s.") % {"due": _due(schedule)}
    else:
        pause_schedule(schedule)
        said = _("The schedule is paused: nothing is made until it is resumed.")
    messages.success(request, said)
    return redirect("orders_export", organisation.slug)


@door(Role.MANAGER)
@sent_from("orders_export")
def export_schedule_take(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """Take a schedule over whose maker may not export any more. Who does not see its view is led to choose another."""
    schedule = _found(request, organisation, token)
    if not take_over(schedule, request.user):
        schedule.refresh_from_db()
        words = _("That schedule was not taken over: it is %(name)s’s, who may export.")
        messages.warning(request, words % {"name": schedule.user})
        return redirect("orders_export", organisation.slug)
    said = [_("The schedule is yours now: it is made with your rights, and its mails go to you.")]
    said.append(_("It stays paused.") if schedule.paused_at else _("It is due next %(due)s.") % {"due": _due(schedule)})
    messages.success(request, " ".join(said))
    if schedule.trouble:
        messages.warning(request, _("You do not see the view that it exported, so nothing is made: choose another."))
        return redirect("orders_export_schedule_change", organisation.slug, schedule.token)
    return redirect("orders_export", organisation.slug)


@door(Role.STAFF)
@sent_from("orders_export")
def export_schedule_end(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """End a schedule; the files it made stay as long as they would."""
    _found(request, organisation, token).delete()
    messages.success(request, _("The schedule has ended. Its files stay as long as they would."))
    return redirect("orders_export", organisation.slug)


def _found(request: TeamRequest, organisation: Organisation, token: UUID) -> ExportSchedule:
    """A schedule that the person may change. Raises Http404."""
    schedule = organisation.export_schedules.select_related("organisation", "user", "view").filter(token=token).first()
    if schedule is None or not may_change(schedule, request.membership):
        raise Http404("No such schedule.")
    return schedule


def _initial(schedule: ExportSchedule) -> dict[str, Any]:
    """What a schedule's form is filled with."""
    day = {Rhythm.WEEKLY: {"weekday": schedule.day}, Rhythm.MONTHLY: {"day": schedule.day}}
    view = schedule.view.slug if schedule.view else ""
    return {"view": view, "rhythm": schedule.rhythm, "at": schedule.at, **day.get(Rhythm(schedule.rhythm), {})}


def _sent(request: TeamRequest, form: ScheduleForm) -> tuple[Choice, dict[str, Any], str]:
    """What a form asks for: the choice of the file, the schedule's fields, and for people why there are none.

    A view that has no name for who sent it is left out of the fields. Raises Http404 for a choice that there is not.
    """
    try:
        choice = read_choice({name: request.POST[name] for name in request.POST}, request.POST.getlist("column"))
    except NoSuchChoice:
        raise Http404("No such export.") from None
    only_since = request.POST.get("since") == "yes"
    said = refusal(choice, only_since=only_since)
    if not form.is_valid() or said:
        return choice, {}, said
    asked = form.cleaned_data
    fields = {
        "rhythm": asked["rhythm"],
        "at": asked["at"],
        "day": {Rhythm.WEEKLY: asked["weekday"], Rhythm.MONTHLY: asked["day"]}.get(asked["rhythm"], 0),
        "allow_incomplete": request.POST.get("incomplete") == "yes",
        "only_since": only_since,
        **choice.pairs(),
    }
    return choice, {"view": asked["view"], **fields} if asked["view"] else fields, ""


def _told(schedule: ExportSchedule, changed: set[str]) -> str:
    """What of a schedule is different now, and when it is due."""
    what = ", ".join(dict.fromkeys(str(_WORDS[name]) for name in _WORDS if name in changed))
    said = [_("The schedule is changed: %(what)s.") % {"what": what}]
    if schedule.only_since and begins_anew(changed):
        said.append(_("Its next file holds everything, as the first of its kind."))
    said.append(_("It stays paused.") if schedule.paused_at else _("It is due next %(due)s.") % {"due": _due(schedule)})
    return " ".join(said)


def _due(schedule: ExportSchedule) -> str:
    return when_text(schedule.due_at, schedule.organisation.zone, inside=True)


def _page(
    request: TeamRequest,
    organisation: Organisation,
    form: ScheduleForm,
    choice: Choice,
    said: str = "",
    schedule: ExportSchedule | None = None,
) -> HttpResponse:
    kept = schedule if schedule and not form.is_bound else None
    context = {
        "form": form,
        "schedule": schedule,
        "is_own": schedule is None or schedule.user_id == request.user.pk,
        "has_rights": schedule is None or export_rights(organisation, schedule.user) is not None,
        "views": schedule is not None or visible_views(organisation, request.user).exists(),
        "mails": bool(settings.EMAIL_URL),
        "said": said,
        "only_since": kept.only_since if kept else request.POST.get("since") == "yes",
        "incomplete": kept.allow_incomplete if kept else request.POST.get("incomplete") == "yes",
        **choices(organisation, request.user, choice),
    }
    return render(request, "orders/exports/schedule.html", context, status=422 if form.is_bound else 200)
