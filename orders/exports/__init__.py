"""Files of what a filter finds: CSV for people and for programs, JSON Lines for machines."""

from orders.exports.csv_files import csv_lines, csv_orders
from orders.exports.filenames import export_filename
from orders.exports.jsonl import jsonl_orders

__all__ = ["csv_lines", "csv_orders", "export_filename", "jsonl_orders"]
