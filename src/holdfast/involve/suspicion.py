"""Signs of duplicate or scripted voting. They are reported for a person to look at; no vote is dropped for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from holdfast.records.heard import Cast, Heard

Floats = NDArray[np.float64]
TYPED_IN: Final = ("paper", "meeting", "phone", "interpreter")
"""Channels whose votes somebody else enters, so that their times say nothing of the voter."""
DAY: Final = 86_400.0


@dataclass(frozen=True)
class Suspicion:
    """One thing to look at: ``kind`` is speed, identical or burst; times are seconds since 1970."""

    kind: str
    participants: tuple[str, ...]
    votes: int
    start: float
    end: float
    words: str


def suspicious(
    heard: Heard,
    *,
    fastest: float = 1.0,
    least: int = 10,
    alike: int = 3,
    together: float = 3600.0,
    window: float = 60.0,
    chance: float = 1e-6,
) -> tuple[Suspicion, ...]:
    """What looks like scripted or repeated voting among those who voted for themselves.

    Speed: ``least`` votes or more with a median of under ``fastest`` seconds between. Identical: ``alike`` people or
    more who gave the very same answers to the very same statements (``least`` or more), each starting within
    ``together`` seconds of the one before. Burst: so many new people within ``window`` seconds that, at the rate
    of the day around it, it would happen less often than ``chance``. Votes without a time are not looked at.
    """
    cast = heard.votes
    own = np.array([channel not in TYPED_IN for channel in heard.channels], bool)
    rows = np.flatnonzero(~np.isnan(cast.at) & own[cast.who]) if len(cast.who) else np.empty(0, np.int64)
    rows = rows[np.lexsort((cast.at[rows], cast.who[rows]))]
    bounds = np.flatnonzero(np.diff(cast.who[rows], prepend=-1, append=-2))
    spans = [rows[a:b] for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)]
    return (
        *_fast(heard, spans, fastest, least),
        *_identical(heard, spans, least, alike, together),
        *_bursts(heard, spans, window, chance),
    )


def _fast(heard: Heard, spans: list[NDArray[np.int64]], fastest: float, least: int) -> Iterator[Suspicion]:
    cast = heard.votes
    for rows in spans:
        if len(rows) < least:
            continue
        pause = float(np.median(np.diff(cast.at[rows])))
        if pause < fastest:
            yield _told(heard, "speed", [rows], f"{len(rows):,} votes, half of them within {pause:.1f} seconds of the "
                        "last: faster than anybody reads.")  # fmt: skip


def _identical(
    heard: Heard, spans: list[NDArray[np.int64]], least: int, alike: int, together: float
) -> Iterator[Suspicion]:
    same: dict[bytes, list[NDArray[np.int64]]] = defaultdict(list)
    for rows in spans:
        answers = _answers(heard.votes, rows)
        if len(answers) >= least:
            same[answers.tobytes()].append(rows)
    for group in same.values():
        group.sort(key=lambda rows: float(heard.votes.at[rows[0]]))
        starts = np.array([heard.votes.at[rows[0]] for rows in group])
        for part in np.split(np.arange(len(group)), np.flatnonzero(np.diff(starts) > together) + 1):
            if len(part) >= alike:
                chosen = [group[i] for i in part.tolist()]
                yield _told(heard, "identical", chosen, f"{len(part):,} people gave the same "
                            f"{len(_answers(heard.votes, chosen[0])):,} answers one soon after another.")  # fmt: skip


def _answers(cast: Cast, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A person's last answers as (statement, vote) pairs in order of statement."""
    what = cast.what[rows][::-1]
    _, first = np.unique(what, return_index=True)
    return np.stack([what[first], cast.vote[rows][::-1][first]], axis=1).astype(np.int64)


def _bursts(heard: Heard, spans: list[NDArray[np.int64]], window: float, chance: float) -> Iterator[Suspicion]:
    spans = sorted(spans, key=lambda rows: float(heard.votes.at[rows[0]]))
    starts: Floats = np.array([heard.votes.at[rows[0]] for rows in spans], np.float64)
    ends = np.searchsorted(starts, starts + window, "right")
    around = np.searchsorted(starts, starts + DAY / 2, "right") - np.searchsorted(starts, starts - DAY / 2)
    here = ends - np.arange(len(starts))
    usual = np.maximum(around - here, 1) * window / DAY
    flagged = (poisson.sf(here - 1, usual) < chance) & (here >= 10)
    done = -1
    for i in np.flatnonzero(flagged).tolist():
        if i <= done:
            continue
        done = int(ends[i]) - 1
        while more := [j for j in range(i + 1, done + 1) if flagged[j] and ends[j] - 1 > done]:
            done = int(ends[more[-1]]) - 1
        yield _told(heard, "burst", spans[i : done + 1], f"{done + 1 - i:,} people began to vote within "
                    f"{starts[done] - starts[i]:.0f} seconds. A meeting or an announcement does this too.")  # fmt: skip


def _told(heard: Heard, kind: str, spans: list[NDArray[np.int64]], words: str) -> Suspicion:
    cast = heard.votes
    rows = np.concatenate(spans)
    names = tuple(heard.participants[int(cast.who[part[0]])] for part in spans)
    return Suspicion(kind, names, len(rows), float(cast.at[rows].min()), float(cast.at[rows].max()), words)
