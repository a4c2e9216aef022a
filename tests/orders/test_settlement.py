"""What an order's transactions come to: by their types, in its own currency, in whichever order they are given."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from orders.settlement import Moved, Settlement, settle

DAY = datetime(2026, 11, 1, 10, tzinfo=UTC)


def moved(kind: str | None, amount: int | None, day: int = 0, code: str | None = "GBP") -> Moved:
    """A transaction some days after the first, with a reference of its own."""
    return Moved(kind, amount, code, f"ref_{day}", DAY + timedelta(days=day))


def test_nothing_known_is_not_nothing_paid() -> None:
    assert settle("GBP", []) == Settlement()
    assert settle("GBP", [moved("Payment", 0)]) == Settlement(0, 0)


@pytest.mark.parametrize(
    "left_out", [moved("Payment", 500, code="EUR"), moved("Adjustment", 500), moved("Payment", None)]
)
def test_what_cannot_be_added_up_is_left_out(left_out: Moved) -> None:
    assert settle("GBP", [left_out]) == Settlement()
    assert settle("GBP", [moved("Payment", 700), left_out]) == Settlement(700, 0)


def test_a_code_is_the_same_however_it_is_written() -> None:
    assert settle("gbp ", [moved("Payment", 700, code="GBP")]).paid_amount == 700
    assert settle(None, [moved("Payment", 700, code="")]).paid_amount == 700


def test_the_type_says_which_way_money_went_and_the_sign_does_not() -> None:
    for sign in (1, -1):
        said = settle("GBP", [moved("Payment", 900 * sign), moved("Refund", 300 * sign, 1)])
        assert (said.paid_amount, said.refunded_amount, said.back_amount) == (900, 300, 300)


def test_a_refund_that_failed_was_none() -> None:
    rows = [moved("Payment", 900), moved("Refund", 300, 1), moved("Refund", 200, 2), moved("Refund Failure", 200, 3)]
    expected = Settlement(900, 300, None, DAY + timedelta(days=1), "ref_1")
    assert all(settle("GBP", each) == expected for each in permutations(rows))
    assert settle("GBP", [rows[0], rows[2], rows[3]]) == Settlement(900, 0)
    assert settle("GBP", [rows[0], rows[3]]) == Settlement(900, 0)  # its refund is still to come


def test_of_refunds_the_last_is_told() -> None:
    rows = [moved("Refund", 300, 1), moved("Refund", 200, 5), moved("Refund", 0, 9)]
    assert settle("GBP", rows) == Settlement(0, 500, None, DAY + timedelta(days=5), "ref_5")


def test_a_chargeback_goes_back_until_it_is_reversed() -> None:
    rows = [moved("Payment", 900), moved("Refund", 100, 1), moved("Chargeback", 800, 2)]
    assert (settle("GBP", rows).charged_back_amount, settle("GBP", rows).back_amount) == (800, 900)
    assert settle("GBP", [*rows, moved("Chargeback Reversal", 800, 3)]).charged_back_amount is None


def test_amounts_beyond_all_money_fit_their_columns() -> None:
    most = 2**63 - 1
    said = settle("GBP", [moved(kind, most, day) for day in range(3) for kind in ("Payment", "Refund", "Chargeback")])
    assert (said.paid_amount or 0) + (said.back_amount or 0) < 2**63
