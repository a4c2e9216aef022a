"""One organisation's orders, kept in the orders they are read in, with enough of their past to serve an older state."""

import hashlib
import heapq
import random
import time
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from glu_admin.sandbox.data import FIRST_ID, FIRST_LINE, Payload, Sold
from glu_admin.sandbox.faults import Faults

# (digits of a date, a hash, id): ascending, so that a list is read from its end and equals are shuffled.
Entry = tuple[str, str, Any]
_AFTER_ALL_HASHES = "~"
_CHANGES_KEPT = 20_000
_NEWS_KEPT = 10_000


@dataclass(frozen=True)
class SandboxOrganisation:
    """One organisation: its key opens `count` orders made from `seed`; those with the same `ids` share numbers."""

    slug: str
    name: str
    key: str
    seed: int
    count: int
    ids: int | None = None


class Placed(NamedTuple):
    """An order at its place in the list."""

    entry: Entry
    sold: Sold


class Change(NamedTuple):
    """What an order was before a change (None: not there), and when it is made and seen, by the shop's clock."""

    glu_id: Any
    before: Placed | None
    made_at: float
    seen_at: float


@dataclass
class Shop:
    """An organisation's orders as they are committed, its faults, and what was served."""

    organisation: SandboxOrganisation
    faults: Faults = field(default_factory=Faults)
    clock: Callable[[], float] = time.time
    sold: dict[Any, Sold] = field(default_factory=dict)
    listing: list[Entry] = field(default_factory=list)
    places: dict[Any, Entry] = field(default_factory=dict)
    # By updatedAt; orders without one are not here, as no filter finds them.
    updates: list[Entry] = field(default_factory=list)
    updated: dict[Any, Entry] = field(default_factory=dict)
    past: deque[Change] = field(default_factory=lambda: deque(maxlen=_CHANGES_KEPT))
    all_seen_at: float = 0
    longest_wait: float = 0
    requests: Counter[str] = field(default_factory=Counter)
    # How often each fault struck, by its name.
    mishaps: Counter[str] = field(default_factory=Counter)
    # What orders were before what happened to them, newest last; and what the last press did, by order and in words.
    news: deque[tuple[Sold | None, Any]] = field(default_factory=lambda: deque(maxlen=_NEWS_KEPT))
    pressed: list[tuple[Any, str]] = field(default_factory=list)
    next_id: int = FIRST_ID
    next_line: int = FIRST_LINE
    next_transaction: int = 5_000_000
    # The rate limit's bucket: full when first drawn from.
    tokens: float = float("inf")
    filled_at: float = 0
    _dice: random.Random | None = None
    _dice_of: tuple[Faults, int] | None = None
    _transactions: list[Payload] | None = None

    def fill(self, made: list[tuple[str, Sold]]) -> None:
        """Put in all the orders that the organisation starts with, each with its place in the list."""
        for listed_at, sold in made:
            glu_id = sold.order["id"]
            self._place(glu_id, sold, listed_at)
        self.listing = sorted(self.places.values())
        self.updates = sorted(self.updated.values())

    def put(self, glu_id: Any, sold: Sold, listed_at: str, *, wait: float = 0) -> None:
        """Insert or replace an order at its place in the list; requests see it `wait` seconds later."""
        self._remember(glu_id, wait)
        self._remove(glu_id)
        self._place(glu_id, sold, listed_at)
        insort(self.listing, self.places[glu_id])
        if glu_id in self.updated:
            insort(self.updates, self.updated[glu_id])

    def drop(self, glu_id: Any, *, wait: float = 0) -> None:
        """Take an order away, if it is there; requests see that `wait` seconds later."""
        if glu_id in self.sold:
            self._remember(glu_id, wait)
            self._remove(glu_id)

    def forget(self) -> None:
        """Forget the older states of orders: requests and replicas see at once all that is committed."""
        self.past.clear()
        self.all_seen_at = 0

    def show(self) -> None:
        """Let requests see at once all that is committed, also what they would have seen only later."""
        now = self.clock()
        self.past = deque(
            (change._replace(seen_at=min(change.seen_at, now)) for change in self.past), maxlen=_CHANGES_KEPT
        )
        self.all_seen_at = min(self.all_seen_at, now)

    def dice(self) -> random.Random:
        """The shop's own random numbers; they start anew when the shop is given other faults or another seed."""
        of = self._dice_of
        if self._dice is None or of is None or of[0] is not self.faults or of[1] != self.faults.seed:
            self.throw_anew()
        assert self._dice is not None  # noqa: S101  (for the type checker)
        return self._dice

    def throw_anew(self) -> None:
        """Start this shop's random numbers anew from its seed."""
        self._dice = random.Random(f"{self.organisation.slug} {self.faults.seed}")
        self._dice_of = (self.faults, self.faults.seed)

    def strikes(self, name: str) -> bool:
        """Whether the fault with this rate, such as `error_rate`, strikes now; if so it is counted."""
        rate = getattr(self.faults, name)
        if not rate or self.dice().random() >= rate:
            return False
        self.mishaps[name] += 1
        return True

    def vanished(self, glu_id: Any) -> bool:
        """Whether the fault `vanish` leaves this order out of the list."""
        share = self.faults.vanish
        return share > 0 and int(_shuffle(f"vanish {glu_id}"), 16) < share * 2**32

    def committed(self) -> "View":
        """The orders with everything that is committed, seen or not."""
        return View(self, {})

    def seen(self, ago: float = 0) -> "View":
        """The orders as a request sees them now, or as a replica `ago` seconds behind does."""
        at, hidden = self.clock() - ago, dict[Any, Placed | None]()
        if self.all_seen_at > at:
            for change in reversed(self.past):
                if change.made_at + self.longest_wait <= at:
                    break
                if change.seen_at > at:
                    hidden[change.glu_id] = change.before
        return View(self, hidden)

    def transactions(self) -> list[Payload]:
        """All transactions that are committed, oldest first."""
        if self._transactions is None:
            self._transactions = sorted(
                (transaction for sold in self.sold.values() for transaction in sold.transactions), key=_by_age
            )
        return self._transactions

    def _place(self, glu_id: Any, sold: Sold, listed_at: str) -> None:
        among_equals, updated_at = _shuffle(glu_id), sold.order.get("updatedAt")
        self.sold[glu_id], self.places[glu_id] = sold, (listed_at, among_equals, glu_id)
        if isinstance(updated_at, str):
            self.updated[glu_id] = (updated_at[:19], among_equals, glu_id)

    def _remember(self, glu_id: Any, wait: float) -> None:
        before = Placed(self.places[glu_id], self.sold[glu_id]) if glu_id in self.sold else None
        now = self.clock()
        self.past.append(Change(glu_id, before, now, now + wait))
        self.all_seen_at, self.longest_wait = max(self.all_seen_at, now + wait), max(self.longest_wait, wait)

    def _remove(self, glu_id: Any) -> None:
        self._transactions = None
        if glu_id not in self.sold:
            return
        if glu_id in self.updated:
            del self.updates[bisect_left(self.updates, self.updated.pop(glu_id))]
        del self.listing[bisect_left(self.listing, self.places.pop(glu_id))]
        del self.sold[glu_id]


