"""Orders as the writers are given them, and who they are of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glu_admin.sandbox.data import make_order
from glu_admin.sandbox.rendering import without_nulls
from glu_admin.tenancy.models import Organisation

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def order(glu_id: int = 1, *, changed: int = 0, **fields: Any) -> dict[str, Any]:
    raw = make_order(1, glu_id, 10 * glu_id, NOW, NOW + timedelta(days=1)).order
    later = (NOW + timedelta(minutes=changed)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return without_nulls({**raw, "updatedAt": later, **fields})


@pytest.fixture
def hotel(house: Any) -> Organisation:
    return house.hotel  # type: ignore[no-any-return]
