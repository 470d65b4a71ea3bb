"""Questions to people who take part."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from holdfast.records.involving import PREFER_NOT
from holdfast.web.forms import PlainForm
from holdfast.web.register.models import Practice
from holdfast.web.voices import wishes
from holdfast.web.voices.asked import ROLE_WHY, ROLES, choices
from holdfast.web.voices.models import AboutQuestion
from holdfast.web.words import LongWords, ShortWords

OWN_WORDS: Final = 2_000
STATEMENT: Final = 200


class PreferForm(PlainForm):
    """What somebody would do with a practice, for whom that would differ, and why."""

    preference = forms.ChoiceField(
        label="What should happen to it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should happen to it, or skip this question"},
    )
    words = LongWords(
        label="Why do you think so?",
        help_text="You do not have to answer. Do not name anybody. Your words are shown once somebody has read them.",
        required=False,
        most=OWN_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    who = forms.ChoiceField(label="For which people?", required=False)
    where = forms.ChoiceField(label="In what kind of place?", required=False)
    differs = forms.ChoiceField(label="What should happen for them?", required=False)

    def __init__(self, *words: Any, practice: Practice, beside: bool, **named: Any) -> None:
        super().__init__(*words, **named)
        offered = wishes.preferences(practice, beside=beside)
        self.fields["preference"].choices = offered
        self.fields["differs"].choices = [("", "The same"), *offered]
        self.fields["who"].choices = wishes.groups()
        self.fields["where"].choices = wishes.settings()

    def clean(self) -> dict[str, Any]:
        """A different answer needs somebody for whom it differs."""
        said = super().clean() or {}
        for name in ("who", "where"):
            said[name] = said.get(name) or self.fields[name].choices[0][0]
        narrow = wishes.place_of(said["who"], said["where"]) != wishes.place_of("", "")
        if said.get("differs") and not narrow and "who" not in self.errors:
            self.add_error("who", "Choose the people or the place for whom your answer would differ")
        if narrow and not said.get("differs"):
            self.add_error("differs", "Choose what should happen for them")
        return said

    @property
    def open(self) -> bool:
        """Whether the part on other people must be shown open."""
        return bool(self.data.get("differs") or {"who", "where", "differs"} & set(self.errors))


class YouForm(PlainForm):
    """Who somebody is: every question may be left, and says why it is asked."""

    role = forms.ChoiceField(
        label="Which of these fits you best?",
        help_text=ROLE_WHY,
        required=False,
        widget=forms.RadioSelect,
        choices=[*ROLES, (PREFER_NOT, "Prefer not to say")],
    )

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        for question in AboutQuestion.objects.filter(asked=True):
            self.fields[f"about_{question.code}"] = forms.ChoiceField(
                label=question.label,
                help_text=f"Why we ask: {question.why}",
                required=False,
                widget=forms.RadioSelect,
                choices=choices(question, self.initial.get(f"about_{question.code}", "")),
            )

    def answers(self) -> tuple[str, dict[str, str]]:
        """The role (empty where it is not said) and the answers that were given."""
        said = self.cleaned_data
        about = {name.removeprefix("about_"): value for name, value in said.items() if name != "role" and value}
        return "" if said["role"] == PREFER_NOT else said["role"], about


class ProposeForm(PlainForm):
    """One statement for others to vote on."""

    text = ShortWords(
        label="Your statement",
        help_text="One idea, in a sentence that people can agree or disagree with. Do not name anybody.",
        most=STATEMENT,
        error_messages={"required": "Write a statement"},
    )


class WithdrawForm(PlainForm):
    """A yes that nobody presses by mistake."""

    sure = forms.BooleanField(
        label="Yes, erase everything I said about this change",
        error_messages={"required": "Tick the box to erase everything you said"},
    )
