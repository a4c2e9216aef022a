"""The orders of the sandbox's organisations: made from a seed, changed while it runs, remembered in a journal."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO

from glu_admin.sandbox import life
from glu_admin.sandbox.data import FIRST_ID, FIRST_LINE, Payload, Sold, creation_times, make_order
from glu_admin.sandbox.rendering import rendered, without_nulls
from glu_admin.sandbox.shop import SandboxOrganisation, Shop

__all__ = ["SandboxOrganisation", "World", "without_nulls"]


class World:
    """All organisations of one sandbox; every method may be called from any thread. Faults are not remembered."""

    def __init__(
        self,
        organisations: list[SandboxOrganisation],
        *,
        epoch: datetime | None = None,
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`epoch` is the newest moment of made data (aware UTC, default now); `state` is where it is remembered.

        `clock` is this Glu's own, in seconds since 1970.
        """
        self.lock = threading.RLock()
        self._clock = clock
        self.live = True
        self.epoch = _remembered_epoch(state, epoch or self._now())
        self.shops: dict[str, Shop] = {}
        self.by_key: dict[str, Shop] = {}
        for organisation in organisations:
            self.open(organisation)
        self._chance = random.Random(f"life {self.epoch}")
        self._journal: IO[str] | None = None
        if state is not None:
            self._replay(state / "journal.jsonl")
            self._journal = (state / "journal.jsonl").open("a", encoding="utf-8")

    def open(self, organisation: SandboxOrganisation) -> None:
        """Add an organisation, with the orders made for it."""
        with self.lock:
            shop = self.shops[organisation.slug] = _make(organisation, self.epoch, self._clock)
            self.by_key[organisation.key] = shop

    def step(self, slug: str) -> None:
        """Let one thing happen at an organisation: an order comes in, or a recent one moves on."""
        with self.lock:
            shop = self.shops[slug]
            happening = life.step(shop, self._chance, self._now(), self.epoch)
            self._happen(shop, happening, shop.faults.late_commit_s)

    def comes_in(self, slug: str) -> None:
        """Let an order come in at an organisation."""
        with self.lock:
            shop = self.shops[slug]
            self._happen(
                shop, life.comes_in(shop, self._chance, self._now(), self.epoch), wait=shop.faults.late_commit_s
            )

    def churn(self, slug: str) -> None:
        """Let something happen to an order of any age, drawn from the organisation's own random numbers."""
        with self.lock:
            shop = self.shops[slug]
            self._happen(shop, life.churn(shop, shop.dice(), self._now(), self.epoch), wait=shop.faults.late_commit_s)

    def change(self, slug: str, kind: str) -> bool:
        """Change an order of any age in the way `kind` says (see `life.CHANGES`); false if no order could be."""
        with self.lock:
            shop = self.shops[slug]
            happening = life.changed(shop, shop.dice(), kind, self._now())
            if happening:
                self._happen(shop, happening, wait=shop.faults.late_commit_s)
            return happening is not None

    def plant(self, slug: str, kind: str, *, times: int = 1, days: float = 1) -> list[int]:
        """Insert orders of an odd `kind` (see `life.PLANTS`) now, stamped `days` back or ahead; their ids."""
        with self.lock:
            shop = self.shops[slug]
            rows = [life.planted(shop, shop.dice(), kind, self._now(), self.epoch, days) for _ in range(times)]
            for row in rows:
                self._happen(shop, row)
            return [row.glu_id for row in rows]

    def crowd(self, slug: str, count: int, *, ago: float = 3600) -> list[int]:
        """Insert `count` orders created in the same second, `ago` seconds back, updated since; their ids."""
        with self.lock:
            shop, moment = self.shops[slug], self._now()
            rows = life.crowd(shop, shop.dice(), count, moment - timedelta(seconds=int(ago)), moment)
            for row in rows:
                self._happen(shop, row)
            return [row.glu_id for row in rows]

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
            sold = Sold(order, kept, known.transactions if known else [])
            self._happen(shop, life.Happening(glu_id, sold, life.digits(when)))

    def delete(self, slug: str, glu_id: int) -> None:
        """Delete an order for good, as Glu's own staff might."""
        with self.lock:
            self._happen(self.shops[slug], life.Happening(glu_id, None, ""))

    def still(self) -> None:
        """Let nothing happen any more, and what is committed late be seen: after this nothing changes by itself."""
        with self.lock:
            self.live = False
            for shop in self.shops.values():
                shop.show()

    def truth(self, slug: str) -> Iterator[Payload]:
        """Every order as the API gives it without accidents, newest first, with its `lines` inside.

        Committed late counts; what persists in payloads (relations, unknown fields and values, vanished) shows.
        """
        with self.lock:
            shop = self.shops[slug]
            for _, sold in list(shop.committed().orders()):
                lines = [rendered(line, shop.faults) for line in sold.lines]
                yield {**rendered(sold.order, shop.faults), "lines": lines}

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(int(self._clock()), UTC)

    def _happen(self, shop: Shop, happening: life.Happening, wait: float = 0) -> None:
        glu_id, sold, listed_at = happening
        shop.news.append((shop.sold.get(glu_id), happening))
        if sold is None:
            shop.drop(glu_id, wait=wait)
            self._write({"slug": shop.organisation.slug, "id": glu_id, "deleted": True})
            return
        shop.put(glu_id, sold, listed_at, wait=wait)
        self._write(
            {
                "slug": shop.organisation.slug,
                "id": glu_id,
                "listed_at": listed_at,
                "next": [shop.next_id, shop.next_line, shop.next_transaction],
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
            shop.next_id, shop.next_line, *rest = event["next"]
            shop.next_transaction = rest[0] if rest else shop.next_transaction
        for shop in self.shops.values():
            shop.forget()


def _make(organisation: SandboxOrganisation, epoch: datetime, clock: Callable[[], float]) -> Shop:
    shop = Shop(organisation, clock=clock)
    ids = organisation.seed if organisation.ids is None else organisation.ids
    made = _made(organisation.seed, ids, organisation.count, epoch)
    for _, sold in made:
        shop.next_id = sold.order["id"]
        shop.next_line += len(sold.lines)
    shop.fill([(listed_at, _own(sold)) for listed_at, sold in made])
    return shop


@lru_cache(maxsize=4)
def _made(seed: int, ids: int, count: int, epoch: datetime) -> list[tuple[str, Sold]]:
    """Orders, oldest first, each with its place in the list."""
    gaps, next_id, next_line = random.Random(f"gaps {ids}"), FIRST_ID, FIRST_LINE
    made = []
    for created in creation_times(seed, count, epoch):
        next_id += gaps.randint(1, 3)
        sold = make_order(seed, next_id, next_line, created, epoch)
        next_line += len(sold.lines)
        made.append((life.digits(created), sold))
    return made


def _own(sold: Sold) -> Sold:
    """A copy that a world may change: what was made once is every world's."""
    return Sold(dict(sold.order), [dict(line) for line in sold.lines], [dict(move) for move in sold.transactions])


def _remembered_epoch(state: Path | None, epoch: datetime) -> datetime:
    if state is None:
        return epoch
    state.mkdir(parents=True, exist_ok=True)
    path = state / "epoch"
    if not path.exists():
        path.write_text(epoch.isoformat())
    return datetime.fromisoformat(path.read_text())
