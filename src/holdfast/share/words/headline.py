"""What the evidence says about a change, in short plain sentences and one honest label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.records import Certainty, Effect, Evaluability, Gap, Measure
from holdfast.share.words.frequency import size
from holdfast.share.words.text import clean, inside, listed, noun, sentence

HELPED: Final = "Helped"
MAYBE: Final = "May have helped"
CATCH: Final = "Helped, with a catch"
MAYBE_CATCH: Final = "May have helped, with a catch"
HARMED: Final = "Made things worse"
MAYBE_HARMED: Final = "May have made things worse"
CHANGED: Final = "Changed"
UNCLEAR: Final = "No clear effect"
CANNOT: Final = "Cannot tell yet"
HIDDEN: Final = "Not shown"

WIDENS: Final = 0.5
"""Above this chance of a wider gap, a change that helps is never called plain good news."""
PROBABLY: Final = 0.8

_SURE: Final = {"high": "", "moderate": "probably ", "low": "may have ", "very low": "may have "}


@dataclass(frozen=True)
class Reading:
    """A label for the whole, and the sentences that say it. ``label`` is one of this module's ten."""

    label: str
    sentences: tuple[str, ...]

    @property
    def first(self) -> str:
        """The headline."""
        return self.sentences[0]


@dataclass(frozen=True)
class Evidence:
    """Everything a headline speaks from. ``effect`` is None where none may be shown; ``hidden`` says that it is
    because of too few people. ``harms`` are other measures that got clearly worse; ``worse_for`` are groups for whom
    this one did."""

    title: str
    measure: Measure
    evaluability: Evaluability | None
    effect: Effect | None
    certainty: Certainty | None
    gaps: Sequence[Gap] = ()
    harms: Sequence[tuple[Measure, Effect]] = ()
    worse_for: Sequence[str] = ()
    hidden: bool = False


def read(evidence: Evidence) -> Reading:
    """The label and the sentences."""
    effect = evidence.effect
    if evidence.hidden:
        return Reading(HIDDEN, (f"We do not show what {_title(evidence)} did: too few people are behind it.",))
    if effect is None or effect.estimate is None:
        return Reading(CANNOT, cannot_tell(evidence))
    if not clear(effect):
        return Reading(MAYBE_HARMED if evidence.harms else UNCLEAR, (*no_clear(evidence, effect), *_asides(evidence)))
    return Reading(label(evidence, effect), (*moved(evidence, effect), *_asides(evidence)))


def clear(effect: Effect) -> bool:
    """Whether the interval leaves out no effect."""
    return effect.low is not None and effect.high is not None and (effect.low > 0 or effect.high < 0)


def label(evidence: Evidence, effect: Effect) -> str:
    """The label of a clear effect. A wider gap, or harm elsewhere, is always in it; so is a low certainty."""
    towards = evidence.measure.sign * (effect.estimate or 0.0)
    if towards == 0:
        return CHANGED
    sure = evidence.certainty is not None and evidence.certainty.certainty in ("high", "moderate")
    if towards < 0:
        return HARMED if sure else MAYBE_HARMED
    catch = evidence.harms or evidence.worse_for or _widens(evidence.gaps) > WIDENS
    if catch:
        return CATCH if sure else MAYBE_CATCH
    return HELPED if sure else MAYBE


def worse(measure: Measure, effect: Effect) -> bool:
    """Whether a measure clearly moved the wrong way, by what may be enough to matter."""
    reach = max(abs(effect.low or 0.0), abs(effect.high or 0.0))
    return clear(effect) and measure.sign * (effect.estimate or 0.0) < 0 and reach >= measure.smallest_important


