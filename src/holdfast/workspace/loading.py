"""From a configuration to tables at hand: files opened, small tables read, studies and policies settled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from holdfast.records import ADOPTIONS, CHANGES, MEASURES, OBSERVATIONS, SITES, Change, Measure, Policy, Study, Table
from holdfast.records.heard import Heard
from holdfast.records.involving import INVOLVING
from holdfast.workspace.engine import ROW, Arrow, Engine, memory
from holdfast.workspace.files import Piece
from holdfast.workspace.registers import (
    Row,
    Site,
    Spell,
    by_name,
    read_change,
    read_measure,
    read_site,
    read_spell,
)
from holdfast.workspace.report import Report
from holdfast.workspace.settings import Config, ObservationSource, TableSource
from holdfast.workspace.sources import Source, build, open_source
from holdfast.workspace.tidy import Observed

TABLES: dict[str, Table] = {t.name: t for t in (SITES, CHANGES, ADOPTIONS, MEASURES, OBSERVATIONS)} | INVOLVING


@dataclass
class Loaded:
    """Everything that a workspace is made of."""

    config: Config
    sources: dict[str, list[Source]]
    sites: dict[str, Site] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    spells: tuple[Spell, ...] = ()
    observed: tuple[Observed, ...] = ()
    studies: tuple[Study, ...] = ()
    policies: tuple[Policy, ...] = ()
    heard: Heard = field(default_factory=Heard)
    inputs_sha256: str = ""
    rows: dict[str, list[Row]] = field(default_factory=dict)
    """Rows of the small tables, each column in its own kind."""
    unsound: set[str] = field(default_factory=set)
    """Tables in which something is wrong; what others say of them is not judged, or one fault would look like many."""


def open_tables(engine: Engine, folder: Path, config: Config, report: Report) -> Loaded:
    """Every table that the configuration names or holds, as sources."""
    loaded = Loaded(config, {})
    for name, table in TABLES.items():
        before = len(report.problems)
        settings: Sequence[TableSource] = getattr(config.tables, name)
        opened = [open_source(engine, folder, table, one, config.workspace.period, report) for one in settings]
        inline: list[dict[str, Any]] = getattr(config, name, []) if name in ("measures", "changes") else []
        if inline:
            opened.append(from_rows(engine, table, inline, config, report))
        loaded.sources[name] = [source for source in opened if source is not None]
        loaded.unsound |= {name} if len(report.problems) > before else set()
    return loaded


def from_rows(
    engine: Engine, table: Table, rows: Sequence[Mapping[str, Any]], config: Config, report: Report
) -> Source | None:
    """A table written in the configuration itself."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([_as_text(row.get(name)) for row in rows], pa.string()) for name in names}
    arrow = pa.table({**columns, ROW: pa.array(range(1, len(rows) + 1), pa.int64())})
    where = f"holdfast.toml [[{table.name}]]"
    return build(engine, table, TableSource(), [Piece(where, memory(arrow))], config.workspace.period, report, where)


def from_frame(
    engine: Engine, table: Table, frame: object, settings: TableSource, config: Config, report: Report, label: str = ""
) -> Source | None:
    """A table that is a pandas, polars or Arrow frame; row 2 is its first."""
    arrow = to_arrow(frame)
    where = f"{table.name} frame{label}"
    arrow = arrow.append_column(ROW, pa.array(range(2, len(arrow) + 2), pa.int64()))
    return build(engine, table, settings, [Piece(where, memory(arrow))], config.workspace.period, report, where)


def to_arrow(frame: object) -> Arrow:
    """Any frame as an Arrow table; lists of rows (dicts) count as frames too."""
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, list):
        names = list(dict.fromkeys(name for row in frame for name in row))
        return pa.table({name: _column([row.get(name) for row in frame]) for name in names})
    given: nw.DataFrame[Any] = nw.from_native(frame, eager_only=True)
    try:
        table: Arrow = given.to_arrow()
        for place, column in enumerate(table.schema):
            if isinstance(column.type, pa.BaseExtensionType):  # pandas periods: read as they are shown
                shown = [None if value != value else str(value) for value in given[column.name].to_list()]
                table = table.set_column(place, column.name, pa.array(shown, pa.string()))
        return table
    except (pa.ArrowException, TypeError):
        return pa.table({name: _column(given[name].to_list()) for name in given.columns})


def _column(values: Sequence[object]) -> Any:
    """Values of one kind as they are; of several, as text, so that each can be judged where it stands."""
    held = [None if value != value else value for value in values]
    try:
        return pa.array(held)
    except (pa.ArrowException, TypeError):
        return pa.array([_as_text(value) for value in held], pa.string())


def read_registers(loaded: Loaded) -> None:
    """The small tables as records. Call once they have been checked; rows at fault are passed over."""
    loaded.sites = by_name(_records(loaded, "sites", read_site), "site")
    loaded.changes = by_name(_records(loaded, "changes", read_change), "change")
    loaded.measures = by_name(_records(loaded, "measures", read_measure), "measure")
    loaded.spells = tuple(_records(loaded, "adoptions", read_spell))


def _records(loaded: Loaded, name: str, read: Callable[[Row], Any]) -> list[Any]:
    found = []
    for row in loaded.rows[name]:
        if name in loaded.unsound and any(row[column] is None for column in TABLES[name].key):
            continue
        try:
            found.append(read(row))
        except (TypeError, ValueError):
            if name not in loaded.unsound:
                raise
    return found


def observe(loaded: Loaded) -> None:
    """Set the observations ready to be read."""
    period = loaded.config.workspace.period
    loaded.observed = tuple(
        Observed(source, source.settings, period)
        for source in loaded.sources["observations"]
        if isinstance(source.settings, ObservationSource)
    )


def settle_studies(loaded: Loaded, report: Report) -> None:
    """The studies as declared, or one for each change, and said."""
    declared = loaded.config.studies
    loaded.policies = tuple(([loaded.config.policy] if loaded.config.policy else []) + loaded.config.policies)
    if not loaded.policies:
        loaded.policies = (Policy(),)
    if declared:
        loaded.studies = tuple(declared)
        return
    outcomes = [measure for measure in loaded.measures.values() if measure.family == "outcome"]
    first = next(iter(outcomes or loaded.measures.values()), None)
    if first is None or not loaded.changes:
        return
    every = tuple(name for name in loaded.measures if name != first.measure)
    loaded.studies = tuple(
        Study(study=name, change=name, primary=first.measure, measures=every) for name in loaded.changes
    )
    report.note(
        f"No study is declared: each change gets one, with “{first.measure}” as its primary measure, all "
        "measures, populations and settings."
    )


def fingerprint(paths: Sequence[tuple[str, bytes]]) -> str:
    """One hash over named contents, whatever their order."""
    whole = hashlib.sha256()
    for name, digest in sorted(paths):
        whole.update(json.dumps(name).encode() + digest)
    return whole.hexdigest()


def hash_file(path: Path) -> bytes:
    """A file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def hash_frame(table: Arrow) -> bytes:
    """An Arrow table's SHA-256, by its content in the IPC form."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None).combine_chunks())
    return hashlib.sha256(sink.getvalue()).digest()


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
