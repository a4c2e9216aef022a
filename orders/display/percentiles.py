"""Percentiles of observed values, always one of the values themselves."""

from collections.abc import Sequence
from typing import TypeVar

Observed = TypeVar("Observed")

FEWEST = 20
"""Of fewer values the 95th percentile would say nothing: it is the greatest of them."""


def percentile(ordered: Sequence[Observed], percent: int) -> Observed:
    """The smallest of the values that so many in a hundred do not exceed; the median is the 50th.

    `ordered` ascends and has one value at least, else ValueError; `percent` is 1 to 100.
    """
    if not ordered or not 1 <= percent <= 100:
        raise ValueError("there is no such percentile")
    return ordered[-(-len(ordered) * percent // 100) - 1]
