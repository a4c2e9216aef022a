"""The shapes in which Glu writes what is a list."""

from typing import Any


def numbered(value: Any) -> list[Any] | None:
    """A list of Glu’s: one with holes comes as an object by number, {"1": …, "3": …}. None for anything else."""
    if isinstance(value, dict) and value and all(name.isascii() and name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=lambda name: (len(name.lstrip("0")), name))]
    return value if isinstance(value, list) else None
