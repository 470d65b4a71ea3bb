"""Released tables as files: CSV, Parquet and an accessible workbook."""

from holdfast.share.tables.files import csv_bytes, write_tables
from holdfast.share.tables.text import safe, sheets
from holdfast.share.tables.workbook import workbook_bytes, write_workbook

__all__ = ["csv_bytes", "safe", "sheets", "workbook_bytes", "write_tables", "write_workbook"]
