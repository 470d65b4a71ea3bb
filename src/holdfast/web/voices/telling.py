"""What the rooms after this one are told: voices and beliefs as records, and in words for one practice and place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from holdfast.decide.amounts import headed, percent
from holdfast.decide.cases import voices_about
from holdfast.records.voices import Belief, SustainRisk, Voice
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices.models import Participant, Result
from holdfast.web.voices.results import counts, current, latest, places, stored


@dataclass(frozen=True)
class Said:
    """What was heard about one change: records as a decision takes them, a print of what they rest on, and words."""

    voices: tuple[Voice, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    risks: tuple[SustainRisk, ...] = ()
    stamp: str = ""
    words: tuple[dict[str, str], ...] = ()

    @classmethod
    def of(cls, held: Result, *, shown: bool = False) -> Said:
        """From what was kept; ``shown`` to people, without places of which too few of a role spoke."""
        told = held.told
        return cls(
            tuple(Voice(**row) for row in told["voices"] if not shown or places.may_be_shown(row)),
            tuple(Belief(**row) for row in told["beliefs"]),
            tuple(SustainRisk(**{**row, "unasked": tuple(row["unasked"])}) for row in told["risks"]),
            held.stamp if told["heard"] else "",
            tuple(told.get("words", ())),
        )


def of_change(change: Change) -> Said:
    """What was heard about a change, as its results show it."""
    return Said.of(current(change), shown=True)


def of_changes(changes: Iterable[Change]) -> dict[int, Said]:
    """What was heard about each change, by its key: as its results show it for one, as last made for several.

    Of several, one about which people have spoken and nothing was made yet is made now.
    """
    every = {change.pk: change for change in changes}
    if len(every) == 1:
        return {pk: of_change(change) for pk, change in every.items()}
    held = stored(every)
    spoken = set(
        Participant.objects.filter(change__in=[pk for pk in every if pk not in held], withdrawn_at=None)
        .values_list("change", flat=True)
        .distinct()
    )
    found = {pk: Said.of(result, shown=True) for pk, result in held.items()}
    return found | {pk: of_change(every[pk]) for pk in spoken}


def voices_for(changes: Iterable[Change]) -> tuple[tuple[Voice, ...], tuple[Belief, ...], dict[str, str]]:
    """Voices and beliefs for a decision on some changes, and each change's print of what they rest on.

    Everybody who has spoken is in them. What was said of a change counts for those merged into it, under the
    identifier that the evidence calls them by.
    """
    voices: list[Voice] = []
    beliefs: list[Belief] = []
    prints: dict[str, str] = {}
    for change in changes:
        said = Said.of(latest(change))
        if not said.stamp:
            continue
        names = Change.objects.filter(pk__in=merging.family(change)).values_list("identifier", flat=True)
        for name in names:
            voices += [replace(one, change=name) for one in said.voices]
            beliefs += [replace(one, change=name) for one in said.beliefs]
            prints[name] = said.stamp
    return tuple(voices), tuple(beliefs), prints


def about(said: Said, practice: str, place: tuple[str, str, str]) -> tuple[Voice, ...]:
    """Each role's voice about a practice in a place: about that very place, else the nearest wider one."""
    return voices_about(said.voices, (said.voices[0].change if said.voices else "", practice, *place))


def in_words(voice: Voice) -> str:
    """One voice in a sentence; too few are not spoken for."""
    if voice.support is None:
        return "too few spoke to say what they think."
    told = (
        f"{percent(voice.support)} in favour, as it is or changed (95 % interval {percent(voice.support_low)} to "
        f"{percent(voice.support_high)}); {percent(voice.opposition)} against"
    )
    return f"{told}, {voice.made}." if voice.made and voice.made != "as they spoke" else f"{told}."


def count(voice: Voice) -> int | None:
    """How many spoke, as it may be shown."""
    return counts.shown(voice.voices)


def own_words(said: Said, practice: str, role: str, most: int = 2) -> tuple[str, ...]:
    """A role's own words about a practice, already read by somebody."""
    return tuple(w["words"] for w in said.words if w["practice"] == practice and w["role"] == role and role)[:most]


def assumption_words(beliefs: Sequence[Belief]) -> str:
    """Who shares one assumption, role by role."""
    parts = [
        f"{b.role}: {b.state}" + (f" ({percent(b.agree)} agree)" if b.agree is not None else "")
        for b in beliefs
        if b.role
    ]
    return headed("; ".join(parts)) if parts else "Nobody has been asked yet"


def lines(told: dict[str, Any]) -> list[str]:
    """What each role says of each practice, in a line, for a change's own page."""
    found = []
    for row in told["voices"]:
        voice = Voice(**row)
        if voice.kind == "role" and (voice.dimension, voice.setting) == ("everyone", "all settings"):
            found.append(f"{headed(voice.role)} on “{voice.practice}”: {in_words(voice)}")
    return found
