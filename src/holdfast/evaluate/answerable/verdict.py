"""The evaluability verdict: which design, or why none, before any effect is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.answerable.divergence import Divergence, divergence
from holdfast.evaluate.answerable.facts import Facts, gather
from holdfast.evaluate.answerable.offers import Offer, offers
from holdfast.evaluate.answerable.rules import Rules
from holdfast.records.vocabularies import CLAIM

CANNOT_TELL = "cannot tell yet"
_NEEDS_PARALLEL = ("staggered difference-in-differences", "randomised staggered roll-out")


@dataclass(frozen=True)
class Verdict:
    """The design to use for one cell (or *cannot tell yet*), with its reasons and what would mend it."""

    design: str
    pattern: str
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    refused: tuple[str, ...]
    facts: Facts
    divergence: Divergence | None = None

    @property
    def answerable(self) -> bool:
        """Whether an effect may be shown."""
        return self.design != CANNOT_TELL

    @property
    def claim(self) -> int:
        """The strongest claim on the Maryland scale."""
        return CLAIM[self.design]


def judge(
    on: NDArray[np.bool_],
    y: NDArray[np.float64],
    *,
    rules: Rules | None = None,
    dose: NDArray[np.float64] | None = None,
    weights: NDArray[np.float64] | None = None,
    smallest_important: float | None = None,
    randomised: bool = False,
    asked: str | None = None,
    anticipation: int = 0,
) -> Verdict:
    """Judge one cell.

    ``on`` (n × T) says when each site had the change; ``y`` (n × T, NaN missing) is the outcome, of which only the
    periods before adoption are looked at; ``asked`` restricts the choice to one design.
    """
    rules = rules or Rules()
    facts = gather(on, np.isfinite(y), rules, dose, anticipation)
    every = offers(facts, rules, randomised)
    considered = [offer for offer in every if asked is None or offer.design == asked]
    chosen = next((offer for offer in considered if offer.eligible), None)
    refused = tuple(f"{offer.design}: {'; '.join(offer.lacks)}" for offer in every if not offer.eligible)
    if chosen is None:
        return _cannot(facts, considered or list(every), refused, asked)
    apart = divergence(y, facts, weights) if chosen.design in _NEEDS_PARALLEL else None
    if not randomised and apart is not None and _diverges(apart, rules, smallest_important):
        return _diverging(facts, apart, refused, chosen)
    reasons = (*chosen.because, *_left_out(facts))
    return Verdict(chosen.design, pattern_in_words(facts), reasons, (), refused, facts, apart)


def _diverges(apart: Divergence, rules: Rules, smallest_important: float | None) -> bool:
    """Unlikely by chance, and enough to matter over the period that the effect is averaged over."""
    matters = smallest_important if smallest_important else 2 * apart.se
    return apart.p < rules.divergence_p and abs(apart.bias) >= matters


def _diverging(facts: Facts, apart: Divergence, refused: tuple[str, ...], chosen: Offer) -> Verdict:
    reason = (
        "adopting sites were already moving away from the others before they adopted "
        f"(p = {apart.p:.2g}); going on as they were, that alone would look like an effect of {apart.bias:+.3g}"
    )
    remedies = (
        "find comparison sites that were on the same path before, or adjust for what set the adopters apart",
        "stage the next adoptions in random order",
    )
    pattern = pattern_in_words(facts)
    return Verdict(CANNOT_TELL, pattern, (reason,), remedies, (*refused, f"{chosen.design}: {reason}"), facts, apart)


def _cannot(facts: Facts, considered: list[Offer], refused: tuple[str, ...], asked: str | None) -> Verdict:
    """No design is eligible: those of the right kind come first, the nearest to an answer before the others."""
    nearest = sorted((o for o in considered if o.applies), key=lambda o: len(o.lacks)) or considered
    if not facts.adopters:  # nobody to learn from: every design says so in its own numbers, the mildest is enough
        nearest = [offer for offer in considered if offer.design in _NEEDS_PARALLEL] or nearest
    reasons = tuple(dict.fromkeys(lack for offer in nearest for lack in offer.lacks))
    if asked is not None:
        reasons = (f"the protocol asks for {asked}", *reasons)
    remedies = tuple(dict.fromkeys(remedy for offer in nearest for remedy in offer.remedies))
    return Verdict(CANNOT_TELL, pattern_in_words(facts), reasons, remedies, refused, facts)


def _left_out(facts: Facts) -> tuple[str, ...]:
    said = []
    if facts.unusable_adopters:
        said.append(f"{facts.unusable_adopters} adopting sites lack data before or after and are left out")
    if facts.always_on.any():
        said.append(f"{int(facts.always_on.sum())} sites already had the change in the first period and are left out")
    return tuple(said)


def pattern_in_words(facts: Facts) -> str:
    """One sentence on who adopted when."""
    inside = facts.adopters + facts.unusable_adopters
    never = int((facts.first == facts.periods).sum())
    if not inside:
        already = int(facts.always_on.sum())
        return f"{already} sites had it from the first period, {never} never" if already else "nobody adopted"
    when = "together" if facts.together else f"in {np.unique(facts.first[_inside(facts)]).size} different periods"
    parts = [f"{inside} of {len(facts.first)} sites adopted {when}" if inside > 1 else "one site adopted"]
    if facts.ends.any():
        parts.append(f"{int(facts.ends.sum())} stopped again")
    parts.append(f"{never} never did" if never else "none was left without it")
    return ", ".join(parts)


def _inside(facts: Facts) -> NDArray[np.bool_]:
    return (facts.first > 0) & (facts.first < facts.periods)
