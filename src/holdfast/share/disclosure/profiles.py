"""Named rules of disclosure control, read as data."""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

DEFAULT: Final = "nhs_secondary_care"


class Profile(BaseModel):
    """One rule: what is hidden, how the rest is rounded, and what may be worked out from it.

    ``profiles.toml`` says what each field means.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    source: str
    suppress_to: int = Field(ge=0)
    statistics_above: int = Field(ge=0)
    rounding: Literal["none", "nearest", "midpoint"]
    base: int = Field(ge=1)
    totals: Literal["before", "after"] = "before"
    secondary: bool = True
    marker: str = "*"
    needs_reason: bool = False

    @model_validator(mode="after")
    def _statistics_at_least_as_strict(self) -> Profile:
        if self.statistics_above < self.suppress_to:
            raise ValueError(
                f"profile {self.name!r}: statistics_above ({self.statistics_above}) is below suppress_to "
                f"({self.suppress_to}), so a hidden count could be read off a statistic. Make it at least as large."
            )
        return self

    def in_words(self) -> str:
        """What the rule does, in one sentence without the counts it hid."""
        hides = f"counts of people from 1 to {self.suppress_to} are not shown ({self.marker})"
        rounds = {
            "none": "counts are shown as they are",
            "nearest": f"counts are rounded to the nearest {self.base}",
            "midpoint": f"counts are replaced by the middle of their band of {self.base}",
        }[self.rounding]
        parts = [hides] if self.suppress_to else []
        parts.append(rounds.replace("counts", "other counts", 1) if parts else rounds)
        if self.rounding != "none":
            parts.append("zeros are kept and percentages come from the rounded counts")
        return "; ".join(parts)


@functools.cache
def profiles() -> Mapping[str, Profile]:
    """Every profile shipped, by name."""
    text = resources.files(__package__).joinpath("profiles.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Profile(name=name, **fields) for name, fields in tomllib.loads(text).items()})


def profile(wanted: str | Profile) -> Profile:
    """The profile called ``wanted``; ValueError naming the choices when there is none."""
    if isinstance(wanted, Profile):
        return wanted
    known = profiles()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"There is no disclosure profile {wanted!r}. Allowed: {', '.join(known)}.{hint}")
