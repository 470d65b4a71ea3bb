"""From tidy blocks to a full grid of numerators and denominators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.records import Measure, Population
from holdfast.records.panel import Floats
from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace.engine import Arrow
from holdfast.workspace.tidy import Block

Codes = NDArray[np.int64]
Outcome = tuple[str, Population]


@dataclass
class Grid:
    """(outcomes × sites × periods); NaN where nothing was reported."""

    outcomes: tuple[Outcome, ...]
    sites: tuple[str, ...]
    periods: tuple[dt.date, ...]
    numerator: Floats
    denominator: Floats
    repeated: dict[str, int] = field(default_factory=dict)
    """For each measure, site-periods that more than one row speaks of."""
    zero: dict[str, Codes] = field(default_factory=dict)
    """For each measure and site, site-periods with a denominator of zero; they hold no ratio and are missing."""
    unplaced: dict[tuple[str, str], int] = field(default_factory=dict)
    """For each measure and dimension, rows whose level is empty or not among the levels."""


def fill(
    blocks: Sequence[Block],
    measures: Mapping[str, Measure],
    outcomes: Sequence[Outcome],
    sites: Sequence[str],
    periods: Sequence[dt.date],
) -> Grid:
    """Put every block in its place. Rows of other sites, periods and outcomes are passed over."""
    shape = (len(outcomes), len(sites), len(periods))
    numerator, denominator = np.full(shape, np.nan), np.full(shape, np.nan)
    grid = Grid(tuple(outcomes), tuple(sites), tuple(periods), numerator, denominator)
    seen = np.zeros(shape, dtype=bool)
    places = {outcome: place for place, outcome in enumerate(outcomes)}
    site_values, period_values = pa.array(sites, pa.string()), pa.array(periods, pa.date32())
    for block in blocks:
        _fill_block(
            grid,
            seen,
            places,
            block,
            _codes(block.rows, "site", site_values),
            _codes(block.rows, "period", period_values),
        )
    for place, (name, _) in enumerate(outcomes):
        _settle(grid, place, measures[name])
    return grid


def _fill_block(
    grid: Grid, seen: NDArray[np.bool_], places: Mapping[Outcome, int], block: Block, site: Codes, period: Codes
) -> None:
    outcome = _outcome_codes(grid, places, block)
    keep = (outcome >= 0) & (site >= 0) & (period >= 0)
    outcome, site, period = outcome[keep], site[keep], period[keep]
    flat = np.ravel_multi_index((outcome, site, period), seen.shape)
    taken = seen.reshape(-1)[flat]
    _, first = np.unique(flat, return_index=True)
    again = np.ones(len(flat), dtype=bool)
    again[first] = False
    for place in np.unique(outcome[again | taken]):
        name = grid.outcomes[place][0]
        grid.repeated[name] = grid.repeated.get(name, 0) + int(((again | taken) & (outcome == place)).sum())
    seen.reshape(-1)[flat] = True
    grid.numerator.reshape(-1)[flat] = _floats(block.rows, "numerator")[keep]
    grid.denominator.reshape(-1)[flat] = _floats(block.rows, "denominator")[keep]


def _outcome_codes(grid: Grid, places: Mapping[Outcome, int], block: Block) -> Codes:
    """Which outcome each row is about; −1 for none of them."""
    rows = len(block.rows)
    parts = [_parts(block, name, rows) for name in ("measure", "dimension", "level")]
    width = [len(values) for _, values in parts]
    table = np.full(width, -1, dtype=np.int64)
    for m, measure in enumerate(parts[0][1]):
        for d, dimension in enumerate(parts[1][1]):
            for k, level in enumerate(parts[2][1]):
                population = Population() if dimension == EVERYONE else Population(str(dimension), str(level))
                table[m, d, k] = places.get((str(measure), population), -1)
    found: Codes = table[parts[0][0], parts[1][0], parts[2][0]]
    _count_unplaced(grid, block, parts, found)
    return found


def _count_unplaced(grid: Grid, block: Block, parts: list[tuple[Codes, list[object]]], found: Codes) -> None:
    lost = found < 0
    if not lost.any():
        return
    asked = {(name, population.dimension) for name, population in grid.outcomes}
    pairs, counts = np.unique(np.stack([parts[0][0][lost], parts[1][0][lost]]), axis=1, return_counts=True)
    for (m, d), count in zip(pairs.T, counts, strict=True):
        key = (str(parts[0][1][m]), str(parts[1][1][d]))
        if key in asked:
            grid.unplaced[key] = grid.unplaced.get(key, 0) + int(count)


def _parts(block: Block, name: str, rows: int) -> tuple[Codes, list[object]]:
    """Code of each row's value, and the values; a constant of the block counts as one value."""
    constant = {"measure": block.measure, "dimension": block.dimension}.get(name)
    if constant is not None or name not in block.rows.column_names:
        return np.zeros(rows, dtype=np.int64), [constant]
    encoded = pc.dictionary_encode(block.rows[name].combine_chunks(), null_encoding="encode")
    values = encoded.dictionary.to_pylist()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64), values


def _codes(rows: Arrow, name: str, values: Arrow) -> Codes:
    column = rows[name].combine_chunks().cast(values.type)
    found = pc.fill_null(pc.index_in(column, value_set=values), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def _floats(rows: Arrow, name: str) -> Floats:
    column = rows[name].combine_chunks().cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _settle(grid: Grid, place: int, measure: Measure) -> None:
    """A count needs no denominator, nor does a mean that is given as such; a zero denominator gives no ratio."""
    top, bottom = grid.numerator[place], grid.denominator[place]
    if measure.kind == "count" or (measure.kind == "mean" and np.isnan(bottom).all()):
        bottom[:] = 1.0
    none = bottom == 0
    if none.any():
        grid.zero[measure.measure] = grid.zero.get(measure.measure, 0) + none.sum(axis=1)
    missing = np.isnan(top) | np.isnan(bottom) | none
    top[missing] = np.nan
    bottom[missing] = np.nan
