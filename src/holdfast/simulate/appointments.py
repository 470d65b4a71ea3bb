"""Rows in the shape of “Appointments in General Practice”, in any number, for the reading benchmark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from holdfast.records.panel import Floats
from holdfast.simulate.plan import calendar

STATUS: Final = ("Attended", "DNA", "Unknown")
STAFF: Final = ("GP", "Other Practice staff", "Unknown")
MODE: Final = ("Face-to-Face", "Telephone", "Home Visit", "Video/Online", "Unknown")
LAG: Final = (
    "Same Day", "1 Day", "2 to 7 Days", "8  to 14 Days", "15  to 21 Days", "22  to 28 Days", "More than 28 Days",
    "Unknown / Data Issue",
)  # fmt: skip
REGIONS: Final = ("East of England", "London", "Midlands", "South East", "South West")
_LAG_SHARE: Final = (0.44, 0.07, 0.20, 0.13, 0.07, 0.04, 0.04, 0.01)
_SLOTS: Final = 65536
_CHUNK: Final = 1_000_000


@dataclass(frozen=True)
class Written:
    """What was written: its file, rows, and appointments in all, by which a reader can be checked."""

    path: Path
    rows: int
    appointments: int


def write_appointments(
    path: Path | str, rows: int = 20_000_000, *, seed: int = 0, areas: int = 106, months: int = 30
) -> Written:
    """Write ``rows`` rows to one Parquet file, in well under half a second a million, holding no more than a million.

    Columns are those of the official file. Rows come month by month and area by area; from March 2020 each area
    moves to the telephone by an amount of its own, and the share not attended falls with it.
    """
    rng = np.random.default_rng(seed)
    names = _names(areas)
    counts = np.full(months, rows // months)
    counts[: rows % months] += 1
    total = 0
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd", compression_level=1, store_schema=False) as writer:
        for month, how_many in zip(calendar(dt.date(2019, 3, 1), months), counts.tolist(), strict=True):
            for table in _month(rng, names, month, how_many):
                total += int(table["appointments"].to_numpy().sum())
                writer.write_table(table)
    return Written(Path(path), rows, total)


_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_SCHEMA: Final = pa.schema(
    [(name, _TEXT) for name in ("ccg_code", "ccg_name", "stp_name", "region")]
    + [("month", pa.date32())]
    + [(name, _TEXT) for name in ("appt_status", "hcp_type", "appt_mode", "booking_lag")]
    + [("appointments", pa.int64())]
)


def _names(areas: int) -> dict[str, pa.Array]:
    number = np.arange(areas)
    return {
        "ccg_code": pa.array([f"Z{k:03d}" for k in number]),
        "ccg_name": pa.array([f"NHS Simulated Area {k:03d} CCG" for k in number]),
        "stp_name": pa.array([f"Simulated Partnership {k // 3:02d} STP" for k in number]),
        "region": pa.array([REGIONS[k % len(REGIONS)] for k in number]),
    }


def _month(rng: np.random.Generator, names: dict[str, pa.Array], month: dt.date, rows: int) -> Iterator[pa.Table]:
    areas = len(names["ccg_code"])
    after = month >= dt.date(2020, 3, 1)
    tables = np.stack([_lookup(0.15 + (0.2 + 0.5 * k / 9) * after) for k in range(10)])
    sizes = np.maximum(1, np.round(np.exp(np.random.default_rng(1).normal(2.5, 1.6, _SLOTS)))).astype(np.int64)
    place = (np.arange(rows, dtype=np.int64) * areas // max(rows, 1)).astype(np.int32)
    for begin in range(0, rows, _CHUNK):
        area = place[begin : begin + _CHUNK]
        kind = tables[area % 10, rng.integers(0, _SLOTS, len(area), dtype=np.uint16)]
        yield _table(names, month, area, kind, sizes[rng.integers(0, _SLOTS, len(area), dtype=np.uint16)])


def _table(
    names: dict[str, pa.Array],
    month: dt.date,
    area: NDArray[np.int32],
    kind: NDArray[np.int32],
    size: NDArray[np.int64],
) -> pa.Table:
    kinds = _kinds()
    columns = [pa.DictionaryArray.from_arrays(pa.array(area), values) for values in names.values()]
    columns.append(pa.array(np.full(len(area), np.datetime64(month, "D"))))
    columns += [
        pa.DictionaryArray.from_arrays(pa.array(index[kind]), pa.array(values))
        for index, values in zip(kinds, (STATUS, STAFF, MODE, LAG), strict=True)
    ]
    return pa.table([*columns, pa.array(size)], schema=_SCHEMA)


def _kinds() -> list[NDArray[np.int32]]:
    """Status, staff, mode and lag of each combination."""
    shape = (len(STATUS), len(STAFF), len(MODE), len(LAG))
    return [index.ravel().astype(np.int32) for index in np.indices(shape)]


def _lookup(remote: float) -> NDArray[np.int32]:
    """65,536 slots holding each combination in proportion to its share, so that a draw is one look-up."""
    missed = 0.055 - 0.02 * remote
    status: Floats = np.array([0.94 - missed, missed, 0.06])
    staff: Floats = np.array([0.53, 0.43, 0.04])
    mode: Floats = np.array([0.97 - remote, 0.97 * remote, 0.01, 0.03 * remote, 0.02])
    share = np.einsum("a,b,c,d->abcd", status, staff, mode, np.array(_LAG_SHARE)).ravel()
    ends = np.round(np.cumsum(share / share.sum()) * _SLOTS).astype(int)
    return np.repeat(np.arange(len(share), dtype=np.int32), np.diff(ends, prepend=0))
