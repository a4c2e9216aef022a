"""Orders and transactions as the writers are given them, and who they are of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from glu_admin.sandbox.data import make_order
from glu_admin.sandbox.rendering import without_nulls
from glu_admin.tenancy.models import Organisation

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def order(glu_id: int = 1, *, changed: int = 0, **fields: Any) -> dict[str, Any]:
    raw = make_order(1, glu_id, 10 * glu_id, NOW, NOW + timedelta(days=1)).order
    later = (NOW + timedelta(minutes=changed)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return without_nulls({**raw, "updatedAt": later, **fields})


KINDS = ["Payment", "Refund", "Refund Failure", "Chargeback", "Chargeback Reversal", "Adjustment", None]


def transaction(
    glu_id: int, of: Any = 1, kind: str | None = "Payment", amount: Any = 1000, changed: int = 0, **more: Any
) -> dict[str, Any]:
    """A transaction of an order, changed so many minutes after it was made."""
    return {
        "id": glu_id,
        "createdAt": "2026-11-02T10:00:00+00:00",
        "updatedAt": f"2026-11-02T10:{changed:02}:00+00:00",
        "type": kind,
        "amount": amount,
        "currencyCode": "GBP",
        "attachedOrder": of,
        "gatewayReference": f"ref_{glu_id}",
        **more,
    }


TRANSACTIONS = st.builds(
    lambda glu_id, of, kind, amount, changed, code: transaction(glu_id, of, kind, amount, changed, currencyCode=code),
    st.integers(1, 5),
    st.sampled_from([1, 2, 3, "/orders/2", 4, None]),
    st.sampled_from(KINDS),
    st.integers(-(2**63) + 1, 2**63 - 1) | st.sampled_from([1000, 500, -500, 0, None]),
    st.integers(0, 5),
    st.sampled_from(["GBP", "EUR", None]),
)


@pytest.fixture
def hotel(house: Any) -> Organisation:
    return house.hotel  # type: ignore[no-any-return]
