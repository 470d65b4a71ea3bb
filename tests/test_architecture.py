"""The one-way arrows between rooms, held against the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "holdfast"
FLOORS = [
    {"records"},
    {"workspace", "simulate"},
    {"evaluate", "involve", "understand"},
    {"decide", "sustain", "spread"},
    {"share"},
    {"learning", "saving"},
    {"web"},
    {"cli"},  # the command line is the door to every room, the web application's too
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
INNER = {"run": {"answerable", "estimate", "check", "forwhom"}, "estimate": set(), "forwhom": set(), "check": set()}


def _room(path: Path) -> str:
    part = path.relative_to(SRC).parts[0]
    return part.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    package = ("holdfast", *path.relative_to(SRC).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("holdfast.")}


MODULES = sorted(p for p in SRC.rglob("*.py") if (p.name != "__main__.py" and p.parent != SRC) or p.stem in FLOOR_OF)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_arrows_run_one_way(path: Path) -> None:
    room = _room(path)
    assert room in FLOOR_OF, f"{room} has no floor: put it in FLOORS and in docs/architecture.md"
    for name in _imports(path):
        other = name.split(".")[1]
        if other in (room, "__version__") or other not in FLOOR_OF:
            continue
        assert FLOOR_OF[other] < FLOOR_OF[room], f"{path.relative_to(SRC)} imports {name}: rooms may only look down"


@pytest.mark.parametrize("path", [p for p in MODULES if _room(p) == "evaluate"], ids=lambda p: str(p.relative_to(SRC)))
def test_steps_inside_evaluate_meet_only_in_run(path: Path) -> None:
    parts = path.relative_to(SRC).parts
    if len(parts) < 3 or parts[1] == "run":
        return
    for name in _imports(path):
        bits = name.split(".")
        if bits[1] != "evaluate" or len(bits) < 3:
            continue
        allowed = {parts[1]} | ({"estimate"} if parts[1] == "answerable" else set())
        assert bits[2] in allowed, f"{path.relative_to(SRC)} imports {name}: steps meet in run"


def test_importing_the_package_stays_light() -> None:
    """Heavy engines are imported where they are used, so that --help answers at once."""
    heavy = ("pandas", "polars", "statsmodels", "vl_convert", "diff_diff", "ibis", "openpyxl")
    code = f"import sys, holdfast; print([m for m in {heavy!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_no_module_is_a_maze() -> None:
    """Median module under 150 lines; none over 300."""
    ours = (p for p in SRC.rglob("*.py") if p.parent.name != "migrations")  # Django writes those
    sizes = sorted(len(p.read_text(encoding="utf-8").splitlines()) for p in ours)
    assert sizes[len(sizes) // 2] < 150
    assert sizes[-1] <= 300
