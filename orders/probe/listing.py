"""Questions about the organisation, about pages, and about the order of the list."""

from itertools import pairwise

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from glu_admin.glu.stamps import Stamp
from orders.probe.known import Known, Placed, Row, ids_of, rows_of
from orders.probe.questions import Found, Question, answered, compared, not_known, question
from orders.probe.words import plain

_FAR_PAGE = "1000000"
_BEFORE_ALL = "1990-01-01T00:00:00+00:00"
_TIMES = 3


def _organisation(known: Known) -> Row | Found:
    reply = known.ask(path="/organisation", odd=True)
    if reply.status != 200 or not isinstance(reply.data, dict):
        return compared(gettext("not told (%(number)d)") % {"number": reply.status}, False)
    return reply.data


@question(
    _("Organisation"),
    _("Organisation id"),
    _("told by /organisation"),
    means=_("The mirror cannot pin the organisation; another one’s key is noticed by its orders only."),
)
def _organisation_id(known: Known) -> Found:
    told = _organisation(known)
    if isinstance(told, Found):
        return told
    glu_id, state = told.get("id", told.get("hashId")), getattr(known.organisation, "mirror_state", None)
    if glu_id is None:
        return compared(_("not told"), False)
    pinned = state.glu_organisation_id if state is not None else None
    if pinned and pinned != str(glu_id):
        return compared(gettext("%(id)s, not the pinned one") % {"id": plain(glu_id)}, False)
    return compared(plain(glu_id), True)


@question(_("Organisation"), _("Organisation status"), _("active"))
def _organisation_status(known: Known) -> Found:
    told = _organisation(known)
    if isinstance(told, Found):
        return not_known(told.words)
    status = plain(told.get("status"))
    return compared(status, status == "active")


@question(
    _("Organisation"),
    _("Transactions"),
    _("readable"),
    means=_("Refunds of single lines are found when lines are compared, which takes longer."),
)
def _transactions(known: Known) -> Found:
    reply = known.ask(("page", "1"), path="/transactions", odd=True)
    if reply.status in (401, 403, 404):
        return compared(gettext("not readable (%(number)d)") % {"number": reply.status}, False)
    return compared(gettext("readable, %(number)d on page 1") % {"number": len(rows_of(reply))}, True)


@question(_("Paging"), _("Orders a page"), "30")
def _page_size(known: Known) -> Found:
    first, second = len(known.page_1), len(known.page_2)
    if not second and first <= 30:
        return not_known(gettext("%(number)d on page 1, none on page 2") % {"number": first})
    words = gettext("%(first)d on page 1, %(second)d on page 2") % {"first": first, "second": second}
    return compared(words, first == 30)


@question(
    _("Paging"),
    _("Page %(number)s") % {"number": f"{int(_FAR_PAGE):,}"},
    _("an empty list"),
    means=_("The mirror ends a list only at an empty answer, so it cannot finish crowded seconds."),
    relied=True,
)
def _beyond_the_end(known: Known) -> Found:
    return _emptiness(known, ("page", _FAR_PAGE))


@question(
    _("Paging"),
    _("Orders before 1990"),
    _("an empty list"),
    means=_("This is how the mirror knows that it has read everything; nothing could ever be proven complete."),
    relied=True,
)
def _before_all(known: Known) -> Found:
    return _emptiness(known, ("page", "1"), ("createdAt[strictly_before]", _BEFORE_ALL))


def _orders(n: int) -> str:
    return gettext("%(number)d orders") % {"number": n}


def _emptiness(known: Known, *params: tuple[str, str]) -> Found:
    reply = known.ask(*params)
    if reply.status != 200:
        return answered(reply.status)
    rows = len(rows_of(reply))
    return compared(_orders(rows) if rows else _("an empty list"), not rows)


@question(_("Paging"), _("Page 0"), "400")
def _page_0(known: Known) -> Found:
    status = known.ask(("page", "0"), odd=True).status
    return compared(f"{status}", status == 400)


@question(_("Paging"), "itemsPerPage=1", _("ignored"))
def _items_per_page(known: Known) -> Found:
    if len(known.page_1) < 2:
        return not_known(_("there are too few orders to tell"))
    reply = known.ask(("page", "1"), ("itemsPerPage", "1"), odd=True)
    if reply.status != 200:
        return answered(reply.status)
    rows = len(rows_of(reply))
    return compared(_("heeded") if rows == 1 else _("ignored"), rows > 1)


@question(_("Paging"), "pagination=false", _("ignored"))
def _pagination(known: Known) -> Found:
    """Asked of the last two pages only, lest all there is comes in one answer."""
    size, created = len(known.page_1), [order.created for order in known.placed]
    if not known.page_2 or not created:
        return not_known(_("there are too few orders to tell"))
    params = (("page", "1"), ("createdAt[after]", str(created[-1])), ("pagination", "false"))
    reply = known.ask(*params, odd=True)
    if reply.status != 200:
        return answered(reply.status)
    rows = len(rows_of(reply))
    return compared(_("heeded") if rows > size else _("ignored"), rows <= size)


