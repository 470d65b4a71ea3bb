"""The board's forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from holdfast.share.words import verdict_words
from holdfast.web.board.deciding import Seen
from holdfast.web.board.fields import LONG, day
from holdfast.web.board.fields import words as text
from holdfast.web.board.models import Cell, Decision, DutyAnswer
from holdfast.web.board.rules import MAY
from holdfast.web.forms import PlainForm


class DecideForm(PlainForm):
    """A decision as a person writes it. What a final one lacks is found by the service, which the page then shows."""

    verdict = forms.ChoiceField(
        label="What is decided?", widget=forms.RadioSelect, error_messages={"required": "Choose what is decided"}
    )
    reasons = text("Reasons", most=LONG, box=True, help_text="What weighed most, and why. Anybody may read it.")
    departs_because = text(
        "Why it departs from the recommendation",
        most=LONG,
        box=True,
        help_text="Only if you decide other than recommended.",
    )
    conditions = text(
        "Conditions", most=LONG, box=True, help_text="For example: only where a face-to-face slot is kept."
    )
    decided_by = text("Who decided", most=2_000, help_text="The group, or the people by name.")
    review_on = day("Review date", help_text="When to look at the evidence again.")
    dissent_words = text(
        "Dissent, in the dissenter’s own words",
        most=LONG,
        box=True,
        help_text="Whoever disagrees says why. It is kept beside the decision as it is. Add more afterwards.",
    )
    dissent_name = text("Dissenter’s name (optional)", most=120)
    dissent_role = text("Dissenter’s role (optional)", most=120)
    batch = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=100)
    also = forms.MultipleChoiceField(label="Decide the same for", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *words: Any, role: str, others: Sequence[tuple[str, str]] = (), **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["verdict"].choices = [(v, f"{verdict_words(v)[1]}: {inside(v)}") for v in MAY[role]]
        self.fields["also"].choices = others

    def clean_also(self) -> list[Seen]:
        """The other cells, each as it was seen."""
        return [_seen(text) for text in self.cleaned_data["also"]]

    def clean_seen(self) -> Seen:
        """The cell of the page, as it was seen."""
        return _seen(self.cleaned_data["seen"])

    def clean(self) -> dict[str, Any]:
        """Somebody's name or role without words is not a dissent."""
        held = super().clean() or {}
        somebody = held.get("dissent_name") or held.get("dissent_role")
        if somebody and not held.get("dissent_words") and "dissent_words" not in self.errors:
            self.add_error("dissent_words", "Enter what the dissenter said, or clear the name and role")
        return held

    @property
    def dissent(self) -> list[tuple[str, str, str]]:
        """The dissent written on this page: none or one."""
        held = self.cleaned_data
        words = held["dissent_words"]
        return [(held["dissent_name"], held["dissent_role"], words)] if words else []


class DissentForm(PlainForm):
    """Somebody's disagreement."""

    words = text("What they said, in their own words", most=LONG, box=True, required=True,
                  error_messages={"required": "Enter what they said"})  # fmt: skip
    name = text("Their name (optional)", most=120, help_text="Anybody may read it.")
    role = text("Their role (optional)", most=120)


class DutyForm(PlainForm):
    """One answer to one duty."""

    answer = forms.ChoiceField(
        label="Is it met?", choices=DutyAnswer.ANSWERS, widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it is met"},
    )  # fmt: skip
    reference = text("Where the evidence is", most=400, help_text="A document, minute or reference number.")
    on = day("When it was met")
    reason = text("Why it does not apply, or what is still to be done", most=LONG, box=True)
    read_at = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        """Met asks for a reference and a date that is not to come; not applicable asks for a reason."""
        held = super().clean() or {}
        if held.get("answer") == DutyAnswer.MET:
            if not held.get("reference") and "reference" not in self.errors:
                self.add_error("reference", "Enter where the evidence is")
            if not held.get("on") and "on" not in self.errors:
                self.add_error("on", "Enter the date on which it was met")
            elif held.get("on") and held["on"] > timezone.localdate():
                self.add_error("on", "The date on which it was met must not be in the future")
        if held.get("answer") == DutyAnswer.NOT_APPLICABLE and not held.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Enter why it does not apply")
        return held


class MeetingForm(PlainForm):
    """A meeting."""

    name = text("Name of the meeting", required=True, error_messages={"required": "Enter the name of the meeting"})
    on = day("Date", required=True, error_messages={"required": "Enter the date of the meeting"})
    group = text("Group that decides", help_text="For example: Transformation committee.")
    attendees = text("Who is there", most=5_000, box=True, help_text="One person a line.")
    read_at = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class ItemForm(PlainForm):
    """What is written at an item for the minutes."""

    note = text("For the minutes", most=LONG, box=True)
    minutes = forms.IntegerField(
        label="Minutes set aside (optional)", required=False, min_value=1, max_value=480,
        error_messages={"invalid": "Minutes must be a whole number from 1 to 480",
                        "min_value": "Minutes must be a whole number from 1 to 480",
                        "max_value": "Minutes must be a whole number from 1 to 480"},
    )  # fmt: skip
    read_at = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ActionForm(PlainForm):
    """Something to be done."""

    words = text("What will be done", most=2_000, box=True, required=True,
                  error_messages={"required": "Enter what will be done"})  # fmt: skip
    owner = text("Who will do it (optional)")
    due_on = day("By when (optional)")


class DoneForm(PlainForm):
    """Something done."""

    done_on = day("When it was done", required=True, error_messages={"required": "Enter the date on which it was done"})
    done_words = text("What was done", most=LONG, box=True, help_text="Whoever follows the change is told.")
    read_at = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_done_on(self) -> Any:
        """Not in the future."""
        on = self.cleaned_data["done_on"]
        if on > timezone.localdate():
            raise forms.ValidationError("The date on which it was done must not be in the future")
        return on


def first_words(cell: Cell, draft: Decision | None, decided_by: str = "") -> dict[str, Any]:
    """What the decide form first holds: the draft where there is one."""
    held: dict[str, Any] = {"batch": str(uuid.uuid4()), "seen": str(Seen.of(cell, draft))}
    if draft is None:
        return held | {"decided_by": decided_by}
    names = ("verdict", "reasons", "departs_because", "conditions", "decided_by", "review_on")
    return held | {name: getattr(draft, name) for name in names}


def inside(verdict: str) -> str:
    """A verdict's meaning, as it follows a colon."""
    meaning = verdict_words(verdict)[2]
    return meaning[:1].lower() + meaning[1:].rstrip(".")


def _seen(text: str) -> Seen:
    try:
        return Seen.read(text)
    except ValueError:
        raise forms.ValidationError("This page is out of date. Open it again") from None
