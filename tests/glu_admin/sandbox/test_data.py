"""The sandbox sends the fields that Glu documents, all of them and no others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glu_admin.sandbox.data import Sold, make_order
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS, Field

# Of a transaction, as https://glu.gitbook.io/docs/api/organisation-api/transaction has it.
TRANSACTION = {
    "id",
    "amount",
    "createdAt",
    "updatedAt",
    "gateway",
    "gatewayReference",
    "type",
    "currencyCode",
    "card_type",
    "card_number",
    "attachedOrder",
    "refund",
    "failedRefund",
    "payment",
}
KINDS = {"text": str, "word": str, "integer": int, "flag": bool, "time": str, "uuid": str}


@pytest.fixture(scope="module")
def sold() -> list[Sold]:
    """Enough orders for every kind of payment, delivery and line to be among them."""
    epoch = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return [make_order(3, number, 100 * number, epoch - timedelta(hours=number), epoch) for number in range(1, 400)]


def documented(fields: tuple[Field, ...], objects: frozenset[str]) -> set[str]:
    return {"id", *objects} | {field.glu for field in fields}


def keys(payloads: list[dict[str, Any]]) -> set[frozenset[str]]:
    return {frozenset(payload) for payload in payloads}


def test_an_order_has_the_documented_fields(sold: list[Sold]) -> None:
    assert keys([entry.order for entry in sold]) == {frozenset(documented(ORDER_FIELDS, ORDER_OBJECTS))}


def test_a_line_has_the_documented_fields(sold: list[Sold]) -> None:
    lines = [line for entry in sold for line in entry.lines]
    assert keys(lines) == {frozenset(documented(LINE_FIELDS, LINE_OBJECTS))}


def test_a_transaction_has_the_documented_fields(sold: list[Sold]) -> None:
    transactions = [transaction for entry in sold for transaction in entry.transactions]
    assert {transaction["type"] for transaction in transactions} == {"Payment", "Refund"}
    assert keys(transactions) == {frozenset(TRANSACTION)}


@pytest.mark.parametrize("field", [*ORDER_FIELDS, *LINE_FIELDS], ids=lambda field: field.glu)
def test_a_value_is_of_the_documented_kind(sold: list[Sold], field: Field) -> None:
    payloads = [payload for entry in sold for payload in (entry.order, *entry.lines)]
    values = [payload[field.glu] for payload in payloads if payload.get(field.glu) is not None]
    assert values
    assert {type(value) for value in values} == {KINDS[field.kind]}
