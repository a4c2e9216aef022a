"""The orders of the sandbox's organisations: made from a seed, changed while it runs, remembered in a journal."""

import hashlib
import json
import random
import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from glu_admin.sandbox.data import FIRST_ID, Payload, Sold, creation_times, make_order, stamp, transaction
from glu_admin.sandbox.faults import Faults

_NEXT_STATUS = {"Scheduled": "Outstanding", "Outstanding": "Packed", "Packed": "Dispatched"}


@dataclass(frozen=True)
class SandboxOrganisation:
    """One organisation: its key opens `count` orders made from `seed`."""

    slug: str
    name: str
    key: str
    seed: int
    count: int


@dataclass
class Shop:
    """An organisation's orders: by id, and the list order (newest created first, equals shuffled)."""

    organisation: SandboxOrganisation
    faults: Faults = field(default_factory=Faults)
    sold: dict[Any, Sold] = field(default_factory=dict)
    # (createdAt digits, a hash, id): ascending, so that a list is read from its end.
    listing: list[tuple[str, str, Any]] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    next_id: int = FIRST_ID
    next_line: int = 900_000

    def put(self, glu_id: Any, sold: Sold, listed_at: str) -> None:
        """Insert or replace an order at its place in the list."""
        self.drop(glu_id)
        self.sold[glu_id] = sold
        insort(self.listing, (listed_at, _shuffle(glu_id), glu_id))

    def drop(self, glu_id: Any) -> None:
        """Take an order away, if it is there."""
        if self.sold.pop(glu_id, None) is not None:
            self.listing = [entry for entry in self.listing if entry[2] != glu_id]

    def newest(self, before: str | None) -> Iterator[Sold]:
        """Orders newest first; only those created strictly before `before` (digits) when given."""
        end = len(self.listing) if before is None else bisect_left(self.listing, (before, "", 0))
        for position in range(end - 1, -1, -1):
            yield self.sold[self.listing[position][2]]


