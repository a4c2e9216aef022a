"""Questions about the headers of an answer: their names, and the values that are safe to keep."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from glu_admin.glu.answers import server_time
from orders.probe.known import Known, kind_of
from orders.probe.questions import Found, Question, compared, noted, question

_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_VALUE = re.compile(r"[A-Za-z0-9 ,;=.:/*+-]{1,80}")
_LIMIT = re.compile(r"rate-?limit|quota|throttl", re.IGNORECASE)
_CLOSE_SECONDS = 5
_MOST_NAMES = 30


@question(_("Headers"), _("Names"), "")
def _names(known: Known) -> Found:
    names = sorted({name.title() for name in known.first.headers if _NAME.fullmatch(name)})
    return noted(", ".join(names[:_MOST_NAMES]) or _("none"))


@question(_("Headers"), _("Content type"), "application/json")
def _content_type(known: Known) -> Found:
    kind = kind_of(known.first.headers)
    return compared(kind, kind == "application/json")


@question(
    _("Headers"),
    _("Glu’s clock"),
    _("within %(number)s s of ours") % {"number": _CLOSE_SECONDS},
    means=_("The mirror compares Glu’s own times, so nothing is lost."),
)
def _clock(known: Known) -> Found:
    theirs = server_time(known.first.headers)
    if theirs is None:
        return compared(_("no Date that can be read"), False)
    ahead = round((theirs - known.first_at).total_seconds())
    words = gettext("%(number)d s ahead") if ahead >= 0 else gettext("%(number)d s behind")
    return compared(words % {"number": abs(ahead)}, abs(ahead) <= _CLOSE_SECONDS)


def _absent(known: Known, name: str, *, tell: bool) -> Found:
    """Whether a header is missing, as assumed; what it says, if that is safe and of use."""
    value = known.first.headers.get(name)
    if value is None:
        return compared(_("none"), True)
    return compared(value if tell and _VALUE.fullmatch(value) else _("sent"), False)


@question(_("Headers"), "ETag", _("none"))
def _etag(known: Known) -> Found:
    return _absent(known, "ETag", tell=False)


@question(_("Headers"), "Cache-Control", _("none"))
def _cache_control(known: Known) -> Found:
    return _absent(known, "Cache-Control", tell=True)


@question(
    _("Headers"), _("Age"), _("none"), means=_("Answers may come from a cache and be old; changes are then seen later.")
)
def _age(known: Known) -> Found:
    return _absent(known, "Age", tell=True)


@question(_("Headers"), _("Rate limit"), _("not told"))
def _rate_limit(known: Known) -> Found:
    found = []
    for name, value in sorted(known.first.headers.items()):
        if _LIMIT.search(name) and _NAME.fullmatch(name):
            found.append(f"{name} {value}" if _VALUE.fullmatch(value) else gettext("%(name)s sent") % {"name": name})
    return compared(", ".join(found) or _("not told"), not found)


HEADERS: tuple[Question, ...] = (_names, _content_type, _clock, _etag, _cache_control, _age, _rate_limit)
