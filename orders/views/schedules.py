"""Schedules of exports: those there are, a new one, and an end to one."""

from typing import Any
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
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.exports import Choice, NoSuchChoice, read_choice
from orders.exports.asking import last_choice
from orders.exports.schedules import TooManySchedules, add_schedule, may_end
from orders.models import ExportSchedule, SavedView
from orders.saved_views import visible_views
from orders.views.export_choice import choices, refusal

Rhythm = ExportSchedule.Rhythm


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

    def __init__(self, *args: Any, request: TeamRequest, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["view"].queryset = visible_views(organisation, request.user)  # type: ignore[attr-defined]
        self.fields["at"].help_text = _("By the clock of %(zone)s.") % {"zone": organisation.timezone}


def listed(request: TeamRequest, organisation: Organisation) -> list[tuple[ExportSchedule, str, bool]]:
    """The schedules there are, each with what its view is called and whether the person may end it.

    What a view was called that is gone is told to who made the schedule alone: it may have been a private one.
    """
    seen = {view.pk: view.name for view in visible_views(organisation, request.user)}
    found = []
    for schedule in organisation.export_schedules.select_related("user"):
        hidden = _("A view of somebody’s own") if schedule.view_id else _("A view that is gone")
        if schedule.view_id is None and schedule.user_id == request.user.pk:
            hidden = schedule.view_name
        name = seen.get(schedule.view_id or 0, hidden)
        found.append((schedule, name, may_end(schedule, request.membership)))
    return found


@door(Role.STAFF)
def export_schedule(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """A form for a new schedule; sent, it is kept."""
    if request.method != "POST":
        view = {"view": request.GET.get("view", "")}
        form = ScheduleForm(request=request, organisation=organisation, initial=view)
        return _page(request, organisation, form, last_choice(organisation, request.user))
    form = ScheduleForm(request.POST, request=request, organisation=organisation)
    try:
        choice = read_choice({name: request.POST[name] for name in request.POST}, request.POST.getlist("column"))
    except NoSuchChoice:
        raise Http404("No such export.") from None
    only_since = request.POST.get("since") == "yes"
    said = refusal(choice, only_since=only_since)
    if not form.is_valid() or said:
        return _page(request, organisation, form, choice, said)
    asked = form.cleaned_data
    schedule = ExportSchedule(
        organisation=organisation,
        user=request.user,
        view=asked["view"],
        view_name=asked["view"].name,
        rhythm=asked["rhythm"],
        at=asked["at"],
        day={Rhythm.WEEKLY: asked["weekday"], Rhythm.MONTHLY: asked["day"]}.get(asked["rhythm"], 0),
        allow_incomplete=request.POST.get("incomplete") == "yes",
        only_since=only_since,
        **choice.pairs(),
    )
    try:
        add_schedule(schedule)
    except TooManySchedules as error:
        return _page(request, organisation, form, choice, str(error))
    messages.success(request, _("The schedule is kept; its files will be here."))
    return redirect("orders_export", organisation.slug)


@door(Role.STAFF)
@sent_from("orders_export")
def export_schedule_end(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """End a schedule; the files it made stay as long as they would."""
    schedule = organisation.export_schedules.filter(token=token).first()
    if schedule is None or not may_end(schedule, request.membership):
        raise Http404("No such schedule.")
    schedule.delete()
    messages.success(request, _("The schedule has ended. Its files stay as long as they would."))
    return redirect("orders_export", organisation.slug)


def _page(
    request: TeamRequest, organisation: Organisation, form: ScheduleForm, choice: Choice, said: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "views": visible_views(organisation, request.user).exists(),
        "mails": bool(settings.EMAIL_URL),
        "said": said,
        "only_since": request.POST.get("since") == "yes",
        "incomplete": request.POST.get("incomplete") == "yes",
        **choices(organisation, request.user, choice),
    }
    return render(request, "orders/exports/schedule.html", context, status=422 if form.is_bound else 200)
