"""Each verb as a person runs it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli import app

RUNNER = CliRunner()
VERBS = ("demo", "new", "check", "learn", "show", "import")


def run(*words: object, code: int = 0) -> str:
    """What the command prints, on both streams, when it ends with ``code``."""
    got = RUNNER.invoke(app, [str(word) for word in words], env={"COLUMNS": "400"})
    assert got.exit_code == code, got.output
    assert "Traceback" not in got.output
    return got.output


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's workspace with two policies, learned from."""
    folder = tmp_path_factory.mktemp("cli") / "ours"
    run("new", folder)
    with (folder / "holdfast.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[policies]]\nname = "usual"\n\n[[policies]]\nname = "cautious"\nretain_harm = 0.01\nadapt_claim = 5\n'
        )
    run("learn", folder, "--excel")
    return folder


@pytest.mark.parametrize("verb", VERBS)
def test_help_teaches(verb: str) -> None:
    text = run(verb, "--help")
    assert "Example" in text
    assert f"holdfast {verb}" in text
    assert "Exit codes: 0" in text


def test_help_lists_every_verb() -> None:
    text = run("--help")
    assert all(verb in text for verb in VERBS)


def test_new_makes_a_workspace_that_passes_check(tmp_path: Path) -> None:
    run("new", tmp_path / "ours")
    text = run("check", tmp_path / "ours")
    assert "switching on and off" in text
    assert "Nothing to put right" in text
    assert not (tmp_path / "ours" / "results").exists()


def test_check_all_names_each_population(tmp_path: Path) -> None:
    run("new", tmp_path / "ours")
    text = run("check", tmp_path / "ours", "--all", "--study", "call-back")
    assert "age 65 and over" in text
    assert "complaints" in text


def test_new_refuses_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    assert "not empty" in run("new", tmp_path, code=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_check_prints_every_problem_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    run("new", folder)
    with (folder / "observations.csv").open("a", encoding="utf-8") as file:
        file.write("EX001,not a month,under 65,400,20,1\nNOBODY,2023-01,under 65,400,20,1\n")
    text = run("check", folder, code=2)
    assert "observations.csv" in text
    assert "row" in text
    assert "things to put right" in text
    assert not (folder / "results").exists()


@pytest.mark.parametrize("verb", ["check", "learn"])
def test_no_workspace_is_something_to_put_right(verb: str, tmp_path: Path) -> None:
    assert "holdfast.toml" in run(verb, tmp_path, code=2)
    assert "holdfast.toml" in run(verb, tmp_path / "absent", code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rubbish", [b"\xff\xfe\x00\x01", b"[workspace\n", b"", b"x = 1\n"])
def test_a_rubbish_configuration_is_told_in_words(rubbish: bytes, tmp_path: Path) -> None:
    (tmp_path / "holdfast.toml").write_bytes(rubbish)
    for verb in ("check", "learn"):
        assert "to put right" in run(verb, tmp_path, code=2)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for verb in ("check", "learn", "demo"):
        assert "is a file" in run(verb, tmp_path / "file", code=2)


def test_wrong_names_say_what_is_allowed(learned: Path) -> None:
    assert "Did you mean call-back?" in run("learn", learned, "--study", "callback", code=2)
    assert "usual, cautious" in run("learn", learned, "--policy", "bold", code=2)
    assert "opensafely" in run("learn", learned, "--rule", "opensafly", code=2)
    assert "--reason" in run("learn", learned, "--rule", "published_counts", code=2)
    assert "Did you mean call-back?" in run("show", learned, "callback", code=2)
    assert "age=65 and over" in run("show", learned, "--population", "age=99", code=2)
    assert "rural" in run("show", learned, "--setting", "mars", code=2)


def test_learn_writes_tables_a_report_a_workbook_and_the_ledger(learned: Path) -> None:
    results = learned / "results"
    page = (results / "report.html").read_text("utf-8")
    assert "Receptionist calls back within the hour" in page
    assert (results / "findings.xlsx").read_bytes()[:2] == b"PK"
    assert (results / "tables" / "cells.parquet").is_file()
    entries = [json.loads(line) for line in (learned / "releases.jsonl").read_text("utf-8").splitlines()]
    assert [entry["what"] for entry in entries] == ["findings.xlsx", "tables/datapackage.json", "report.html"]
    assert all(entry["profile"]["name"] == "nhs_secondary_care" for entry in entries)
    package = json.loads((results / "tables" / "datapackage.json").read_text("utf-8"))
    assert package["holdfast"]["disclosure"] == entries[0]["line"]


def test_learn_prints_verdicts_and_where_policies_differ(learned: Path) -> None:
    text = run("learn", learned, "--policy", "cautious")
    assert "Receptionist calls back" in text
    assert "Recommendations by population" in text
    assert "Where the policies differ" in text
    assert "adapt_claim" in text
    assert str(learned / "results" / "report.html") in text.replace("\n", "")


def test_show_reads_back_a_cell_with_its_reasons(learned: Path) -> None:
    assert "What to do" in run("show", learned)
    text = run("show", learned, "call-back", "--population", "65 and over")
    assert "age 65 and over" in text
    assert "Why:" in text
    assert "What would change it:" in text or "What would settle it:" in text
    assert "Where the policies differ" in run("show", learned, "--policies")


def test_show_before_learn(tmp_path: Path) -> None:
    run("new", tmp_path / "ours")
    assert "Run `holdfast learn` first" in run("show", tmp_path / "ours", code=1)
    assert "no folder" in run("show", tmp_path / "no" / "where", code=2)


def test_import_says_what_it_takes(tmp_path: Path) -> None:
    assert "Did you mean ae-monthly?" in run("import", "ae-month", "a.csv", "--into", tmp_path, code=2)
    assert "missing" in run("import", "ae-monthly", tmp_path / "absent.csv", "--into", tmp_path, code=2)
    assert list(tmp_path.iterdir()) == []


def test_the_program_runs_without_a_terminal_in_plain_ascii(tmp_path: Path) -> None:
    env = {"PATH": "", "PYTHONIOENCODING": "ascii", "SYSTEMROOT": "", "PYTHONPATH": ":".join(sys.path)}
    words = [sys.executable, "-m", "holdfast", "check", str(tmp_path)]
    got = subprocess.run(words, capture_output=True, env=env, stdin=subprocess.DEVNULL, timeout=60)
    assert got.returncode == 2, got.stderr
    assert b"holdfast.toml" in got.stdout
    assert b"Traceback" not in got.stderr
