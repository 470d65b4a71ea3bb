"""Polis exports in and out again: the published conversations come back the same, and bad files say what is wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from holdfast.involve import votes_of
from holdfast.involve.polis_files import Conversation, conversation_of, read_polis, write_polis_csv, write_polis_json
from holdfast.involve.reference import in_conversation
from holdfast.records import InputProblems
from holdfast.records.heard import Cast, Heard, Statement

NAMES = ["brexit-consensus", "vtaiwan.uberx", "london.youth.policing", "scoop-hivemind.biodiversity",
         "server-maths/below-100-ptpts", "server-maths/50ptpt-3gp-strict-no-meta",
         "server-maths/150ptpt-3gp-no-strict-no-meta"]  # fmt: skip


def cast_of(talk: Conversation) -> list[tuple[str, str, int, float]]:
    heard, cast = talk.heard, talk.heard.votes
    return sorted(
        (heard.participants[p], heard.statements[s].statement, v, t)
        for p, s, v, t in zip(*(part.tolist() for part in (cast.who, cast.what, cast.vote, cast.at)), strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_published_conversation_comes_back_the_same(name: str, shared_data: Path, tmp_path: Path) -> None:
    """Everything compared by equality: no text of it is ever printed."""
    talk = read_polis(shared_data / "votes" / name)
    for write in (write_polis_csv, write_polis_json):
        back = read_polis(write(tmp_path / write.__name__, talk))
        assert bool(cast_of(back) == cast_of(talk))
        assert bool([(s.statement, s.text, s.moderated) for s in back.heard.statements]
                    == [(s.statement, s.text, s.moderated) for s in talk.heard.statements])  # fmt: skip
        assert back.authors == talk.authors and back.created == talk.created
        assert back.heard.participants == talk.heard.participants and back.groups == talk.groups
        inside, again = (in_conversation(votes_of(one.heard)) for one in (talk, back))
        assert inside.tolist() == again.tolist()
        for part in ("who", "what", "vote", "at"):
            assert np.array_equal(getattr(back.heard.votes, part), getattr(talk.heard.votes, part), equal_nan=True)
        assert [s.meta for s in back.heard.statements] == [s.meta for s in talk.heard.statements]


@pytest.mark.parametrize("name", NAMES[:4])
def test_the_published_totals_are_met(name: str, shared_data: Path) -> None:
    """participants-votes.csv counts each person's agreements itself."""
    import csv

    folder = shared_data / "votes" / name
    with (folder / "participants-votes.csv").open(encoding="utf-8") as file:
        theirs = {row["participant"]: (int(row["n-agree"]), int(row["n-votes"])) for row in csv.DictReader(file)}
    heard = read_polis(folder).heard
    votes = votes_of(heard, rejected=True)
    by_person = votes.counts_by_person()
    ours = {p: (int(c[0]), int(c.sum())) for p, c in zip(votes.participants, by_person, strict=True)}
    assert ours == theirs


COMMENTS = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
VOTES = "timestamp,datetime,comment-id,voter-id,vote\n"


def folder(path: Path, comments: str, votes: str) -> Path:
    (path / "comments.csv").write_text(COMMENTS + comments, encoding="utf-8")
    (path / "votes.csv").write_text(VOTES + votes, encoding="utf-8")
    return path


