"""What is missing from a verdict, and who disagrees with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from holdfast.decide.amounts import headed, listed, percent
from holdfast.decide.judged import Judged, against, told_apart
from holdfast.records.involving import ROLES
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Voice

DUTIES: Final = ("involvement", "scrutiny", "equality")
"""What the law asks before a retain or a stop is made final: involving people, the local authority's scrutiny of a
substantial variation, and due regard to equality."""


def missing(j: Judged, duties: Sequence[str] | None) -> tuple[str, ...]:
    """What is not known, each in a sentence. ``duties`` are those still open; None: never recorded."""
    if j.case.role == "displaced":
        return (*_displaced(j), *_voices(j))
    return (*_measures(j), *_gap(j), *_cost(j), *_voices(j), *_duties(j, duties))


def _measures(j: Judged) -> list[str]:
    said = []
    for family, absent in (("balancing", "harm elsewhere"), ("experience", "what people went through")):
        of_family = [r for r in j.case.others if r.measure.family == family]
        unread = [f"{r.measure.label} ({r.lacking})" for r in of_family if not r.known]
        primary = j.case.primary.measure.family if j.case.primary else ""
        if unread:
            said.append(f"Not readable here: {'; '.join(unread)}.")
        if not any(r.known for r in of_family) and primary != family:
            said.append(f"No {family} measure: {absent} is not known.")
    others = [r for r in j.case.others if r.measure.family == "outcome" and not r.known]
    said += [f"Not readable here: {r.measure.label} ({r.lacking})." for r in others]
    unsure = [r.measure.label for r in j.case.others if r.known and r.claim < j.policy.stop_claim]
    if unsure:
        said.append(f"Without a comparison, so it may raise doubt but not stop anything: {listed(unsure)}.")
    return said


def _gap(j: Judged) -> list[str]:
    if j.case.gap is None:
        return ["The gap cannot be measured here, so a change that widens it would not be noticed."]
    if j.case.gap.missing:
        return [f"The gap leaves out {listed(j.case.gap.missing)}, for whom there is no answerable effect."]
    return []


def _cost(j: Judged) -> list[str]:
    return ["The running cost is not recorded."] if j.case.change.cost is None else []


def _voices(j: Judged) -> list[str]:
    if not j.case.voices:
        return ["No voices gathered when it was judged, so who agrees and who disagrees is not in it.", *_beliefs(j)]
    return [*_borrowed(j), *_unheard(j), *_beliefs(j)]


def _unheard(j: Judged) -> list[str]:
    """Roles of which too few spoke, and roles that the recommendation asks for of which nobody did."""
    few = [v.role for v in j.case.voices if v.support is None]
    absent = [role for role in ROLES if role not in {v.role for v in j.case.voices}]
    said = [f"Too few spoke to be told by role: {listed(few)}."] if few else []
    return [*said, f"Nobody was heard as: {listed(absent)}."] if absent else said


def _beliefs(j: Judged) -> list[str]:
    """Assumptions of which it is not known who shares them."""
    told = {b.assumption for b in j.case.beliefs if b.agree is not None}
    unasked = dict.fromkeys(b.text for b in j.case.beliefs if b.assumption not in told)
    if not unasked:
        return []
    return [f"Not known whether people believe what it rests on: {listed([f'“{text}”' for text in unasked])}."]


def _borrowed(j: Judged) -> list[str]:
    at = j.case.at
    here = (at.dimension, at.level, at.setting)
    told = [v for v in j.case.voices if v.support is not None and v.kind != "people"]
    borrowed = [v.role for v in told if (v.dimension, v.level, v.setting) != here]
    if not borrowed:
        return []
    return [
        f"Too few answered for this very group and setting, or nobody did, to tell {listed(borrowed)} apart: what they "
        "say more widely stands for it."
    ]


def _duties(j: Judged, duties: Sequence[str] | None) -> list[str]:
    if j.rule.verdict not in {"retain", "stop"}:
        return []
    if duties is None:
        return [f"Duties not recorded as met: {listed(DUTIES)}. Until they are, {j.rule.verdict} cannot be made final."]
    return (
        [f"Duties still open: {listed(tuple(duties))}. Until they are met it cannot be made final."] if duties else []
    )


def _displaced(j: Judged) -> list[str]:
    if not j.case.suspended:
        return ["No measure speaks for the displaced practice, so harm from suspending it would not be noticed."]
    return [f"Not readable here: {r.measure.label} ({r.lacking})." for r in j.case.suspended if not r.known]


def dissent(j: Judged) -> tuple[str, ...]:
    """Roles whose commonest wish is another verdict; for a cell still being learnt about, roles that are opposed."""
    learning = j.rule.verdict == "keep learning"
    said = []
    for voice in told_apart(j.case.voices, j.policy.oppose):
        who, wish = f"{headed(voice.role)}{_about(voice, j)}", _preferred(voice)
        if learning and against(voice, j.policy.oppose):
            said.append(f"{who} are opposed ({percent(voice.opposition)}).")
        elif not learning and wish and wish[0] != j.rule.verdict:
            said.append(f"{who} most often prefer {wish[0]} ({percent(wish[1])}).")
    return (*said, *_not_shared(j))


def _not_shared(j: Judged) -> list[str]:
    """Assumptions that a role credibly does not share."""
    return [
        f"{headed(b.role)} do not share an assumption it rests on, “{b.text}”: {percent(b.agree)} agree (95 % "
        f"interval {percent(b.low)} to {percent(b.high)})."
        for b in j.case.beliefs
        if b.state == "not shared"
    ]


def _preferred(voice: Voice) -> tuple[str, float] | None:
    """The preference most of a role shares, with its share."""
    shares = {name: getattr(voice, name) for name in ("retain", "adapt", "reinstate", "stop")}
    known = {name: share for name, share in shares.items() if share is not None}
    if not known:
        return None
    best = max(known, key=lambda name: known[name])
    return best, known[best]


def _about(voice: Voice, j: Judged) -> str:
    at = j.case.at
    if (voice.dimension, voice.level, voice.setting) == (at.dimension, at.level, at.setting):
        return ""
    people = EVERYONE if voice.dimension == EVERYONE else voice.level
    return f" (asked about {people}, {voice.setting if voice.setting != ALL_SETTINGS else 'everywhere'})"
