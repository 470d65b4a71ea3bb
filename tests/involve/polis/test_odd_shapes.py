"""Exports with times, groups and texts in shapes that nobody expects: said and left out, never an error of ours."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from holdfast.involve.polis_files import Conversation, read_polis, write_polis_csv
from holdfast.records import InputProblems


def _csv(folder: Path, at: str = "1") -> Path:
    (folder / "comments.csv").write_text(
        f"timestamp,comment-id,comment-body,moderated,agrees,disagrees\n{at},0,Hello,1,1,0\n", encoding="utf-8"
    )
    (folder / "votes.csv").write_text(f"timestamp,comment-id,voter-id,vote\n{at},0,5,1\n", encoding="utf-8")
    return folder


def _json(folder: Path, maths: Any, at: Any = 1) -> Path:
    (folder / "comments.json").write_text(json.dumps([{"tid": 0, "txt": "Hello", "mod": 1}]), encoding="utf-8")
    (folder / "votes.json").write_text(json.dumps([{"pid": 1, "tid": 0, "vote": 1, "modified": at}]), encoding="utf-8")
    (folder / "math-pca2.json").write_text(json.dumps(maths), encoding="utf-8")
    return folder


def _rules(talk: Conversation) -> str:
    return " ".join(f"{one.where}: {one.rule}" for one in talk.problems)


@pytest.mark.parametrize("at", ["1616161616161616161", "1e300", "inf", "-1", "yesterday", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_no_calendar_has_is_not_known_and_said(tmp_path: Path, at: str) -> None:
    talk = read_polis(_csv(tmp_path, at))
    assert math.isnan(talk.heard.votes.at[0]) and math.isnan(talk.created[0])
    assert "votes.csv: a time cannot be read" in _rules(talk)
    out = tmp_path / "out"
    assert read_polis(write_polis_csv(out, talk)).heard.votes.vote.tolist() == [1]


def test_a_number_too_large_for_any_column_is_not_known(tmp_path: Path) -> None:
    assert math.isnan(read_polis(_json(tmp_path, {}, 10**400)).heard.votes.at[0])


def test_times_that_are_right_say_nothing(tmp_path: Path) -> None:
    talk = read_polis(_csv(tmp_path, "1616161616161"))
    assert talk.heard.votes.at.tolist() == [1616161616.161] and talk.problems == ()


@pytest.mark.parametrize(
    "maths",
    [
        {"base-clusters": [], "group-clusters": [{"id": 0, "members": [0]}]},
        {"base-clusters": {"id": 3, "members": []}},
        {"base-clusters": {"id": [0], "members": [[1]]}, "group-clusters": [{"members": [0]}]},
        {"base-clusters": {"id": [0], "members": [[1]]}, "group-clusters": [{"id": 0, "members": [[0]]}]},
        {"group-clusters": ["a"]},
    ],
)
def test_groups_in_another_shape_are_left_out_and_said(tmp_path: Path, maths: Any) -> None:
    talk = read_polis(_json(tmp_path, maths))
    assert talk.groups == ("",) and talk.heard.votes.vote.tolist() == [1]
    assert "math-pca2.json: the opinion groups are not in the server's shape" in _rules(talk)


@pytest.mark.parametrize("name", ["summary.csv", "participants-votes.csv", "participant-votes.csv", "math-pca2.json"])
@pytest.mark.parametrize("held", [b"", b"topic,caf\xe9\n", b"nothing,here\n1,2\n"])
def test_a_broken_file_that_is_not_needed_is_said_and_the_rest_goes_on(tmp_path: Path, name: str, held: bytes) -> None:
    if name == "summary.csv" and held.isascii() and held:
        held = b"one\n"
    (_csv(tmp_path) / name).write_bytes(held)
    talk = read_polis(tmp_path)
    assert talk.heard.votes.vote.tolist() == [1]
    assert f"{name}: " in _rules(talk) and "the rest goes on" in _rules(talk)


@pytest.mark.parametrize("name", ["math-pca2.json", "conversation.json", "participants.json"])
@pytest.mark.parametrize("held", ["[" * 100_000, "{", '"one"', "7"])
def test_the_same_of_json(tmp_path: Path, name: str, held: str) -> None:
    (_json(tmp_path, {}) / name).write_text(held, encoding="utf-8")
    talk = read_polis(tmp_path)
    assert talk.heard.votes.vote.tolist() == [1] and f"{name}: " in _rules(talk)


def test_votes_and_statements_that_cannot_be_read_are_refused_in_words(tmp_path: Path) -> None:
    _json(tmp_path, {})
    (tmp_path / "votes.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputProblems, match=r"votes\.json"):
        read_polis(tmp_path)


def test_odd_counts_are_no_counts(tmp_path: Path) -> None:
    _json(tmp_path, {})
    row = {"tid": 0, "txt": "Hello", "mod": 1, "agree_count": "²"}
    (tmp_path / "comments.json").write_text(json.dumps([row]), encoding="utf-8")
    assert read_polis(tmp_path).heard.votes.vote.tolist() == [1]


def test_rows_that_are_no_objects_and_files_without_rows_are_said(tmp_path: Path) -> None:
    _json(tmp_path, {})
    (tmp_path / "votes.json").write_text("[1, 2, 3]", encoding="utf-8")
    talk = read_polis(tmp_path)
    assert "votes.json: a row is not an object" in _rules(talk) and "votes.json: there is no vote" in _rules(talk)
    assert [p.count for p in talk.problems if "not an object" in p.rule] == [3]
    (tmp_path / "comments.json").write_text("[]", encoding="utf-8")
    assert "comments.json: there is no statement" in _rules(read_polis(tmp_path))
    only = tmp_path / "csv"
    only.mkdir()
    (_csv(only) / "votes.csv").write_text("timestamp,comment-id,voter-id,vote\n", encoding="utf-8")
    assert "votes.csv: there is no vote" in _rules(read_polis(only))


def test_of_both_shapes_the_csv_is_read_with_the_maths_and_that_is_said(tmp_path: Path) -> None:
    maths = {"base-clusters": {"id": [0], "members": [[5]]}, "group-clusters": [{"id": 2, "members": [0]}]}
    _json(_csv(tmp_path), maths)
    talk = read_polis(tmp_path)
    assert talk.heard.participants == ("5",) and talk.maths == maths and talk.groups == ("2",)
    assert "votes.json is here too" in _rules(talk)