def moved(evidence: Evidence, effect: Effect) -> tuple[str, ...]:
    """A clear effect: which way, how sure, how much, and whether that matters."""
    certainty = evidence.certainty.certainty if evidence.certainty else "low"
    up = (effect.estimate or 0.0) > 0
    verb = _SURE.get(certainty, "may have ") + ("raised" if up else "lowered")
    unsure = "We are very unsure, but " if certainty == "very low" else ""
    title = _title(evidence) if unsure else clean(evidence.title)
    said = [f"{unsure}{title} {verb} {noun(evidence.measure.label)}.", size(evidence.measure, effect)]
    least, near = evidence.measure.smallest_important, min(abs(effect.low or 0.0), abs(effect.high or 0.0))
    if least and abs(effect.estimate or 0.0) < least:
        said.append("That is smaller than the least change that matters.")
    elif least and near < least:
        said.append("It may be smaller than the least change that matters.")
    return tuple(s for s in (*said, *_design(evidence)) if s)


def no_clear(evidence: Evidence, effect: Effect) -> tuple[str, ...]:
    """No clear effect, and whether one that matters has been ruled out."""
    least = evidence.measure.smallest_important
    inside_band = effect.low is not None and effect.high is not None and -least < effect.low and effect.high < least
    known = effect.low is not None and effect.high is not None
    ruled = "Any effect is too small to matter." if inside_band else "We cannot rule out one that matters."
    return tuple(
        s
        for s in (
            f"We found no clear effect of {_title(evidence)} on {noun(evidence.measure.label)}.",
            size(evidence.measure, effect),
            ruled if known else "No interval could be given.",
            *_design(evidence),
        )
        if s
    )


def cannot_tell(evidence: Evidence) -> tuple[str, ...]:
    """No effect may be shown: why, and what would help."""
    row = evidence.evaluability
    why = "; ".join(clean(r).rstrip(".") for r in row.reasons) if row else ""
    help_ = "; ".join(clean(r).rstrip(".") for r in row.remedies) if row else ""
    said = [f"We cannot tell yet what {_title(evidence)} did to {noun(evidence.measure.label)}."]
    said += [f"Why: {why}."] if why else []
    return (*said, *([f"What would help: {help_}."] if help_ else []))


def gap_sentence(gaps: Sequence[Gap]) -> str:
    """What happened to the gap, by the form of it that looks worst."""
    known = [gap for gap in gaps if gap.p_widens is not None]
    if not known:
        return "We do not know what it did to the gap between groups."
    worst = max(known, key=lambda gap: gap.p_widens or 0.0)
    between = f"The gap between “{clean(worst.most)}” and “{clean(worst.least)}”"
    chance = worst.p_widens or 0.0
    if chance >= PROBABLY:
        return f"{between} probably grew."
    if chance > WIDENS:
        return f"{between} may have grown."
    return f"{between} probably shrank." if chance <= 1 - PROBABLY else f"{between} shows no clear change."


def _widens(gaps: Sequence[Gap]) -> float:
    return max((gap.p_widens for gap in gaps if gap.p_widens is not None), default=0.0)


def _asides(evidence: Evidence) -> tuple[str, ...]:
    """Harm elsewhere, then the gap; “but” where they spoil good news."""
    said = [sentence(f"But {noun(m.label)} got worse. {size(m, e)}".strip()) for m, e in evidence.harms]
    if evidence.worse_for:
        groups = [clean(name) for name in evidence.worse_for]
        more = [f"{len(groups) - 3} more groups"] if len(groups) > 4 else groups[3:]
        said.append(f"But it got worse for {listed([*groups[:3], *more])}.")
    gap = gap_sentence(evidence.gaps)
    spoils = _widens(evidence.gaps) > WIDENS
    return (*said, f"But {gap[:1].lower()}{gap[1:]}" if spoils and not said else gap)


def _design(evidence: Evidence) -> tuple[str, ...]:
    design = evidence.effect.design if evidence.effect else ""
    if design == "interrupted time series":
        return ("There was nowhere to compare with. So whatever else happened at that time is in this number.",)
    if design == "dose-response":
        return ("Every place changed. So we compare places that changed more with places that changed less.",)
    return ()


def _title(evidence: Evidence) -> str:
    return inside(evidence.title)
