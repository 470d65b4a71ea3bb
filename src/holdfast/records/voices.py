"""What a role believes about a practice, summed up: the form in which voices reach a decision."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field


def _of(meaning: str) -> typing.Any:
    return field(metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One role's preferences about one practice in one population and setting. Roles are never averaged together.

    Shares lie between 0 and 1 and ``None`` means not known. Opposition is to the practice being in use: preferring
    *stop* for an introduced one (or to reinstate what it displaced), and for a displaced one that it stay stopped.
    The interval is 95 %, made where the voices are summed, so that weighting and pooling are in it.
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
