"""A study: the protocol that is fixed before the answer is seen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class AdoptionRule(BaseModel):
    """Adoption derived from a measure: on from the first period in which its numerator exceeds ``above``.

    With ``until_below`` a spell ends in the first period at or below that value (so adoption may lapse and
    return); without it, once on is always on. ``value`` chooses what is compared. For ``as_dose`` the measure
    itself (numerator/denominator, averaged over ``dose_from``…``dose_to``) is the dose and ``adopted_on`` is
    when everybody changed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: str = Field(description="The change whose adoption is derived.")
    measure: str = Field(description="The measure that it is derived from.")
    value: Literal["numerator", "denominator", "ratio"] = Field(
        default="numerator", description="What of the measure is compared."
    )
    above: float | None = Field(default=None, description="On from the first period whose value exceeds this.")
    until_below: float | None = Field(
        default=None, description="Off again in the first period at or below this; without it, once on is always on."
    )
    as_dose: bool = Field(default=False, description="The measure's ratio is the dose, and everybody changed at once.")
    adopted_on: dt.date | None = Field(default=None, description="When everybody changed, for a dose.")
    dose_from: dt.date | None = Field(
        default=None, description="First period over which the dose is taken (default: adopted_on)."
    )
    dose_to: dt.date | None = Field(
        default=None, description="Last period over which the dose is taken (default: the last observed)."
    )
    minus_before: bool = Field(
        default=False,
        description="Take away each site's own mean before adopted_on, so that the dose is the change.",
    )


class Study(BaseModel):
    """One study's protocol. Every field takes part in its hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str = Field(description="The study's identifier (in a file of its own: the file's name).")
    change: str = Field(description="The change that is studied.")
    primary: str = Field(description="The measure that decides.")
    measures: tuple[str, ...] = Field(default=(), description="Measures studied besides the primary.")
    populations: tuple[str, ...] = Field(default=(), description="Dimensions studied (empty: all).")
    settings: tuple[str, ...] = Field(default=(), description="Settings studied (empty: all).")
    start: dt.date | None = Field(default=None, description="First period analysed.")
    end: dt.date | None = Field(default=None, description="Last period analysed.")
    comparison: Literal["never", "not_yet"] = Field(
        default="not_yet", description="Sites compared with: those that never adopt, or also those that have not yet."
    )
    base: Literal["varying", "universal"] = Field(
        default="universal",
        description="Period before adoption that effects are measured from: each the one before it, or one for all.",
    )
    anticipation: Annotated[int, Field(ge=0, description="Periods before adoption in which it may already act.")] = 0
    randomised: bool = Field(default=False, description="True when chance decided who adopts when.")
    design: str | None = Field(default=None, description="Ask for one design; it is still refused if it cannot answer.")
    covariates: tuple[str, ...] = Field(
        default=(), description="Columns of the sites table that comparison is adjusted for."
    )
    cluster: str | None = Field(
        default=None, description="Column of the sites table by which errors are clustered (default: the site)."
    )
    weights: Literal["denominator", "equal"] = Field(
        default="denominator", description="Sites count by their denominator, or all the same."
    )
    exclude_sites: tuple[str, ...] = Field(default=(), description="Sites left out.")
    exclude_periods: tuple[dt.date, ...] = Field(
        default=(), description="Periods left out: they stay in the count of time, with nothing in them."
    )
    exclude_reason: str = Field(default="", description="Why they are left out.")
    equity_dimension: str | None = Field(default=None, description="Ordered dimension on which the gap is measured.")
    equity_most_deprived: str | None = Field(default=None, description="Its most deprived level (default: first).")
    rule: AdoptionRule | None = Field(
        default=None, description="How adoption is derived, when it is not in the adoptions table."
    )
    rationale: str = Field(default="", description="Why the study is done, in words.")

    def canonical(self) -> str:
        """The protocol as JSON with sorted keys: the text that is hashed."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)

    def sha256(self) -> str:
        """The protocol's fingerprint."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()
