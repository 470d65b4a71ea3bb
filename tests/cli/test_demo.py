"""The demonstration from end to end on a small world, and what must not happen to a person's folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli import app
from holdfast.cli.demonstrating import open_in_browser

RUNNER = CliRunner()


def test_demo_learns_and_prints_the_truth_beside(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    got = RUNNER.invoke(app, ["demo", str(folder), "--sites", "20", "--months", "30"])
    assert got.exit_code == 0, got.output
    assert "truly right" in got.output
    shares = re.search(r"in all cells: (\d+)% right, (\d+)% still undecided, (\d+)% wrong", got.output)
    assert shares
    assert 98 <= sum(map(int, shares.groups())) <= 102
    assert (folder / "results" / "report.html").is_file()
    assert (folder / "truth" / "cells.parquet").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    shown = RUNNER.invoke(app, ["show", str(folder)])
    assert shown.exit_code == 0, shown.output


def test_demo_leaves_a_folder_with_anything_else_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    got = RUNNER.invoke(app, ["demo", str(tmp_path)])
    assert got.exit_code == 2
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_ctrl_c_ends_with_130_and_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_a: object, **_k: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("holdfast.simulate.world.World.write", stop)
    got = RUNNER.invoke(app, ["demo", str(tmp_path / "demo"), "--sites", "20", "--months", "12"])
    assert got.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_a: object, **_k: object) -> None:
        raise OSError(28, "No space left on device", "observations.parquet")

    monkeypatch.setattr("holdfast.simulate.world.World.write", full)
    got = RUNNER.invoke(app, ["demo", str(tmp_path / "demo"), "--sites", "20", "--months", "12"])
    assert got.exit_code == 1
    assert "observations.parquet: No space left on device" in got.output
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_shows_no_value_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_a: object, **_k: object) -> None:
        raise RuntimeError("patient 4857773456")

    monkeypatch.setattr("holdfast.simulate.simulate_world", fail)
    got = RUNNER.invoke(app, ["demo", str(tmp_path / "demo")])
    assert got.exit_code == 1
    assert "4857773456" not in got.output
    assert "--debug" in got.output
    told = RUNNER.invoke(app, ["demo", str(tmp_path / "demo"), "--debug"])
    assert isinstance(told.exception, RuntimeError)


def test_no_browser_opens_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    open_in_browser("file:///report.html")
    assert opened == []
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("CI", raising=False)
    open_in_browser("file:///report.html")
    assert opened == ["file:///report.html"]
    monkeypatch.setenv("CI", "true")
    open_in_browser("file:///report.html")
    assert len(opened) == 1
