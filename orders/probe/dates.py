"""Questions about dates: how they are written, and what the date filters do with a bound."""

from datetime import timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from glu_admin.glu.stamps import Stamp
from orders.models import Mark
from orders.probe.known import Known, Placed, ids_of, rows_of
from orders.probe.questions import Found, Question, answered, compared, not_known, question

_RETURNED, _LEFT_OUT, _IGNORED = _("returned"), _("left out"), _("the filter is ignored")
_NO_ORDER = _("there is no order to try it with")
_UNHEEDED = _("The mirror checks every row against its bounds and refuses such a list; nothing would be copied.")


@question(_("Dates"), _("Form of dates"), _("whole seconds, +00:00"))
def _form(known: Known) -> Found:
    stamps = [order.created for order in known.placed]
    if not stamps:
        return not_known(_NO_ORDER)
    suffixes = sorted({stamp.suffix for stamp in stamps})
    is_whole = not any(stamp.fraction for stamp in stamps)
    found = gettext("whole seconds, %(offsets)s") if is_whole else gettext("fractions, %(offsets)s")
    return compared(found % {"offsets": ", ".join(suffixes[:5])}, is_whole and suffixes == ["+00:00"])


@question(
    _("Dates"),
    _("Orders with id and createdAt"),
    _("all"),
    means=_("An order without them cannot be placed; it is set aside."),
    relied=True,
)
def _placeable(known: Known) -> Found:
    if not known.sample:
        return not_known(_NO_ORDER)
    return _share(known, len(known.placed))


@question(
    _("Dates"),
    _("Orders with updatedAt"),
    _("all"),
    means=_("What changes about such an order is found by the trailing pass, not by every poll."),
)
def _updated(known: Known) -> Found:
    if not known.sample:
        return not_known(_NO_ORDER)
    stamped = sum(Stamp.parse(row.get("updatedAt")) is not None for row in known.sample)
    return _share(known, stamped)


def _share(known: Known, n: int) -> Found:
    """How many of the sample they are."""
    words = gettext("%(number)d of %(all)d") % {"number": n, "all": len(known.sample)}
    return compared(words, n == len(known.sample))


def _tried(known: Known, order: Placed, low: tuple[str, Stamp], high: tuple[str, Stamp], **spelled: str) -> str:
    """What became of an order between two bounds, each an operator and a stamp, which may be `spelled` another way."""
    bounds = [(f"createdAt[{operator}]", spelled.get(operator, str(stamp))) for operator, stamp in (low, high)]
    reply = known.ask(("page", "1"), *bounds, odd=True)
    if reply.status != 200:
        return answered(reply.status).words
    rows = rows_of(reply)
    for row in rows:
        created = Stamp.parse(row.get("createdAt"))
        if created is not None and not (
            low[1].instant <= created.floor().instant <= high[1].instant or low[1].wall <= created.wall <= high[1].wall
        ):
            return _IGNORED
    return _RETURNED if str(order.row.get("id")) in ids_of(rows) else _LEFT_OUT


def _at_the_bound(known: Known, operator: str, assumed: str) -> Found:
    """Whether an order comes when the bound is the second it was created in."""
    order = known.alone
    if order is None:
        return not_known(_NO_ORDER)
    at = order.created.floor()
    low, high = ("after", at.plus(-2)), ("before", at.plus(2))
    if operator.endswith("after"):
        low = (operator, at)
    else:
        high = (operator, at)
    words = _tried(known, order, low, high)
    return compared(words, words == assumed)


@question(
    _("Dates"),
    _("The mirror’s own window around an order"),
    _RETURNED,
    means=_UNHEEDED,
    relied=True,
)
def _own_window(known: Known) -> Found:
    order = known.alone
    if order is None:
        return not_known(_NO_ORDER)
    at = order.created.floor()
    words = _tried(known, order, ("after", at.plus(-1)), ("strictly_before", at.plus(1)))
    return compared(words, words == _RETURNED)


