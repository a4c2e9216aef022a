"""Bars as a picture: where each stands, and the lines and words beside them, in units of the drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 960, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 88, 8, 12, 24  # room for words around the bars
_SHARE = 0.72  # of its place that a bar fills
_MOST_WORDS = 8
_LINES = 3  # at least, above 0


@dataclass(frozen=True)
class Bar:
    """One bar; `words` is what it stands for."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class Mark:
    """Words beside the bars: at a height, or below one."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Chart:
    """A drawing of bars with a line at each of `levels` and words below some of them."""

    bars: Sequence[Bar]
    levels: Sequence[Mark]
    names: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def chart(
    values: Sequence[int], said: Sequence[str], names: Sequence[str], level: Callable[[int], str]
) -> Chart | None:
    """The chart of some values, each with what is said of it and its short name; None where all are 0.

    `level` says a value beside its line.
    """
    low, high = min([0, *values]), max([0, *values])
    if low == high:
        return None
    scale = (HEIGHT - _TOP - _BOTTOM) / (high - low)

    def _at(value: int) -> float:
        return round(_TOP + (high - value) * scale, 1)

    place = (WIDTH - _LEFT - _RIGHT) / len(values)
    bars = [
        Bar(
            round(_LEFT + place * (n + (1 - _SHARE) / 2), 1),
            _at(max(value, 0)),
            round(place * _SHARE, 1),
            round(abs(value) * scale, 1),
            words,
        )
        for n, (value, words) in enumerate(zip(values, said, strict=True))
    ]
    step = _step(high - low)
    lines = range(-(-low // step) * step, high + 1, step)
    every = ceil(len(names) / _MOST_WORDS)
    below = [
        Mark(round(_LEFT + place * (n + 0.5), 1), HEIGHT - 6, name) for n, name in enumerate(names) if n % every == 0
    ]
    return Chart(bars, [Mark(_LEFT - 8, _at(value), level(value)) for value in lines], below)


def _step(most: int) -> int:
    """How far lines are apart: a round number of which some fit."""
    size = 10 ** max(len(str(most)) - 1, 0)
    steps = [size * part // 10 for part in (50, 20, 10, 5, 2, 1)]
    return next((step for step in steps if step and most // step >= _LINES), 1)
