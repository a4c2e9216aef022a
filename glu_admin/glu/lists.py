"""Glu's lists: how one is written, what bounds it, and what an element says of itself. Nothing is asked in here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from glu_admin.glu.stamps import Stamp

_MOST_ID = 2**63 - 1  # what a database's integer holds


def numbered(value: Any) -> list[Any] | None:
    """A list of Glu’s: one with holes comes as an object by number, {"1": …, "3": …}. None for anything else."""
    if isinstance(value, dict) and value and all(name.isascii() and name.isdigit() for name in value):
        # Their numbers may have more digits than `int` reads.
        return [value[name] for name in sorted(value, key=lambda name: (len(name.lstrip("0")), name))]
    return value if isinstance(value, list) else None


def read_id(value: Any) -> int | None:
    """An id of Glu’s, from a number or from digits. None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 <= value <= _MOST_ID else None


def read_uuid(value: Any) -> UUID | None:
    """A UUID of Glu’s, from its text. None for anything else."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


class Row(NamedTuple):
    """One element of a list as it came, and what it says of itself: its id and when it was created and updated.

    Each of the three is None where it cannot be read, as all are of an element that is no object.
    """

    raw: Any
    glu_id: int | None
    created: Stamp | None
    updated: Stamp | None


def read_row(raw: Any) -> Row:
    """The Row of a list's element as Glu sent it; nothing is raised for an element that cannot be read."""
    if not isinstance(raw, dict):
        return Row(raw, None, None, None)
    return Row(raw, read_id(raw.get("id")), Stamp.parse(raw.get("createdAt")), Stamp.parse(raw.get("updatedAt")))


def read_rows(raws: Iterable[Any]) -> list[Row]:
    """The Rows of a list's elements, in their order."""
    return [read_row(raw) for raw in raws]


def ids(rows: Iterable[Row]) -> list[int]:
    """The ids of those rows that have a usable one, in their order."""
    return [row.glu_id for row in rows if row.glu_id is not None]


@dataclass(frozen=True)
class Bounds:
    """What a list is bounded by; null is open. The two `before` are exclusive, the two `from` inclusive."""

    created_before: Stamp | None = None
    created_from: Stamp | None = None
    updated_from: Stamp | None = None
    updated_before: Stamp | None = None

    def params(self) -> list[tuple[str, str]]:
        """The bounds as Glu's filters, in its own digits."""
        named = (
            ("createdAt[strictly_before]", self.created_before),
            ("createdAt[after]", self.created_from),
            ("updatedAt[after]", self.updated_from),
            ("updatedAt[strictly_before]", self.updated_before),
        )
        return [(name, str(bound)) for name, bound in named if bound is not None]


EVERYTHING = Bounds()


@dataclass(frozen=True)
class Listed:
    """One page of a list, and Glu's clock (aware UTC).

    `age` is how many seconds ago a cache on the way was given it.
    """

    rows: list[Row]
    server_time: datetime | None
    age: int = 0
