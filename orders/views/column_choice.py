"""Which columns the list shows: chosen by a person for themselves, for a view, or by a manager for everybody."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.models import SavedView
from orders.saved_views import visible_views
from orders.search import Query, parse_query
from orders.views.columns import COLUMNS, MOST_COLUMNS, WIDTHS, Chosen, read_columns, write_columns


class Offered(NamedTuple):
    """A column on the page of columns: whether it is shown, at which place, how wide."""

    name: str
    label: str
    shown: bool
    place: int
    width: str


def columns_of(request: TeamRequest, query: Query, view: SavedView | None) -> tuple[Chosen, ...]:
    """The columns a list is shown in: the address's, else the view's, the person's own, the organisation's."""
    membership = request.membership
    return read_columns(
        query.cols, view.columns if view else "", membership.list_columns, membership.organisation.list_columns
    )


@door(Role.VIEWER)
def columns_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Choose the list's columns, their places and widths; `keep` says for whom."""
    query = parse_query(request.POST.get("query", "") if request.method == "POST" else request.GET, organisation)
    view = visible_views(organisation, request.user).filter(slug=query.view).first()
    if request.method == "POST":
        return _kept(request, organisation, query, view)
    chosen = columns_of(request, query, view)
    shown = {one.name: one for one in chosen}
    names = [*shown, *(name for name in COLUMNS if name not in shown)]
    context: dict[str, Any] = {
        "offered": [
            Offered(name, str(COLUMNS[name].label), name in shown, place, shown[name].width if name in shown else "")
            for place, name in enumerate(names, 1)
        ],
        "widths": list(WIDTHS.items()),
        "most": MOST_COLUMNS,
        "view": view,
        "back": query.url_query(),
    }
    return render(request, "orders/columns/page.html", context)


def _kept(request: TeamRequest, organisation: Organisation, query: Query, view: SavedView | None) -> HttpResponse:
    keep, membership = request.POST.get("keep", ""), request.membership
    text = write_columns(read_columns(",".join(_sent(request))))
    cols = ""
    if keep == "everybody" and membership.may(Role.MANAGER):
        organisation.list_columns = text
        organisation.save(update_fields=["list_columns"])
        membership.list_columns = ""
        messages.success(request, _("Everybody who has chosen no columns of their own sees these now."))
    elif keep == "usual":
        membership.list_columns = ""
    elif keep == "view" and view:
        cols = text or ",".join(one.name for one in read_columns())
    else:
        membership.list_columns = text or ",".join(one.name for one in read_columns())
    membership.save(update_fields=["list_columns"])
    changed = query.url_query(cols=cols)
    return redirect(f"{reverse('orders', args=[organisation.slug])}{'?' if changed else ''}{changed}")


def _sent(request: TeamRequest) -> list[str]:
    """The columns that were ticked, by the places that were written beside them."""
    ticked = [name for name in request.POST.getlist("column") if name in COLUMNS]
    ticked.sort(key=lambda name: _place(request.POST.get(f"place-{name}", "")))
    return [f"{name}:{request.POST.get(f'width-{name}', '')}" for name in ticked]


def _place(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 4 else len(COLUMNS)
