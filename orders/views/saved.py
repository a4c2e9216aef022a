"""Saved views: as tabs above the list, as addresses of their own, saved, changed and deleted."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from glu_admin.tenancy.access import door
from glu_admin.tenancy.forms import Dressed
from glu_admin.tenancy.models import Membership, Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.models import SavedView
from orders.saved_views import (
    Reach,
    TooManyViews,
    keep,
    kept_query,
    may_change,
    query_of,
    reaches,
    same_name,
    visible_views,
)
from orders.search import Counted, OrderCriteria, Query, count_orders, describe, parse_query


class ViewForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]
    """A view's name, and whose it is as far as the person's role allows.

    `taken` is the view that has the name already, once one was refused for it.
    """

    class Meta:
        model = SavedView
        fields = ("name", "reach")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.taken: SavedView | None = None
        self.fields["reach"].choices = [(reach.value, reach.label) for reach in reaches(membership)]  # type: ignore[attr-defined]
        self.fields["name"].label = _("Name")
        self.fields["reach"].label = pgettext("whose a view is", "For")

    def clean_name(self) -> str:
        """The name, where none of the views that the person sees has it."""
        name: str = self.cleaned_data["name"]
        self.taken = same_name(name, self.membership, but=self.instance)
        if self.taken:
            said = _("There is a view “%(name)s” already. Give this one another name.")
            raise forms.ValidationError(said % {"name": self.taken.name})
        return name


@dataclass(frozen=True)
class Listed:
    """A view on the page of views; the form is None for who may not change it."""

    view: SavedView
    words: str
    form: ViewForm | None


def tabs(request: TeamRequest, organisation: Organisation, query: Query) -> dict[str, Any]:
    """The list's context for the views above it: which one it began with, and whether it has moved on from there."""
    views = list(visible_views(organisation, request.user))
    current = next((view for view in views if view.slug == query.view), None)
    kept = kept_query(query)
    modified = bool(query.cols) or kept != (kept_query(query_of(current)) if current else "")
    return {
        "saved_views": views,
        "view": current,
        "view_modified": current is not None and modified,
        "may_save_view": query.ok and modified,
        "may_change_view": current is not None and may_change(current, request.membership),
        "view_form": ViewForm(membership=request.membership, auto_id="view-%s") if query.ok and modified else None,
        "view_query": query.url_query(),
    }


@door(Role.VIEWER)
def orders_open(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Lead to what the organisation's list opens with: its default view, else all orders."""
    default = organisation.saved_views.filter(reach=Reach.DEFAULT).first()
    return redirect(_address(default) if default else reverse("orders", args=[organisation.slug]))


@door(Role.VIEWER)
def view_open(request: TeamRequest, organisation: Organisation, slug: str) -> HttpResponse:
    """Lead to the list that a view keeps; what cannot be read of it any more is said there."""
    return redirect(_address(_found(request, organisation, slug)))


@door(Role.VIEWER)
def views_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Every view that the person sees, to be opened, renamed, shared or deleted."""
    return _page(request, organisation)


@door(Role.VIEWER)
def view_counts(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """How many orders each tab has, for tabs that are on the page already."""
    counts = [
        (view, count_orders(organisation, query.criteria) if (query := query_of(view)).ok else None)
        for view in visible_views(organisation, request.user)
    ]
    everything: Counted = count_orders(organisation, OrderCriteria())
    return render(request, "orders/saved/_counts.html", {"everything": everything, "counts": counts})


@door(Role.VIEWER)
@sent_from("views")
def view_save(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Keep the list that was sent under a new name, or in place of what a view kept before.

    With `change` that is the view it names, else the one that the list began with. A name that is there already, or
    none, is asked for again.
    """
    query = parse_query(request.POST.get("query", ""), organisation)
    back = f"{reverse('orders', args=[organisation.slug])}?{query.url_query()}"
    if not query.ok:
        messages.error(request, _("This filter cannot be read, so it was not saved."))
        return redirect(back)
    before = visible_views(organisation, request.user).filter(slug=query.view).first()
    view = SavedView(organisation=organisation, owner=request.user)
    if "change" in request.POST:
        view = _found(request, organisation, request.POST["change"] or query.view)
        if not may_change(view, request.membership):
            messages.error(request, _("This view is not yours to change. Save it under a name of its own."))
            return redirect(back)
    else:
        form = ViewForm(request.POST, instance=view, membership=request.membership)
        if not form.is_valid():
            context = {
                "form": form,
                "view_query": query.url_query(),
                "back": query.url_query(),
                "words": describe(query),
                "may_replace": form.taken is not None and may_change(form.taken, request.membership),
            }
            return render(request, "orders/saved/save.html", context, status=422)
    view.query, view.columns = kept_query(query), query.cols or (before.columns if before else "")
    try:
        keep(view)
    except TooManyViews as error:
        messages.error(request, str(error))
        return redirect(back)
    return redirect(_address(view))


@door(Role.VIEWER)
@sent_from("views")
def view_change(request: TeamRequest, organisation: Organisation, slug: str) -> HttpResponse:
    """Give a view another name, or to others."""
    view = _found(request, organisation, slug)
    form = ViewForm(request.POST, instance=view, membership=request.membership, prefix=slug, auto_id=f"{slug}-%s")
    if not may_change(view, request.membership) or not form.is_valid():
        return _page(request, organisation, form)
    keep(form.instance)
    messages.success(request, _("The view is changed."))
    return redirect("views", organisation.slug)


@door(Role.VIEWER)
@sent_from("views")
def view_delete(request: TeamRequest, organisation: Organisation, slug: str) -> HttpResponse:
    """Delete a view; its button has asked first."""
    view = _found(request, organisation, slug)
    if not may_change(view, request.membership):
        messages.error(request, _("This view is not yours to delete."))
    else:
        view.delete()
        messages.success(request, _("The view is deleted. Its orders are where they were."))
    return redirect("views", organisation.slug)


def _found(request: TeamRequest, organisation: Organisation, slug: str) -> SavedView:
    view = visible_views(organisation, request.user).filter(slug=slug).first()
    if view is None:
        raise Http404("No such view.")
    return view


def _address(view: SavedView) -> str:
    """The list as a view keeps it. Its query may be what cannot be read any more, so it stays as it was kept."""
    query = f"{view.query}&view={view.slug}" if view.query else f"view={view.slug}"
    return f"{reverse('orders', args=[view.organisation.slug])}?{query}"


def _page(request: TeamRequest, organisation: Organisation, sent: ViewForm | None = None) -> HttpResponse:
    listed = []
    for view in visible_views(organisation, request.user).select_related("owner"):
        form = None
        if sent and sent.instance.pk == view.pk:
            form = sent
        elif may_change(view, request.membership):
            form = ViewForm(instance=view, membership=request.membership, prefix=view.slug, auto_id=f"{view.slug}-%s")
        query = query_of(view)
        unread = _("Its filter cannot be read any more; open it to see what is wrong.")
        listed.append(Listed(view, describe(query) if query.ok else unread, form))
    return render(request, "orders/saved/page.html", {"listed": listed}, status=422 if sent else 200)
