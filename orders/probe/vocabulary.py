"""Questions about what stands in an order: its words, its relations, its empty fields."""

import re
from collections import Counter

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from orders.documented import DISPATCH_STATUSES, ORDER_FIELDS, ORDER_OBJECTS
from orders.probe.known import Known
from orders.probe.questions import Found, Question, compared, not_known, noted, question
from orders.probe.words import counted, listed

_NO_ORDER = _("there is no order to try it with")
_WORDS = (
    "paymentStatus",
    "paymentMethod",
    "type",
    "channel",
    "gateway",
    "deliveryMethodType",
    "currencyCode",
)
_RELATIONS = ("transaction", "billingContact", "deliveryContact")
_DOCUMENTED = {field.glu for field in ORDER_FIELDS} | ORDER_OBJECTS | {"id"}
_NAME = re.compile(r"[A-Za-z]\w{0,39}")


@question(_("Vocabulary"), "dispatchStatus", _("the documented six"))
def _dispatch_status(known: Known) -> Found:
    values = [row.get("dispatchStatus") for row in known.sample]
    if not values:
        return not_known(_NO_ORDER)
    return compared(counted(values), all(value in DISPATCH_STATUSES for value in map(str, values)))


def _word(name: str) -> Question:
    @question(_("Vocabulary"), name, "")
    def _values(known: Known) -> Found:
        return noted(counted(row.get(name) for row in known.sample)) if known.sample else not_known(_NO_ORDER)

    return _values


@question(_("Vocabulary"), _("type of transactions"), "")
def _transaction_type(known: Known) -> Found:
    reply = known.ask(("page", "1"), path="/transactions", odd=True)
    rows = [row for row in reply.data if isinstance(row, dict)] if isinstance(reply.data, list) else []
    return noted(counted(row.get("type") for row in rows)) if rows else not_known(_("no transaction can be read"))


@question(_("Vocabulary"), _("type of lines"), "")
def _line_type(known: Known) -> Found:
    rows = [row for _, pages in known.lines for page in pages for row in page]
    return (
        noted(counted(row.get("type") for row in rows)) if rows else not_known(_("there are no lines to try it with"))
    )


@question(_("Vocabulary"), _("Relations"), _("ids"), means=_("Ids, IRIs, addresses and objects are all read alike."))
def _relations(known: Known) -> Found:
    shapes = Counter(_shape(row[name]) for row in known.sample for name in _RELATIONS if row.get(name) is not None)
    if not shapes:
        return not_known(_("no order names another thing"))
    return compared(listed(shapes), set(shapes) == {"ids"})


def _shape(value: object) -> str:
    if isinstance(value, dict):
        return "objects"
    if type(value) is int or (isinstance(value, str) and value.isdigit()):
        return "ids"
    if isinstance(value, str):
        return "addresses" if value.startswith("http") else "IRIs" if value.startswith("/") else "texts"
    return "other"


@question(_("Vocabulary"), _("Empty fields"), _("left out"))
def _nulls(known: Known) -> Found:
    if any(value is None for row in known.sample for value in row.values()):
        return compared(_("sent as null"), False)
    if len({frozenset(row) for row in known.sample}) < 2:
        return not_known(_("all orders have the same fields"))
    return compared(_("left out"), True)


@question(
    _("Vocabulary"),
    _("Fields that are not documented"),
    _("none"),
    means=_("They are kept as they came, and exported."),
)
def _unknown_fields(known: Known) -> Found:
    if not known.sample:
        return not_known(_NO_ORDER)
    found = Counter(
        name if _NAME.fullmatch(name) else gettext("an odd name")
        for row in known.sample
        for name in row
        if name not in _DOCUMENTED
    )
    return compared(listed(dict(found.most_common(20))), not found)


VOCABULARY: tuple[Question, ...] = (
    _dispatch_status,
    *(_word(name) for name in _WORDS),
    _line_type,
    _transaction_type,
    _relations,
    _nulls,
    _unknown_fields,
)
