"""Bars stand where their values are, below zero too, beside lines at round numbers."""

import pytest

from orders.reports.chart import HEIGHT, chart


def test_bars_are_as_high_as_their_values() -> None:
    drawn = chart([100, 50, 0], ["a", "b", "c"], ["A", "B", "C"], str)
    assert drawn is not None
    high, half, none = drawn.bars
    assert high.height == 2 * half.height
    assert none.height == 0
    assert high.y + high.height == half.y + half.height == none.y
    assert [level.words for level in drawn.levels] == ["0", "20", "40", "60", "80", "100"]
    assert [name.words for name in drawn.names] == ["A", "B", "C"]


def test_what_is_below_zero_hangs_from_the_line() -> None:
    drawn = chart([100, -100], ["a", "b"], ["A", "B"], str)
    assert drawn is not None
    up, down = drawn.bars
    assert up.y + up.height == down.y
    assert down.y + down.height <= HEIGHT


@pytest.mark.parametrize("values", [[], [0, 0]])
def test_nothing_is_drawn_of_nothing(values: list[int]) -> None:
    assert chart(values, [""] * len(values), [""] * len(values), str) is None


@pytest.mark.parametrize("most", [1, 3, 7, 143_740, 2**70])
def test_lines_are_few_and_reach_no_further_than_the_bars(most: int) -> None:
    drawn = chart([most], ["a"], ["A"], str)
    assert drawn is not None
    assert 2 <= len(drawn.levels) <= 11
    assert all(0 <= int(level.words) <= most for level in drawn.levels)


def test_many_bars_share_few_names() -> None:
    drawn = chart([1] * 120, ["a"] * 120, ["A"] * 120, str)
    assert drawn is not None
    assert len(drawn.bars) == 120
    assert len(drawn.names) <= 8
