"""How an order, a line and a transaction are written, with whatever persists in payloads."""

import zlib
from collections.abc import Iterable

from glu_admin.sandbox.data import Payload
from glu_admin.sandbox.faults import Faults

_RELATIONS = {
    "transaction": "transactions",
    "billingContact": "contacts",
    "deliveryContact": "contacts",
    "attachedOrder": "orders",
}
_UNKNOWN_FIELDS: Payload = {"storeReference": "ST-7", "loyalty": {"points": 120, "tier": "Gold"}, "is_test": False}


def without_nulls(payload: Payload) -> Payload:
    """A payload as Glu's framework sends it: nulls are left out."""
    return {name: value for name, value in payload.items() if value is not None}


def all_rendered(payloads: Iterable[Payload], faults: Faults) -> list[Payload]:
    """Payloads as this organisation's Glu sends them."""
    if faults.relations == "ids" and not (faults.unknown_statuses or faults.unknown_fields or faults.nulls_shown):
        return [without_nulls(payload) for payload in payloads]
    return [rendered(payload, faults) for payload in payloads]


def rendered(payload: Payload, faults: Faults) -> Payload:
    """A payload as this organisation's Glu sends it."""
    out = dict(payload) if faults.nulls_shown else without_nulls(payload)
    if faults.relations != "ids":
        for name, collection in _RELATIONS.items():
            if isinstance(out.get(name), int):
                out[name] = _relation(out[name], collection, faults.relations)
    if faults.unknown_statuses and "dispatchStatus" in out:
        kind = zlib.crc32(str(out.get("id")).encode()) % 3
        if kind == 0:
            out["dispatchStatus"] = "Awaiting Courier"
        elif kind == 1:
            out["paymentStatus"] = "Under Review"
    if faults.unknown_fields:
        out |= _UNKNOWN_FIELDS
    return out


def _relation(glu_id: int, collection: str, style: str) -> str | Payload:
    if style == "objects":
        return {"id": glu_id}
    return f"/{collection}/{glu_id}" if style == "iris" else f"https://api.glu.io/{collection}/{glu_id}"
