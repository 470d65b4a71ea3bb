"""What goes in and out, as the OpenAPI document describes it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError as DjangoError
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from holdfast.records.vocabularies import CHANGE_STATUSES, VERDICTS
from holdfast.web.words import LONG, SHORT, refuse_unsafe


def _safe(limit: int, lines: bool) -> Any:
    def check(text: str) -> str:
        try:
            return refuse_unsafe(text, limit, called="The text", lines=lines)
        except DjangoError as problem:
            raise ValueError(problem.messages[0]) from None

    return AfterValidator(check)


Line = Annotated[str, _safe(SHORT, False)]
Text = Annotated[str, _safe(LONG, True)]
Months = Annotated[Decimal, Field(gt=0, le=9999, max_digits=7, decimal_places=2)]
Day = Annotated[dt.date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2200, 1, 1))]


class Strict(Schema):
    """A key that is not known is refused, so that a misspelt one is never silently dropped."""

    model_config = ConfigDict(extra="forbid")


class ChangeFields(Strict):
    """What people write of a change; what is left out stays as it is."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    description: Text | None = None
    for_whom: Text | None = None
    introduced: Line | None = None
    pathway: Line | None = None
    organisation: Line | None = None
    mandate: Text | None = None
    objective: Text | None = None
    mechanism: Text | None = None
    held_back: Text | None = None
    risks: Text | None = None
    needs: Text | None = None
    second_order_value: Text | None = None
    credit: Text | None = None
    planned_months: Months | None = None
    actual_months: Months | None = None
    started_on: Day | None = None
    cost: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = None
    status: Literal[CHANGE_STATUSES] | None = None  # type: ignore[valid-type]
    source: Line | None = None
    terms: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] | None = Field(
        None, description="Terms as vocabulary:code. All of them: a list replaces the one before."
    )
    displaced: Annotated[list[Annotated[Line, Field(min_length=1)]], Field(max_length=20)] | None = Field(
        None, description="The practices it displaced. All of them."
    )


class NewChange(ChangeFields):
    """A change to record."""

    title: Annotated[Line, Field(min_length=1)]


class AmendedChange(ChangeFields):
    """An amendment, with why."""

    why: Annotated[Line, Field(description="Kept with the version.")] = ""


class Dissenter(Strict):
    """Somebody's disagreement in their own words."""

    name: Annotated[str, _safe(120, False)] = ""
    role: Annotated[str, _safe(120, False)] = ""
    words: Annotated[Text, Field(min_length=1)]


class NewDecision(Strict):
    """A decision for one cell. A final one needs reasons, who decided, a review date and the duties met."""

    verdict: Literal[VERDICTS]  # type: ignore[valid-type]
    reasons: Text = ""
    decided_by: Annotated[str, _safe(2_000, True)] = ""
    conditions: Text = ""
    review_on: Day | None = None
    departs_because: Text = ""
    dissent: Annotated[list[Dissenter], Field(max_length=50)] = Field(default_factory=list)
    final: bool = False
    batch: uuid.UUID | None = Field(None, description="A number of your own: sending it again decides once.")
