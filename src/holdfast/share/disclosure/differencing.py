"""What two releases tell together.

Each released count leaves a range of counts that it could have been (``rounding.possible``). Two releases of the same
count under different rules leave only what is in both ranges; two releases at different times leave a range for the
people who came between. Where either range is narrower than the rule itself would leave, the new count is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.share.disclosure.profiles import Profile
from holdfast.share.disclosure.rounding import possible


@dataclass(frozen=True)
class Earlier:
    """One earlier release: its rule, what its counts were made from, and the counts as shown."""

    profile: Profile
    inputs: str
    counts: Mapping[str, float | None]
    at: str = ""


def at_risk(
    counts: Mapping[str, float | None], earlier: Iterable[Earlier], rule: Profile, inputs: str
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The cells whose new count, beside an earlier one, tells too much, and a note for each release it was held to."""
    if rule.rounding == "none":
        return frozenset(), ()
    risky: set[str] = set()
    notes: list[str] = []
    for release in earlier:
        test = _narrows if release.inputs == inputs else _tells_newcomers
        found = {
            name
            for name, now in counts.items()
            if name in release.counts and test(release.counts[name], release.profile, now, rule)
        }
        if found - risky:
            notes.append(
                f"{len(found):,} counts are withheld because, beside the release of {release.at or 'an earlier day'} "
                f"under {release.profile.name}, they would tell more than this rule allows."
            )
        risky |= found
    return frozenset(risky), tuple(notes)


def _narrows(before: float | None, old: Profile, now: float | None, rule: Profile) -> bool:
    """The same count shown twice: do both together leave fewer possibilities than either alone?"""
    if now is None or before is None:
        return False
    (a, b), (c, d) = possible(before, old), possible(now, rule)
    low, high = max(a, c), min(b, d)
    if low > high:
        return False
    return high - low < min(b - a, d - c)


def _tells_newcomers(before: float | None, old: Profile, now: float | None, rule: Profile) -> bool:
    """The count at two times: is the difference known to be between one and the limit of the rule?"""
    if now is None or before is None:
        return False
    (a, b), (c, d) = possible(before, old), possible(now, rule)
    low, high = sorted((c - b, d - a), key=abs)
    few = rule.statistics_above
    return low * high > 0 and abs(high) <= few