@question(_("Paging"), _("A parameter that Glu does not know"), _("ignored"))
def _unknown_parameter(known: Known) -> Found:
    reply = known.ask(("page", "1"), ("glu_admin_probe", "1"), odd=True)
    return compared(_("ignored"), True) if reply.status == 200 else answered(reply.status)


@question(_("Paging"), _("Total by application/ld+json"), _("406, no total"))
def _total(known: Known) -> Found:
    reply = known.ask(("page", "1"), accept="application/ld+json", odd=True)
    if reply.status != 200:
        return compared(gettext("%(number)d, no total") % {"number": reply.status}, reply.status == 406)
    told = reply.data if isinstance(reply.data, dict) else {}
    total = told.get("totalItems", told.get("hydra:totalItems"))
    if type(total) is not int:
        return compared(_("200, no total"), False)
    here = known.organisation.orders.filter(gone_at=None).count()
    state = getattr(known.organisation, "mirror_state", None)
    if state is None or state.history_complete_at is None:
        words = gettext("%(total)d orders; %(here)d here, still being copied")
    elif here == total:
        words = gettext("%(total)d orders; %(here)d here")
    else:
        words = gettext("%(total)d orders; %(here)d here, which differs")
    return compared(words % {"total": total, "here": here}, False)


@question(
    _("Order of the list"),
    _("Newest first"),
    _("yes"),
    means=_("The mirror seeks by the oldest order of a page; such a list proves nothing, and nothing is copied."),
    relied=True,
)
def _newest_first(known: Known) -> Found:
    stamps = [order.created for order in known.placed]
    if len(stamps) < 2 or stamps[0].instant == stamps[-1].instant:
        return not_known(_("there are too few orders to tell"))
    falls = all(order.instant >= two.instant or order.wall >= two.wall for order, two in pairwise(stamps))
    in_a_row = gettext("yes, %(number)d in a row") % {"number": len(stamps)}
    return compared(in_a_row if falls else _("no"), falls)


@question(_("Order of the list"), _("Orders of the same second"), _("in any order"))
def _ties(known: Known) -> Found:
    tied = _tied(known.placed)
    if tied is None:
        return not_known(gettext("no two of %(number)d orders share a second") % {"number": len(known.placed)})
    second = tied[0].created
    window = (("createdAt[after]", str(second.plus(-1))), ("createdAt[strictly_before]", str(second.plus(1))))
    answers = {tuple(ids_of(known.rows(("page", "1"), *window))) for _ in range(_TIMES)}
    if len(answers) > 1:
        return compared(_("another order on each request"), True)
    return compared(gettext("the same order in %(number)d requests") % {"number": _TIMES}, True)


def _tied(placed: list[Placed]) -> list[Placed] | None:
    """The orders of the sample's most crowded second, if it has more than one."""
    seconds: dict[object, list[Placed]] = {}
    for order in placed:
        seconds.setdefault(order.created.wall, []).append(order)
    crowded = max(seconds.values(), key=len, default=[])
    return crowded if len(crowded) > 1 else None


@question(_("Order of the list"), _("Two requests in a row"), _("the same orders"))
def _twice(known: Known) -> Found:
    first, two = (set(ids_of(known.rows(("page", "1")))) for _ in range(2))
    moved = len(first ^ two)
    words = gettext("%(number)d orders came or went") % {"number": moved}
    return compared(words if moved else _("the same orders"), not moved)


@question(_("Order of the list"), "order[createdAt]=asc", _("ignored"))
def _ascending(known: Known) -> Found:
    reply = known.ask(("page", "1"), ("order[createdAt]", "asc"), odd=True)
    if reply.status != 200:
        return answered(reply.status)
    rises, usually = _rises(rows_of(reply)), _rises(known.page_1)
    if rises is None or usually:
        return not_known(_("no difference could be told"))
    return compared(_("heeded") if rises else _("ignored"), not rises)


def _rises(rows: list[Row]) -> bool | None:
    """Whether a list begins with older orders than it ends with; None when they are of one time."""
    stamps = [stamp for row in rows if (stamp := Stamp.parse(row.get("createdAt")))]
    if not stamps or stamps[0].instant == stamps[-1].instant:
        return None
    return stamps[0].instant < stamps[-1].instant


LISTING: tuple[Question, ...] = (
    _organisation_id,
    _organisation_status,
    _transactions,
    _page_size,
    _beyond_the_end,
    _before_all,
    _page_0,
    _items_per_page,
    _pagination,
    _unknown_parameter,
    _total,
)
ORDER: tuple[Question, ...] = (_newest_first, _ties, _twice, _ascending)
