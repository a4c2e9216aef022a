"""The list's columns: a choice written and read again, and never one that hides the list."""

from hypothesis import given
from hypothesis import strategies as st

from orders.views.columns import COLUMNS, MOST_COLUMNS, USUAL, WIDTHS, Chosen, read_columns, write_columns

CHOICES = st.lists(
    st.builds(Chosen, st.sampled_from(list(COLUMNS)), st.sampled_from(list(WIDTHS))),
    min_size=1,
    max_size=MOST_COLUMNS,
    unique_by=lambda one: one.name,
)


@given(CHOICES)
def test_what_is_written_is_read_again(chosen: list[Chosen]) -> None:
    assert read_columns(write_columns(chosen)) == tuple(chosen)


@given(st.text())
def test_whatever_was_kept_there_are_columns(text: str) -> None:
    assert 0 < len(read_columns(text)) <= MOST_COLUMNS


def test_the_first_choice_that_names_a_column_counts() -> None:
    assert read_columns("", "colour,shape", "total:broad,total,buyer:9", "created") == (
        Chosen("total"),
        Chosen("buyer"),
    )
    assert read_columns("", "colour") == USUAL


def test_no_more_are_shown_than_fit() -> None:
    assert len(read_columns(",".join(COLUMNS))) == MOST_COLUMNS
