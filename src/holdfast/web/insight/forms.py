"""What the pages ask for."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from holdfast.web.evidence.receiving import Files
from holdfast.web.forms import PlainForm
from holdfast.web.register.fields import field_for
from holdfast.web.register.models import LIVE, Change
from holdfast.web.words import ShortWords

PASTED: Final = 500_000
KEEP: Final = "Keep the files as I sent them. Nobody can read them here; only whoever runs the server can."


class Once(PlainForm):
    """A form that counts once however often it is sent."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64, min_length=8)


class FilesIfAny(Files):
    """Several files, or none."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """An empty list for none."""
        return super().clean(data, initial) if data else []


class ScrapsForm(Once):
    """Files or pasted text that may tell of changes."""

    files = FilesIfAny(
        label="Files", required=False,
        help_text="Word, PDF, text, CSV or Excel, or a folder zipped. Up to 60 files, each up to 50 MB.",
    )  # fmt: skip
    pasted = forms.CharField(
        label="Or pasted text", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="For example, notes of a meeting or a learning log.",
    )  # fmt: skip
    keep = forms.BooleanField(label=KEEP, required=False)

    def clean_pasted(self) -> str:
        """Not longer than can be taken at once."""
        said: str = self.cleaned_data["pasted"]
        if len(said) > PASTED:
            raise forms.ValidationError(f"The text has {len(said):,} characters. Paste {PASTED:,} or fewer at a time.")
        return said if said.strip() else ""

    def clean(self) -> dict[str, Any]:
        """Something of the two."""
        told = super().clean()
        if not self.errors and not told.get("files") and not told.get("pasted"):
            raise forms.ValidationError("Choose files, or paste some text.")
        return told


class CommentsForm(Once):
    """A survey export."""

    file = forms.FileField(
        label="A file of comments", allow_empty_file=True,
        help_text="CSV or Excel, with headings in the first row, up to 50 MB. One answer or person a row.",
        error_messages={"required": "Choose a file."},
    )  # fmt: skip
    name = ShortWords(
        label="What is this survey called?",
        help_text="Send the survey again under the same name when it has grown, and only new rows are added.",
        error_messages={"required": "Enter what the survey is called."},
    )
    keep = forms.BooleanField(label=KEEP, required=False)


class AcceptForm(PlainForm):
    """A passage as a change."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        for name in ("title", "description", "introduced", "displaced", "organisation"):
            self.fields[name] = field_for(name)


class SupportForm(PlainForm):
    """Which change a passage speaks of."""

    identifier = ShortWords(
        label="The change’s number", help_text="For example, HF-000012.", most=80,
        error_messages={"required": "Choose a change, or enter its number."},
    )  # fmt: skip

    def clean_identifier(self) -> str:
        """A change that the register shows."""
        said = str(self.cleaned_data["identifier"])
        self.change = Change.objects.filter(LIVE, identifier__iexact=said).first()
        if self.change is None:
            raise forms.ValidationError("No change has this number. Look it up in the list of changes.")
        return said


class AsideForm(PlainForm):
    """Why a passage is set aside."""

    reason = ShortWords(label="Why, if you like", required=False)
