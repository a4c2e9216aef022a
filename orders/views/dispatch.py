"""The dispatch queue: what is to go out, what left today, what is coming, and where the desk and Glu disagree."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.dispatch import disagreements, dispatch, stamp
from orders.desk.history import MOST_LISTED, day_of
from orders.desk.queues import DISPATCH, MOST_COUNTED
from orders.desk.radar import Ahead, Radar, radar
from orders.display.money import money
from orders.models.counter import keep_counters
from orders.recheck import note_visit

_STEP, _WIDE, _HIGH, _FOOT = 22, 14, 70, 92  # of the bars, as the picture's own units


@dataclass(frozen=True)
class Bar:
    """A day of the radar as it is drawn."""

    day: Ahead
    x: int
    y: int
    height: int
    hot_y: int
    hot_height: int

    @property
    def middle(self) -> int:
        """Where its number and its day stand."""
        return self.x + _WIDE // 2

    @property
    def above(self) -> int:
        """Where its number stands."""
        return self.y - 6


@door(Role.VIEWER)
@page_or_fragment
def queue_dispatch(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The queue by delivery method. A page that is open asks with `seen` whether it is still as it was."""
    known = stamp(organisation)
    if wants_fragment(request) and request.GET.get("seen") == known:
        return HttpResponse(status=204)
    note_visit(organisation)
    return queue_page(request, organisation, known)


def queue_page(request: TeamRequest, organisation: Organisation, known: str = "", **said: Any) -> HttpResponse:
    """The page as it is now; `known` is the stamp of before it was read, `said` what was just done."""
    known = known or stamp(organisation)
    keep_counters(organisation)
    found = dispatch(organisation)
    unconfirmed, unmarked = disagreements(organisation)
    ahead = radar(organisation)
    with_frame = not wants_fragment(request)
    context: dict[str, Any] = {
        "with_frame": with_frame,
        "frame": "base.html" if with_frame else "base_swap.html",
        "stamp": known,
        "queue": found,
        "sums": [money(total, code) for code, total in found.sums if total],
        "most": MOST_COUNTED,
        "query": DISPATCH.query(organisation).url_query(),
        "unconfirmed": unconfirmed,
        "unmarked": unmarked,
        "disagreeing": unconfirmed.count.n + unmarked.count.n,
        "radar": ahead,
        "bars": bars(ahead),
        "today": day_of(organisation, localdate(timezone=organisation.zone)),
        "here": reverse("queue_dispatch", args=[organisation.slug]),
        **said,
    }
    return render(request, "orders/dispatch/page.html", context, status=said.get("status", 200))


@door(Role.VIEWER)
def dispatch_history(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What left on a `day`, today where none is named or it cannot be read."""
    today = localdate(timezone=organisation.zone)
    day = _day(request.GET.get("day", "")) or today
    context = {
        "history": day_of(organisation, day),
        "most": MOST_LISTED,
        "before": day - timedelta(days=1),
        "after": (day + timedelta(days=1)).isoformat() if day < today else "",
        "is_today": day == today,
        "here": request.get_full_path(),
        "unread": bool(request.GET.get("day")) and _day(request.GET["day"]) is None,
    }
    return render(request, "orders/dispatch/history.html", context)


def bars(ahead: Radar) -> list[Bar]:
    """The radar's days as bars, the highest of them as high as the picture has room for."""
    most = max((day.n for day in ahead.days), default=0) or 1
    out = []
    for place, day in enumerate(ahead.days):
        height, hot = (-(-n * _HIGH // most) for n in (day.n, day.hot))
        out.append(Bar(day, 2 + place * _STEP, _FOOT - height, height, _FOOT - hot, hot))
    return out


def _day(text: str) -> date | None:
    """A day within those that have a day before and after them; None for anything else."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 <= day.year < 9000 else None
