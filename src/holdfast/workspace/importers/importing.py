"""What every importer gives back, and the one way in which its table reaches a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfast.records import InputProblems, Problem
from holdfast.workspace.engine import Arrow
from holdfast.workspace.writing.atomic import only_writer


@dataclass
class ImportReport:
    """Rows read, rows kept, and what was dropped and why; notes for the reader."""

    kind: str
    files: list[str] = field(default_factory=list)
    read: int = 0
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def drop(self, why: str, count: int = 1) -> None:
        """Count rows that were left out."""
        if count:
            self.dropped[why] = self.dropped.get(why, 0) + count

    def lines(self) -> list[str]:
        """The report as sentences."""
        found = [f"{self.kind}: {len(self.files)} files, {self.read:,} rows read, {self.kept:,} rows kept."]
        found += [f"{count:,} rows dropped: {why}." for why, count in self.dropped.items()]
        return found + self.notes


@dataclass(frozen=True)
class Imported:
    """The tidy table, and the report of how it came about."""

    table: Arrow
    report: ImportReport


@dataclass(frozen=True)
class Importer:
    """One kind of official file. ``key`` names the columns that say which part of the whole a file is about."""

    name: str
    meaning: str
    read: Callable[[Sequence[Path]], Imported]
    file: str
    key: tuple[str, ...]
    order: tuple[str, ...]


def run_import(importer: Importer, files: Sequence[str | Path], into: str | Path) -> ImportReport:
    """Read the files and write the table into the folder, all or nothing.

    What an earlier import wrote about other months (or areas) is kept; what it wrote about the same ones is
    replaced, so the same file twice gives the same result as once.
    """
    paths = [Path(file) for file in files]
    _all_there(paths)
    imported = importer.read(paths)
    folder = Path(into)
    with only_writer(folder):
        target = folder / importer.file
        for left in folder.glob(f".{importer.file}-*"):  # by an import that was killed
            left.unlink()
        table = imported.table
        if target.is_file():
            kept = _others(pq.read_table(target, schema=table.schema), table, importer.key)
            if len(kept):
                imported.report.notes.append(f"{len(kept):,} rows of earlier imports are kept.")
            table = pa.concat_tables([kept, table])
        table = table.sort_by([(name, "ascending") for name in importer.order])
        _write_whole(target, table)
    return imported.report


def _all_there(paths: Sequence[Path]) -> None:
    lost = [path for path in paths if not path.is_file()]
    if lost or not paths:
        raise InputProblems(
            [Problem(path.name, "this file is missing", "Check the path.") for path in lost]
            or [Problem("import", "no file is given", "Name one or more files.")]
        )


def _others(before: Arrow, now: Arrow, key: Sequence[str]) -> Arrow:
    """Rows of ``before`` about parts that ``now`` says nothing of."""
    return before.filter(pc.invert(pc.is_in(_parts(before, key), value_set=pc.unique(_parts(now, key)))))


def _parts(table: Arrow, key: Sequence[str]) -> Any:
    return pc.binary_join_element_wise(*[pc.cast(table[name], pa.string()) for name in key], "\x1f")


def _write_whole(target: Path, table: Arrow) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    try:
        pq.write_table(table, name, compression="zstd")
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
