"""The reference maths reproduced from the server's own published files: statistics to 1e-12.

Exactly comparable from votes: centre, components (up to their sign), projections, statement places, extremity, who
is grouped, consensus. Exactly comparable from the published groups: tallies, representativeness, group-informed
consensus, priorities. Not comparable from votes alone: the k-means groups, which carry the server's history.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from holdfast.involve import Votes, votes_of
from holdfast.involve.polis_files import read_polis
from holdfast.involve.reference import Pick, Reference, in_conversation, reference

NAMES = ("150ptpt-3gp-no-strict-no-meta", "50ptpt-3gp-strict-no-meta", "below-100-ptpts")


def exactly(ours: Any, told: Any) -> None:
    """Equal to 1e-12."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(told, float), rtol=0, atol=1e-12)


@dataclass(frozen=True)
class Published:
    """``votes`` in ours signs (agree +1), people in order of arrival; ``maths`` as published (agree −1)."""

    votes: Votes
    maths: dict[str, Any]

    @property
    def statements(self) -> list[int]:
        return [int(name) for name in self.votes.statements]

    def marked(self, ids: list[int]) -> NDArray[np.bool_]:
        return np.isin(self.statements, ids)

    @property
    def moderated_out(self) -> NDArray[np.bool_]:
        return self.marked(self.maths["mod-out"])

    @property
    def components(self) -> NDArray[np.float64]:
        """The published components in our signs: negated, since agree is."""
        return -np.array(self.maths["pca"]["comps"])

    @property
    def group(self) -> NDArray[np.int64]:
        base = self.maths["base-clusters"]
        members = dict(zip(base["id"], base["members"], strict=True))
        of = {
            str(person): cluster["id"]
            for cluster in self.maths["group-clusters"]
            for b in cluster["members"]
            for person in members[b]
        }
        return np.array([of.get(name, -1) for name in self.votes.participants])


def published(folder: Path) -> Published:
    """One conversation. Where the published centre counts people whose votes the file lacks, they are put back."""
    rows = json.loads((folder / "votes.json").read_text())
    maths = json.loads((folder / "math-pca2.json").read_text())
    who, what = ("participant_id", "statement_id") if "participant_id" in rows[0] else ("pid", "tid")
    listed = [(row[who], row[what], row["vote"]) for row in rows]
    missing = set(maths["user-vote-counts"]) - {str(row[0]) for row in listed}
    listed += _put_back(listed, maths, missing)
    people = sorted({str(row[0]) for row in listed}, key=int)
    votes = Votes.from_rows(listed, people, [str(tid) for tid in maths["tids"]])
    return Published(votes, maths)


def _put_back(rows: list[tuple[int, int, int]], maths: dict[str, Any], missing: set[str]) -> list[tuple[int, int, int]]:
    """The one absent person's votes, each found from a published mean that one vote more explains exactly."""
    if len(missing) != 1:
        return []
    (person,) = missing
    found = []
    for place, tid in enumerate(maths["tids"]):
        votes = [vote for _, what, vote in rows if what == tid]
        mean = -maths["pca"]["center"][place]
        if tid in maths["mod-out"] or abs(sum(votes) - mean * len(votes)) < 1e-6:
            continue
        lacked = mean * (len(votes) + 1) - sum(votes)
        assert abs(lacked - round(lacked)) < 1e-9
        found.append((int(person), tid, round(lacked)))
    assert len(found) == maths["user-vote-counts"][person]
    return found


@pytest.fixture(scope="module", params=NAMES)
def one(request: pytest.FixtureRequest, shared_data: Path) -> tuple[Published, Reference]:
    case = published(shared_data / "votes" / "server-maths" / request.param)
    return case, reference(case.votes, moderated_out=case.moderated_out, group=case.group, like=case.components)


def test_centre_components_and_where_statements_stand(one: tuple[Published, Reference]) -> None:
    case, ours = one
    pca = case.maths["pca"]
    exactly(-ours.space.centre, pca["center"])
    exactly(ours.space.components, case.components)
    exactly(ours.space.statements().T, pca["comment-projection"])
    exactly(ours.space.extremity(), pca["comment-extremity"])


def test_where_people_stand_by_their_base_clusters(one: tuple[Published, Reference]) -> None:
    case, ours = one
    place = {name: row for row, name in enumerate(case.votes.participants)}
    base = case.maths["base-clusters"]
    for members, x, y in zip(base["members"], base["x"], base["y"], strict=True):
        exactly(ours.at[[place[str(who)] for who in members]].mean(axis=0), [x, y])
    for cluster in case.maths["group-clusters"]:
        inside = [base["id"].index(b) for b in cluster["members"]]
        people = [place[str(who)] for b in inside for who in base["members"][b]]
        exactly(ours.at[people].mean(axis=0), cluster["center"])


def test_who_is_grouped(one: tuple[Published, Reference]) -> None:
    case, _ = one
    inside = in_conversation(case.votes)
    names = {name for name, kept in zip(case.votes.participants, inside, strict=True) if kept}
    assert names == {str(who) for who in case.maths["in-conv"]}


def test_group_votes(one: tuple[Published, Reference]) -> None:
    case, ours = one
    for group, told in case.maths["group-votes"].items():
        assert told["n-members"] == (ours.group == int(group)).sum()
        for row, tid in enumerate(case.statements):
            agree, disagree, passed = ours.tallies[int(group), row]
            counted = {"A": agree, "D": disagree, "S": agree + disagree + passed}
            assert told["votes"][str(tid)] == counted