class View:
    """The orders of a shop as one request sees them: the committed ones, but for those whose older state it sees."""

    def __init__(self, shop: Shop, hidden: dict[Any, Placed | None]) -> None:
        self.shop = shop
        self.hidden = hidden

    def get(self, glu_id: Any) -> Sold | None:
        """One order, or None when it is not (or no more, or not yet) there."""
        if self.shop.vanished(glu_id):
            return None
        if glu_id in self.hidden:
            older = self.hidden[glu_id]
            return older.sold if older else None
        return self.shop.sold.get(glu_id)

    def orders(
        self, *, since: str = "", until: str | None = None, updated_since: str | None = None, oldest_first: bool = False
    ) -> Iterator[Placed]:
        """Orders newest first, their createdAt in since…until and their updatedAt not before `updated_since` (digits).

        The bounds only spare work: rows outside `updated_since` may come too.
        """
        shop, hidden = self.shop, self.hidden
        start = bisect_left(shop.listing, (since, "", ""))
        end = len(shop.listing) if until is None else bisect_left(shop.listing, (until, _AFTER_ALL_HASHES, ""))
        updated = 0 if updated_since is None else bisect_left(shop.updates, (updated_since, "", ""))
        if updated_since is not None and (len(shop.updates) - updated) * 4 < end - start:
            entries = iter(
                sorted((shop.places[entry[2]] for entry in shop.updates[updated:]), reverse=not oldest_first)
            )
        else:
            steps = range(start, end) if oldest_first else range(end - 1, start - 1, -1)
            entries = (shop.listing[step] for step in steps)
        found = (Placed(entry, shop.sold[entry[2]]) for entry in entries if entry[2] not in hidden)
        if hidden:
            older = sorted(filter(None, hidden.values()), key=itemgetter(0), reverse=not oldest_first)
            found = heapq.merge(found, older, key=itemgetter(0), reverse=not oldest_first)
        if shop.faults.vanish:
            return (placed for placed in found if not shop.vanished(placed.entry[2]))
        return found

    def transactions(self) -> Iterator[Payload]:
        """Transactions newest first."""
        if not self.hidden:
            return reversed(self.shop.transactions())
        kept = (
            transaction
            for glu_id, sold in self.shop.sold.items()
            if glu_id not in self.hidden
            for transaction in sold.transactions
        )
        older = (transaction for placed in self.hidden.values() if placed for transaction in placed.sold.transactions)
        return iter(sorted([*kept, *older], key=_by_age, reverse=True))


def _by_age(transaction: Payload) -> tuple[str, int]:
    return transaction["createdAt"], transaction["id"]


def _shuffle(glu_id: Any) -> str:
    return hashlib.blake2b(str(glu_id).encode(), digest_size=4).hexdigest()