@question(_("Dates"), _("updatedAt[after] the last change"), _("heeded"), means=_UNHEEDED, relied=True)
def _own_poll(known: Known) -> Found:
    stamps = [stamp for row in known.sample if (stamp := Stamp.parse(row.get("updatedAt")))]
    if not stamps:
        return not_known(_NO_ORDER)
    bound = max(stamps, key=lambda stamp: stamp.instant).floor()
    reply = known.ask(("page", "1"), ("updatedAt[after]", str(bound)))
    if reply.status != 200:
        return answered(reply.status)
    for row in rows_of(reply):
        updated = Stamp.parse(row.get("updatedAt"))
        if updated is None or not updated.at_or_after(bound):
            return compared(_IGNORED, False)
    return compared(_("heeded"), True)


@question(
    _("Dates"),
    _("[after] an order’s own second"),
    _RETURNED,
    means=_("The mirror asks one second wider and polls overlap, so nothing is lost."),
)
def _after(known: Known) -> Found:
    return _at_the_bound(known, "after", _RETURNED)


@question(_("Dates"), _("[strictly_after] its own second"), _LEFT_OUT)
def _strictly_after(known: Known) -> Found:
    return _at_the_bound(known, "strictly_after", _LEFT_OUT)


@question(_("Dates"), _("[before] its own second"), _RETURNED)
def _before(known: Known) -> Found:
    return _at_the_bound(known, "before", _RETURNED)


@question(_("Dates"), _("[strictly_before] its own second"), _LEFT_OUT, means=_UNHEEDED, relied=True)
def _strictly_before(known: Known) -> Found:
    return _at_the_bound(known, "strictly_before", _LEFT_OUT)


@question(_("Dates"), _("The same instant in another offset"), _("the offset is dropped"))
def _offset(known: Known) -> Found:
    order = known.alone
    if order is None:
        return not_known(_NO_ORDER)
    low, high = (_shifted(order.created.floor().plus(seconds)) for seconds in (-2, 2))
    words = _tried(known, order, ("after", low), ("before", high))
    if words == _RETURNED:
        return Found(_("the offset is heeded"), Mark.DIFFERS)
    return compared(_("the offset is dropped") if words == _LEFT_OUT else words, words == _LEFT_OUT)


def _shifted(stamp: Stamp) -> Stamp:
    """The same instant as digits of another zone, some hours off in whichever direction the calendar goes on."""
    hours = -5 if stamp.instant.year > 9000 else 4 if stamp.suffix == "+05:00" else 5
    wall = (stamp.instant + timedelta(hours=hours)).replace(tzinfo=None)
    return Stamp(wall, "", f"{hours:+03}:00", stamp.instant)


@question(_("Dates"), _("Half a second after an order"), _("the fraction is dropped"))
def _fraction(known: Known) -> Found:
    order = known.alone
    if order is None:
        return not_known(_NO_ORDER)
    at = order.created.floor()
    halved = f"{at.wall.isoformat()}.500{at.suffix}"
    words = _tried(known, order, ("after", at.plus(-2)), ("strictly_before", at), strictly_before=halved)
    if words == _RETURNED:
        return Found(_("the fraction is heeded"), Mark.DIFFERS)
    return compared(_("the fraction is dropped") if words == _LEFT_OUT else words, words == _LEFT_OUT)


@question(_("Dates"), _("A date that is none"), _("ignored"))
def _nonsense(known: Known) -> Found:
    if not known.page_1:
        return not_known(_NO_ORDER)
    reply = known.ask(("page", "1"), ("createdAt[after]", "nonsense"), odd=True)
    if reply.status != 200:
        return compared(gettext("refused (%(number)d)") % {"number": reply.status}, False)
    return compared(_("ignored"), True) if rows_of(reply) else compared(_("matches nothing"), False)


DATES: tuple[Question, ...] = (
    _form,
    _placeable,
    _updated,
    _own_window,
    _own_poll,
    _strictly_before,
    _before,
    _after,
    _strictly_after,
    _offset,
    _fraction,
    _nonsense,
)