def test_group_informed_consensus_and_priorities(one: tuple[Published, Reference]) -> None:
    case, ours = one
    told = [case.maths["group-aware-consensus"][str(tid)] for tid in case.statements]
    exactly(ours.shared[:, 0], told)
    priorities = np.array([case.maths["comment-priorities"][str(tid)] for tid in case.statements])
    if (priorities == 49).all() and not case.maths["meta-tids"]:
        return  # the server gave every statement the meta priority though it lists none: no votes explain that
    exactly(ours.priority, priorities)


def _same(pick: Pick, told: dict[str, Any], statements: list[int]) -> None:
    assert (statements[pick.statement], pick.count, pick.seen) == (told["tid"], told["n-success"], told["n-trials"])
    exactly([pick.share, pick.test], [told["p-success"], told["p-test"]])


def test_what_each_group_holds_in_order(one: tuple[Published, Reference]) -> None:
    case, ours = one
    for group, listed in case.maths["repness"].items():
        picks = ours.holds[int(group)]
        assert [case.statements[pick.statement] for pick in picks] == [told["tid"] for told in listed]
        for pick, told in zip(picks, listed, strict=True):
            _same(pick, told, case.statements)
            assert pick.way == told["repful-for"]
            assert pick.best_agree == told.get("best-agree", False) and pick.n_agree == told.get("n-agree")
            exactly(pick.repness, told["repness"])
            # The server publishes this one in single precision.
            assert np.float32(pick.repness_test) == pytest.approx(np.float32(told["repness-test"]), abs=1e-6)


def test_what_everybody_holds_in_order(one: tuple[Published, Reference]) -> None:
    case, ours = one
    for picks, way in ((ours.agreed, "agree"), (ours.disagreed, "disagree")):
        listed = case.maths["consensus"][way]
        assert [case.statements[pick.statement] for pick in picks] == [told["tid"] for told in listed]
        for pick, told in zip(picks, listed, strict=True):
            _same(pick, told, case.statements)


def test_no_votes_are_nothing_to_lay_out() -> None:
    with pytest.raises(ValueError, match="nobody has voted"):
        reference(Votes.from_rows([]))


@pytest.fixture(scope="module")
def halves() -> tuple[Votes, NDArray[np.int64]]:
    """Forty people in two groups that vote apart, and three in none."""
    rng = np.random.default_rng(0)
    side = np.repeat([0, 1], 20)
    agree = rng.random((40, 6)) < np.where(side == 0, 0.9, 0.3)[:, None]
    rows = [(f"p{i}", f"s{j}", 1 if agree[i, j] else -1) for i in range(40) for j in range(6)]
    rows += [(f"n{i}", "s0", 1) for i in range(3)]
    return Votes.from_rows(rows), np.append(side, [-1, -1, -1])


@pytest.mark.parametrize(
    ("zero", "one", "none", "names"),
    [
        (1, 2, -1, ("1", "2")),
        (0, 4, -1, ("0", "4")),
        (2.0, 11.0, np.nan, ("2", "11")),
        ("0", "1", "", ("0", "1")),
        ("2", "10", "-1", ("2", "10")),
        ("for", "of no mind", None, ("for", "of no mind")),
    ],
)
def test_what_groups_are_called_changes_no_number(
    halves: tuple[Votes, NDArray[np.int64]], zero: Any, one: Any, none: Any, names: tuple[str, ...]
) -> None:
    votes, group = halves
    plain = reference(votes, group=group)
    given = [{0: zero, 1: one, -1: none}[int(g)] for g in group]
    for form in (given, tuple(given), np.array(given, object)):
        named = reference(votes, group=form)
        assert named.k == plain.k == 2 and named.names == names
        exactly(named.shared, plain.shared)
        exactly(named.priority, plain.priority)
        exactly(named.tallies, plain.tallies)
        assert named.holds == plain.holds and (named.group == group).all()


def test_groups_as_a_polis_file_gives_them_are_those_of_the_server(shared_data: Path) -> None:
    folder = shared_data / "votes" / "brexit-consensus"
    talk = read_polis(folder)
    votes = votes_of(talk.heard)
    numbered = np.array([int(g) if g else -1 for g in talk.groups])
    exactly(reference(votes, group=talk.groups).shared, reference(votes, group=numbered).shared)


@pytest.mark.parametrize(
    ("group", "says"),
    [
        ([0, 1], "2 people and 43"),
        ([-1] * 43, "nobody in a group"),
        ([0.5, *[0] * 42], "whole numbers from 0"),
        ([-2, *[0] * 42], "whole numbers from 0"),
        (np.zeros((43, 2), int), "2 dimensions"),
    ],
)
def test_groups_that_are_of_nobody_are_refused(halves: tuple[Votes, NDArray[np.int64]], group: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        reference(halves[0], group=group)


@pytest.mark.parametrize("marks", ["moderated_out", "meta", "inside"])
def test_marks_of_other_statements_or_people_are_refused(halves: tuple[Votes, NDArray[np.int64]], marks: str) -> None:
    wrong: dict[str, Any] = {marks: np.zeros(4, bool)}
    with pytest.raises(ValueError, match=marks):
        reference(halves[0], **wrong)
