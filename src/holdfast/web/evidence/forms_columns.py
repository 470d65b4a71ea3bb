"""The form that maps a file's columns to ours, and says which of its rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from holdfast.web.forms import PlainForm
from holdfast.web.words import ShortWords
from holdfast.workspace.loading import TABLES

FILTERS: Final = 3
BLANK: Final = (("", "Not there"),)


class ColumnsForm(PlainForm):
    """Which of the file's columns stands for which of ours."""

    def __init__(self, *words: Any, role: str, names: Sequence[str], **named: Any) -> None:
        super().__init__(*words, **named)
        self.role, self.names = role, names
        table = TABLES["observations" if role == "wide" else role]
        choices = [*BLANK, *((name, name) for name in names)]
        for column in table.columns:
            if role == "wide" and column.name not in ("site", "period"):
                continue
            needed = column.required
            self.fields[f"ours_{column.name}"] = forms.ChoiceField(
                label=f"{column.name}{'' if needed else ' (optional)'}",
                choices=choices,
                required=False,
                help_text=column.meaning,
            )
        self._more(choices)

    def _more(self, choices: Sequence[tuple[str, str]]) -> None:
        if self.role == "sites":
            self.fields["setting_is"] = ShortWords(
                label="Setting, where it is the same for every site (optional)",
                required=False,
                help_text="For example: GP practice",
            )
        if self.role in ("observations", "wide"):
            self.fields["add_rows"] = forms.BooleanField(
                label="Several rows belong to one site and period: add them up", required=False
            )
        for place in range(1, FILTERS + 1):
            self.fields[f"filter_{place}_column"] = forms.ChoiceField(label="Column", choices=choices, required=False)
            self.fields[f"filter_{place}_how"] = forms.ChoiceField(
                label="Do what with these rows?",
                choices=(("keep", "Keep only rows with"), ("drop", "Leave out rows with")),
                required=False,
            )
            self.fields[f"filter_{place}_values"] = ShortWords(
                label="Values, separated by commas", required=False, most=2000
            )

    def clean(self) -> dict[str, Any]:
        """No column stands for two of ours; a filter has a column and values or neither."""
        told: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for name in [n for n in self.fields if n.startswith("ours_")]:
            theirs = told.get(name)
            if theirs and theirs in taken:
                self.add_error(name, f"“{theirs}” is already used for {taken[theirs]}. Use each column once.")
            elif theirs:
                taken[theirs] = name.removeprefix("ours_")
        for place in range(1, FILTERS + 1):
            column, values = told.get(f"filter_{place}_column"), told.get(f"filter_{place}_values")
            if bool(column) != bool(values):
                self.add_error(f"filter_{place}_values", "Choose a column and say the values, or leave both empty.")
        return told
