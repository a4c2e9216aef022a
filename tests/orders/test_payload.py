"""Payload to row and back: nothing is lost, whatever Glu sends."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.glu.lists import read_row
from glu_admin.tenancy.models import Organisation
from orders.documented import LINE_FIELDS, ORDER_FIELDS, ORDER_OBJECTS
from orders.models import Order, OrderLine
from orders.payload import (
    Unusable,
    canonical,
    line_payload,
    parse_line,
    parse_order,
    payload,
    payload_hash,
    usable_order,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
anything = st.recursive(
    scalars | st.just("2026-02-17T10:27:52+00:00") | st.just("123e4567-e89b-12d3-a456-426614174000"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([entry.glu for entry in ORDER_FIELDS] + sorted(ORDER_OBJECTS)) | st.text(max_size=12)


def usable(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "id": 7, "createdAt": "2026-03-15T10:00:00+00:00"}


@given(raw=st.dictionaries(names, anything, max_size=25))
def test_an_order_comes_back_as_it_was(raw: dict[str, Any]) -> None:
    raw = usable(raw)
    parsed = parse_order(usable_order(read_row(raw)))
    assert payload(Order(glu_id=parsed.glu_id, extra=parsed.extra, **parsed.columns)) == canonical(raw)


@given(raw=st.dictionaries(st.sampled_from([e.glu for e in LINE_FIELDS]) | st.text(max_size=9), anything, max_size=12))
def test_a_line_comes_back_as_it_was(raw: dict[str, Any]) -> None:
    raw = {**raw, "id": 3}
    parsed = parse_line(read_row(raw))
    assert line_payload(OrderLine(glu_id=parsed.glu_id, extra=parsed.extra, **parsed.columns)) == canonical(raw)


ODD = [
    {"total": "12.50"},
    {"total": 2**70},
    {"total": True},
    {"customerName": "half a pair \ud800 and a nul \0"},
    {"dispatchStatus": "x" * 5000},
    {"updatedAt": "yesterday"},
    {"updatedAt": "2026-03-15T11:00:00.834Z"},
    {"createdAt": "2026-07-01T10:00:00.123456789+01:00"},
    {"uuid": "123E4567-E89B-12D3-A456-426614174000"},
    {"billingContact": "/contacts/12", "transaction": {"id": 4}, "user": []},
    {"storeReference": {"deep": [1, {"x": None}]}, "": 1},
    {"processingFee": 1.5, "id": "41"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.django_db
def test_odd_values_survive_the_database(odd: dict[str, Any]) -> None:
    organisation = Organisation.objects.create(name="A", slug="a")
    raw = {**usable({"customerName": "Siân Llwyd", "total": 1}), **odd}
    parsed = parse_order(usable_order(read_row(raw)))
    assert organisation.orders is not None
    saved = Order.across_organisations.create(
        organisation=organisation,
        glu_id=parsed.glu_id,
        extra=parsed.extra,
        payload_hash=parsed.payload_hash,
        first_copied_at=parsed.columns["created_at"],
        copied_at=parsed.columns["created_at"],
        **parsed.columns,
    )
    assert payload(Order.across_organisations.get(pk=saved.pk)) == canonical(raw)


def test_odd_and_unknown_fields_are_named() -> None:
    raw = usable({"total": "12.50", "storeReference": "x", "user": {"id": 1}, "gateway": None})
    parsed = parse_order(usable_order(read_row(raw)))
    assert parsed.odd == ["total"]
    assert parsed.unknown == ["storeReference"]
    assert parsed.columns["total"] is None


@pytest.mark.parametrize(
    "raw",
    [{}, {"id": 1}, {"id": None, "createdAt": "2026-03-15T10:00:00Z"}, {"id": 1, "createdAt": "soon"}, [], None, "x",
     {"id": -4, "createdAt": "2026-03-15T10:00:00Z"}, {"id": True, "createdAt": "2026-03-15T10:00:00Z"}],
)  # fmt: skip
def test_rows_that_cannot_be_placed_are_refused_with_a_reason(raw: object) -> None:
    with pytest.raises(Unusable, match="It "):
        parse_order(usable_order(read_row(raw)))


def test_the_hash_ignores_nulls_and_key_order() -> None:
    raw = usable({"total": 5, "gateway": None, "user": {"b": 1, "a": 2}})
    turned = json.loads(json.dumps({name: raw[name] for name in reversed(raw) if raw[name] is not None}))
    assert payload_hash(raw) == payload_hash(turned)
    assert payload_hash(raw) != payload_hash({**raw, "total": 6})
