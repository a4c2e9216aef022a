"""Rows of an exported file, made whole again with what such a file leaves out."""

from collections.abc import Sequence
from typing import Any

from glu_admin.tenancy.models import Organisation
from orders.payload import DEVICE_FIELDS, canonical, known_id, payload, without_device


def with_known_device(organisation: Organisation, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without data of the buyer's device get what is known of it here, so that a file never takes it away.

    A row that is otherwise the same as here becomes the same, and a row with such data of its own stays as it is.
    """
    ids = [known_id(row) for row in rows]
    known = {
        order.glu_id: payload(order) for order in organisation.orders.filter(glu_id__in=[one for one in ids if one])
    }
    return [_filled(row, known[one]) if one in known else row for row, one in zip(rows, ids, strict=True)]


def _filled(row: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    plain = canonical(row)
    if without_device(row) != row:
        return row
    if plain == without_device(known):
        return known
    return {**row, **{name: value for name, value in known.items() if name in DEVICE_FIELDS}}
