"""Votes from their table to arrays, ten million as readily as ten."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.records.heard import Cast
from holdfast.workspace.engine import PIECE, ROW, Engine
from holdfast.workspace.loading import Loaded
from holdfast.workspace.moments import ALLOWED, moments
from holdfast.workspace.report import Report

VOTE: Final = {"agree": 1, "disagree": -1, "pass": 0}


def vote_columns(engine: Engine, loaded: Loaded) -> Any:
    """Participant, statement, vote and time as texts, in the order of the tables."""
    names = ["participant", "statement", "vote", "at"]
    tables = [
        engine.collect(source.typed().order_by([PIECE, ROW]).select(*names)) for source in loaded.sources["votes"]
    ]
    kinds = pa.schema([(name, pa.string()) for name in names])
    return pa.concat_tables([table.cast(kinds) for table in tables]) if tables else kinds.empty_table()


def cast(columns: Any, people: dict[str, int], statements: dict[str, int], report: Report) -> Cast:
    """Votes in order of time (those without a time in the order given), unknown people and statements left out."""
    who, what = (_codes(columns[name], places) for name, places in (("participant", people), ("statement", statements)))
    vote, at = _codes(columns["vote"], VOTE, none=9), moments(columns["at"])
    for lost, whom in (((who < 0), "by people not in the participants table"),
                       ((what < 0) & (who >= 0), "on statements not in the statements table")):  # fmt: skip
        if lost.any():
            report.note(f"votes: {int(lost.sum()):,} left out: {whom}; the rest goes on.")
    rows = np.flatnonzero((who >= 0) & (what >= 0) & (vote != 9))
    known = ~np.isnan(at[rows])
    if known.all():
        rows = rows[np.argsort(at[rows], kind="stable")]
    else:
        _note_times(int((~known & _written(columns["at"])[rows]).sum()), bool(known.any()), report)
    kept = Cast(who[rows].astype(np.int32), what[rows].astype(np.int32), vote[rows].astype(np.int8), at[rows])
    _note_repeats(kept, len(statements), report)
    return kept


def _written(column: Any) -> Any:
    """Where anything at all is given as the time, (n,)."""
    text = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    return np.asarray(pc.not_equal(text, ""), bool)


def _note_times(unread: int, some: bool, report: Report) -> None:
    """``unread`` times are written and cannot be read; ``some`` others can."""
    if unread:
        report.note(
            f"votes: {unread:,} with a time that cannot be read (allowed: {ALLOWED}), so the last in the table's "
            "order counts."
        )
    elif some:
        report.note("votes: some have no readable time, so the last in the order of the table counts.")


def _note_repeats(kept: Cast, statements: int, report: Report) -> None:
    key = kept.who.astype(np.int64) * max(1, statements) + kept.what
    pairs = _distinct(key)
    repeats = len(key) - pairs
    if repeats:
        differing = _distinct(key * 3 + kept.vote) - pairs
        report.note(
            f"votes: {repeats:,} repeating an earlier one by the same person on the same statement, {differing:,} "
            "with another answer; the last counts."
        )


def _distinct(keys: Any) -> int:
    """How many different numbers; by sorting, since numpy's own unique is many times slower on millions."""
    held = np.sort(keys)
    return int((held[1:] != held[:-1]).sum()) + min(1, len(held))


def _codes(column: Any, places: dict[str, int], none: int = -1) -> Any:
    held = column.combine_chunks().dictionary_encode() if len(column) else pa.array([], pa.string()).dictionary_encode()
    held = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
    lookup = np.array([*(places.get(name, none) for name in held.dictionary.to_pylist()), none], np.int64)
    return lookup[pc.fill_null(held.indices, len(held.dictionary)).to_numpy(zero_copy_only=False)]
