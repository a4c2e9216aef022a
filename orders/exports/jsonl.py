"""JSON Lines: Glu's own payloads, so that the file can be put back."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from glu_admin.tenancy.models import Organisation
from orders.exports.account import Account
from orders.exports.csv_files import batches, settle
from orders.payload import line_payload, payload, without_device
from orders.search import Query


def jsonl_orders(
    organisation: Organisation, query: Query, *, include_device: bool = True, account: Account | None = None
) -> Iterator[str]:
    """One order a line under Glu's own field names, its lines inside as `lines`; nulls are left out.

    An order whose lines were not read yet has no `lines`. The buyers' IP addresses, browsers and user agents not
    without `include_device`, as in all that people download.
    """
    counted = account or Account()
    for keys in batches(settle(organisation, query), counted):
        rows = organisation.orders.in_bulk(keys)
        lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for line in organisation.order_lines.filter(order__in=keys):
            lines[line.order_id].append(line_payload(line))
        for order in (rows[key] for key in keys if key in rows):
            counted.add_row(order)
            row = payload(order)
            if order.lines_copied_at is not None:
                row["lines"] = lines[order.pk]
            yield _text(row if include_device else without_device(row)) + "\n"


def _text(row: dict[str, Any]) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair in somebody's message: only escapes can carry it
        return json.dumps(row, separators=(",", ":"))
    return text
