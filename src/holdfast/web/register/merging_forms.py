"""The form of a merge: field by field, whose words stay."""

from __future__ import annotations

from typing import Any

from django import forms

from holdfast.web.forms import PlainForm
from holdfast.web.register.merging import TOGETHER
from holdfast.web.register.merging_words import BOTH, KEPT, OTHER, first_choice
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import new_deed
from holdfast.web.register.versions import Row
from holdfast.web.words import ShortWords


class MergeForm(PlainForm):
    """One choice for each field in which the two differ."""

    why = ShortWords(label="Why are they the same? (optional)", required=False)
    deed = forms.CharField(widget=forms.HiddenInput, initial=new_deed, max_length=64)
    kept_at = forms.IntegerField(widget=forms.HiddenInput)
    absorbed_at = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kept: Change, absorbed: Change, rows: list[Row], *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.initial |= {"kept_at": kept.version, "absorbed_at": absorbed.version}
        self.asked = [row for row in rows if row.differs and row.name not in {"terms", "displaced"}]
        for row in self.asked:
            choices = [
                (KEPT, row.before or "Leave it empty"),
                (OTHER, row.after or "Leave it empty"),
            ]
            if row.name in TOGETHER and row.before and row.after:
                choices.append((BOTH, "Both, one after the other"))
            first = first_choice(row.before, row.after)
            field = forms.ChoiceField(label=row.label, choices=choices, initial=first, widget=forms.RadioSelect)
            self.fields[f"take_{row.name}"] = field

    def pairs(self) -> list[tuple[Row, Any]]:
        """Each row with its bound field, for the page."""
        return [(row, self[f"take_{row.name}"]) for row in self.asked]

    def choices(self) -> dict[str, str]:
        """Whose words stay, by field."""
        return {row.name: self.cleaned_data[f"take_{row.name}"] for row in self.asked}


class UndoForm(PlainForm):
    """Why a merge, or a later version, is undone."""

    why = ShortWords(label="Why? (optional)", required=False)
    deed = forms.CharField(widget=forms.HiddenInput, initial=new_deed, max_length=64)
    read_at = forms.IntegerField(widget=forms.HiddenInput)
