"""Each example's own workspace, on the shared tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast.workspace import Workspace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def space(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The module's ``EXAMPLE``, copied so that its results do not land in the project."""
    name = request.module.EXAMPLE
    folder = tmp_path_factory.mktemp("example") / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("results", "releases.jsonl"))
    told = (folder / "holdfast.toml").read_text("utf-8")
    (folder / "holdfast.toml").write_text(told.replace("../../../shared/data", shared_data.as_posix()), "utf-8")
    return Workspace.open(folder)
