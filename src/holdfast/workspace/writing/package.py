"""``datapackage.json``: what each written table is, in the Frictionless Data Package form."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from holdfast import __version__
from holdfast.records import Column, Table

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
NAME: Final = "datapackage.json"
_TYPES: Final = {"text": "string", "number": "number", "integer": "integer", "flag": "boolean", "date": "datetime"}


def describe(
    folder: Path,
    tables: Sequence[Table],
    *,
    name: str,
    title: str,
    licence: str,
    inputs_sha256: str,
    disclosure: str,
    created: dt.datetime,
) -> None:
    """Write the description of the tables, each as CSV and as Parquet, that lie in ``folder``."""
    resources = [resource for table in tables for resource in (_csv(folder, table), _parquet(folder, table))]
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "created": created.isoformat(),
        "licenses": [{"name": licence}],
        "contributors": [{"title": f"Holdfast {__version__}", "roles": ["creator"]}],
        "sources": [{"title": "Inputs of the workspace", "version": f"sha256:{inputs_sha256}"}],
        "holdfast": {"version": __version__, "inputs_sha256": inputs_sha256, "disclosure": disclosure},
        "resources": resources,
    }
    (folder / NAME).write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _csv(folder: Path, table: Table) -> dict[str, Any]:
    schema = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    about = {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema}
    return {**_resource(folder / f"{table.name}.csv", table.name.replace("_", "-"), table), **about}


def _parquet(folder: Path, table: Table) -> dict[str, Any]:
    about = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}
    return {**_resource(folder / f"{table.name}.parquet", f"{table.name.replace('_', '-')}-parquet", table), **about}


def _resource(path: Path, name: str, table: Table) -> dict[str, Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "name": name,
        "type": "table",
        "path": path.name,
        "description": table.meaning,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "description": column.meaning}
    constraints: dict[str, Any] = {"required": True} if column.required and column.kind != "text" else {}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    return {**field, "constraints": constraints} if constraints else field