def test_what_cannot_be_understood_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    talk = read_polis(folder(
        tmp_path,
        '1000,d,0,0,1,0,1,"=HYPERLINK(""x"")"\n1000,d,1,0,0,1,1,<script>alert(1)</script>\n1000,d,2,0,0,0,7,服務\n'
        "1000,d,2,0,0,0,1,again\n1000,d,,0,0,0,1,nobody\n1000,d,3,0,0,0,0,\n",
        "2000,d,0,5,1\n2000,d,1,5,-1\n2000,d,9,5,1\n2000,d,0,6,maybe\n2000,d,0,,1\nsoon,d,2,7,0\n",
    ))  # fmt: skip
    said = {(p.rule.split(";")[0], p.count) for p in talk.problems}
    assert {
        ("a text looks like a spreadsheet formula", 1),
        ("a text holds HTML", 1),
        ("a statement's number is given twice", 1),
        ("a statement has no number", 1),
        ("a statement has no text", 1),
        ("moderated is 1, 0 or −1", 1),
        ("a vote on a statement that is not listed is left out", 1),
        ("a vote is 1, 0 or −1", 1),
        ("a vote names nobody and is left out", 1),
    } <= said
    assert [s.text for s in talk.heard.statements][:3] == ['=HYPERLINK("x")', "<script>alert(1)</script>", "服務"]
    assert [v[:3] for v in cast_of(talk)] == [("5", "0", 1), ("5", "1", -1), ("7", "2", 0)]
    written = (write_polis_csv(tmp_path / "out", talk) / "comments.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in written, "no spreadsheet may run it"
    assert read_polis(tmp_path / "out").heard.statements[0].text == '=HYPERLINK("x")'


def test_an_export_that_writes_agreeing_as_minus_one_is_seen_by_its_own_counts(tmp_path: Path) -> None:
    talk = read_polis(
        folder(tmp_path, "1,d,0,0,3,1,1,text\n", "".join(f"{i},d,0,{i},{-1 if i else 1}\n" for i in range(4)))
    )
    assert [v for _, _, v, _ in cast_of(talk)] == [-1, 1, 1, 1]
    assert any("agreeing is written −1" in p.rule for p in talk.problems)


@pytest.mark.parametrize("name", NAMES[:4])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_part_of_the_votes_is_not_taken_for_reversed_and_reversed_ones_are(
    name: str, kept: float, shared_data: Path, tmp_path: Path
) -> None:
    whole = shared_data / "votes" / name
    (tmp_path / "comments.csv").write_bytes((whole / "comments.csv").read_bytes())
    head, *rows = (whole / "votes.csv").read_text(encoding="utf-8").splitlines()
    part = [row for row in rows if random.Random(row).random() < kept]
    (tmp_path / "votes.csv").write_text("\n".join([head, *part]), encoding="utf-8")
    as_they_are = cast_of(read_polis(tmp_path))
    at = head.split(",").index("vote")
    turned = [[*(cells := row.split(","))[:at], str(-int(cells[at])), *cells[at + 1 :]] for row in part]
    assert [int(row.split(",")[at]) for row in part].count(1) == sum(v == 1 for _, _, v, _ in as_they_are)
    (tmp_path / "votes.csv").write_text("\n".join([head, *map(",".join, turned)]), encoding="utf-8")
    assert cast_of(read_polis(tmp_path)) == as_they_are


def test_counts_that_fit_neither_way_leave_the_votes_as_they_are_and_say_so(tmp_path: Path) -> None:
    votes = "".join(f"{i},d,{i % 2},{i},1\n" for i in range(10))
    talk = read_polis(folder(tmp_path, "1,d,0,0,5,0,1,one\n1,d,1,0,0,5,1,two\n", votes))
    assert {v for _, _, v, _ in cast_of(talk)} == {1}
    assert any("do not fit" in p.rule for p in talk.problems)


def test_texts_and_names_come_back_to_the_letter(tmp_path: Path) -> None:
    texts = ("one\rtwo", "a\r\nb", "a\nb", "'=1+1", "=1+1", "''@x", "'plain'", "tab\there", "-")
    said = tuple(Statement(str(i), text=text) for i, text in enumerate(texts))
    cast = Cast(np.array([0, 1]), np.array([0, 1]), np.array([1, -1]), np.array([np.inf, 2.000001]))
    heard = Heard(("=p2", "p1"), ("", ""), ("", ""), statements=said, votes=cast)
    talk = read_polis(write_polis_csv(tmp_path, conversation_of(heard)))
    assert tuple(s.text for s in talk.heard.statements) == texts
    assert set(talk.heard.participants) == {"=p2", "p1"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "neither votes.csv nor votes.json"),
        ({"votes.csv": VOTES}, "comments.csv: this file is missing"),
        ({"votes.csv": "timestamp,vote\n", "comments.csv": COMMENTS}, "the column “comment-id” is missing"),
        ({"votes.csv": VOTES, "comments.csv": "text\n"}, "the column “comment-body” is missing"),
        ({"votes.json": "[]"}, "comments.json: this file is missing"),
        ({"votes.json": "[", "comments.json": "[]"}, "not JSON that can be read"),
        ({"votes.json": "{}", "comments.json": "[]"}, "should be a list of rows"),
        ({"votes.json": '[{"vote": 1}]', "comments.json": "[]"}, "no row has “pid” or “participant_id”"),
    ],
)
def test_files_that_cannot_be_read_say_what_is_wrong(files: dict[str, str], told: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputProblems) as found:
        read_polis(tmp_path)
    assert told in str(found.value)


def test_text_that_is_not_utf_8_is_refused_and_not_guessed(tmp_path: Path) -> None:
    folder(tmp_path, "", "")
    (tmp_path / "comments.csv").write_bytes(COMMENTS.encode() + b"1,d,0,0,0,0,1,caf\xe9\n")
    with pytest.raises(InputProblems, match="not UTF-8"):
        read_polis(tmp_path)


def test_a_conversation_without_a_vote_or_a_statement_is_written_and_read(tmp_path: Path) -> None:
    empty = conversation_of(Heard(), topic="Nothing yet")
    for write in (write_polis_csv, write_polis_json):
        back = read_polis(write(tmp_path / write.__name__, empty))
        assert back.heard.participants == () and len(back.heard.votes.vote) == 0
        assert back.about["topic"] == "Nothing yet"


def test_json_holds_the_maths_as_they_came(tmp_path: Path) -> None:
    maths = {"base-clusters": {"id": [0], "members": [[4]]}, "group-clusters": [{"id": 1, "members": [0]}], "n": 1}
    (tmp_path / "comments.json").write_text('[{"tid": 0, "txt": "t", "mod": 1}]', encoding="utf-8")
    (tmp_path / "votes.json").write_text(
        '[{"pid": 4, "tid": 0, "vote": 1, "modified": "1600000000500"}]', encoding="utf-8"
    )
    (tmp_path / "math-pca2.json").write_text(json.dumps(maths), encoding="utf-8")
    talk = read_polis(tmp_path)
    assert talk.groups == ("1",) and talk.heard.votes.at.tolist() == [1600000000.5]
    written = write_polis_json(tmp_path / "out", talk) / "math-pca2.json"
    assert json.loads(written.read_text(encoding="utf-8")) == maths
