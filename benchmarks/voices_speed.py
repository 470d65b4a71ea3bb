"""Time and memory of one grouping, alone in its own process: ours, or red-dwarf's where it is installed.

    python benchmarks/voices_speed.py votes.npz reference|classes|red-dwarf

Prints seconds of processor, seconds by the clock and peak megabytes, as JSON. The file holds who, what and vote.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def ready(way: str, who: Any, what: Any, vote: Any) -> Callable[[], object]:
    """What to time; imports are made before, as a server would have."""
    if way == "red-dwarf":
        from reddwarf.implementations.polis import run_pipeline  # type: ignore[import-not-found]

        columns = zip(who.tolist(), what.tolist(), vote.tolist(), strict=True)
        rows = [{"participant_id": a, "statement_id": b, "vote": c, "modified": 0} for a, b, c in columns]
        return lambda: run_pipeline(votes=rows)

    import pyarrow  # noqa: F401

    from holdfast.involve import Votes
    from holdfast.involve.classes import holds, opinion_groups, shared, views
    from holdfast.involve.reference import reference

    def classes() -> object:
        votes = Votes.from_arrays(who, what, vote)
        groups = opinion_groups(votes)
        seen = views(votes, groups)
        return groups, holds(seen), shared(seen)

    return classes if way == "classes" else lambda: reference(Votes.from_arrays(who, what, vote))


def peak() -> float:
    """The most memory this process has held; of this program alone, where ``getrusage`` counts its parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(path: str, way: str) -> None:
    """Time one way on one file."""
    held = np.load(path)
    run = ready(way, held["who"], held["what"], held["vote"])
    clock, processor = time.perf_counter(), time.process_time()
    run()
    told = {
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "megabytes": peak(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:3])
