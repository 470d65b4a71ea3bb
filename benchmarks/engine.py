"""The staggered engine beside diff-diff: CPU seconds, ratios, and 50 populations in one pass.

    python benchmarks/engine.py            # every panel; prints two tables
    python benchmarks/engine.py --quick    # smaller panels, fewer repeats
    python benchmarks/engine.py --assert   # exit 1 when a bar is missed

Both fit the same staggered event study (never-adopting comparison, varying base, no covariates) on one thread: every
ATT(g, t) with its standard error, and the event-time effects with theirs. "Bands" adds simultaneous bands: ours from
10,000 Gaussian draws, diff-diff's from its 999-draw multiplier bootstrap. diff-diff reads a long frame; building it is
left out of its time, so its time from arrays and from the frame is the same and ours differs. Medians of repeats of
process time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.evaluate.estimate.staggered import Moments, Panel, att_gt, estimate, scheme, study, sup_t

PANELS = ((1_000, 48, 12), (6_500, 60, 12), (50_000, 24, 8))
QUICK = ((1_000, 48, 12), (2_000, 24, 6))
BARS = {"arrays": 20.0, "bands": 5.0, "frame": 5.0}
MANY = (50, 6_500, 60, 12)
MANY_CPU, MANY_MEMORY = 2.0, 3.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


@dataclass(frozen=True)
class Row:
    """CPU seconds on one panel, and the largest difference from diff-diff on estimates and (relative) errors."""

    panel: str
    arrays: float
    bands: float
    frame: float
    peer: float
    peer_bands: float
    differ: float

    def ratios(self) -> dict[str, float]:
        return {
            "arrays": self.peer / self.arrays,
            "bands": self.peer_bands / self.bands,
            "frame": self.peer / self.frame,
        }


def panel(n: int, T: int, cohorts: int, seed: int = 0) -> Panel:
    """Sites with levels, wandering errors and effects that grow; about 1 in cohorts + 1 never adopts."""
    rng = np.random.default_rng(seed)
    labels: np.ndarray = np.r_[np.unique(np.linspace(T // 4, T - 4, cohorts).astype(int)), np.inf]
    cohort = rng.choice(labels, n)
    periods = np.arange(1.0, T + 1)
    Y = rng.standard_normal((n, T)).cumsum(axis=1) * 0.3 + rng.standard_normal((n, 1)) * 3
    Y += np.where(periods >= cohort[:, None], 0.2 + 0.02 * (periods - cohort[:, None]), 0.0)
    return Panel(np.arange(n), periods, cohort, Y)


def long(data: Panel) -> Any:
    """The panel as a long pandas frame."""
    import pandas as pd

    n, T = data.Y.shape
    first = np.where(np.isinf(data.cohort), 0, data.cohort).astype(np.int64)
    columns = {"site": np.repeat(np.arange(n), T), "period": np.tile(data.periods.astype(np.int64), n)}
    return pd.DataFrame({**columns, "first": np.repeat(first, T), "y": data.Y.ravel()})


def cpu(run: Callable[[], object], repeats: int) -> float:
    """Median CPU seconds of a call, after one to warm up."""
    run()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def peer(frame: Any, draws: int = 0) -> Any:
    """diff-diff's event study."""
    import diff_diff

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return diff_diff.CallawaySantAnna(n_bootstrap=draws, seed=1).fit(
            frame, outcome="y", unit="site", time="period", first_treat="first", aggregate="event_study"
        )


def difference(data: Panel, theirs: Any) -> float:
    """Largest disagreement on event-time estimates (absolute) and errors (relative)."""
    event = estimate(data).aggregate("event", band=False)
    worst, seen = 0.0, 0
    for label, value, se in zip(event.labels, event.estimate, event.se, strict=True):
        made = theirs.event_study_effects.get(int(label))
        if made is not None and np.isfinite(made["se"]) and made["se"] > 0:
            worst, seen = max(worst, abs(value - made["effect"]), abs(se / made["se"] - 1)), seen + 1
    if seen < len(event.labels) - 1:
        raise RuntimeError(f"only {seen} of {len(event.labels)} event times could be compared with diff-diff")
    return worst


