"""Glu's endpoints as typed functions: orders, their lines, transactions, the organisation.

Source: https://glu.gitbook.io/docs/api/organisation-api/order and, beside it, transaction. Each raises GluError.
"""

from typing import Any

from glu_admin.glu.client import GluClient
from glu_admin.glu.lists import EVERYTHING, Bounds, Listed, Row, read_row


def list_orders(client: GluClient, bounds: Bounds = EVERYTHING, page: int = 1) -> Listed:
    """GET /orders, newest creation first."""
    return client.get_list("/orders", bounds, page)


def list_transactions(client: GluClient, bounds: Bounds = EVERYTHING, page: int = 1) -> Listed:
    """GET /transactions, newest creation first."""
    return client.get_list("/transactions", bounds, page)


def list_lines(client: GluClient, order_id: int, page: int = 1) -> Listed:
    """GET /orders/{orderId}/lines; an empty list ends it. Lines say neither when they were created nor updated."""
    return client.get_list(f"/orders/{order_id}/lines", page=page)


def read_order(client: GluClient, order_id: int) -> Row:
    """GET /orders/{id}: the object that Glu answers; whether it is of that id is for the caller to look at.

    Raises NotFound where Glu has no such order.
    """
    return read_row(client.get_object(f"/orders/{order_id}"))


def read_organisation(client: GluClient) -> dict[str, Any]:
    """GET /organisation: the organisation behind the key. Its path is not documented, so NotFound is to be expected."""
    return client.get_object("/organisation")
