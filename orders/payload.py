"""Glu's payload to rows and back, losing nothing.

Source: https://glu.gitbook.io/docs/api/organisation-api/order. A documented scalar goes to its column; everything
else (nested objects, undocumented keys, values of another kind) stays as it came, as JSON text. A null is the same as
an absent field: Glu's framework leaves nulls out.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from glu_admin.glu.lists import Row, numbered
from glu_admin.glu.stamps import Stamp
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS, Field, Kind

_DEVICE_NAMES = frozenset({"ipaddress", "ip", "useragent", "browserinfo", "browser"})
_MAX_INTEGER = 2**63
_MAX_WORD = 320  # words are indexed, and an index refuses long texts
_NO_ID = "It has no id that can be read."
_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_MAX_DEPTH = 100  # what is nested deeper could be written, and not be read again where more of the stack is used


class Unusable(Exception):
    """An element of Glu's cannot be a row: its id or creation time is of no use, or it is nested too deeply."""


class Columns(Protocol):
    """The attributes that `payload` reads of a row: Glu's id, `extra`, and the columns of its fields."""

    glu_id: int
    extra: str


@dataclass
class Parsed:
    """A row as it will be written; its columns are attributes, as they are of the row that is read back.

    `payload` is what it was read from, without nulls. `odd` and `unknown` name Glu's fields that are drift.
    """

    glu_id: int
    columns: dict[str, Any]
    extra: str
    payload: dict[str, Any]
    odd: list[str]
    unknown: list[str]

    def __post_init__(self) -> None:
        # Values of its own, as an order is asked for some fifty of them on its way to its row.
        self.__dict__.update(self.columns)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A column's value."""


class ParsedLine(Parsed):
    """A line of an order."""


@dataclass
class ParsedOrder(Parsed):
    """An order with the hash that tells an unchanged one."""

    payload_hash: str


class UsableOrder(NamedTuple):
    """An order that can be a row, with the hash that tells an unchanged one, before its values are looked at."""

    row: Row
    glu_id: int
    payload: dict[str, Any]
    payload_hash: str


class _Kept(NamedTuple):
    """How the rows of one kind are kept: the fields that have columns, and the others that are documented."""

    fields: dict[str, Field]
    columns: dict[str, None]
    documented: frozenset[str]

    @classmethod
    def of(cls, fields: tuple[Field, ...], objects: frozenset[str]) -> "_Kept":
        """From the fields that have columns and the names of those that have none."""
        return cls(
            {entry.glu: entry for entry in fields},
            dict.fromkeys(entry.column for entry in fields),
            objects | {"id"} | {entry.glu for entry in fields},
        )


_ORDER, _LINE = _Kept.of(ORDER_FIELDS, ORDER_OBJECTS), _Kept.of(LINE_FIELDS, LINE_OBJECTS)


def usable_order(row: Row) -> UsableOrder:
    """One element of GET /orders that can be a row; raises Unusable with the reason in words."""
    if not isinstance(row.raw, dict):
        raise Unusable("It is not an order but something else.")
    check_depth(row.raw)
    if row.glu_id is None:
        raise Unusable(_NO_ID)
    if row.created is None:
        raise Unusable("It has no createdAt that can be read, so it cannot be placed.")
    plain = canonical(row.raw)
    return UsableOrder(row, row.glu_id, plain, _hash(plain))


def parse_order(order: UsableOrder) -> ParsedOrder:
    """An order as it will be written."""
    return ParsedOrder(**_parse(order.row, order.glu_id, order.payload, _ORDER), payload_hash=order.payload_hash)


def parse_line(row: Row) -> ParsedLine:
    """One element of GET /orders/{orderId}/lines as it will be written; raises Unusable with the reason in words."""
    if not isinstance(row.raw, dict):
        raise Unusable("It is not an order line but something else.")
    check_depth(row.raw)
    if row.glu_id is None:
        raise Unusable(_NO_ID)
    return ParsedLine(**_parse(row, row.glu_id, canonical(row.raw), _LINE))


