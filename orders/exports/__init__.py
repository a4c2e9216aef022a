"""Files of what a filter finds: CSV for people and for programs, JSON Lines for machines."""

from orders.exports.completeness import SHAPES, Completeness, Shape, completeness
from orders.exports.csv_files import csv_lines, csv_orders
from orders.exports.filenames import export_filename
from orders.exports.jsonl import jsonl_orders
from orders.exports.texts import export_texts

__all__ = [
    "SHAPES",
    "Completeness",
    "Shape",
    "completeness",
    "csv_lines",
    "csv_orders",
    "export_filename",
    "export_texts",
    "jsonl_orders",
]
