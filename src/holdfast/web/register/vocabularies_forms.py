"""The curators' forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from holdfast.web.forms import PlainForm
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.vocabularies import stamp
from holdfast.web.words import LongWords, ShortWords


class ListForm(PlainForm):
    """A vocabulary's own words."""

    name = ShortWords(label="Name", most=120)
    meaning = LongWords(label="What it is for", required=False)
    version = ShortWords(label="Version", most=40, required=False, help_text="For example, 2026-04.")
    source = ShortWords(label="Where it comes from", most=400, required=False, help_text="Say who may use it, too.")
    question = ShortWords(
        label="How the capture pages ask for it", required=False, help_text="For example, What kind of change is it?"
    )
    asked = forms.IntegerField(
        label="Its place among the capture pages", min_value=0, max_value=99, initial=0,
        help_text="1 is asked first. 0 means that it is not asked.",
        error_messages={"invalid": "Enter a whole number, such as 3", "required": "Enter 0 if it is not asked"},
    )  # fmt: skip
    many = forms.BooleanField(label="A change may hold several of its terms", required=False)
    read_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def clean(self) -> dict[str, Any]:
        """A list that is asked for needs its question."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("asked") and not data.get("question"):
            self.add_error("question", "Enter how the capture pages ask for it, or put its place at 0")
        return data

    def fields_to_save(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"read_as", "code"}}


class NewListForm(ListForm):
    """A list of the organisation's own."""

    code = forms.SlugField(
        label="Short code", max_length=50, help_text="Small letters, digits and underscores. It never changes.",
        error_messages={"invalid": "Use letters, digits and underscores only, such as our_wards"},
    )  # fmt: skip
    field_order = ("name", "code")

    def clean_code(self) -> str:
        """A code of its own."""
        code: str = self.cleaned_data["code"].lower()
        if Vocabulary.objects.filter(code=code).exists():
            raise ValidationError(f"“{code}” is the code of another list. Choose another.")
        return code


class TermForm(PlainForm):
    """A term's words."""

    label = ShortWords(label="Term")
    meaning = LongWords(label="What it means", required=False)
    seeds = LongWords(
        label="Words that suggest it in free text", required=False, help_text="One a line. Leave empty for none."
    )
    parent = forms.ModelChoiceField(label="It stands under", queryset=None, required=False, empty_label="Nothing")
    place = forms.IntegerField(
        label="Its place in the list", min_value=0, max_value=100_000, required=False,
        help_text="1 comes first.", error_messages={"invalid": "Enter a whole number, such as 3"},
    )  # fmt: skip
    read_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, vocabulary: Vocabulary, *words: Any, term: Term | None = None, **named: Any) -> None:
        super().__init__(*words, **named)
        self.term = term
        others = vocabulary.terms.filter(parent=None)
        self.fields["parent"].queryset = others.exclude(pk=term.pk) if term else others

    def clean_seeds(self) -> list[str]:
        """One a line."""
        return [line.strip() for line in self.cleaned_data["seeds"].splitlines() if line.strip()]

    def clean_parent(self) -> Term | None:
        """A term that others stand under stays at the top."""
        parent: Term | None = self.cleaned_data["parent"]
        if parent and self.term and self.term.children.exists():
            raise ValidationError("Other terms stand under this one. Move them first, then put it under another.")
        return parent

    def fields_to_save(self) -> dict[str, Any]:
        """What the service takes; a place left empty stays as it is."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"read_as", "code"} and not (name == "place" and value is None)
        }


class NewTermForm(TermForm):
    """One more term."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9_:+.-]*$", label="Short code", max_length=80,
        help_text="Letters, digits, and _ : + . - between them. It never changes.",
        error_messages={"invalid": "Use letters, digits and _ : + . - only, such as ward_7"},
    )  # fmt: skip
    field_order = ("label", "code")

    def __init__(self, vocabulary: Vocabulary, *words: Any, **named: Any) -> None:
        super().__init__(vocabulary, *words, **named)
        self.vocabulary = vocabulary

    def clean_code(self) -> str:
        """A code of its own in the list."""
        code: str = self.cleaned_data["code"]
        if self.vocabulary.terms.filter(code=code).exists():
            raise ValidationError(f"“{code}” is the code of another term in this list. Choose another.")
        return code


class UploadForm(PlainForm):
    """A list in a file."""

    file = forms.FileField(
        label="A list in a TOML or CSV file",
        help_text="A CSV needs the columns code and label; meaning, seeds (between semicolons) and parent may follow.",
        error_messages={"required": "Choose a file", "empty": "The file is empty. Choose another."},
    )


def first_list(vocabulary: Vocabulary) -> dict[str, Any]:
    """A list's form as it opens."""
    names = ("name", "meaning", "version", "source", "question", "asked", "many")
    return {**{name: getattr(vocabulary, name) for name in names}, "read_as": stamp(vocabulary)}


def first_term(term: Term) -> dict[str, Any]:
    """A term's form as it opens."""
    held = {name: getattr(term, name) for name in ("label", "meaning", "place")}
    return {**held, "parent": term.parent_id, "seeds": "\n".join(term.seeds), "read_as": stamp(term)}