def payload(order: Columns) -> dict[str, Any]:
    """The canonical payload of an order row: Glu's names and values, nulls left out."""
    return _payload(order, ORDER_FIELDS)


def line_payload(line: Columns) -> dict[str, Any]:
    """The canonical payload of a line row."""
    return _payload(line, LINE_FIELDS)


def extra_of(row: Columns) -> dict[str, Any]:
    """What a row keeps beside its columns, decoded: objects, undocumented fields, values of another kind."""
    return dict(json.loads(row.extra)) if row.extra else {}


def canonical(raw: dict[str, Any]) -> dict[str, Any]:
    """Glu's payload without its nulls, as `payload` makes it again of the row."""
    return {name: value for name, value in raw.items() if value is not None}


def without_device(raw: dict[str, Any]) -> dict[str, Any]:
    """A payload without IP addresses, browsers and user agents, however deep and in whichever spelling they stand."""

    def _kept(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if name.replace("_", "").lower() not in _DEVICE_NAMES}

    return dict(json.loads(json.dumps(raw), object_hook=_kept))


def payload_hash(raw: dict[str, Any]) -> str:
    """A hash of the canonical payload, the same whatever the order of its keys."""
    return _hash(canonical(raw))


def listed(value: Any) -> list[Any]:
    """A value as a list: null and an empty object as an empty one, a single thing as its only element."""
    rows = numbered(value)
    return rows if rows is not None else [value] if value not in (None, {}) else []


def time_text(instant: datetime) -> str:
    """An instant as Glu normally writes one: UTC, whole seconds, `+00:00`."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def stamp_text(order: Columns, name: Literal["createdAt", "updatedAt"]) -> str | None:
    """The timestamp `name` of a row in the digits that Glu sent, or None."""
    value = payload(order).get(name)
    return value if isinstance(value, str) else None


def _parse(row: Row, glu_id: int, plain: dict[str, Any], kept: _Kept) -> dict[str, Any]:
    """The fields of a Parsed; whatever a column would not give back as it came stays in `extra`."""
    columns: dict[str, Any] = dict(kept.columns)
    left: dict[str, Any] = {}
    odd, unknown = [], []
    stamps = {"createdAt": row.created, "updatedAt": row.updated}
    for name, value in plain.items():
        entry = kept.fields.get(name)
        if entry is None:
            if name != "id" or type(value) is not int:
                left[name] = value
            if name not in kept.documented:
                unknown.append(name)
            continue
        if entry.kind == "time":
            stamp = stamps[name] if name in stamps else Stamp.parse(value)
            found = stamp and stamp.instant
        else:
            found = _column(entry.kind, value)
        columns[entry.column] = found
        if found is None:
            odd.append(name)
        if _rendered(entry.kind, found) != value:
            left[name] = value
    extra = json.dumps(left, separators=(",", ":")) if left else ""
    return {
        "glu_id": glu_id,
        "columns": columns,
        "extra": extra,
        "payload": plain,
        "odd": odd,
        "unknown": unknown,
    }


def _hash(plain: dict[str, Any]) -> str:
    return hashlib.blake2b(_SORTED.encode(plain).encode(), digest_size=16).hexdigest()


def check_depth(raw: dict[str, Any]) -> None:
    """Raise Unusable, with the reason in words, for what is nested too deeply."""
    level: list[Any] = [raw]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for group in level
            for inner in (group.values() if type(group) is dict else group)
            if type(inner) is dict or type(inner) is list
        ]
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
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rendered(kind: Kind, value: Any) -> Any:
    """A column's value as Glu normally writes it."""
    if value is None:
        return None
    if kind == "time":
        return time_text(value)
    return str(value) if kind == "uuid" else value


def _payload(row: Columns, fields: tuple[Field, ...]) -> dict[str, Any]:
    out: dict[str, Any] = {"id": row.glu_id}
    for name, column, kind in fields:
        if (value := getattr(row, column)) is not None:
            out[name] = _rendered(kind, value)
    out.update(extra_of(row))
    return out
