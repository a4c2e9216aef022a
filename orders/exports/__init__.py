"""Files of what a filter finds: CSV and Excel for people, CSV and JSON Lines for programs, each with its manifest."""

from orders.exports.choice import SHAPES, Choice, NoSuchChoice, Shape, read_choice
from orders.exports.completeness import Completeness, completeness
from orders.exports.csv_files import csv_texts
from orders.exports.filenames import export_filename
from orders.exports.jsonl import jsonl_orders

__all__ = [
    "SHAPES",
    "Choice",
    "Completeness",
    "NoSuchChoice",
    "Shape",
    "completeness",
    "csv_texts",
    "export_filename",
    "jsonl_orders",
    "read_choice",
]
