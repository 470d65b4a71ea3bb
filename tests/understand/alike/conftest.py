"""The benchmarks' made-up copies and tellings are used here too, so that both measure the same thing."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3] / "benchmarks"))
