"""Everything that was heard, summed up for a decision: voices, beliefs, who is missing, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.involve.beliefs import beliefs_of, sustain_risks
from holdfast.involve.classes import opinion_groups
from holdfast.involve.missing import Presence
from holdfast.involve.people import CHANNEL, in_role, people_of, roles_of, votes_of
from holdfast.involve.roles import FEW
from holdfast.involve.voicing import voices_of
from holdfast.records import Change
from holdfast.records.heard import Heard
from holdfast.records.voices import Belief, SustainRisk, Voice


@dataclass(frozen=True)
class Believed:
    """``presence`` and ``warnings`` are by role, since each role has its own population."""

    voices: tuple[Voice, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    risks: tuple[SustainRisk, ...] = ()
    presence: tuple[tuple[str, tuple[Presence, ...]], ...] = ()
    warnings: tuple[str, ...] = ()


def believe(
    heard: Heard, changes: Mapping[str, Change], *, opinion: Sequence[str | None] | None = None, few: int = FEW
) -> Believed:
    """What people prefer and believe, by role; nothing where nobody was heard.

    ``opinion`` names each participant's opinion group, where groups were found. ``few`` is the least number of people
    spoken for: pass the disclosure rule's own where it asks for more.
    """
    if not heard:
        return Believed()
    beliefs = beliefs_of(heard, few=few)
    present, warned = [], []
    for role in roles_of(heard):
        people = people_of(heard, role, np.flatnonzero(in_role(heard, role)), few)
        present.append((role, people.weighing.presence))
        warned += [f"{role[:1].upper() + role[1:]}: {text}" for text in people.weighing.warnings]
    return Believed(
        voices=voices_of(heard, changes, opinion=opinion, few=few),
        beliefs=beliefs,
        risks=sustain_risks(beliefs),
        presence=tuple(present),
        warnings=(*_one_channel(heard), *warned),
    )


def opinion_of(heard: Heard) -> tuple[list[str | None] | None, str]:
    """Each participant's opinion group (A the largest), and why so many; None where the votes tell no groups apart.

    Groups are found in votes on everything but statements about the conversation itself.
    """
    votes = votes_of(heard, meta=False)
    if not heard.preferences or not len(votes):
        return None, ""
    groups = opinion_groups(votes)
    if groups.k < 2:
        return None, f"No opinion groups are told apart: {groups.why}."
    steady = f"dropping a tenth of the votes leaves them alike by {groups.stability.mean:.2f} (adjusted Rand index)"
    return groups.names, f"{groups.k} opinion groups were found in the votes: {groups.why}; {steady}."


def _one_channel(heard: Heard) -> list[str]:
    used = {channel for channel in heard.channels if channel}
    if not used:
        return [f"Nobody's {CHANNEL} is recorded, so whether people without the internet could take part is not known."]
    if used == {"online"}:
        return ["Everybody took part online: people who do not use the internet were not heard at all."]
    return []
