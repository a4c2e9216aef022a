"""Questions about how Glu refuses."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from orders.probe.known import Known, kind_of
from orders.probe.questions import Found, Question, compared, not_known, question

_NO_SUCH_ORDER = "999999999999"
_WRONG_KEY = "glu-admin-probe-with-a-wrong-key"


@question(
    _("Errors"),
    _("An order that is not there"),
    "404",
    means=_("The mirror marks an order as gone only after 404, so deleted orders stay unmarked."),
    relied=True,
)
def _no_such_order(known: Known) -> Found:
    reply = known.ask(path=f"/orders/{_NO_SUCH_ORDER}", odd=True)
    return compared(f"{reply.status}, {kind_of(reply.headers)}", reply.status == 404)


@question(_("Errors"), "Retry-After", _("with every 429"))
def _retry_after(known: Known) -> Found:
    met = known.retry_after
    if not met:
        return not_known(_("no 429 was met"))
    seconds = sum(value is not None and value.strip().isdigit() for value in met)
    dates = sum(value is not None for value in met) - seconds
    told = [gettext("%(number)d in seconds") % {"number": seconds}] if seconds else []
    told += [gettext("%(number)d as a date") % {"number": dates}] if dates else []
    words = ngettext("429 met %(number)d time, %(how)s", "429 met %(number)d times, %(how)s", len(met))
    how = ", ".join(told) or gettext("none with it")
    return compared(words % {"number": len(met), "how": how}, None not in met)


@question(
    _("Errors"),
    _("A wrong key"),
    _("401 or 403"),
    means=_("The mirror could not notice that a key is no longer accepted."),
    relied=True,
)
def _wrong_key(known: Known) -> Found:
    reply = known.ask(("page", "1"), key=_WRONG_KEY, odd=True)
    return compared(f"{reply.status}, {kind_of(reply.headers)}", reply.status in (401, 403))


# The wrong key comes last: whoever guards Glu may remember it.
REFUSALS: tuple[Question, ...] = (_no_such_order, _retry_after, _wrong_key)
