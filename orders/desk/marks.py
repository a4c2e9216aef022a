"""Marks on orders: set for many at once, undone, found again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation, User
from orders.desk.traces import may_have
from orders.display.locales import grouped
from orders.models import Order, OrderMark
from orders.search.delivery import goes_by_email, lane
from orders.search.marked import SENT

Kind = OrderMark.Kind

COLLECTED_AS = {Kind.PREPARED: Kind.READY, Kind.POSTED: Kind.HANDED_OVER}
"""What is said of an order that is collected where another one is prepared or posted."""

MOST_MARKED = 5_000
"""So many orders are marked at once."""

_MOST_ASKED = 500


@dataclass(frozen=True)
class Marked:
    """What came of marking: the numbers of the orders with a new mark, by kind, and the marks that stood instead.

    `emailed` are the numbers of those that go by e-mail, which Glu sends: nobody posts them, and they get no mark.
    """

    batch: UUID
    numbers: dict[Kind, list[int]]
    already: list[OrderMark]
    emailed: list[int]

    @property
    def n(self) -> int:
        """How many orders have the new mark."""
        return sum(map(len, self.numbers.values()))


class TooManyOrders(Exception):
    """More than MOST_MARKED; the message may be shown."""


def set_marks(
    organisation: Organisation,
    orders: QuerySet[Order],
    kind: OrderMark.Kind,
    user: User,
    *,
    look_again_on: date | None = None,
) -> Marked:
    """Mark the organisation's orders among these. Where two people mark at once, one of them finds the other's mark.

    What is collected gets the kind of COLLECTED_AS. Of a kind that an order has once, a mark that stands is left, and
    told in `already`; what goes by e-mail has none of these kinds, and is told in `emailed`. Raises TooManyOrders.
    """
    own = orders.order_by().filter(organisation=organisation)
    rows = list(own.values_list("pk", "glu_id", "created_at", lane(), goes_by_email())[: MOST_MARKED + 1])
    if len(rows) > MOST_MARKED:
        words = _("At most %(most)s orders are marked at once. Narrow the list, then mark again.")
        raise TooManyOrders(words % {"most": grouped(MOST_MARKED)})
    emailed = []
    if kind in OrderMark.ONCE:
        emailed = sorted(glu_id for _, glu_id, *_, is_emailed in rows if is_emailed)
        rows = [row for row in rows if not row[-1]]
    kinds = {pk: COLLECTED_AS.get(kind, kind) if is_collected else kind for pk, _, _, is_collected, _ in rows}
    batch, moment = uuid4(), now()
    marks = [
        OrderMark(
            organisation=organisation,
            order_id=pk,
            order_glu_id=glu_id,
            order_created_at=created_at,
            kind=kinds[pk],
            at=moment,
            user=user,
            user_name=str(user),
            look_again_on=look_again_on,
            batch=batch,
        )
        for pk, glu_id, created_at, *_ in rows
    ]
    # What the constraint of the table refuses is passed over, whoever was faster by however little.
    organisation.order_marks.bulk_create(marks, ignore_conflicts=kind in OrderMark.ONCE)
    numbers: dict[Kind, list[int]] = {each: [] for each in Kind if each in kinds.values()} or {kind: []}
    if kind not in OrderMark.ONCE:
        numbers[kind] = [glu_id for _, glu_id, *_ in rows]
        return Marked(batch, numbers, [], emailed)
    left = dict(kinds)
    got = organisation.order_marks.filter(batch=batch).order_by("order_glu_id")
    for pk, glu_id in got.values_list("order", "order_glu_id"):
        numbers[left.pop(pk)].append(glu_id)
    return Marked(batch, numbers, _standing_of(organisation, left), emailed)


def undo_batch(organisation: Organisation, batch: UUID, user: User) -> int:
    """Undo the marks of one action that still stand; how many those were."""
    return _undo(organisation.order_marks.filter(batch=batch), user)


def undo_mark(organisation: Organisation, pk: int, user: User) -> int:
    """Undo one mark of the organisation; 1, or 0 where it does not stand or there is none."""
    return _undo(organisation.order_marks.filter(pk=pk), user)


def only_order_of(organisation: Organisation, batch: UUID) -> int | None:
    """The number of the order that one action marked; None where it marked several or none."""
    numbers = organisation.order_marks.filter(batch=batch).values_list("order_glu_id", flat=True)[:2]
    return numbers[0] if len(numbers) == 1 else None


def marks_of(order: Order) -> list[OrderMark]:
    """Every mark of an order, also those undone, oldest first."""
    marks = order.organisation.order_marks.filter(order=order).order_by("at", "pk")
    return list(marks) if may_have(order, "marks") else []


def latest_step(marks: Sequence[OrderMark]) -> OrderMark | None:
    """How far an order is by the team's word: of its marks, oldest first, the last of a kind ONCE that stands."""
    standing = [mark for mark in marks if mark.kind in OrderMark.ONCE and mark.undone_at is None]
    return standing[-1] if standing else None


def sent_mark(marks: Iterable[OrderMark]) -> OrderMark | None:
    """The mark by which an order is posted or handed over: of its marks, oldest first, the last such that stands."""
    return next((mark for mark in reversed([*marks]) if mark.kind in SENT and mark.undone_at is None), None)


def is_sent(marks: Iterable[OrderMark]) -> bool:
    """Whether an order is posted or handed over, by the marks of it that stand."""
    return sent_mark(marks) is not None


def standing_marks(organisation: Organisation, pks: Sequence[int]) -> dict[int, dict[str, OrderMark]]:
    """The marks that stand on the orders of a page, by an order's pk and a kind; of several of a kind the newest."""
    found: dict[int, dict[str, OrderMark]] = {pk: {} for pk in pks}
    for mark in organisation.order_marks.filter(order__in=pks, undone_at=None).order_by("at", "pk"):
        found[mark.order_id or 0][mark.kind] = mark
    return found


def reattach(organisation: Organisation) -> int:
    """Give marks whose order was removed back to it, where the same order is here again; how many there were.

    The same is one of that number and that time of creation: under the number alone Glu may have another. A mark that
    was set anew meanwhile stays in the place of an old one of its kind.
    """
    same = organisation.orders.filter(glu_id=OuterRef("order_glu_id"), created_at=OuterRef("order_created_at"))
    lost = organisation.order_marks.filter(order=None).annotate(here=Subquery(same.values("pk")[:1]))
    n = 0
    for mark in lost.filter(here__isnull=False).order_by("-pk"):
        try:
            with transaction.atomic():
                n += organisation.order_marks.filter(pk=mark.pk).update(order=mark.here)
        except IntegrityError:
            continue
    return n


def _standing_of(organisation: Organisation, kinds: Mapping[int, Kind]) -> list[OrderMark]:
    """The marks that stand on orders of these keys, each of its kind, by the orders' numbers."""
    pks = list(kinds)
    standing = organisation.order_marks.filter(kind__in={*kinds.values()}, undone_at=None)
    parts = (pks[start : start + _MOST_ASKED] for start in range(0, len(pks), _MOST_ASKED))
    found = [
        mark for part in parts for mark in standing.filter(order__in=part) if mark.kind == kinds[mark.order_id or 0]
    ]
    return sorted(found, key=lambda mark: mark.order_glu_id)


def _undo(marks: QuerySet[OrderMark], user: User) -> int:
    standing = marks.filter(undone_at=None)
    return standing.update(undone_at=now(), undone_by=user, undone_by_name=str(user))
