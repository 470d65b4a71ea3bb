"""The rule for voices: counts and shares by the profile, and a place apart from everyone only where nobody is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

from holdfast.records.voices import Voice
from holdfast.share.disclosure.released import NOT_SHOWN
from holdfast.share.disclosure.rounding import count
from holdfast.share.disclosure.rule import Changed, Rule, emptied

UNTOLD: Final = "Not told apart: too few answered for this very place, or nobody did. What they say of everyone stands."
IN_WORDS: Final = (
    "What a role says of some people or one setting is told apart from what it says of everyone only where at least "
    "{few} of it answered for that very place, and {few} or nobody of it did not; elsewhere what it says of everyone "
    "stands."
)


def voices(rows: Sequence[Voice], rule: Rule) -> list[Changed]:
    """Each voice by the profile. A place of which no role may be told is left out whole, so that its being there does
    not show that somebody answered for it; where one role may be, the others stand without their shares."""
    from holdfast.involve.placing import may_be_told

    few = fewest(rule)
    told = {_about(row) for row in rows if row.kind == "role" and may_be_told(row, few)}
    out = []
    for row in rows:
        if may_be_told(row, few):
            out.append(_voice(row, rule, few))
        elif row.kind == "role" and _about(row) in told:
            out.append(_emptied(row, UNTOLD))
    return out


def fewest(rule: Rule) -> int:
    """The least number of people by whom a voice may be told from another: the rule's own where it asks for more."""
    from holdfast.involve.roles import FEW  # here, since it loads scipy

    return max(FEW, rule.profile.statistics_above + 1, rule.profile.suppress_to + 1)


def voices_line(rule: Rule) -> str:
    """The same in a sentence that is printed wherever there are voices, whether any are withheld or not."""
    return IN_WORDS.format(few=fewest(rule))


def _about(row: Voice) -> tuple[str, ...]:
    return row.change, row.practice, row.dimension, row.level, row.setting


def _voice(row: Voice, rule: Rule, few: int) -> Changed:
    """How many spoke, by the rule; shares are statistics, shown to a whole percentage where enough people spoke."""
    if row.voices <= max(rule.profile.statistics_above, rule.profile.suppress_to):
        return _emptied(row, NOT_SHOWN)
    apart = None if row.apart is None else few
    if rule.profile.rounding == "none" and not rule.profile.statistics_above:
        return dataclasses.replace(row, apart=apart), frozenset()
    shares: dict[str, Any] = {name: None if (v := getattr(row, name)) is None else round(v, 2) for name in _shares()}
    shares["effective"] = None if row.effective is None else float(round(row.effective, -1))
    shown = count(row.voices, rule.profile)
    return dataclasses.replace(row, **shares, voices=int(shown or 0), apart=apart), frozenset()


def _emptied(row: Voice, why: str) -> Changed:
    return emptied(row, [*_shares(), "apart"], voices=0, made=why)


def _shares() -> tuple[str, ...]:
    from holdfast.involve.placing import SHARES

    return SHARES
