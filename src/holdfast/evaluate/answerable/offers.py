"""Each design's own answer to "may I be used here?", with the reason and what would help.

A design that needs nothing it lacks returns no ``lacks``. The router tries designs from the strongest claim down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, lgamma

from holdfast.evaluate.answerable.facts import Facts
from holdfast.evaluate.answerable.rules import Rules


@dataclass(frozen=True)
class Offer:
    """One design's answer: eligible when nothing is lacking."""

    design: str
    because: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    applies: bool = True
    """False when the design is for another kind of adoption altogether, so its lacks are not worth mending."""

    @property
    def eligible(self) -> bool:
        """Whether the design may be used."""
        return not self.lacks


@dataclass
class _Case:
    """Collects what a design lacks and what would mend it."""

    lacks: list[str] = field(default_factory=list)
    remedies: list[str] = field(default_factory=list)
    applies: bool = True

    def fit(self, met: bool, lack: str) -> None:
        """A condition on the kind of adoption: no remedy, the design is for something else."""
        if not met:
            self.lacks.append(lack)
            self.applies = False

    def need(self, met: bool, lack: str, remedy: str = "") -> None:
        if met:
            return
        self.lacks.append(lack)
        if remedy:
            self.remedies.append(remedy)

    def offer(self, design: str, *because: str) -> Offer:
        return Offer(design, because, tuple(self.lacks), tuple(dict.fromkeys(self.remedies)), self.applies)


def smallest_p(adopters: int, comparison: int) -> float:
    """Smallest p value that reassigning adoption among the sites can reach."""
    if not adopters or not comparison:
        return 1.0
    # in logarithms: with thousands of sites the number of arrangements is beyond the largest float
    return exp(lgamma(adopters + 1) + lgamma(comparison + 1) - lgamma(adopters + comparison + 1))


def _adoption_seen(case: _Case, facts: Facts, rules: Rules, before: int) -> None:
    """Somebody adopted inside the window with enough data on both sides."""
    inside = facts.adopters + facts.unusable_adopters
    if not inside:
        case.need(
            not facts.always_on.any(),
            f"the {int(facts.always_on.sum())} sites that have the change already had it in the first period",
            f"add at least {before} periods from before the change",
        )
        case.need(bool(facts.always_on.any()), "no site adopted the change inside the window", "wait until some do")
        return
    case.need(
        facts.adopters > 0,
        f"none of the {inside} adopting sites has {rules.before} periods of data before adopting and "
        f"{rules.after} after (the earliest adopted after {facts.before} periods)",
        f"add data for at least {rules.before} periods before the first adoption",
    )


def _absorbing(case: _Case, facts: Facts) -> None:
    """Designs that hold adoption as permanent cannot be used when a spell ends."""
    ended = int((facts.ends & (facts.adopter | facts.always_on)).sum())
    case.fit(ended == 0, f"the change was switched off again at {ended} sites, so it cannot be held as permanent")


def _comparison(case: _Case, facts: Facts, least: int) -> None:
    case.need(
        facts.comparison >= least,
        f"only {facts.comparison} sites can serve as comparison (at least {least} are needed)"
        if facts.comparison
        else "every site changed together, so no site is left to compare with",
        "find sites that have not adopted, or stage the remaining adoptions so that some start later",
    )


def staggered(facts: Facts, rules: Rules, randomised: bool) -> Offer:
    """Staggered difference-in-differences (Callaway & Sant'Anna 2021), inference by number of adopters."""
    case = _Case()
    _adoption_seen(case, facts, rules, rules.before)
    _absorbing(case, facts)
    if facts.adopters:
        _comparison(case, facts, rules.comparison)
        p = smallest_p(facts.adopters, facts.comparison)
        case.need(
            facts.comparison < rules.comparison or p <= rules.smallest_p,
            f"with {facts.adopters} adopting and {facts.comparison} comparison sites chance alone gives p = {p:.2f} "
            "at the least",
            "add sites that have not adopted",
        )
    name = "randomised staggered roll-out" if randomised else "staggered difference-in-differences"
    words = [f"{facts.adopters} sites adopted in {facts.cohorts} different periods"]
    words.append(
        f"{facts.nevers} never did"
        if facts.nevers
        else "all had adopted by the end, so later adopters are compared "
        "with while they wait, and effects are shown only for as long as somebody was still waiting"
    )
    if randomised:
        words.append("the protocol declares that the order was randomised")
    return case.offer(name, *words)


