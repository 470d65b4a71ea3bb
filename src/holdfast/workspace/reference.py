"""The reference part of docs/workspace.md, made from the definitions themselves.

    python -m holdfast.workspace.reference docs/workspace.md

writes it between the two marks of that page; a test fails when the page no longer agrees.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from holdfast.records import INPUTS, ROW_TYPES, AdoptionRule, Column, Policy, Study, Table, table_of
from holdfast.records.involving import INVOLVING
from holdfast.workspace.importers import IMPORTERS
from holdfast.workspace.settings import (
    Config,
    MeasureColumns,
    ObservationSource,
    PopulationSettings,
    Tables,
    TableSource,
    WorkspaceSettings,
)

BEGIN = "<!-- reference: made by holdfast.workspace.reference; do not edit below -->"
END = "<!-- end of reference -->"
SECTIONS: Sequence[tuple[str, type[BaseModel]]] = (
    ("holdfast.toml", Config),
    ("[workspace]", WorkspaceSettings),
    ("[tables]", Tables),
    ("[tables.NAME]", TableSource),
    ("[[tables.observations]]", ObservationSource),
    ("[[tables.observations.measures]]", MeasureColumns),
    ("[populations.DIMENSION]", PopulationSettings),
    ("[[adoption_rules]]", AdoptionRule),
    ("[[studies]], or studies/*.toml", Study),
    ("[policy], [[policies]], or policy.toml", Policy),
)


def reference() -> str:
    """Every key of the configuration, every column read, every column written, every importer."""
    parts = ["## Every key of holdfast.toml"]
    inherited = set(TableSource.model_fields)
    for title, model in SECTIONS:
        skip = inherited if model is ObservationSource else set()
        more = " Every key of `[tables.NAME]`, and:" if skip else ""
        parts += [f"### `{title}`", f"{_first_line(model)}{more}", _keys(model, skip)]
    parts.append("## Every column that is read")
    parts += [_table(table) for table in (*INPUTS.values(), *INVOLVING.values())]
    parts.append("## Every column that is written")
    parts += [_table(table_of(row_type)) for row_type in ROW_TYPES.values()]
    parts.append("## Every importer")
    parts.append("\n".join(f"- `{kind.name}`: {kind.meaning} Writes `{kind.file}`." for kind in IMPORTERS.values()))
    return "\n\n".join(part for part in parts if part)


def page_with_reference(page: str) -> str:
    """The page with its reference part made anew."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{reference()}\n\n{END}{rest.partition(END)[2]}"


def _first_line(model: type[BaseModel]) -> str:
    """What a section is for: its docstring's first line, without the section's own name."""
    line = (model.__doc__ or "").strip().splitlines()[0]
    if line.startswith("["):
        line = line.partition(": ")[2]
    return line[:1].upper() + line[1:]


def _keys(model: type[BaseModel], skip: set[str]) -> str:
    rows = [
        f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {_escaped(field.description or '')} |"
        for name, field in model.model_fields.items()
        if name not in skip
    ]
    return "\n".join(["| key | holds | default | meaning |", "|---|---|---|---|", *rows])


def _default(field: Any) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", [], (), {}) or isinstance(value, BaseModel):
        return ""
    shown = ", ".join(f"`{part}`" for part in value) if isinstance(value, (list, tuple)) else f"`{value}`"
    return _escaped(shown)


def _kind(hint: Any) -> str:
    """A type as a person would say it."""
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if hint in names:
        return names[hint]
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return _escaped(" or ".join(f"`{value}`" for value in inside))
    if origin is typing.Annotated:
        return _kind(inside[0])
    if origin in (list, tuple):
        return f"list of {_kind(inside[0])}"
    if origin is dict:
        return f"table of {_kind(inside[1])}"
    if origin in (typing.Union, types.UnionType):
        kinds = [_kind(part) for part in inside if part is not type(None)]
        return "value" if len(kinds) > 2 else " or ".join(kinds)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return "section"
    return str(getattr(hint, "__name__", hint))


def _table(table: Table) -> str:
    rows = ["| column | holds | meaning |", "|---|---|---|", *(_column(column) for column in table.columns)]
    key = f" One row for each {', '.join(table.key)}." if table.key else ""
    return f"### `{table.name}`\n\n{table.meaning}{key}\n\n" + "\n".join(rows)


def _column(column: Column) -> str:
    kind = column.kind + (", needed" if column.required else "")
    allowed = f" One of: {', '.join(f'`{value}`' for value in column.allowed)}." if column.allowed else ""
    return f"| `{column.name}` | {kind} | {_escaped(column.meaning + allowed)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(page_with_reference(path.read_text("utf-8")), "utf-8")
