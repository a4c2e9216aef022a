"""Questions about lines and about money: how they are paged, and what adds up to what."""

from collections.abc import Callable
from itertools import product

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from orders.probe.known import Known, Row, rows_of
from orders.probe.questions import Found, Question, answered, compared, not_known, question
from orders.probe.words import listed

_AMOUNTS = ("subtotal", "discountAmount", "deliveryAmount", "processingFee", "total")
_PARTS = ("discountAmount", "deliveryAmount", "processingFee")
_ASSUMED = "subtotal − discountAmount + deliveryAmount + processingFee"
_NO_LINES = _("there are no lines to try it with")
_FAR_PAGE = "1000"


@question(_("Lines"), _("Lines a page"), "30")
def _page_size(known: Known) -> Found:
    sizes = {len(pages[0]) for _, pages in known.lines if len(pages) > 1}
    if not sizes:
        most = max((len(pages[0]) for _, pages in known.lines if pages), default=0)
        return not_known(gettext("at least %(number)d") % {"number": most}) if most else not_known(_NO_LINES)
    return compared(", ".join(str(size) for size in sorted(sizes)), sizes == {30})


@question(_("Lines"), _("Order of lines"), _("rising ids"))
def _order(known: Known) -> Found:
    several = [[row.get("id") for page in pages for row in page] for _, pages in known.lines]
    several = [ids for ids in several if len(ids) > 1]
    if not several:
        return not_known(_("no order has more than one line"))
    if not all(type(line_id) is int for ids in several for line_id in ids):
        return compared(_("ids that are no numbers"), False)
    rising = sum(ids == sorted(ids, key=_whole) for ids in several)
    words = gettext("rising ids in %(rising)d of %(orders)d orders") % {"rising": rising, "orders": len(several)}
    return compared(words, rising == len(several))


@question(
    _("Lines"),
    _("Page %(number)s of an order’s lines") % {"number": f"{int(_FAR_PAGE):,}"},
    _("an empty list"),
    means=_("The mirror reads an order’s lines up to an empty page, and cannot read them to their end."),
    relied=True,
)
def _beyond_the_end(known: Known) -> Found:
    if not known.placed:
        return not_known(_("there is no order to try it with"))
    reply = known.ask(("page", _FAR_PAGE), path=f"/orders/{known.placed[0].glu_id}/lines")
    if reply.status != 200:
        return answered(reply.status)
    rows = len(rows_of(reply))
    words = gettext("%(number)d lines") % {"number": rows}
    return compared(words if rows else _("an empty list"), not rows)


@question(
    _("Lines"),
    _("What lines add up to"),
    _("their subtotals to the order’s subtotal"),
    means=_("Where sums do not agree, the mirror asks for one more page of lines of every order."),
)
def _sums(known: Known) -> Found:
    counts = dict.fromkeys(("subtotals to subtotal", "totals to subtotal", "totals to total"), 0)
    orders = 0
    for order, pages in known.lines:
        lines = [row for page in pages for row in page]
        if not lines or type(order.row.get("subtotal")) is not int:
            continue
        orders += 1
        for name in counts:
            mine, _, theirs = name.partition(" to ")
            counts[name] += _sum(lines, mine.removesuffix("s")) == order.row.get(theirs)
    if not orders:
        return not_known(_NO_LINES)
    words = gettext("%(sums)s; of %(orders)d orders") % {"sums": listed(counts), "orders": orders}
    return compared(words, counts["subtotals to subtotal"] == orders)


def _sum(lines: list[Row], name: str) -> int | None:
    whole = [value for line in lines if type(value := line.get(name)) is int]
    return sum(whole) if len(whole) == len(lines) else None


@question(
    _("Money"),
    _("Amounts"),
    _("whole numbers"),
    means=_("An amount of another kind is kept as it came, and not added up."),
)
def _whole_numbers(known: Known) -> Found:
    odd: dict[str, int] = {}
    told = 0
    for row in known.sample:
        for name in _AMOUNTS:
            if row.get(name) is not None:
                told += 1
                if type(row[name]) is not int:
                    odd[name] = odd.get(name, 0) + 1
    if not told:
        return not_known(_("no order has an amount"))
    if odd:
        return compared(gettext("other than whole: %(names)s") % {"names": listed(odd)}, False)
    return compared(gettext("%(number)d whole numbers") % {"number": told}, True)


@question(
    _("Money"),
    _("What makes the total"),
    _ASSUMED,
    means=_("The mirror shows the amounts as Glu sends them and adds nothing up."),
)
def _total(known: Known) -> Found:
    rows = [row for row in known.sample if type(row.get("subtotal")) is int and type(row.get("total")) is int]
    if not rows:
        return not_known(_("no order has a subtotal and a total"))
    hits = {name: sum(made(row) == row["total"] for row in rows) for name, made in _formulas().items()}
    so = hits.pop(_ASSUMED)
    other = max(hits, key=lambda name: hits[name])
    words = gettext("so in %(so)d of %(orders)d orders; %(other)s in %(hits)d")
    figures = {"so": so, "orders": len(rows), "other": other, "hits": hits[other]}
    return compared(words % figures, so == len(rows))


def _formulas() -> dict[str, Callable[[Row], int]]:
    """Every combination of the parts that could make a total, by its name."""
    out: dict[str, Callable[[Row], int]] = {}
    for signs in product((-1, 0, 1), (1, 0, -1), (1, 0, -1)):
        terms = [f"{'−' if sign < 0 else '+'} {part}" for sign, part in zip(signs, _PARTS, strict=True) if sign]
        out[" ".join(["subtotal", *terms])] = _formula(signs)
    return out


def _formula(signs: tuple[int, ...]) -> Callable[[Row], int]:
    def made(row: Row) -> int:
        """What the parts of one order come to."""
        parts = zip(signs, _PARTS, strict=True)
        return int(row["subtotal"]) + sum(sign * _whole(row.get(part)) for sign, part in parts)

    return made


def _whole(value: object) -> int:
    return value if type(value) is int else 0


LINES: tuple[Question, ...] = (_page_size, _order, _beyond_the_end, _sums)
MONEY: tuple[Question, ...] = (_whole_numbers, _total)
