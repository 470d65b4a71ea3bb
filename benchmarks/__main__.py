"""Run the benchmarks named (all of them without a name): `python -m benchmarks engine reading --quick`.

Words starting with a dash, and what follows them, are passed to each benchmark.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
NOT_RUN = {
    *("__init__", "__main__", "naive", "naive_findings", "themes_data", "copied_comments"),
    *("voices_data", "voices_held_out", "voices_replay", "voices_speed"),
    *("web_register", "web_server", "web_clients", "web_deeds", "web_faults"),
}


def main(argv: list[str]) -> int:
    """The number of benchmarks that failed."""
    every = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_RUN)
    split = next((i for i, word in enumerate(argv) if word.startswith("-")), len(argv))
    names, rest = argv[:split] or every, argv[split:]
    unknown = [name for name in names if name not in every]
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(every)}")
        return 2
    failed = 0
    for name in names:
        start = time.perf_counter()
        print(f"\n== {name}", flush=True)
        failed += bool(subprocess.run([sys.executable, str(HERE / f"{name}.py"), *rest], check=False).returncode)
        print(f"-- {name}: {time.perf_counter() - start:.0f} s", flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
