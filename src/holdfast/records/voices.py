"""What a role believes about a practice, summed up: the form in which voices reach a decision."""

from __future__ import annotations

import typing
from dataclasses import MISSING, dataclass, field


def _of(meaning: str, default: object = MISSING) -> typing.Any:
    if default is MISSING:
        return field(metadata={"meaning": meaning})
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One role's preferences about one practice in one population and setting. Roles are never averaged together.

    Shares lie between 0 and 1 and ``None`` means not known. Opposition is to the practice being in use: preferring
    *stop* for an introduced one (or to reinstate what it displaced), and for a displaced one that it stay stopped.
    The interval is 95 %, made where the voices are summed, so that weighting and pooling are in it. Where too few spoke
    to be spoken for there is a row without shares.
    """

    change: str = _of("The change.")
    practice: str = _of("The practice spoken of.")
    dimension: str = _of("The population's dimension, or everyone.")
    level: str = _of("The population's level, or everyone.")
    setting: str = _of("The setting, or all settings.")
    role: str = _of("Clinicians, leaders, innovators, patients, carers, public…")
    voices: int = _of("How many people spoke.")
    retain: float | None = _of("Share who would retain it.")
    adapt: float | None = _of("Share who would adapt it.")
    reinstate: float | None = _of("Share who would reinstate what was displaced.")
    stop: float | None = _of("Share who would stop it.")
    opposition: float | None = _of("Share opposed to the practice.")
    opposition_low: float | None = _of("Lower end of its 95 % interval.")
    opposition_high: float | None = _of("Upper end of its 95 % interval.")
    support: float | None = _of("Share in favour of the practice, as it is or adapted.")
    support_low: float | None = _of("Lower end of its 95 % interval.")
    support_high: float | None = _of("Upper end of its 95 % interval.")
    kind: str = _of("role, people (a declared group within a role), or opinion group (found in the votes).", "role")
    of_role: str = _of("For people: the role that they are part of.", "")
    of_dimension: str = _of("For people: the dimension that those who spoke share.", "")
    of_level: str = _of("For people: their level.", "")
    raw_support: float | None = _of("Support before weighting and pooling.", None)
    effective: float | None = _of("How many people drawn at random would tell as much.", None)
    made: str = _of("How the shares were made: as they spoke, weighted, pooled.", "")
    apart: int | None = _of(
        "About a place: how many people at the least tell it from the role's other voices; 0 where too few.", None
    )


@dataclass(frozen=True, kw_only=True)
class Belief:
    """How far one role shares one assumption that a change rests on."""

    change: str = _of("The change.")
    assumption: str = _of("The assumption.")
    text: str = _of("What must be believed.")
    role: str = _of("The role.")
    voices: int = _of("How many people voted on it.")
    agree: float | None = _of("Share who agree; None where too few voted.")
    low: float | None = _of("Lower end of its 95 % interval.")
    high: float | None = _of("Upper end of its 95 % interval.")
    disagree: float | None = _of("Share who disagree.")
    state: str = _of("shared, not shared, not settled, too few, or not asked.")


@dataclass(frozen=True, kw_only=True)
class SustainRisk:
    """The assumption a change rests on that is least shared, and by whom: where it may fail to last."""

    change: str = _of("The change.")
    assumption: str = _of("The weakest assumption; empty when none was voted on by enough people.")
    text: str = _of("What must be believed.")
    role: str = _of("The role that shares it least.")
    agree: float | None = _of("Share of that role who agree.")
    low: float | None = _of("Lower end of its 95 % interval.")
    high: float | None = _of("Upper end of its 95 % interval.")
    risk: str = _of("high (not shared), unclear (not settled), low (all shared), or not known.")
    unasked: tuple[str, ...] = _of("Assumptions on which nobody, or too few, voted.")
    meaning: str = _of("The same in a sentence.")
