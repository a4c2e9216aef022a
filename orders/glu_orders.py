"""Glu's order endpoints as typed functions. Source: https://glu.gitbook.io/docs/api/organisation-api/order"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import Unreadable


@dataclass(frozen=True)
class Listed:
    """One answer of a list: its elements as they came, and Glu's clock (aware UTC)."""

    rows: list[Any]
    server_time: datetime | None


def list_orders(
    client: GluClient,
    *,
    page: int = 1,
    created_before: str | None = None,
    created_from: str | None = None,
    updated_from: str | None = None,
) -> Listed:
    """GET /orders, newest creation first. Bounds are timestamps in Glu's own digits; `created_before` is exclusive.

    Raises GluError; Unreadable when the answer is not a list.
    """
    params = [("page", str(page))]
    for name, bound in (
        ("createdAt[strictly_before]", created_before),
        ("createdAt[after]", created_from),
        ("updatedAt[after]", updated_from),
    ):
        if bound is not None:
            params.append((name, bound))
    return _listed(client, "/orders", params)


def list_lines(client: GluClient, order_id: int, page: int = 1) -> Listed:
    """GET /orders/{orderId}/lines; an empty list ends it. Raises GluError."""
    return _listed(client, f"/orders/{order_id}/lines", [("page", str(page))])


def read_order(client: GluClient, order_id: int) -> dict[str, Any]:
    """GET /orders/{id}. Raises GluError, NotFound among them."""
    data = client.get(f"/orders/{order_id}").data
    if not isinstance(data, dict):
        raise Unreadable("Glu’s answer was not an order.")
    return data


def _listed(client: GluClient, path: str, params: list[tuple[str, str]]) -> Listed:
    answer = client.get(path, params)
    if not isinstance(answer.data, list):
        raise Unreadable("Glu’s answer was not a list.")
    return Listed(answer.data, answer.server_time)
