"""The demonstration from end to end on a small world, and what must not happen to a person's folder."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli import app
from holdfast.cli.demonstrating import open_in_browser

RUNNER = CliRunner()


def _holdfast(*words: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, as a person runs it: the demo makes a register with settings of its own."""
    around = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_") and k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run([sys.executable, "-m", "holdfast", *words], env=around, capture_output=True, text=True)


def test_demo_learns_prints_the_truth_beside_and_fills_a_register(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    got = _holdfast("demo", str(folder), "--sites", "20", "--months", "30", "--no-open")
    assert got.returncode == 0, got.stderr
    assert "truly right" in got.stdout
    shares = re.search(r"in all cells: (\d+)% right, (\d+)% still undecided, (\d+)% wrong", got.stdout)
    assert shares
    assert 98 <= sum(map(int, shares.groups())) <= 102
    assert (folder / "results" / "report.html").is_file()
    assert (folder / "truth" / "cells.parquet").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    with sqlite3.connect(folder / "register" / "register.sqlite3") as register:
        counts = {
            table: register.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("register_change", "evidence_run", "board_recommendation", "register_term")
        }
    assert counts["register_change"] == 12 and counts["evidence_run"] == 1
    assert counts["board_recommendation"] > 100 and counts["register_term"] > 100
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
