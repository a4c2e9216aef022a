"""A percentile is one of the values that were seen."""

import pytest

from orders.display.percentiles import percentile


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([7], 50, 7), ([7], 95, 7), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), (range(1, 101), 95, 95), (range(1, 21), 95, 19)],
)
def test_so_many_in_a_hundred_do_not_exceed_it(values: list[int], percent: int, found: int) -> None:
    assert percentile(values, percent) == found


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1], 0), ([1], 101)])
def test_there_is_none_of_nothing(values: list[int], percent: int) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)
