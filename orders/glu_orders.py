"""Glu's order endpoints as typed functions. Source: https://glu.gitbook.io/docs/api/organisation-api/order"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glu_admin.glu.client import GluClient


@dataclass(frozen=True)
class Listed:
    """One answer of a list: its elements as they came, and Glu's clock (aware UTC).

    `age` is how many seconds ago a cache on the way was given it.
    """

    rows: list[Any]
    server_time: datetime | None
    age: int = 0


def list_orders(
    client: GluClient,
    *,
    page: int = 1,
    created_before: str | None = None,
    created_from: str | None = None,
    updated_from: str | None = None,
    updated_before: str | None = None,
) -> Listed:
    """GET /orders, newest creation first. Bounds are timestamps in Glu's own digits; the two `before` are exclusive.

    Raises GluError; Unreadable when the answer is not a list.
    """
    return listed(client, "/orders", list_params(page, created_before, created_from, updated_from, updated_before))


def list_lines(client: GluClient, order_id: int, page: int = 1) -> Listed:
    """GET /orders/{orderId}/lines; an empty list ends it. Raises GluError."""
    return listed(client, f"/orders/{order_id}/lines", [("page", str(page))])


def read_order(client: GluClient, order_id: int) -> dict[str, Any]:
    """GET /orders/{id}. Raises GluError, NotFound among them."""
    data: dict[str, Any] = client.get_object(f"/orders/{order_id}").data
    return data


def read_organisation(client: GluClient) -> dict[str, Any]:
    """GET /organisation: the organisation behind the key. Its path is not documented, so NotFound is to be expected."""
    data: dict[str, Any] = client.get_object("/organisation").data
    return data


def list_params(
    page: int,
    created_before: str | None,
    created_from: str | None,
    updated_from: str | None,
    updated_before: str | None,
) -> list[tuple[str, str]]:
    """The query of a list by its bounds."""
    params = [("page", str(page))]
    for name, bound in (
        ("createdAt[strictly_before]", created_before),
        ("createdAt[after]", created_from),
        ("updatedAt[after]", updated_from),
        ("updatedAt[strictly_before]", updated_before),
    ):
        if bound is not None:
            params.append((name, bound))
    return params


def listed(client: GluClient, path: str, params: list[tuple[str, str]]) -> Listed:
    """One page of any list. Raises GluError; Unreadable when the answer is not a list."""
    answer = client.get_list(path, params)
    return Listed(answer.data, answer.server_time, answer.age)
