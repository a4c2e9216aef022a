"""Orders that came from another organisation: a manager sees what would go, and says so in one step."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.keys.lifecycle import current_key, foreign_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display.locales import grouped
from orders.foreign import Going, going, strangers, want_everything_removed, want_removed
from orders.recheck import TooManyRanges, note_visit, range_state, want_range
from orders.search import Counted

_MOST_LISTED = 50


@door(Role.MANAGER)
def foreign_orders(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What Glu does not show with the key in use, and all there is when another key waits to take over."""
    if request.method == "POST":
        return _decide(request, organisation)
    return _page(request, organisation, gone="gone" in request.GET)


def _page(request: TeamRequest, organisation: Organisation, *, gone: bool, changed: bool = False) -> HttpResponse:
    note_visit(organisation)
    found = strangers(organisation, gone=gone)
    key = current_key(organisation)
    these, everything = going(organisation, found), going(organisation, organisation.orders.all())
    context = {
        "going": these,
        "these_words": _counted(these),
        "found": found[:_MOST_LISTED],
        "more": max(found.count() - _MOST_LISTED, 0),
        "gone": gone,
        "marked": organisation.orders.filter(gone_at__isnull=False, missing=None).count(),
        "removing": organisation.missing_orders.filter(removing=True).exists(),
        "reading": range_state(organisation, None, None),
        "usable": key is not None and key.state == GluKey.State.ACCEPTED,
        "other": foreign_key(organisation),
        "everything": everything,
        "everything_words": _counted(everything),
        "changed": changed,
    }
    return render(request, "orders/foreign/page.html", context, status=409 if changed else 200)


def _counted(going: Going) -> dict[str, str]:
    """How many orders, lines and recorded changes go, each with its noun: "1,204 orders"."""
    changes = ngettext("%(n)s recorded change", "%(n)s recorded changes", going.changes)
    return {
        "orders": Counted(going.orders).words,
        "lines": ngettext("%(n)s line", "%(n)s lines", going.lines) % {"n": grouped(going.lines)},
        "changes": changes % {"n": grouped(going.changes)},
    }


def _decide(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Do what was said, if it still is what was shown."""
    decision, gone = request.POST.get("decision"), "gone" in request.POST
    shown = request.POST.get("orders", "")
    if decision == "look":
        try:
            want_range(organisation, None, None)
        except TooManyRanges:
            messages.warning(request, _("Other ranges are still being read. Try again when they are done."))
    elif decision == "everything":
        if shown != str(organisation.orders.count()) or not want_everything_removed(organisation):
            return _page(request, organisation, gone=gone, changed=True)
        said = _("Everything is being removed; then the new key is tried, and its orders are copied.")
        messages.success(request, said)
        return redirect("key", organisation.slug)
    elif decision == "remove":
        if not (shown.isdecimal() and want_removed(organisation, gone=gone, shown=int(shown[:9]))):
            return _page(request, organisation, gone=gone, changed=True)
        messages.success(request, _("They are being removed. Then everything is read again from Glu."))
    return redirect("foreign_orders", organisation.slug)
