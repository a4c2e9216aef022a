"""Queues: what waits for somebody, each a named question that the list answers with the same orders."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.search import Counted, Query, count_orders, parse_query
from orders.search.delivery import OPEN

MOST_COUNTED = 2_000
"""So many orders of a queue are counted, added up and put on cards: of more nobody needs to know how many there are."""

_OPEN = tuple(("dispatch", status) for status in OPEN)
_NOT_SENT = ("posted", "handed-over", "gone")


@dataclass(frozen=True)
class Queue:
    """A question under a name: `text` is how the list's address has it, `words` what people call it."""

    name: str
    words: str | Promise
    text: str

    def query(self, organisation: Organisation) -> Query:
        """The question, read as the list reads it."""
        return parse_query(self.text, organisation)

    def count(self, organisation: Organisation, query: Query | None = None) -> Counted:
        """How many orders wait in it, up to MOST_COUNTED where they have to be counted; `query` is it, if read."""
        return count_orders(organisation, (query or self.query(organisation)).criteria, most=MOST_COUNTED)


Pairs = tuple[tuple[str, str], ...]
Flags = tuple[str, ...]


def _queue(name: str, words: Promise, pairs: Pairs, sort: str = "scheduled", has: Flags = (), no: Flags = ()) -> Queue:
    flags = [*(("has", flag) for flag in has), *(("no", flag) for flag in no)]
    return Queue(name, words, urlencode([*pairs, *flags, ("sort", sort)]))


DISPATCH = _queue("dispatch", _("To dispatch"), _OPEN, "-age", ("due",), ("by-email", "unpaid", *_NOT_SENT))
UNCONFIRMED = _queue("unconfirmed", _("Sent here, still open at Glu"), _OPEN, "created", ("unconfirmed",), ("gone",))
UNMARKED = _queue(
    "unmarked",
    _("Dispatched at Glu, not marked here"),
    (("dispatch", "Dispatched"),),
    "-updated",
    ("unmarked",),
    ("gone",),
)

_TO_COME = (*_OPEN, ("dispatch", "Scheduled"))
_SOON = (*_TO_COME, ("scheduled", "today..+13d"))
SCHEDULED = _queue("scheduled", _("Scheduled, next 14 days"), _SOON, no=_NOT_SENT)
DUE_UNPAID = _queue("due-unpaid", _("Due, but not paid"), _TO_COME, has=("due", "scheduled", "unpaid"), no=_NOT_SENT)
PAST_SCHEDULE = _queue("past-schedule", _("Past their scheduled day"), (), has=("past-schedule",))
ODD_EMAIL = _queue("odd-email", _("E-mail wanted, address blank or odd"), _SOON, has=("odd-email",), no=_NOT_SENT)
LATE_START = _queue(
    "late-start",
    _("Post: too few working days left"),
    _SOON,
    has=("late-start",),
    no=("by-email", "collect", *_NOT_SENT),
)
RADAR = (DUE_UNPAID, PAST_SCHEDULE, ODD_EMAIL, LATE_START)
"""What is wrong with orders that are scheduled."""

QUEUES = {queue.name: queue for queue in (DISPATCH, UNCONFIRMED, UNMARKED, SCHEDULED, *RADAR)}
"""Every queue by its name."""
