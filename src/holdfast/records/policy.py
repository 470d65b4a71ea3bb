"""The decision policy: thresholds as data, printed with every verdict they give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Claim = Annotated[int, Field(ge=1, le=5)]
Input = Literal["balancing", "experience", "gap", "cost", "voices"]


class Policy(BaseModel):
    """Thresholds on probabilities. The defaults are Holdfast's; an organisation sets its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="default", description="Named on every verdict it gives.")
    retain_benefit: Share = Field(default=0.8, description="Benefit that retaining or adapting asks for.")
    retain_improves: Share = Field(
        default=0.95,
        description="P(it improves at all) that retaining or adapting asks for as well, so that where the smallest "
        "important difference is small beside the error a change that does nothing is seldom kept; 0: not asked.",
    )
    retain_harm: Share = Field(default=0.1, description="Harm that retaining still allows.")
    retain_gap: Share = Field(default=0.5, description="P(the gap widens) that retaining still allows.")
    adapt_elsewhere: Share = Field(default=0.8, description="P(it works elsewhere and not here).")
    stop_harm: Share = Field(default=0.8, description="Harm at which to stop.")
    stop_futile: Share = Field(default=0.8, description="Futility at which to stop, given a cost or an opposition.")
    reinstate_harm: Share = Field(default=0.8, description="P(suspending the displaced practice did harm).")
    oppose: Share = Field(default=0.5, description="A role opposes when the lower bound of its opposition passes this.")
    minimum_certainty: Literal["high", "moderate", "low", "very low"] = Field(
        default="low", description="Below this, no verdict but keep learning."
    )
    retain_claim: Claim = Field(default=3, description="Weakest claim (Maryland scale) on which to retain.")
    adapt_claim: Claim = Field(default=2, description="Weakest claim on which to adapt.")
    stop_claim: Claim = Field(default=3, description="Weakest claim on which to stop.")
    reinstate_claim: Claim = Field(
        default=2, description="Weakest claim on which to reinstate because suspension did harm."
    )
    must_have: tuple[Input, ...] = Field(
        default=(), description="What must be known before anything is retained; nothing by default, only flagged."
    )
    harm_stops_despite_benefit: bool = Field(
        default=False, description="Stop rather than adapt when a change both helps and does harm past stop_harm."
    )
    horizon: Literal["lasting", "later", "early", "overall"] = Field(
        default="lasting", description="Preferred horizon; falls back to later, early, overall."
    )
    gap_kind: Literal["slope index", "difference", "relative index", "ratio"] = Field(
        default="slope index", description="Which gap decides; falls back to the others in that order."
    )
    prior_sd_multiple: float = Field(
        default=0.0,
        ge=0,
        description="Sceptical prior: sd as a multiple of the smallest important difference; 0: none.",
    )
    settle: Share = Field(default=0.8, description="Chance of a verdict at which more evidence is called enough.")