def compare(size: tuple[int, int, int], repeats: int) -> Row:
    """Time one panel both ways."""
    data = panel(*size)
    frame = long(data)
    names = ("y", "site", "period", "first")
    return Row(
        panel=f"{size[0]:,} × {size[1]}, {size[2]} cohorts",
        arrays=cpu(lambda: estimate(data).aggregate("event", band=False), repeats),
        bands=cpu(lambda: estimate(data).aggregate("event"), repeats),
        frame=cpu(lambda: att_gt(frame, *names).aggregate("event", band=False), repeats),
        peer=cpu(lambda: peer(frame), repeats),
        peer_bands=cpu(lambda: peer(frame, 999), max(1, repeats // 2)),
        differ=difference(data, peer(frame)),
    )


def peak_memory() -> int:
    """Most bytes this process has held. On Linux ru_maxrss keeps the parent's peak."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def many(populations: int, n: int, T: int, cohorts: int) -> dict[str, float]:
    """CPU and peak memory of every effect, error and band of many populations; run in a process of its own."""
    base = panel(n, T, cohorts)
    Y = np.empty((populations, n, T))
    rng = np.random.default_rng(1)
    for one in Y:
        rng.standard_normal(out=one)
        one += base.Y
    before = peak_memory() - Y.nbytes
    start = time.process_time()
    laid = study(Moments.from_panel(Y, base.cohort, periods=base.periods, joint=False))
    rows = scheme(laid.design, "event")
    errors = [laid.cell_se(o) for o in range(populations)]
    made = [laid.evaluate(rows, o) for o in range(populations)]
    covariances = [laid.covariance(f, o) for o, f in enumerate(made)]
    spent = time.process_time() - start
    bands = [sup_t(c[:-1, :-1]) for c in covariances]
    with_bands = time.process_time() - start
    peak = peak_memory() - before
    if not (np.isfinite(errors).all() and np.isfinite(bands).all()):
        raise RuntimeError("some population has no standard error or band")
    return {"cpu": spent, "cpu_bands": with_bands, "memory": peak / Y.nbytes, "panel_mb": Y.nbytes / 1e6}


def many_apart(size: tuple[int, int, int, int]) -> dict[str, float]:
    """`many` in a fresh process, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--many", *map(str, size)]
    made: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return made


def table(rows: list[Row]) -> str:
    head = (
        "panel",
        "ours",
        "bands",
        "from frame",
        "diff-diff",
        "its bands",
        "× arrays",
        "× bands",
        "× frame",
        "differ",
    )
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for r in rows:
        times = [f"{v:.4f}" for v in (r.arrays, r.bands, r.frame, r.peer, r.peer_bands)]
        lines.append(" | ".join([r.panel, *times, *(f"{v:.1f}" for v in r.ratios().values()), f"{r.differ:.0e}"]))
    return "\n".join(lines)


def misses(rows: list[Row], crowd: dict[str, float]) -> list[str]:
    """Bars not reached."""
    short = [
        f"{r.panel}: {name} {ratio:.1f}×, bar {BARS[name]:g}×"
        for r in rows
        for name, ratio in r.ratios().items()
        if ratio < BARS[name]
    ]
    short += [f"{r.panel}: differs from diff-diff by {r.differ:.1e}, bar 1e-8" for r in rows if not r.differ < 1e-8]
    if crowd["cpu"] >= MANY_CPU:
        short.append(f"many populations: {crowd['cpu']:.2f} s CPU, bar {MANY_CPU:g} s")
    if crowd["memory"] >= MANY_MEMORY:
        short.append(f"many populations: peak {crowd['memory']:.2f} panels, bar {MANY_MEMORY:g}")
    return short


def one_thread() -> None:
    """Start again with one thread for everyone: the libraries read these when they are loaded."""
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **dict.fromkeys(THREADS, "1")})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="smaller panels and fewer repeats")
    parser.add_argument("--assert", dest="strict", action="store_true", help="exit 1 when a bar is missed")
    parser.add_argument("--many", nargs=4, type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.many:
        print(json.dumps(many(*asked.many)))
        return 0
    rows = [compare(size, 3 if asked.quick else 7) for size in (QUICK if asked.quick else PANELS)]
    print("CPU seconds, one thread, medians; × is diff-diff's time over ours\n\n" + table(rows))
    size = (10, *MANY[1:]) if asked.quick else MANY
    crowd = many_apart(size)
    print(
        f"\n{size[0]} populations × {size[1]:,} sites × {size[2]} months ({crowd['panel_mb']:.0f} MB): "
        f"{crowd['cpu']:.2f} s CPU with every standard error, {crowd['cpu_bands']:.2f} s with bands; "
        f"peak memory {crowd['memory']:.2f} × the panel, itself counted"
    )
    short = misses(rows, crowd)
    print("\nMissed: " + "; ".join(short) if short else "\nEvery bar reached.")
    return int(bool(short) and asked.strict)


if __name__ == "__main__":
    one_thread()
    raise SystemExit(main())
