"""The forms of sorting: what should happen to a record, who looks after it, and why it is withdrawn."""

from __future__ import annotations

from typing import Any

from django import forms

from holdfast.web.forms import PlainForm
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import new_deed
from holdfast.web.register.triage import sorters
from holdfast.web.words import LongWords, ShortWords

KEEP, SPLIT, ASSIGN, ASK, WITHDRAW, UNSORT = "keep", "split", "assign", "ask", "withdraw", "unsort"
MERGE = "merge:"
DEEDS = {SPLIT: "register:split", ASSIGN: "register:assign", ASK: "register:ask", WITHDRAW: "register:withdraw"}
"""Choices that have a page of their own."""


class SortForm(PlainForm):
    """One decision about one record."""

    what = forms.ChoiceField(
        label="What should happen to this record?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should happen to this record"},
    )

    def __init__(self, change: Change, alike: list[Change], *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        same = [(f"{MERGE}{other.identifier}", f"Merge it with {other.identifier}: {other.title}") for other in alike]
        again = [(UNSORT, "Put it back on the queue")] if change.sorted_at else []
        self.fields["what"].choices = [
            (KEEP, self._keep(alike)),
            *again,
            *same,
            (SPLIT, "Split it: it is more than one change"),
            (ASSIGN, "Give it to somebody to look after"),
            (ASK, "Ask whoever recorded it a question"),
            (WITHDRAW, "Withdraw it: it does not belong here"),
        ]

    @staticmethod
    def _keep(alike: list[Change]) -> str:
        return "Keep it as it is: it is none of the others" if alike else "Keep it as it is"


class AssignForm(PlainForm):
    """Who looks after a record."""

    owner = forms.ModelChoiceField(
        label="Who looks after it?", queryset=None, required=False, empty_label="Nobody for now"
    )
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["owner"].queryset = sorters()


class WithdrawForm(PlainForm):
    """Why a record is taken out of the register."""

    why = ShortWords(
        label="Why is it withdrawn?",
        help_text="For example: a test, or not a service change. People who follow the record may read this.",
        error_messages={"required": "Say why it is withdrawn"},
    )
    read_at = forms.IntegerField(widget=forms.HiddenInput)


class AskForm(PlainForm):
    """A question to the author."""

    words = LongWords(
        label="Your question", most=2_000, error_messages={"required": "Write your question"},
        help_text="Ask one thing. Say nothing that says who a patient is.",
    )  # fmt: skip
    deed = forms.CharField(widget=forms.HiddenInput, initial=new_deed, max_length=64)


class AnswerForm(PlainForm):
    """The author's answer."""

    answer = LongWords(
        label="Your answer", most=5_000, error_messages={"required": "Write your answer"},
        help_text="Please write nothing that says who a patient is.",
    )  # fmt: skip
