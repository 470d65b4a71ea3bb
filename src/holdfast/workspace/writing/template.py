"""A new workspace: a small commented configuration with tiny tables that pass ``holdfast check``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from holdfast.workspace.writing.spreadsheets import write_csv

SITES: Final = 12
MONTHS: Final = 24
ADOPTED: Final = {1: "2023-09-01", 2: "2023-11-01", 3: "2023-11-01", 5: "2024-01-01", 7: "2024-03-01", 8: "2024-03-01"}


def new_workspace(folder: str | Path) -> Path:
    """Make a workspace to start from; the folder must be new or empty."""
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target.name} is already there and is not empty. Choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    text = resources.files("holdfast.workspace.writing").joinpath("template.toml").read_text("utf-8")
    (fresh / "holdfast.toml").write_text(text, "utf-8")
    (fresh / "studies").mkdir()
    study = resources.files("holdfast.workspace.writing").joinpath("template-study.toml").read_text("utf-8")
    (fresh / "studies" / "call-back.toml").write_text(study, "utf-8")
    for name, (names, rows) in _tables().items():
        write_csv(fresh / f"{name}.csv", names, rows)
    fresh.chmod(0o755)
    if target.exists():
        target.rmdir()
    os.replace(fresh, target)
    return target


def _tables() -> dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]]:
    return {
        "sites": (
            ("code", "name", "setting", "region"),
            [
                (_code(i), f"Example practice {i}", "urban" if i % 3 else "rural", "North" if i % 2 else "South")
                for i in range(1, SITES + 1)
            ],
        ),
        "adoptions": (
            ("change", "code", "adopted_on", "lapsed_on"),
            [("call-back", _code(i), day, "2024-10-01" if i == 7 else "") for i, day in ADOPTED.items()],
        ),
        "observations": (("code", "month", "age", "booked", "missed", "complaints"), list(_observations())),
    }


def _observations() -> Iterator[tuple[object, ...]]:
    """Made-up counts, the same each time: fewer missed appointments after adoption, more so for older people."""
    for i in range(1, SITES + 1):
        for month in range(MONTHS):
            day = f"{2023 + month // 12}-{month % 12 + 1:02d}"
            on = i in ADOPTED and f"{day}-01" >= ADOPTED[i] and not (i == 7 and day >= "2024-10")
            for age, size, fall in (("under 65", 400, 0.01), ("65 and over", 200, 0.02)):
                booked = size + 10 * i + (37 * month + 11 * i) % 29
                share = 0.07 + 0.002 * (i % 5) + 0.001 * ((7 * month + 3 * i) % 11 - 5) - fall * on
                yield _code(i), day, age, booked, round(booked * share), (month + i) % 4


def _code(number: int) -> str:
    return f"EX{number:03d}"