def synthetic(facts: Facts, rules: Rules) -> Offer:
    """Synthetic difference-in-differences for a few adopters (Arkhangelsky et al. 2021)."""
    case = _Case()
    _adoption_seen(case, facts, rules, rules.before_synthetic)
    _absorbing(case, facts)
    case.fit(facts.adopters <= rules.few, f"{facts.adopters} adopters are enough for cohort averages")
    if facts.adopters:
        case.fit(facts.comparison > 0, "no site is left to weight into a comparison")
        donors = int((facts.never & facts.complete).sum())
        case.need(
            bool((facts.adopter & facts.complete).any()),
            "no adopting site is observed in every period, which a synthetic comparison needs",
            "fill in the missing periods",
        )
        case.need(
            donors >= rules.donors,
            f"only {donors} sites never adopted and are observed in every period "
            f"(a synthetic comparison is built from at least {rules.donors})",
            "find more sites that have not adopted",
        )
        case.need(
            facts.before >= rules.before_synthetic,
            f"only {facts.before} periods before adoption (at least {rules.before_synthetic} are needed)",
            f"add data for at least {rules.before_synthetic} periods before the first adoption",
        )
    return case.offer(
        "synthetic difference-in-differences",
        f"only {facts.adopters} {'site' if facts.adopters == 1 else 'sites'} adopted, "
        f"{facts.nevers} did not and can be weighted into a comparison",
    )


def switching(facts: Facts, rules: Rules) -> Offer:
    """Effects of being on and of stopping, from switchers against sites that do not switch."""
    case = _Case()
    ended = int(facts.ends.sum())
    case.fit(ended > 0, "no site stopped the change inside the window")
    _adoption_seen(case, facts, rules, rules.before)
    case.need(
        facts.nevers >= rules.stable,
        f"only {facts.nevers} sites kept the same status throughout (at least {rules.stable} are needed)",
        "find sites that neither started nor stopped the change",
    )
    return case.offer(
        "switching on and off",
        f"the change was switched off again at {ended} sites",
        f"{facts.nevers} sites never switched and serve as comparison",
    )


def dose(facts: Facts, rules: Rules) -> Offer:
    """Dose–response when everyone changed together by different amounts."""
    case = _Case()
    _adoption_seen(case, facts, rules, rules.before)
    case.fit(facts.together, "sites adopted at different times")
    case.fit(facts.nevers == 0, f"{facts.nevers} sites did not change and serve as comparison directly")
    case.need(
        facts.dose_sites >= rules.dose_sites,
        f"the dose is known for {facts.dose_sites} sites (at least {rules.dose_sites} are needed)",
        "record how strongly each site adopted",
    )
    if facts.dose_sites:
        case.need(
            facts.dose_spread >= rules.dose_spread,
            f"the dose hardly differs between sites (its spread is {facts.dose_spread:.0%} of its mean)",
        )
    return case.offer(
        "dose-response",
        "everyone changed together but by different amounts",
        "this assumes that, had all sites had the same dose, their paths would have been alike at every dose: "
        "a stronger assumption than parallel paths, and one the data cannot show",
    )


def series(facts: Facts, rules: Rules) -> Offer:
    """Interrupted time series of the adopters taken together, when nobody is left to compare with."""
    case = _Case()
    _adoption_seen(case, facts, rules, rules.before_series)
    case.fit(not facts.ends.any(), "the change was switched off again at some sites")
    if facts.adopters:
        case.fit(facts.together, "sites adopted at different times, so there is no single interruption")
        case.need(
            facts.before >= rules.before_series,
            f"only {facts.before} periods before the change (at least {rules.before_series} are needed)",
            f"add earlier data, to at least {rules.before_series} periods before the change",
        )
        case.need(
            facts.after >= rules.after_series,
            f"only {facts.after} periods since the change (at least {rules.after_series} are needed)",
            f"wait until {rules.after_series} periods have passed since the change",
        )
    return case.offer(
        "interrupted time series",
        "there is no comparison, but a long enough run before and after the change",
        "whatever else happened at the same time is in the number",
    )


def offers(facts: Facts, rules: Rules, randomised: bool = False) -> tuple[Offer, ...]:
    """Every design's offer, strongest claim first; a few adopters prefer the synthetic comparison."""
    comparison: tuple[Callable[[], Offer], ...] = (
        lambda: staggered(facts, rules, randomised),
        lambda: synthetic(facts, rules),
    )
    if facts.adopters <= rules.few and not randomised:
        comparison = comparison[::-1]
    rest: tuple[Callable[[], Offer], ...] = (
        lambda: switching(facts, rules),
        lambda: dose(facts, rules),
        lambda: series(facts, rules),
    )
    return tuple(make() for make in (*comparison, *rest))
