"""The shapes in which Glu writes ids and lists."""

from typing import Any

_MOST_ID = 2**63 - 1  # what a database's integer holds


def read_id(value: Any) -> int | None:
    """An id of Glu’s, from a number or from digits. None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 <= value <= _MOST_ID else None


def numbered(value: Any) -> list[Any] | None:
    """A list of Glu’s: one with holes comes as an object by number, {"1": …, "3": …}. None for anything else."""
    if isinstance(value, dict) and value and all(name.isascii() and name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=lambda name: (len(name.lstrip("0")), name))]
    return value if isinstance(value, list) else None
