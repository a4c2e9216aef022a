"""The mirror page: what is copied, how recently, and what is not as it should be."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import month_short
from orders.proof.coverage import Coverage, DayState
from orders.proof.plainly import answers
from orders.proof.report import mirror_report
from orders.proof.standing import standing_on_page
from orders.proof.trouble import troubles
from orders.recheck import note_visit


@door(Role.VIEWER)
def mirror_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What is here and what is to be done in plain words, then every pass and its state; while the first copy runs, the
    page asks for itself again."""
    note_visit(organisation)
    report = mirror_report(organisation, standing_on_page(organisation))
    found = troubles(report)
    context = {
        "report": report,
        "strip": _strip(report.coverage),
        "answers": answers(report, found),
        "person": [trouble for trouble in found if trouble.needs_a_person],
        "others": [trouble for trouble in found if not trouble.needs_a_person],
    }
    return render(request, "orders/mirror/page.html", context)


def _strip(coverage: Coverage) -> dict[str, Any]:
    """The days as squares of a picture: a column a week, Monday on top; the months' names above."""
    squares, names, month = [], [], None
    titles = {DayState.PROVEN: _("%(day)s: proven"), DayState.PARTLY: _("%(day)s: partly")}
    never = _("%(day)s: not yet")
    for number, day in enumerate(coverage.days):
        column, row = divmod(number, 7)
        title = titles.get(day.state, never) % {"day": date_format(day.day, "j F Y")}
        squares.append({"x": column * 14, "y": 16 + row * 14, "day": day, "title": title})
        if row == 0 and day.day.month != month:
            if month is not None or day.day.day <= 14:
                names.append({"x": column * 14, "words": month_short(day.day.month)})
            month = day.day.month
    return {"squares": squares, "names": names, "width": (len(coverage.days) + 6) // 7 * 14}
