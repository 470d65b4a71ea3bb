"""Released tables as CSV and Parquet, with a data package that says what each column means and what was done."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from holdfast.records import ROW_TYPES, to_arrow
from holdfast.share.disclosure import Released, require_released
from holdfast.share.tables.text import NOT_SHOWN, Sheet, kept_back, plain, safe, sheets
from holdfast.share.writing import write_once

_TYPES = {"text": "string", "number": "number", "integer": "integer", "date": "datetime", "flag": "boolean"}


def write_tables(folder: str | Path, released: Released, now: dt.datetime | None = None) -> tuple[Path, ...]:
    """Each released table as ``NAME.csv`` and ``NAME.parquet``, and ``datapackage.json``. Returns what was written.

    CSV is UTF-8 with a byte-order mark, so that spreadsheets read it rightly; a withheld value is the profile's marker
    (``*``) and an unknown one is empty. In Parquet both are null, and the column ``not_shown`` tells them apart.
    """
    released = require_released(released)
    place, written, described = Path(folder), [], []
    for sheet in sheets(released):
        for suffix, content in (("csv", csv_bytes(sheet, released)), ("parquet", _parquet(sheet, released))):
            path = write_once(place / f"{sheet.table.name}.{suffix}", content, released, now)
            written.append(path)
            described.append(_resource(sheet, path, content))
    package = {"name": "holdfast-released", "disclosure": released.line, "resources": described}
    if now is not None:
        package["created"] = now.isoformat(timespec="seconds")
    content = json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8")
    return (*written, write_once(place / "datapackage.json", content, released, now))


def csv_bytes(sheet: Sheet, released: Released) -> bytes:
    """One table as CSV."""
    require_released(released)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = sheet.table.names
    writer.writerow([*names, NOT_SHOWN])
    for row, gone in zip(sheet.rows, sheet.withheld, strict=True):
        shown = [_shown(name, value, gone, released.profile.marker) for name, value in zip(names, row, strict=True)]
        writer.writerow([*shown, kept_back(names, gone)])
    return out.getvalue().encode("utf-8-sig")


def _shown(name: str, value: Any, gone: frozenset[str], marker: str) -> Any:
    if name in gone and value in (None, "", 0, ()):
        return marker
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else safe(value) if isinstance(value, str) else value


def _parquet(sheet: Sheet, released: Released) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = sheet.table.name
    table = to_arrow(getattr(released.findings, name), ROW_TYPES[name])
    kept = pa.array([kept_back(sheet.table.names, gone) for gone in sheet.withheld], pa.string())
    table = table.append_column(NOT_SHOWN, kept)
    table = table.replace_schema_metadata({"disclosure": released.line, "profile": released.profile.name})
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return bytes(out.getvalue().to_pybytes())


def _resource(sheet: Sheet, path: Path, content: bytes) -> dict[str, Any]:
    """One file, in the words of the Data Package standard."""
    fields = [{"name": c.name, "type": _TYPES[c.kind], "description": c.meaning} for c in sheet.table.columns]
    fields.append(
        {"name": NOT_SHOWN, "type": "string", "description": "Fields that are empty because they may not be shown."}
    )
    return {
        "name": f"{sheet.table.name}-{path.suffix[1:]}",
        "path": path.name,
        "format": path.suffix[1:],
        "description": sheet.table.meaning,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "missingValues": ["", "*"]},
    }
