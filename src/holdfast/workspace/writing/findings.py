"""Findings as tables in a folder, and back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from holdfast.records import ROW_TYPES, Findings, from_arrow, table_of, to_arrow
from holdfast.workspace.writing.atomic import only_writer, recover, whole_folder
from holdfast.workspace.writing.package import describe
from holdfast.workspace.writing.spreadsheets import write_csv

TABLES: Final = "tables"
"""Folder of the result tables, inside the folder of results."""
LICENCE: Final = "OGL-UK-3.0"


def write_findings(
    folder: str | Path,
    findings: Findings,
    *,
    disclosure: str,
    title: str = "What we have learned so far",
    inputs_sha256: str = "",
    licence: str = LICENCE,
) -> Path:
    """Write every result table as Parquet and CSV with a ``datapackage.json``, all or nothing.

    ``folder`` is the folder of results; the tables go to ``tables`` in it. ``disclosure`` is the line that says
    which disclosure control the counts have been through (``Released.line``); it is required and written down.
    A run that is killed at any point leaves the earlier tables whole.
    """
    if not disclosure.strip():
        raise ValueError("Say which disclosure control the findings have been through: pass disclosure=released.line.")
    results = Path(folder)
    with only_writer(results), whole_folder(results / TABLES) as fresh:
        for name, row_type in ROW_TYPES.items():
            table = to_arrow(getattr(findings, name), row_type)
            pq.write_table(table, fresh / f"{name}.parquet", compression="zstd")
            write_csv(fresh / f"{name}.csv", table.column_names, zip(*table.to_pydict().values(), strict=True))
        describe(
            fresh,
            [table_of(row_type) for row_type in ROW_TYPES.values()],
            name="holdfast-findings",
            title=title,
            licence=licence,
            inputs_sha256=inputs_sha256,
            disclosure=disclosure,
            created=dt.datetime.now(dt.UTC),
        )
    return results / TABLES


def read_findings(folder: str | Path) -> Findings:
    """The findings last written whole to a folder of results."""
    tables = Path(folder) / TABLES
    if not tables.is_dir():
        recover(tables)
    if not tables.is_dir():
        raise FileNotFoundError(f"{Path(folder).name} holds no findings yet. Run `holdfast learn` first.")
    held = {}
    for name, row_type in ROW_TYPES.items():
        path = tables / f"{name}.parquet"
        held[name] = from_arrow(pq.read_table(path), row_type) if path.is_file() else ()
    return Findings(**held)
