"""Reading appointment rows into a panel, beside hand-written DuckDB SQL that does the same.

    python benchmarks/reading.py [--rows 20000000] [--repeats 5]

Both start from the same Parquet file and end with the same grids of numerators and denominators in NumPy: three
measures, everyone and three kinds of staff. Each repeat runs both, in turn, in a fresh connection; medians are
compared. The cost of checking every row is shown by itself, since hand-written SQL checks nothing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.simulate import write_appointments
from holdfast.workspace import Workspace

TARGET = 1.3
STAFF = ("GP", "Other Practice staff", "Unknown")
Grid = np.ndarray[Any, np.dtype[np.float64]]
CONFIG = """
[workspace]
title = "Reading benchmark"

[populations.staff]
levels = ["GP", "Other Practice staff", "Unknown"]

[[tables.observations]]
path = "appointments.parquet"
columns = {site = "ccg_code", period = "month"}
populations = {staff = "hcp_type"}

[[tables.observations.measures]]
measure = "did_not_attend"
numerator = "appointments"
numerator_where = {appt_status = "DNA"}
denominator = "appointments"
denominator_where = {appt_status = ["Attended", "DNA"]}

[[tables.observations.measures]]
measure = "remote"
numerator = "appointments"
numerator_where = {appt_mode = ["Telephone", "Video/Online"]}
denominator = "appointments"

[[tables.observations.measures]]
measure = "volume"
numerator = "appointments"

[[measures]]
measure = "did_not_attend"
family = "outcome"
kind = "proportion"
better = "lower"
smallest_important = 0.005

[[measures]]
measure = "remote"
family = "process"
kind = "proportion"
better = "neither"
smallest_important = 0.05

[[measures]]
measure = "volume"
family = "balancing"
kind = "count"
better = "neither"
smallest_important = 0.05

[[changes]]
change = "remote"
title = "Remote consulting"
"""
SQL = """
SELECT ccg_code AS site, date_trunc('month', month)::DATE AS period, hcp_type AS level,
  coalesce(sum(appointments) FILTER (appt_status = 'DNA'), 0)::DOUBLE AS n0,
  coalesce(sum(appointments) FILTER (appt_status IN ('Attended', 'DNA')), 0)::DOUBLE AS d0,
  coalesce(sum(appointments) FILTER (appt_mode IN ('Telephone', 'Video/Online')), 0)::DOUBLE AS n1,
  sum(appointments)::DOUBLE AS d1,
  sum(appointments)::DOUBLE AS n2
FROM '{path}' GROUP BY GROUPING SETS ((1, 2), (1, 2, 3))
"""


def make(folder: Path, rows: int) -> None:
    """The simulator's appointment rows, and the configuration that reads them."""
    (folder / "holdfast.toml").write_text(CONFIG, "utf-8")
    write_appointments(folder / "appointments.parquet", rows)


def by_hand(folder: Path) -> Grid:
    """What a careful analyst would write: one pass, grouping sets, then the grid."""
    con = duckdb.connect()
    table: Any = con.sql(SQL.format(path=folder / "appointments.parquet")).to_arrow_table()
    sites = sorted(table["site"].unique().to_pylist())
    months = sorted(table["period"].unique().to_pylist())
    site, month, level = (table[name].combine_chunks() for name in ("site", "period", "level"))
    codes = [
        pc.index_in(site, pa.array(sites)).to_numpy(),
        pc.index_in(month, pa.array(months, pa.date32())).to_numpy(),
        pc.index_in(level, pa.array([None, *STAFF], pa.string())).to_numpy(),
    ]
    grid = np.full((5, 1 + len(STAFF), len(sites), len(months)), np.nan)
    for number, name in enumerate(("n0", "d0", "n1", "d1", "n2")):
        grid[number, codes[2], codes[0], codes[1]] = table[name].to_numpy()
    # a share of nobody is not a number
    grid[0:2, grid[1] == 0] = np.nan
    return grid


def through_the_seam(folder: Path) -> Grid:
    """The same through a workspace, its row-by-row checks left out."""
    space = Workspace.open(folder, checked=False)
    panel = space.panel(space.studies[0])
    n, d = panel.numerator, panel.denominator
    return np.stack([n[0:4], d[0:4], n[4:8], d[4:8], n[8:12]])


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and the answer."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def main() -> None:
    """Generate, run both in turn, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, told.rows)
        through_the_seam(folder)  # imports are not reading
        pairs = [(timed(lambda: by_hand(folder)), timed(lambda: through_the_seam(folder))) for _ in range(told.repeats)]
        same = all(np.array_equal(hand[1], ours[1], equal_nan=True) for hand, ours in pairs)
        hand, ours = (statistics.median(pair[which][0] for pair in pairs) for which in (0, 1))
        checked = statistics.median(timed(lambda: Workspace.open(folder))[0] for _ in range(told.repeats))
        unchecked = statistics.median(
            timed(lambda: Workspace.open(folder, checked=False))[0] for _ in range(told.repeats)
        )
    lines = [
        ("hand-written DuckDB SQL", f"{hand:.2f} s"),
        ("Holdfast, open and panel", f"{ours:.2f} s"),
        (f"ratio (target {TARGET})", f"{ours / hand:.2f}"),
        ("the same numbers", str(same)),
        ("checking every row, besides", f"{checked - unchecked:.2f} s"),
        ("peak memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"),
    ]
    print(f"Reading {told.rows:,} appointment rows into a panel, {dt.date.today()}, median of {told.repeats}")
    for what, number in lines:
        print(f"{what:40} {number:>10}")


if __name__ == "__main__":
    main()
