"""A small workspace to spoil, and the problems that opening it finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.records import InputProblems, Problem
from holdfast.workspace import Workspace, new_workspace

MEASURES = [
    {"measure": "missed", "family": "outcome", "kind": "proportion", "better": "lower", "smallest_important": 0.01},
    {"measure": "calls", "family": "process", "kind": "count", "better": "neither", "smallest_important": 0.1},
]
CHANGES = [{"change": "c", "title": "A change"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The workspace that `holdfast new` makes."""
    return new_workspace(tmp_path / "space")


@pytest.fixture
def problems() -> Callable[[Path], list[Problem]]:
    """Open a folder that must be refused, and return what was found."""

    def found(folder: Path) -> list[Problem]:
        with pytest.raises(InputProblems) as caught:
            Workspace.open(folder)
        return list(caught.value.problems)

    return found


@pytest.fixture
def replace() -> Callable[..., None]:
    """Replace text in a file of the workspace; the text must be there."""

    def done(path: Path, *pairs: tuple[str, str]) -> None:
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")

    return done


def long_rows(months: int = 6, sites: tuple[str, ...] = ("A", "B", "C")) -> list[dict[str, Any]]:
    """Observations of two measures for everyone, ten appointments a month more from site to site."""
    return [
        row
        for place, site in enumerate(sites)
        for month in range(months)
        for row in (
            {
                "measure": "missed",
                "site": site,
                "period": f"2024-{month + 1:02d}",
                "numerator": float(month + place),
                "denominator": 100.0 + 10 * place,
            },
            {
                "measure": "calls",
                "site": site,
                "period": f"2024-{month + 1:02d}",
                "numerator": float(10 * place + month),
                "denominator": None,
            },
        )
    ]


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    """Rows of :func:`long_rows`."""
    return long_rows()


@pytest.fixture
def tables(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Keyword arguments for ``Workspace.from_tables`` that make a workspace without a fault."""
    return {
        "changes": CHANGES,
        "measures": MEASURES,
        "observations": rows,
        "sites": [{"site": site, "setting": "ward" if site == "C" else "clinic"} for site in "ABC"],
        "adoptions": [{"change": "c", "site": "A", "adopted_on": "2024-03-01", "lapsed_on": None}],
    }


@pytest.fixture
def refused() -> Callable[..., list[Problem]]:
    """Make a workspace from tables that must be refused, and return what was found."""

    def found(**tables: Any) -> list[Problem]:
        with pytest.raises(InputProblems) as caught:
            Workspace.from_tables(**tables)
        return list(caught.value.problems)

    return found
