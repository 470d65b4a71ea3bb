"""The form of one study: the protocol in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from pydantic import ValidationError

from holdfast.records import Study
from holdfast.records.vocabularies import DESIGNS
from holdfast.web.forms import PlainForm
from holdfast.web.words import LongWords, ShortWords

_LISTS: Final = ("populations", "settings", "covariates", "exclude_sites", "exclude_periods")
_OPTIONAL: Final = ("design", "cluster", "equity_dimension", "start", "end")
_YES: Final = ("randomised",)


def _about(name: str) -> str:
    return str(Study.model_fields[name].description or "")


class StudyForm(PlainForm):
    """Every field of a protocol that pages offer; the rest is kept as the configuration has it."""

    study = ShortWords(label="The study’s name", help_text="Short, for example booked-arrivals", most=80)
    change = forms.ChoiceField(label="Which change is studied?")
    primary = forms.ChoiceField(
        label="Which measure decides?", help_text="Only this one decides; the others are looked at too."
    )
    measures = forms.MultipleChoiceField(
        label="Which other measures are looked at?", required=False, widget=forms.CheckboxSelectMultiple
    )
    populations = ShortWords(
        label="Which populations? (optional)", required=False, help_text="Dimensions, separated by commas. Empty: all."
    )
    start = ShortWords(label="First period (optional)", required=False, help_text="For example 2019-04-01", most=20)
    end = ShortWords(label="Last period (optional)", required=False, help_text="For example 2022-12-01", most=20)
    comparison = forms.ChoiceField(
        label="Compare with which sites?",
        choices=(
            ("not_yet", "Those that never adopt, and those that have not yet"),
            ("never", "Only those that never adopt"),
        ),
        widget=forms.RadioSelect,
    )
    anticipation = forms.IntegerField(
        label="Periods before adoption in which it may already act", min_value=0, max_value=24
    )
    weights = forms.ChoiceField(
        label="How do sites count?",
        choices=(("denominator", "By their denominator"), ("equal", "All the same")),
        widget=forms.RadioSelect,
    )
    equity_dimension = ShortWords(
        label="On which ordered population is the gap measured? (optional)",
        required=False,
        help_text="For example: deprivation",
        most=80,
    )
    covariates = ShortWords(
        label="Adjust the comparison for (optional)",
        required=False,
        help_text="Columns of the sites table, separated by commas.",
    )
    design = forms.ChoiceField(label="Ask for one design? (optional)", required=False, help_text=_about("design"))
    exclude_sites = ShortWords(
        label="Sites left out (optional)", required=False, help_text="Codes, separated by commas.", most=4000
    )
    exclude_periods = ShortWords(
        label="Periods left out (optional)", required=False, help_text="Dates, separated by commas.", most=1000
    )
    exclude_reason = ShortWords(label="Why they are left out (optional)", required=False)
    randomised = forms.BooleanField(label="Chance decided who adopts when", required=False)
    rationale = LongWords(label="Why is the study done? (optional)", required=False)

    def __init__(self, *words: Any, changes: Mapping[str, str], measures: Mapping[str, str], **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["change"].choices = [(name, title) for name, title in changes.items()]
        self.fields["primary"].choices = self.fields["measures"].choices = list(measures.items())
        self.fields["design"].choices = [
            ("", "Let the data decide"),
            *((one, one.capitalize()) for one in DESIGNS[:-1]),
        ]

    def clean(self) -> dict[str, Any]:
        """The protocol as the library reads it, which says what it does not allow."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        held = as_told(told)
        try:
            Study.model_validate(held)
        except ValidationError as found:
            for fault in found.errors(include_url=False, include_context=False, include_input=False):
                name = str(fault["loc"][0]) if fault["loc"] else ""
                self.add_error(name if name in self.fields else None, f"{fault['msg']}. Correct it, then save again.")
        return told


def as_told(told: Mapping[str, Any]) -> dict[str, Any]:
    """A study as the configuration writes it: nothing that is empty or left at its default, but its name."""
    out: dict[str, Any] = {}
    for name, value in told.items():
        held: Any = _listed(value) if name in _LISTS else value
        if name == "measures":
            held = [one for one in value if one != told.get("primary")]
        default = Study.model_fields[name].get_default()
        if held not in (None, "", [], ()) and held != default:
            out[name] = held
    return out


def initial(study: Mapping[str, Any]) -> dict[str, Any]:
    """A study of the configuration, or of a check, as the form shows it."""
    whole = Study.model_validate(study).model_dump(mode="json")
    for name in _LISTS:
        whole[name] = ", ".join(whole[name])
    return {name: "" if value is None else value for name, value in whole.items()}


def _listed(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,;\n]", text or "") if one.strip()]


def declared(study: Mapping[str, Any]) -> dict[str, Any]:
    """A study that a check found, as the configuration writes it."""
    whole = Study.model_validate(study)
    told: dict[str, Any] = whole.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return told
