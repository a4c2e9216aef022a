"""What an organisation's desk holds to: working days and limits, for managers to change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.forms import Dressed
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.models import DeskSettings, change_desk_settings, desk_settings_of
from orders.models.desk_settings import MOST_DAYS, WEEKDAYS, Holidays
from orders.search.conditions import known_values

_MOST_METHODS = 200
_LIMITS = ("dispatch_days", "lead_days", "gateway_minutes", "offline_days", "disagreement_hours")


class LimitsForm(Dressed, forms.Form):
    """The limits that hold for all delivery methods, and whose bank holidays are no working days."""

    holidays = forms.ChoiceField(label=_("Bank holidays of"), choices=Holidays.choices)
    dispatch_days = forms.IntegerField(
        label=_("Working days until an order is to be dispatched"),
        help_text=_("One that has waited longer is late."),
        min_value=0,
        max_value=MOST_DAYS,
    )
    lead_days = forms.IntegerField(
        label=_("Working days that the post takes"),
        help_text=_("So long before its scheduled day an order that is posted is due; others are due on that day."),
        min_value=0,
        max_value=MOST_DAYS,
    )
    gateway_minutes = forms.IntegerField(
        label=_("Minutes until a payment at a gateway is late"), min_value=0, max_value=MOST_DAYS * 24 * 60
    )
    offline_days = forms.IntegerField(
        label=_("Days until an offline payment is late"),
        help_text=_("Invoices, cash and the like."),
        min_value=0,
        max_value=MOST_DAYS,
    )
    disagreement_hours = forms.IntegerField(
        label=_("Hours until it is shown that a mark here and Glu’s status differ"),
        min_value=0,
        max_value=MOST_DAYS * 24,
    )


@dataclass(frozen=True)
class Method:
    """A delivery method with its own days as they were typed, "" for those of all, and what is wrong with each."""

    name: str
    limit: str
    lead: str
    limit_wrong: bool = False
    lead_wrong: bool = False


@door(Role.MANAGER)
def desk_settings(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The page of limits; what cannot be read is said in its place, and nothing is changed then."""
    found = desk_settings_of(organisation)
    if request.method != "POST":
        form = LimitsForm(initial={name: getattr(found, name) for name in ("holidays", *_LIMITS)})
        return _page(request, form, set(found.weekdays), _methods(organisation, found))
    form = LimitsForm(request.POST)
    weekdays = {day for day in request.POST.getlist("weekday") if day in WEEKDAYS}
    methods = _sent(request.POST)
    wrong = any(method.limit_wrong or method.lead_wrong for method in methods)
    if not form.is_valid() or not weekdays or wrong:
        return _page(request, form, weekdays, methods, status=422)
    change_desk_settings(
        organisation,
        **form.cleaned_data,
        weekdays="".join(sorted(weekdays)),
        dispatch_days_of={method.name: int(method.limit) for method in methods if method.limit},
        lead_days_of={method.name: int(method.lead) for method in methods if method.lead},
    )
    messages.success(request, gettext("Saved. Lists, counts and files hold to it from now on."))
    return redirect("desk_settings", organisation.slug)


def _page(
    request: TeamRequest, form: LimitsForm, weekdays: set[str], methods: Iterable[Method], status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "weekdays": [(day, name, day in weekdays) for day, name in WEEKDAYS.items()],
        "no_weekday": not weekdays,
        "methods": list(methods),
        "most_days": MOST_DAYS,
        "is_wrong": status != 200,
    }
    return render(request, "orders/desk_settings/page.html", context, status=status)


def _methods(organisation: Organisation, found: DeskSettings) -> list[Method]:
    """Every delivery method that orders have or that has days of its own."""
    names = {*known_values(organisation, "delivery"), *found.dispatch_days_of, *found.lead_days_of}
    return [
        Method(name, _text(found.dispatch_days_of.get(name)), _text(found.lead_days_of.get(name)))
        for name in sorted(names)[:_MOST_METHODS]
    ]


def _sent(data: QueryDict) -> list[Method]:
    """The delivery methods of the form, each with what stands in its two boxes."""
    rows = zip(*(data.getlist(name)[:_MOST_METHODS] for name in ("method", "limit", "lead")), strict=False)
    return [
        Method(name[:320].replace("\0", ""), limit, lead, not _is_days(limit), not _is_days(lead))
        for name, limit, lead in ((name, limit.strip(), lead.strip()) for name, limit, lead in rows)
    ]


def _is_days(text: str) -> bool:
    """Whether a box holds nothing, or days."""
    return not text or (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_DAYS)


def _text(days: int | None) -> str:
    return "" if days is None else str(days)
