"""Glu's transactions as a typed function. Source: https://glu.gitbook.io/docs/api/organisation-api/transaction"""

from glu_admin.glu.client import GluClient
from orders.glu_orders import Listed, list_params, listed


def list_transactions(
    client: GluClient,
    *,
    page: int = 1,
    created_before: str | None = None,
    created_from: str | None = None,
    updated_from: str | None = None,
    updated_before: str | None = None,
) -> Listed:
    """GET /transactions, newest creation first, with the bounds of the orders' list. Raises GluError."""
    params = list_params(page, created_before, created_from, updated_from, updated_before)
    return listed(client, "/transactions", params)
