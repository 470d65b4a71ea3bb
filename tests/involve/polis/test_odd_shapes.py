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
        f"timestamp,comment-id,comment-body,moderated\n{at},0,Hello,1\n", encoding="utf-8"
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
    assert "votes.csv: a time is not milliseconds" in _rules(talk)
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


def test_a_summary_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (_csv(tmp_path) / "summary.csv").write_bytes(b"topic,caf\xe9\n")
    with pytest.raises(InputProblems, match=r"summary\.csv"):
        read_polis(tmp_path)


def test_json_nested_without_end_and_odd_counts_are_refused_in_words(tmp_path: Path) -> None:
    _json(tmp_path, {})
    (tmp_path / "math-pca2.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputProblems, match=r"math-pca2\.json"):
        read_polis(tmp_path)
    _json(tmp_path, {})
    row = {"tid": 0, "txt": "Hello", "mod": 1, "agree_count": "²"}
    (tmp_path / "comments.json").write_text(json.dumps([row]), encoding="utf-8")
    assert read_polis(tmp_path).heard.votes.vote.tolist() == [1]
