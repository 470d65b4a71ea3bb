"""What is written is whole or not there, can be opened safely, and can be read back."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast.records import ROW_TYPES, Exclusion, Findings, table_of
from holdfast.workspace import Workspace, altered, fix_protocol, new_workspace, protocols, read_findings, write_findings
from holdfast.workspace.writing.atomic import Busy, only_writer, recover
from holdfast.workspace.writing.spreadsheets import safe_text

FINDINGS = Findings(
    exclusions=(
        Exclusion(study="s", measure="=cmd()", what="site", who="-3", count=-2, reason="@SUM(A1)", consequence="ok"),
        Exclusion(
            study="s", measure="", what="site", who="Ysbyty ✓", count=3, reason='a, "b"\nc', consequence="+1 more"
        ),
    ),
)


def test_findings_come_back_as_they_were(tmp_path: Path) -> None:
    write_findings(tmp_path, FINDINGS, disclosure="none")
    assert read_findings(tmp_path) == FINDINGS


def test_a_spreadsheet_runs_nothing_and_numbers_stay_numbers(tmp_path: Path) -> None:
    write_findings(tmp_path, FINDINGS, disclosure="none")
    with (tmp_path / "tables" / "exclusions.csv").open(encoding="utf-8", newline="") as file:
        first, second = list(csv.DictReader(file))
    assert (first["measure"], first["reason"]) == ("'=cmd()", "'@SUM(A1)")
    assert (first["who"], first["count"]) == ("-3", "-2")
    assert (second["who"], second["consequence"]) == ("Ysbyty ✓", "'+1 more")


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@x", "\tx", "\rx", "-2+3"])
def test_texts_that_would_run_are_marked(text: str) -> None:
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["-3", "+2.5", "a=b", "", "'x"])
def test_texts_that_would_not_are_left_alone(text: str) -> None:
    assert safe_text(text) == text


def test_the_package_describes_every_table_and_its_hash(tmp_path: Path) -> None:
    write_findings(tmp_path, FINDINGS, disclosure="suppress 1–7", inputs_sha256="abc", title="T")
    package = json.loads((tmp_path / "tables" / "datapackage.json").read_text("utf-8"))
    assert package["holdfast"]["disclosure"] == "suppress 1–7"
    assert package["holdfast"]["inputs_sha256"] == "abc"
    assert {resource["path"] for resource in package["resources"]} == {
        f"{name}.{ending}" for name in ROW_TYPES for ending in ("csv", "parquet")
    }
    for resource in package["resources"]:
        content = (tmp_path / "tables" / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        if resource["format"] == "csv":
            fields = [field["name"] for field in resource["schema"]["fields"]]
            assert fields == next(csv.reader([content.decode().splitlines()[0]]))
            assert fields == list(table_of(ROW_TYPES[resource["path"].removesuffix(".csv")]).names)


def test_disclosure_must_be_stated(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="disclosure control"):
        write_findings(tmp_path, FINDINGS, disclosure=" ")
    assert not (tmp_path / "tables").exists()


def test_a_failed_write_leaves_the_old_results_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.workspace.writing import findings

    write_findings(tmp_path, FINDINGS, disclosure="none")

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(findings, "describe", broken)
    with pytest.raises(OSError, match="full"):
        write_findings(tmp_path, Findings(), disclosure="none")
    assert read_findings(tmp_path) == FINDINGS
    assert [path.name for path in tmp_path.iterdir() if "new" in path.name] == []


WRITER = """
import sys
from holdfast.records import Exclusion, Findings
from holdfast.workspace import write_findings
for n in range(10_000):
    rows = tuple(Exclusion(study="s", measure="", what="site", who=str(n), count=n, reason="") for _ in range(200))
    write_findings(sys.argv[1], Findings(exclusions=rows), disclosure="none")
    print(n, flush=True)
"""


def test_a_run_that_is_killed_leaves_whole_results_and_the_next_is_right(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for place in range(3):
        process.stdout.readline()
        time.sleep(0.01 * place)
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = read_findings(tmp_path).exclusions
    assert len(found) == 200
    assert len({row.who for row in found}) == 1
    write_findings(tmp_path, FINDINGS, disclosure="none")
    assert read_findings(tmp_path) == FINDINGS
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "tables"]


def test_results_moved_aside_by_a_killed_run_are_brought_back(tmp_path: Path) -> None:
    write_findings(tmp_path, FINDINGS, disclosure="none")
    os.replace(tmp_path / "tables", tmp_path / ".tables-old")
    (tmp_path / ".tables-new-x").mkdir()
    assert read_findings(tmp_path) == FINDINGS
    recover(tmp_path / "tables")
    assert not (tmp_path / ".tables-new-x").exists()


def test_one_writer_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.workspace.writing import atomic

    monkeypatch.setattr(atomic, "PATIENCE", 0.0)
    with only_writer(tmp_path), pytest.raises(Busy, match="Another run"):
        write_findings(tmp_path, FINDINGS, disclosure="none")
    write_findings(tmp_path, FINDINGS, disclosure="none")


def test_findings_that_are_not_there_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holdfast learn"):
        read_findings(tmp_path)


def test_protocols_keep_their_time_until_they_are_edited(tmp_path: Path) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    first = fix_protocol(tmp_path, "s", '{"a": 1}')
    assert first.version == 1
    assert first.sha256 == hashlib.sha256(b'{"a": 1}').hexdigest()
    assert before <= first.fixed_at <= dt.datetime.now(dt.UTC)
    assert fix_protocol(tmp_path, "s", '{"a": 1}') == first
    assert fix_protocol(tmp_path, "t", '{"a": 1}').version == 1
    second = fix_protocol(tmp_path, "s", '{"a": 2}')
    third = fix_protocol(tmp_path, "s", '{"a": 1}')
    assert (second.version, third.version) == (2, 3)
    assert [p.version for p in protocols(tmp_path) if p.study == "s"] == [1, 2, 3]
    assert altered(tmp_path) == ()


def test_a_ledger_edited_by_hand_shows(tmp_path: Path) -> None:
    for number in range(3):
        fix_protocol(tmp_path, "s", str(number))
    ledger = tmp_path / "results" / "protocols.jsonl"
    ledger.write_text(ledger.read_text().replace('"text": "1"', '"text": "9"'))
    assert altered(tmp_path) == (2, 3)


def test_a_line_cut_short_by_a_killed_run_is_passed_over(tmp_path: Path) -> None:
    first = fix_protocol(tmp_path, "s", "one")
    ledger = tmp_path / "results" / "protocols.jsonl"
    whole = ledger.read_text()
    ledger.write_text(whole + whole[: len(whole) // 2])
    assert fix_protocol(tmp_path, "s", "one") == first
    assert fix_protocol(tmp_path, "s", "two").version == 2
    assert [p.text for p in protocols(tmp_path)] == ["one", "two"]


def test_without_a_folder_a_protocol_is_fixed_in_memory() -> None:
    assert fix_protocol(None, "s", "x").version == 1


def test_a_new_workspace_is_sound_and_never_overwrites(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "a" / "space")
    space = Workspace.open(folder)
    assert not space.notes
    study = space.studies[0]
    panel = space.panel(study)
    assert panel.numerator.shape == (6, 12, 24)
    assert space.adoption(study, panel).on.any(axis=1).sum() == 6
    with pytest.raises(FileExistsError, match="not empty"):
        new_workspace(folder)
    (tmp_path / "empty").mkdir()
    assert new_workspace(tmp_path / "empty") == tmp_path / "empty"