class World:
    """All organisations of one sandbox; every method may be called from any thread."""

    def __init__(
        self, organisations: list[SandboxOrganisation], *, epoch: datetime | None = None, state: Path | None = None
    ) -> None:
        """`epoch` is the newest moment of made data (aware UTC, default now); `state` is where it is remembered."""
        self.lock = threading.RLock()
        self.live = True
        self.epoch = _remembered_epoch(state, epoch or datetime.now(UTC).replace(microsecond=0))
        self.shops = {one.slug: _make(one, self.epoch) for one in organisations}
        self.by_key = {one.key: self.shops[one.slug] for one in organisations}
        self._chance = random.Random(f"life {self.epoch}")
        self._journal: IO[str] | None = None
        if state is not None:
            self._replay(state / "journal.jsonl")
            self._journal = (state / "journal.jsonl").open("a", encoding="utf-8")

    def step(self, slug: str) -> None:
        """One thing happens at an organisation: an order comes in, or one moves on."""
        with self.lock:
            shop = self.shops[slug]
            moment = datetime.now(UTC).replace(microsecond=0)
            open_orders = [one for one in self._recent(shop) if one.order.get("dispatchStatus") in _NEXT_STATUS]
            if self._chance.random() < 0.4 or not open_orders:
                self._place(shop, moment)
            else:
                self._move_on(shop, self._chance.choice(open_orders), moment)

    def put(
        self, slug: str, order: Payload, lines: list[Payload] | None = None, *, listed_at: datetime | None = None
    ) -> None:
        """Plant an order as given, odd values and all; `listed_at` places one without a usable createdAt."""
        with self.lock:
            shop = self.shops[slug]
            glu_id = order.get("id", f"planted {len(shop.sold)}")
            when = listed_at.astimezone(UTC) if listed_at else datetime.fromisoformat(order["createdAt"])
            known = shop.sold.get(glu_id)
            kept = known.lines if known and lines is None else lines or []
            self._save(shop, glu_id, Sold(order, kept, known.transactions if known else []), _digits(when))

    def delete(self, slug: str, glu_id: int) -> None:
        """Delete an order for good, as Glu's own staff might."""
        with self.lock:
            self.shops[slug].drop(glu_id)
            self._write({"slug": slug, "id": glu_id, "deleted": True})

    def still(self) -> None:
        """Stop life: when this returns nothing changes any more."""
        with self.lock:
            self.live = False

    def truth(self, slug: str) -> Iterator[Payload]:
        """Every order as the API gives it, newest first, with its `lines` inside."""
        with self.lock:
            for sold in list(self.shops[slug].newest(None)):
                yield {**without_nulls(sold.order), "lines": [without_nulls(line) for line in sold.lines]}

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()

    def _recent(self, shop: Shop) -> list[Sold]:
        return [sold for sold, _ in zip(shop.newest(None), range(200), strict=False)]

    def _place(self, shop: Shop, moment: datetime) -> None:
        shop.next_id += self._chance.randint(1, 3)
        sold = make_order(shop.organisation.seed, shop.next_id, shop.next_line, moment, self.epoch, new=True)
        shop.next_line += len(sold.lines)
        self._save(shop, shop.next_id, sold, _digits(moment))

    def _move_on(self, shop: Shop, sold: Sold, moment: datetime) -> None:
        order = {**sold.order, "updatedAt": stamp(moment)}
        lines, moves = [dict(line) for line in sold.lines], list(sold.transactions)
        what = self._chance.random()
        number = 5_000_000 + len(shop.sold) * 100 + len(moves)
        if order["paymentStatus"] == "Pending" and what < 0.5:
            order["paymentStatus"], order["transaction"] = "Paid", number
            moves.append(transaction(order, "Payment", order["total"], moment, number))
        elif order["paymentStatus"] == "Paid" and what > 0.92 and not lines[0]["refunded"]:
            lines[0]["refunded"] = True
            order["paymentStatus"] = "Refunded" if len(lines) == 1 else "Partially Refunded"
            moves.append(transaction(order, "Refund", lines[0]["total"], moment, number))
        elif what > 0.85 and order["deliveryAddressPostcode"]:
            order["deliveryAddressLine2"] = f"Flat {self._chance.randint(1, 40)}"
        elif what > 0.8:
            order["scheduledDeliveryAt"] = stamp(moment + timedelta(days=self._chance.randint(2, 20)))
        else:
            order["dispatchStatus"] = _NEXT_STATUS[order["dispatchStatus"]]
        self._save(shop, order["id"], Sold(order, lines, moves), order["createdAt"][:19])

    def _save(self, shop: Shop, glu_id: Any, sold: Sold, listed_at: str) -> None:
        shop.put(glu_id, sold, listed_at)
        self._write(
            {
                "slug": shop.organisation.slug,
                "id": glu_id,
                "listed_at": listed_at,
                "next": [shop.next_id, shop.next_line],
                "sold": [sold.order, sold.lines, sold.transactions],
            }
        )

    def _write(self, event: Payload) -> None:
        if self._journal:
            self._journal.write(json.dumps(event) + "\n")
            self._journal.flush()

    def _replay(self, path: Path) -> None:
        for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            try:
                event = json.loads(text)
            except ValueError:  # the last line of a run that was killed while writing
                continue
            shop = self.shops.get(event["slug"])
            if shop is None:
                continue
            if event.get("deleted"):
                shop.drop(event["id"])
                continue
            shop.put(event["id"], Sold(*event["sold"]), event["listed_at"])
            shop.next_id, shop.next_line = event["next"]


def without_nulls(payload: Payload) -> Payload:
    """A payload as Glu's framework sends it: nulls are left out."""
    return {name: value for name, value in payload.items() if value is not None}


def _make(organisation: SandboxOrganisation, epoch: datetime) -> Shop:
    shop = Shop(organisation)
    gaps = random.Random(f"gaps {organisation.seed}")
    for created in creation_times(organisation.seed, organisation.count, epoch):
        shop.next_id += gaps.randint(1, 3)
        sold = make_order(organisation.seed, shop.next_id, shop.next_line, created, epoch)
        shop.next_line += len(sold.lines)
        shop.sold[shop.next_id] = sold
        shop.listing.append((_digits(created), _shuffle(shop.next_id), shop.next_id))
    shop.listing.sort()
    return shop


def _remembered_epoch(state: Path | None, epoch: datetime) -> datetime:
    if state is None:
        return epoch
    state.mkdir(parents=True, exist_ok=True)
    path = state / "epoch"
    if not path.exists():
        path.write_text(epoch.isoformat())
    return datetime.fromisoformat(path.read_text())


def _digits(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _shuffle(glu_id: Any) -> str:
    return hashlib.blake2b(str(glu_id).encode(), digest_size=4).hexdigest()
