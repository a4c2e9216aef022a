"""What Glu sends outside its documentation is counted, with an example, and shown once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from glu_admin.tenancy.models import Organisation
from orders.display.text import writable
from orders.documented import DISPATCH_STATUSES, ORDER_FIELDS, ORDER_OBJECTS
from orders.models import Drift, OrderChange
from orders.payload import Parsed, ParsedOrder

_DOCUMENTED = {entry.glu for entry in ORDER_FIELDS} | ORDER_OBJECTS
_LEARNED = {"payment_status": "paymentStatus", "type": "type", "channel": "channel", "payment_method": "paymentMethod"}
MOST_LISTED = 200
"""So many new fields and values of an organisation are listed one by one; what comes after them is only counted."""

_MORE = (Drift.Kind.MORE.value, "", "")
_ENOUGH = 100  # orders that a vocabulary nobody documents is learned from
_MANY = 5  # orders that lose the same field at once: no coincidence, as nulls are left out one by one


@dataclass
class DriftWatch:
    """Collects the drift of a batch of written rows; `save` writes it in the batch's transaction."""

    _seen: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def order(self, parsed: ParsedOrder) -> None:
        """Note what is new about an order."""
        self._fields(parsed, parsed.glu_id, "")
        status = parsed.columns["dispatch_status"]
        if status and status not in DISPATCH_STATUSES:
            self._seen[Drift.Kind.NEW_VALUE, "dispatchStatus", status[:100]].append(parsed.glu_id)

    def unseen(self, organisation: Organisation, orders: Iterable[ParsedOrder]) -> None:
        """Note values of Glu's undocumented vocabularies that no order had before, once all of history is here."""
        complete = organisation.order_counters.filter(organisation__mirror_state__history_complete_at__isnull=False)
        counters = list(complete.values("n", *_LEARNED))
        if sum(counter["n"] for counter in counters) < _ENOUGH:
            return
        for column, name in _LEARNED.items():
            seen = {counter[column] for counter in counters}
            for order in orders:
                value = order.columns[column]
                if value and value not in seen:
                    self._seen[Drift.Kind.NEW_VALUE, name, value[:100]].append(order.glu_id)

    def line(self, parsed: Parsed, order_glu_id: int) -> None:
        """Note what is new about an order's line."""
        self._fields(parsed, order_glu_id, "line ")

    def vanished(self, organisation: Organisation, changes: Iterable[OrderChange], orders: int) -> None:
        """Note a documented field that went away from every changed order of a batch at once."""
        gone: dict[str, set[int]] = defaultdict(set)
        for change in changes:
            if change.new is None and change.old and change.field in _DOCUMENTED:
                gone[change.field].add(change.order_id)
        for name, pks in gone.items():
            if len(pks) == orders >= _MANY:
                glu_ids = organisation.orders.filter(pk__in=pks).values_list("glu_id", flat=True)
                self._seen[Drift.Kind.VANISHED_FIELD, name, ""] += list(glu_ids)

    def save(self, organisation: Organisation, seen_at: datetime) -> None:
        """Write what was noted: one row each, counted by orders; beyond MOST_LISTED all in one row, "and more"."""
        if not self._seen:
            return
        known = {(row.kind, row.field, row.value): row.pk for row in organisation.drifts.all()}
        free = MOST_LISTED - len(known.keys() - {_MORE})
        noted: dict[tuple[str, str, str], list[int]] = {}
        for key, glu_ids in self._seen.items():
            if key not in known and key not in noted:
                key, free = (key, free - 1) if free > 0 else (_MORE, free)
            noted.setdefault(key, []).extend(glu_ids)
        for key in noted.keys() & known.keys():
            organisation.drifts.filter(pk=known[key]).update(
                orders=F("orders") + len(set(noted[key])), last_seen_at=seen_at
            )
        Drift.across_organisations.bulk_create(
            Drift(
                organisation=organisation,
                kind=key[0],
                field=key[1],
                value=key[2],
                example_glu_id=glu_ids[0],
                orders=len(set(glu_ids)),
                first_seen_at=seen_at,
                last_seen_at=seen_at,
            )
            for key, glu_ids in noted.items()
            if key not in known
        )

    def _fields(self, parsed: Parsed, glu_id: int, prefix: str) -> None:
        for kind, names in ((Drift.Kind.UNKNOWN_FIELD, parsed.unknown), (Drift.Kind.ODD_VALUE, parsed.odd)):
            for name in names:
                self._seen[kind, writable(f"{prefix}{name}")[:100], ""].append(glu_id)
