"""Opinion groups, second to roles: who they are, what each holds that others do not, and what all share."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any, Final

import numpy as np

from holdfast.involve import Votes
from holdfast.involve.classes import Groups, Views, adjusted_rand, common_ground, holds, shared, views, who_is
from holdfast.involve.people import CHANNEL
from holdfast.involve.reference import reference
from holdfast.involve.roles import FEW
from holdfast.records.heard import Heard
from holdfast.web.voices.results.counts import number, shown

COMPARED: Final = 200_000
"""Votes up to which the reference grouping is worked out for comparison."""


def told(heard: Heard, votes: Votes, groups: Groups) -> dict[str, Any]:
    """The groups as a page shows them. A group of fewer than ten is counted and not described."""
    found: dict[str, Any] = {"k": groups.k, "why": groups.why, "stability": number(groups.stability.mean)}
    if groups.k < 2:
        return found
    texts = {s.statement: s.text for s in heard.statements}
    seen = views(votes, groups)
    sizes = np.bincount(groups.assigned[groups.assigned >= 0], minlength=groups.k).tolist()
    held = holds(seen)
    found["groups"] = [
        {
            "name": ascii_uppercase[g],
            "n": shown(sizes[g]),
            "holds": _holdings(votes, texts, seen, g, held[g]) if sizes[g] >= FEW else [],
        }
        for g in range(groups.k)
    ]
    found["who"] = _who(heard, groups, sizes)
    found["shared"] = [
        {"text": texts[votes.statements[s]], "way": way, "low": number(low)}
        for s, way, low in common_ground(shared(seen))
        if (seen.votes[:, s].sum(axis=1) >= FEW).all()
    ][:10]
    if len(votes) <= COMPARED:
        found["reference"] = _reference(votes, groups)
    return found


def _holdings(votes: Votes, texts: dict[str, str], seen: Views, g: int, held: Any) -> list[dict[str, Any]]:
    return [
        {
            "text": texts[votes.statements[h.statement]],
            "way": h.way,
            **{name: number(getattr(h, name)) for name in ("share", "low", "high", "others")},
        }
        for h in held
        if seen.votes[g, h.statement].sum() >= FEW
        and seen.votes[:, h.statement].sum() - seen.votes[g, h.statement].sum() >= FEW
    ]


def _who(heard: Heard, groups: Groups, sizes: list[int]) -> list[dict[str, Any]]:
    """Each group's make-up by role first, then by channel and by each question about people."""
    attributes = {"role": heard.roles, CHANNEL: tuple(c or None for c in heard.channels), **heard.about}
    return [
        {"attribute": w.attribute, "level": w.level, "group": ascii_uppercase[w.group], "n": shown(w.count),
         "share": number(w.share), "low": number(w.low), "high": number(w.high)}
        for w in who_is(groups, attributes, fewest=FEW)
        if sizes[w.group] >= FEW and w.count
    ]  # fmt: skip


def _reference(votes: Votes, groups: Groups) -> dict[str, Any]:
    """How many groups the reference maths finds, and how far both say the same of the people whom both group."""
    other = reference(votes)
    both = (other.group >= 0) & (groups.assigned >= 0)
    alike = adjusted_rand(other.group[both], groups.assigned[both]) if both.sum() > 1 else float("nan")
    return {"k": other.k, "alike": number(alike)}
