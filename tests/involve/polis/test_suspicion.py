"""Scripted voting is seen and people voting in their own time are not; nothing is ever dropped for it."""

from __future__ import annotations

import numpy as np

from holdfast.involve.suspicion import suspicious
from holdfast.records.heard import Cast, Heard, Statement

DAY = 86_400.0


def heard(who: list[int], what: list[int], vote: list[int], at: list[float], channels: tuple[str, ...] = ()) -> Heard:
    people = max(who, default=-1) + 1
    cast = Cast(np.array(who, np.int32), np.array(what, np.int32), np.array(vote, np.int8), np.array(at, float))
    statements = tuple(Statement(str(i)) for i in range(40))
    return Heard(tuple(f"p{i}" for i in range(people)), ("",) * people, channels or ("online",) * people,
                 statements=statements, votes=cast)  # fmt: skip


def honest(rng: np.random.Generator, people: int = 200) -> tuple[list[int], list[int], list[int], list[float]]:
    """People who come over three days and read for some seconds."""
    who, what, vote, at = [], [], [], []
    for p in range(people):
        now = rng.uniform(0, 3 * DAY)
        for s in rng.permutation(40)[: rng.integers(5, 30)].tolist():
            now += 3 + rng.exponential(6)
            who, what, vote, at = [*who, p], [*what, s], [*vote, int(rng.integers(-1, 2))], [*at, now]
    return who, what, vote, at


def test_people_in_their_own_time_are_not_suspected() -> None:
    rng = np.random.default_rng(1)
    assert not [s for _ in range(5) for s in suspicious(heard(*honest(rng)))]


def test_a_script_is_seen_by_its_speed() -> None:
    who, what, vote, at = honest(np.random.default_rng(2))
    said = heard([*who, *[200] * 30], [*what, *range(30)], [*vote, *[1] * 30], [*at, *(DAY + np.arange(30) * 0.2)])
    (found,) = suspicious(said)
    assert (found.kind, found.participants, found.votes) == ("speed", ("p200",), 30)
    assert len(said.votes.vote) == len(vote) + 30


def test_the_same_answers_one_soon_after_another_are_seen_and_days_apart_are_not() -> None:
    who, what, vote, at = honest(np.random.default_rng(3))
    answers = np.random.default_rng(0).integers(-1, 2, 15).tolist()

    def with_copies(gap: float) -> Heard:
        more = [(200 + c, s, answers[s], DAY + c * gap + s * 4) for c in range(4) for s in range(15)]
        a, b, c, d = (list(part) for part in zip(*more, strict=True))
        return heard([*who, *a], [*what, *b], [*vote, *c], [*at, *d])

    (found,) = [s for s in suspicious(with_copies(300)) if s.kind == "identical"]
    assert found.participants == ("p200", "p201", "p202", "p203") and "15 answers" in found.words
    assert not [s for s in suspicious(with_copies(DAY)) if s.kind == "identical"]


def test_a_crowd_arriving_at_once_is_seen_once_and_said_to_be_perhaps_a_meeting() -> None:
    who, what, vote, at = honest(np.random.default_rng(4))
    more = [(200 + p, s, 1 - (p + s) % 3, DAY + p + s * 5) for p in range(60) for s in range(6)]
    a, b, c, d = (list(part) for part in zip(*more, strict=True))
    found = [s for s in suspicious(heard([*who, *a], [*what, *b], [*vote, *c], [*at, *d])) if s.kind == "burst"]
    assert len(found) == 1 and len(found[0].participants) >= 60 and "meeting" in found[0].words


def test_votes_typed_in_from_paper_have_no_speed() -> None:
    rows = ([0] * 30, list(range(30)), [1] * 30, (np.arange(30) * 0.1).tolist())
    assert suspicious(heard(*rows)) and not suspicious(heard(*rows, channels=("paper",)))


def test_nobody_and_votes_without_a_time() -> None:
    assert suspicious(Heard()) == ()
    assert suspicious(heard([0] * 20, list(range(20)), [1] * 20, [float("nan")] * 20)) == ()
