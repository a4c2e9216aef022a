"""Glu's payload to rows and back, losing nothing.

Source: https://glu.gitbook.io/docs/api/organisation-api/order. A documented scalar goes to its column; everything
else (nested objects, undocumented keys, values of another kind) stays as it came, as JSON text. A null is the same as
an absent field: Glu's framework leaves nulls out.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from glu_admin.glu.lists import numbered, read_id
from glu_admin.glu.stamps import Stamp
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS, Field, Kind

_DEVICE_NAMES = frozenset({"ipaddress", "ip", "useragent", "browserinfo", "browser"})
_MAX_INTEGER = 2**63
_MAX_WORD = 320  # words are indexed, and an index refuses long texts
_MAX_DEPTH = 100  # what is nested deeper could be written, and not be read again where more of the stack is used


class Unusable(Exception):
    """A row that cannot be placed, without a usable id or creation time, or not be given back, nested too deeply."""


class Row(Protocol):
    """What `payload` reads of a row: Glu's id, the leftovers, and the columns of its fields."""

    glu_id: int
    extra: str


@dataclass
class Parsed:
    """A row as it will be written. `odd` and `unknown` name Glu's fields that are drift."""

    glu_id: int
    columns: dict[str, Any]
    extra: str
    odd: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass
class ParsedOrder(Parsed):
    """An order with the stamps a walk needs and the hash that tells an unchanged one."""

    payload_hash: str = ""
    created: Stamp = field(kw_only=True)
    updated: Stamp | None = None


def parse_order(raw: object) -> ParsedOrder:
    """One element of GET /orders as a row; raises Unusable with the reason in words."""
    if not isinstance(raw, dict):
        raise Unusable("It is not an order but something else.")
    _check_depth(raw)
    created = Stamp.parse(raw.get("createdAt"))
    glu_id = usable_id(raw)
    if created is None:
        raise Unusable("It has no createdAt that can be read, so it cannot be placed.")
    parsed = _parse(raw, glu_id, ORDER_FIELDS, ORDER_OBJECTS)
    return ParsedOrder(
        **vars(parsed),
        payload_hash=payload_hash(raw),
        created=created,
        updated=Stamp.parse(raw.get("updatedAt")),
    )


def parse_line(raw: object) -> Parsed:
    """One element of GET /orders/{orderId}/lines as a row; raises Unusable with the reason in words."""
    if not isinstance(raw, dict):
        raise Unusable("It is not an order line but something else.")
    _check_depth(raw)
    return _parse(raw, usable_id(raw), LINE_FIELDS, LINE_OBJECTS)


def payload(order: Row) -> dict[str, Any]:
    """The canonical payload of an order row: Glu's names and values, nulls left out."""
    return _payload(order, ORDER_FIELDS)


def line_payload(line: Row) -> dict[str, Any]:
    """The canonical payload of a line row."""
    return _payload(line, LINE_FIELDS)


def extra_of(row: Row) -> dict[str, Any]:
    """What a row keeps beside its columns, decoded: objects, undocumented fields, values of another kind."""
    return dict(json.loads(row.extra)) if row.extra else {}


def canonical(raw: dict[str, Any]) -> dict[str, Any]:
    """A payload without its nulls: what `payload` gives back."""
    return {name: value for name, value in raw.items() if value is not None}


def without_device(raw: dict[str, Any]) -> dict[str, Any]:
    """A payload without IP addresses, browsers and user agents, however deep and in whichever spelling they stand."""

    def _kept(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if name.replace("_", "").lower() not in _DEVICE_NAMES}

    return dict(json.loads(json.dumps(raw), object_hook=_kept))


def payload_hash(raw: dict[str, Any]) -> str:
    """A hash of the canonical payload, the same whatever the order of its keys."""
    text = json.dumps(canonical(raw), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def usable_id(raw: dict[str, Any]) -> int:
    """The row's id, from a number or from digits; raises Unusable."""
    glu_id = read_id(raw.get("id"))
    if glu_id is None:
        raise Unusable("It has no id that can be read.")
    return glu_id


def known_id(raw: object) -> int | None:
    """The same of anything, None where it has none."""
    try:
        return usable_id(raw) if isinstance(raw, dict) else None
    except Unusable:
        return None


def listed(value: Any) -> list[Any]:
    """A list however it came: nothing (null, an empty object) is an empty one, one thing is its only element."""
    rows = numbered(value)
    return rows if rows is not None else [value] if value not in (None, {}) else []


def time_text(instant: datetime) -> str:
    """An instant as Glu normally writes one: UTC, whole seconds, `+00:00`."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def stamp_text(order: Row, name: Literal["createdAt", "updatedAt"]) -> str | None:
    """A timestamp of a row in Glu's own digits, or None."""
    value = payload(order).get(name)
    return value if isinstance(value, str) else None


def _parse(raw: dict[str, Any], glu_id: int, fields: tuple[Field, ...], objects: frozenset[str]) -> Parsed:
    left = canonical(raw)
    if type(left.get("id")) is int:
        del left["id"]
    columns: dict[str, Any] = {}
    odd = []
    for name, column, kind in fields:
        value = left.get(name)
        columns[column] = None if value is None else _column(kind, value)
        if value is None:
            continue
        if columns[column] is None:
            odd.append(name)
        elif _rendered(kind, columns[column]) == value:
            del left[name]
    documented = {entry.glu for entry in fields} | objects | {"id"}
    unknown = [name for name in left if name not in documented]
    extra = json.dumps(left, separators=(",", ":")) if left else ""
    return Parsed(glu_id, columns, extra, odd, unknown)


def _check_depth(raw: dict[str, Any]) -> None:
    """Raise Unusable for what is nested too deeply."""
    level: list[Any] = [raw]
    for _ in range(_MAX_DEPTH):
        inner = (one for group in level for one in (group.values() if isinstance(group, dict) else group))
        level = [one for one in inner if isinstance(one, (dict, list))]
        if not level:
            return
    raise Unusable("It is nested too deeply.")


def _column(kind: Kind, value: Any) -> Any:
    """The value for a column, or None when it does not fit."""
    if kind == "integer":
        return value if type(value) is int and -_MAX_INTEGER <= value < _MAX_INTEGER else None
    if kind == "flag":
        return value if type(value) is bool else None
    if type(value) is not str:
        return None
    if kind == "time":
        stamp = Stamp.parse(value)
        return stamp and stamp.instant
    if kind == "uuid":
        try:
            return uuid.UUID(value)
        except ValueError:
            return None
    if "\0" in value or (kind == "word" and len(value) > _MAX_WORD) or not _encodable(value):
        return None
    return value


def _encodable(text: str) -> bool:
    """False for half a surrogate pair, which JSON can carry and a database cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rendered(kind: Kind, value: Any) -> Any:
    if kind == "time":
        return time_text(value)
    return str(value) if kind == "uuid" else value


def _payload(row: Row, fields: tuple[Field, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {"id": row.glu_id}
    for name, column, kind in fields:
        value = getattr(row, column)
        if value is not None:
            out[name] = _rendered(kind, value)
    out.update(extra_of(row))
    return out
