"""Exports as today's Polis server writes them, as older ones did, and with the counts that say which way is agree."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from holdfast.involve import votes_of
from holdfast.involve.polis_files import Conversation, conversation_of, read_polis, write_polis_csv, write_polis_json
from holdfast.involve.reference import in_conversation, reference
from holdfast.involve.suspicion import suspicious
from holdfast.records.heard import Cast, Heard, Statement

CSV = ["brexit-consensus", "vtaiwan.uberx", "london.youth.policing", "scoop-hivemind.biodiversity"]
SERVER = ["below-100-ptpts", "50ptpt-3gp-strict-no-meta", "150ptpt-3gp-no-strict-no-meta"]
Row = dict[str, str]


def _changed(whole: Path, folder: Path, name: str, change: Callable[[Row], Row], to: str = "") -> None:
    """A file of a conversation with each row changed; its texts stay in the temporary folder."""
    csv.field_size_limit(2**24)
    with (whole / name).open(encoding="utf-8", newline="") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    with (folder / (to or name)).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _kept(row: Row) -> Row:
    return row


def _seconds(row: Row) -> Row:
    return {**row, "timestamp": row["timestamp"][:-3]}


def _turned(row: Row) -> Row:
    return {**row, "vote": str(-int(row["vote"]))}


def _without(*names: str) -> Callable[[Row], Row]:
    return lambda row: {name: value for name, value in row.items() if name not in names}


def _same_votes(one: Conversation, other: Conversation) -> bool:
    """The same people and votes; True or False only, so that nothing of a conversation is printed."""
    return one.heard.participants == other.heard.participants and all(
        np.array_equal(np.sort(getattr(one.heard.votes, part)), np.sort(getattr(other.heard.votes, part)))
        for part in ("who", "what", "vote")
    ) and votes_of(one.heard).vote.tolist() == votes_of(other.heard).vote.tolist()  # fmt: skip


def _rules(talk: Conversation) -> str:
    return " ".join(f"{one.where}: {one.rule}" for one in talk.problems)


@pytest.mark.parametrize("name", CSV)
def test_seconds_and_the_new_name_are_read_as_milliseconds_and_the_old(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    whole = shared_data / "votes" / name
    old = read_polis(whole)
    _changed(whole, tmp_path, "comments.csv", _seconds)
    _changed(whole, tmp_path, "votes.csv", _seconds)
    _changed(whole, tmp_path, "participants-votes.csv", _kept, "participant-votes.csv")
    talk = read_polis(tmp_path)
    assert bool(np.abs(np.sort(talk.heard.votes.at) - np.sort(old.heard.votes.at)).max() < 1)
    assert bool(np.abs(np.array(talk.created) - np.array(old.created)).max() < 1)
    assert talk.groups == old.groups and any(talk.groups)
    assert len(suspicious(talk.heard)) <= len(suspicious(old.heard)) + 1


@pytest.mark.parametrize("name", CSV)
def test_the_printed_date_is_the_time_where_there_is_no_other(name: str, shared_data: Path, tmp_path: Path) -> None:
    whole = shared_data / "votes" / name
    for file in ("comments.csv", "votes.csv"):
        _changed(whole, tmp_path, file, _without("timestamp"))
    talk, old = read_polis(tmp_path), read_polis(whole)
    assert bool(np.abs(np.sort(talk.heard.votes.at) - np.sort(old.heard.votes.at)).max() < 1)
    assert bool(np.abs(np.array(talk.created) - np.array(old.created)).max() < 1)


COMMENTS = "comment-id,comment-body,moderated,agrees,disagrees,is-meta\n0,one,1,2,0,{}\n1,two,1,1,0,false\n"
VOTES = "datetime,comment-id,voter-id,vote\n{},0,1,1\n,0,2,1\n,1,1,1\n"
PEOPLE = "participant,group-id,n-agree,n-disagree\n1,{},2,0\n2,{},1,0\n"


def _small(folder: Path, meta: str = "false", at: str = "", people: str = "") -> Conversation:
    (folder / "comments.csv").write_text(COMMENTS.format(meta), encoding="utf-8")
    (folder / "votes.csv").write_text(VOTES.format(at), encoding="utf-8")
    if people:
        (folder / "participant-votes.csv").write_text(people, encoding="utf-8")
    return read_polis(folder)


@pytest.mark.parametrize(
    "at",
    [
        "2017-07-17T09:10:15Z",
        "Mon Jul 17 2017 09:10:15 GMT+0000 (Coordinated Universal Time)",
        "Mon Jul 17 2017 10:10:15 GMT+0100 (British Summer Time)",
        "Mon Jul 17 16:10:15 WIB 2017",
        "Mon Jul 17 2017 05:40:15 GMT-0330",
        "1500282615",
        "1500282615000",
    ],
)
def test_every_way_of_writing_a_time(tmp_path: Path, at: str) -> None:
    assert np.nanmax(_small(tmp_path, at=at).heard.votes.at) == 1500282615.0


@pytest.mark.parametrize("at", ["Mon Jul 17 16:10:15 IST 2017", "Mon Jul 32 2017 09:10:15 GMT+0000", "17/07/2017"])
def test_a_zone_with_two_meanings_or_no_such_day_is_said_and_not_guessed(tmp_path: Path, at: str) -> None:
    talk = _small(tmp_path, at=at)
    assert np.isnan(talk.heard.votes.at).all() and "a time cannot be read" in _rules(talk)


@pytest.mark.parametrize(("written", "meta"), [("true", True), ("True", True), ("1", True), ("", False), ("no", False)])
def test_is_meta_is_read_and_written(tmp_path: Path, written: str, meta: bool) -> None:
    talk = _small(tmp_path, written)
    for write in (write_polis_csv, write_polis_json):
        back = read_polis(write(tmp_path / write.__name__, talk))
        assert [s.meta for s in back.heard.statements] == [s.meta for s in talk.heard.statements] == [meta, False]


def test_is_meta_that_is_neither_is_said(tmp_path: Path) -> None:
    assert "is-meta is true or false" in _rules(_small(tmp_path, "perhaps"))


def test_groups_that_a_data_frame_wrote_and_groups_that_are_not_there(tmp_path: Path) -> None:
    assert _small(tmp_path, people=PEOPLE.format("1.0", "0.0")).groups == ("1", "0")
    assert "participant-votes.csv: no opinion groups" in _rules(_small(tmp_path, people=PEOPLE.format("", "")))
    assert "no opinion groups" in _rules(_small(tmp_path, people="participant\n1\n2\n"))
    lone = _small(tmp_path, people="participant,group-id\n1,0\n")
    assert "somebody who voted is not listed here" in _rules(lone) and lone.groups == ("0", "")


@pytest.mark.parametrize("name", CSV)
@pytest.mark.parametrize("turn", [_kept, _turned])
def test_each_persons_counts_say_which_way_is_agree(
    name: str, turn: Callable[[Row], Row], shared_data: Path, tmp_path: Path
) -> None:
    whole = shared_data / "votes" / name
    _changed(whole, tmp_path, "comments.csv", _without("agrees", "disagrees"))
    _changed(whole, tmp_path, "votes.csv", turn)
    _changed(whole, tmp_path, "participants-votes.csv", _kept)
    talk = read_polis(tmp_path)
    assert _same_votes(talk, read_polis(whole))
    assert ("agreeing is written −1" in _rules(talk)) is (turn is _turned)
    (tmp_path / "participants-votes.csv").unlink()
    assert "could not be checked; 1 is read as agreeing" in _rules(read_polis(tmp_path))


@pytest.mark.parametrize("name", SERVER)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_maths_say_which_way_is_agree(name: str, sign: int, shared_data: Path, tmp_path: Path) -> None:
    whole = shared_data / "votes" / "server-maths" / name
    comments = json.loads((whole / "comments.json").read_text(encoding="utf-8"))
    votes = json.loads((whole / "votes.json").read_text(encoding="utf-8"))
    lean = [{key: value for key, value in row.items() if not key.endswith("_count")} for row in comments]
    (tmp_path / "comments.json").write_text(json.dumps(lean), encoding="utf-8")
    turned = [{**row, "vote": sign * row["vote"]} for row in votes]
    (tmp_path / "votes.json").write_text(json.dumps(turned), encoding="utf-8")
    (tmp_path / "math-pca2.json").write_bytes((whole / "math-pca2.json").read_bytes())
    talk = read_polis(tmp_path)
    assert _same_votes(talk, read_polis(whole))
    assert ("agreeing is written −1" in _rules(talk)) is (sign == -1)
    (tmp_path / "math-pca2.json").unlink()
    assert "could not be checked; 1 is read as agreeing" in _rules(read_polis(tmp_path))


@pytest.mark.parametrize("name", SERVER)
def test_a_read_conversation_gives_the_reference_maths(name: str, shared_data: Path) -> None:
    """The way that docs/involving.md gives; one of the three files lacks a person's votes, so not its centre."""
    talk = read_polis(shared_data / "votes" / "server-maths" / name)
    votes = votes_of(talk.heard, rejected=True)
    out = np.array([s.moderated == "rejected" for s in talk.heard.statements])
    maths = talk.maths
    inside = {p for p, kept in zip(votes.participants, in_conversation(votes), strict=True) if kept}
    assert inside == {str(p) for p in maths["in-conv"]}
    assert set(maths["mod-out"]) == {int(s) for s, gone in zip(votes.statements, out, strict=True) if gone}
    if len(maths["user-vote-counts"]) == len(votes.participants):
        order = [votes.statements.index(str(tid)) for tid in maths["tids"]]
        centre = reference(votes, moderated_out=out).space.centre[order]
        np.testing.assert_allclose(-centre, maths["pca"]["center"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("write", [write_polis_csv, write_polis_json])
def test_people_keep_their_order_their_names_and_their_place_without_a_vote(
    write: Callable[[Path, Conversation], Path], tmp_path: Path
) -> None:
    who, what = np.array([2, 0, 2], np.int32), np.array([0, 0, 1], np.int32)
    cast = Cast(who, what, np.array([1, -1, 1], np.int8), np.array([5.0, 6.5, 1.6e9]))
    names = ("b", "silent", "a", "007")
    said = (Statement("s1", text="one"), Statement("s2", text="two", moderated="rejected"))
    talk = conversation_of(Heard(names, ("",) * 4, ("",) * 4, statements=said, votes=cast))
    back = read_polis(write(tmp_path, talk))
    assert back.heard.participants == names
    assert back.heard.votes.at.tolist() == [5.0, 6.5, 1.6e9] and back.heard.votes.who.tolist() == [2, 0, 2]


def test_people_who_are_numbers_are_in_order_of_number_however_they_are_listed(tmp_path: Path) -> None:
    people = "participant,group-id,n-agree,n-disagree\n10,0,1,0\n2,0,1,0\n1,0,2,0\n"
    assert _small(tmp_path, people=people).heard.participants == ("1", "2", "10")
