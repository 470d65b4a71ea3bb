"""The reasons of a verdict, in sentences with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.decide.amounts import amount, chance, close_chance, headed, listed, named, percent, sentence, span
from holdfast.decide.judged import Judged, interval, opposed
from holdfast.decide.reading import Reading
from holdfast.decide.rules import KEEP_LEARNING
from holdfast.records.vocabularies import HORIZONS

WITHOUT_COMPARISON: Final = (
    "There was no comparison, so whatever else happened at the time is in the number (claim {claim} of 5). {may}"
)


def reasons(j: Judged) -> tuple[str, ...]:
    """What the rule found, then each number it was held against."""
    if j.case.role == "displaced":
        return tuple(_displaced(j))
    return tuple(_readable(j) if j.case.answerable else _unreadable(j))


def _readable(j: Judged) -> list[str]:
    said = [_found(j), _benefit(j), *_improves(j), _futile(j), _harm(j), _gap(j), *_elsewhere(j), *_opposition(j)]
    said += [_certainty(j), *_claim(j), *_horizon(j), *_prior(j)]
    return said + [sentence(f"a check failed: {meaning}") for meaning in j.case.failed]


def _found(j: Judged) -> str:
    """What the rule found; where harm, the gap or a role decided it, which."""
    if j.rule.name == "stop: harm" and j.stopping is not None:
        return f"{j.rule.words[:-1]}: to {named(j.stopping.measure)}."
    if j.rule.name == "adapt: mend it":
        return f"{j.rule.words[:-1]}: {listed(list(_standing_against(j)))}."
    return j.rule.words


def _standing_against(j: Judged) -> Iterator[str]:
    """Each gate of retaining that is shut."""
    if j.harmful is not None and j.q["harm"] > j.policy.retain_harm:
        yield f"harm to {named(j.harmful.measure)} is not ruled out"
    if j.case.gap is not None and j.q["gap"] > j.policy.retain_gap:
        yield f"the gap in {j.case.gap.dimension} may widen"
    if against := opposed(j):
        yield f"{listed([v.role for v in against])} are opposed"


def _unreadable(j: Judged) -> list[str]:
    row, primary = j.case.evaluability, j.case.primary
    why = row.reasons if row and row.reasons else (j.case.lacking or (primary.lacking if primary else ""),)
    said = [j.rule.words, *(sentence(reason) for reason in why if reason)]
    if j.harmful is not None and j.q["harm"] >= j.policy.stop_harm:
        said.append(f"Harm is likely all the same: {chance(j.q['harm'])} is {_worse(j.harmful)}.")
    return said


def _displaced(j: Judged) -> list[str]:
    said = [
        j.rule.words,
        f"{j.case.change.introduced}, which replaced it, is judged {j.beside.verdict} here. {j.beside.words}",
        *_altered(j),
    ]
    if j.suspended is not None:
        bar = close_chance(j.policy.reinstate_harm)
        p = chance(j.q["suspension"])
        said.append(f"Harm from suspending it {p}: {_worse(j.suspended)}; reinstate asks for {bar}.")
    return said


def _benefit(j: Judged) -> str:
    reading, measure = j.primary, j.primary.measure
    pooled = ", partially pooled with the other groups" if reading.pooled else ""
    way = "rise" if measure.sign > 0 else "fall"
    bar = amount(measure, measure.smallest_important, sign=False)
    return (
        f"Benefit {chance(j.q['benefit'])}: the chance of a {way} in {named(measure)} of at least {bar} (estimate "
        f"{amount(measure, reading.estimate)}, 95 % interval {span(measure, *interval(reading))}{pooled}); retain and "
        f"adapt ask for {close_chance(j.policy.retain_benefit)}."
    )


def _improves(j: Judged) -> list[str]:
    """Said only where it is what stands in the way."""
    asked = j.policy.retain_improves
    if j.q["benefit"] < j.policy.retain_benefit or j.q["improves"] >= asked:
        return []
    return [
        f"Improves {chance(j.q['improves'])}: the chance of any improvement at all; {close_chance(asked)} is asked for."
    ]


def _futile(j: Judged) -> str:
    cost = j.case.change.cost
    price = "its running cost is not known" if cost is None else f"its running cost is £{cost:,.0f} a year"
    return (
        f"Futile {chance(j.q['futile'])}: the chance that the effect is smaller than that either way; stop asks for "
        f"{close_chance(j.policy.stop_futile)} and a cost or an opposition ({price})."
    )


def _harm(j: Judged) -> str:
    if j.harmful is None:
        return "Harm: not known."
    keep, stop = close_chance(j.policy.retain_harm), close_chance(j.policy.stop_harm)
    doubt = j.policy.retain_harm < j.q["harm"] < 0.5
    tail = " This is harm not ruled out rather than harm seen." if doubt else ""
    return f"Harm {chance(j.q['harm'])}: {_worse(j.harmful)}; retain allows {keep}, stop asks for {stop}.{tail}"


def _worse(reading: Reading) -> str:
    measure = reading.measure
    way = "fall" if measure.sign > 0 else "rise"
    bar = amount(measure, measure.smallest_important, sign=False)
    return f"the chance of a {way} in {named(measure)} of at least {bar} (estimate {amount(measure, reading.estimate)})"


def _gap(j: Judged) -> str:
    gap = j.case.gap
    if gap is None:
        return "Gap: not measurable here."
    absolute = gap.kind in {"slope index", "difference"}
    size = f", estimate {amount(j.primary.measure, gap.estimate)}" if absolute and gap.estimate is not None else ""
    return (
        f"Gap {chance(j.q['gap'])}: the chance that the gap in {gap.dimension} between {gap.most} and {gap.least} "
        f"widens ({gap.kind}{size}, over all months); retain allows {close_chance(j.policy.retain_gap)}."
    )


def _elsewhere(j: Judged) -> list[str]:
    if j.there is None or not j.q["not_here"] >= 0.5:
        return []
    place, bar = j.there.at, close_chance(j.policy.adapt_elsewhere)
    name = place.setting if place.setting != j.case.at.setting else f"{place.dimension} {place.level}"
    p = chance(j.q["not_here"])
    return [f"Not here {p}: the chance that it works for {name} and does not for this cell; adapt asks for {bar}."]


def _opposition(j: Judged) -> list[str]:
    """Who is opposed, and whether that alone made the verdict what it is."""
    bar, against = percent(j.policy.oppose), opposed(j)
    said = [
        f"{headed(v.role)} are opposed: {percent(v.opposition)} (95 % interval {percent(v.opposition_low)} to "
        f"{percent(v.opposition_high)}), the lower end being above {bar}."
        for v in against
    ]
    return [*said, *_altered(j)]


def _altered(j: Judged) -> list[str]:
    """Which dissent changed the verdict: what it would be had nobody been opposed."""
    if j.unopposed.verdict == j.rule.verdict:
        return []
    who = listed([v.role for v in opposed(j)])
    alone = " (the opposition of any one of them would do)" if len(opposed(j)) > 1 else ""
    return [f"Dissent changed this verdict: were {who} not opposed it would be {j.unopposed.verdict}{alone}."]


def _certainty(j: Judged) -> str:
    held = j.primary.certainty or "not assessed"
    return f"Certainty is {held}; the policy asks for {j.policy.minimum_certainty} or better."


def _claim(j: Judged) -> list[str]:
    """What a design this weak may support under the policy, and what its number would say on its face."""
    claim = j.primary.claim
    asked = {v: getattr(j.policy, f"{v}_claim") for v in ("retain", "adapt", "stop", "reinstate")}
    if claim >= 3 and claim >= max(asked.values()):
        return []
    allowed = [verdict for verdict, least in asked.items() if claim >= least]
    may = f"On that alone this policy lets nobody {listed([v for v in asked if v not in allowed], 'or')}"
    may += f"; it may advise to {listed(allowed, 'or')}." if allowed else "."
    if j.face.verdict not in {j.rule.verdict, KEEP_LEARNING}:
        may += f" On its face the number says {j.face.verdict}."
    if claim >= 3:
        return [f"The design's claim is {claim} of 5. {may}"]
    return [WITHOUT_COMPARISON.format(claim=claim, may=may if len(allowed) < len(asked) else "").rstrip()]


def _horizon(j: Judged) -> list[str]:
    """Which test was read, and what the others say without being mixed in."""
    if j.case.horizon is None:
        return []
    name = j.case.horizon.name
    said = [f"Judged on the {name} effect ({_months(name)})"]
    if name == j.policy.horizon:
        said[0] += ", as the policy asks."
    else:
        said[0] += f", since the {j.policy.horizon} one that the policy prefers cannot be read yet."
    if j.case.also:
        others = listed([f"{at} {amount(j.primary.measure, value)}" for at, value in j.case.also])
        said.append(f"Other tests, not mixed in: {others}.")
    return said


def _prior(j: Judged) -> list[str]:
    sd = j.policy.prior_sd_multiple
    return (
        [f"A sceptical prior is applied: no effect, give or take {sd:g} smallest important differences."] if sd else []
    )


def _months(name: str) -> str:
    if name not in HORIZONS:
        return "all months since adoption" if name == "overall" else "at adoption"
    low, high = HORIZONS[name]
    return f"months {low} to {high} after adoption" if high is not None else f"from month {low} after adoption"
