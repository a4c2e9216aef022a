"""The text of a file, by what it is to hold."""

from collections.abc import Iterator

from glu_admin.tenancy.models import Organisation
from orders.exports.completeness import Shape
from orders.exports.csv_files import csv_lines, csv_orders
from orders.exports.jsonl import jsonl_orders
from orders.search import Query


def export_texts(
    organisation: Organisation,
    query: Query,
    shape: Shape,
    *,
    excel: bool,
    include_gone: bool = False,
    include_device: bool = False,
) -> Iterator[str]:
    """The text of a file, in pieces.

    `excel` is for CSV alone and makes a file for people, not for programs. `include_gone` and `include_device` are for
    JSON Lines alone.
    """
    if shape == "json":
        return jsonl_orders(organisation, query, include_gone=include_gone, include_device=include_device)
    return (csv_lines if shape == "lines" else csv_orders)(organisation, query, excel=excel)
