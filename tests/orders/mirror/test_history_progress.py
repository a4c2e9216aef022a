"""The oldest order is found, or it is said that it was not: a guess would say 99 % long before the end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import Listed, read_rows
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.steps import Ask
from orders.mirror.history_progress import find_oldest
from tests.glu_admin.glu.walk.fake_list import FakeList, row, stamp


class Short(FakeList):
    """Pages that end early, though more follow."""

    def __call__(self, ask: Ask) -> Listed:
        return Listed(super().__call__(ask).rows[: 1 + self.requests % self.page_size], None)


@settings(deadline=None)
@given(seconds=st.lists(st.integers(0, 3_000_000), min_size=2, max_size=80, unique=True), short=st.booleans())
def test_the_oldest_is_found_whatever_lies_between(seconds: list[int], short: bool) -> None:
    rows = [row(n, second) for n, second in enumerate(seconds)]
    newest = Stamp.parse(stamp(max(seconds)))
    assert newest is not None
    found = find_oldest((Short if short else FakeList)(rows, 7), newest, 7)
    assert found is not None
    assert str(found.created) == stamp(min(seconds))


@pytest.mark.parametrize("apart", [1, 60])
def test_thousands_of_orders_of_a_few_days_have_an_oldest(apart: int) -> None:
    rows = [row(n, n * apart) for n in range(4000)]
    newest = Stamp.parse(stamp(3999 * apart))
    assert newest is not None
    fake = FakeList(rows, 30)
    found = find_oldest(fake, newest, 30)
    assert found is not None
    assert found.glu_id == 0
    assert fake.requests < 30


def test_where_it_cannot_be_told_nothing_is_said() -> None:
    newest = Stamp.parse(stamp(100))
    assert newest is not None
    assert find_oldest(lambda ask: Listed([], None), newest, 30) is None
    assert find_oldest(lambda ask: Listed(read_rows([{"id": 1}]), None), newest, 30) is None


def test_a_glu_that_ignores_the_bound_is_asked_once() -> None:
    newest = Stamp.parse(stamp(100))
    assert newest is not None
    asked: list[Ask] = []

    def ignoring(ask: Ask) -> Listed:
        asked.append(ask)
        return Listed(read_rows([row(1, 100)]), None)

    assert find_oldest(ignoring, newest, 30) is None
    assert len(asked) == 1
