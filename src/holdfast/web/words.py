"""Words that people type, kept as written or refused with a reason. Forms, imports and the interface all ask here."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

LONG: Final = 20_000
"""The most characters that a long answer holds."""
SHORT: Final = 200
"""The most characters that a short answer holds."""
_KEPT: Final = "\t\n"
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def refuse_unsafe(text: str, limit: int = LONG, *, called: str = "This answer", lines: bool = True) -> str:
    """The text as it will be kept: trimmed, with plain line ends (or on one line), otherwise as written.

    Raises ValidationError, in words for the person who typed it, for text that is too long, holds characters that
    cannot be kept, or holds what looks like an NHS number. Markup and formulas are kept: pages and files show them as
    text.
    """
    from holdfast.understand.redact.nhs_numbers import find_nhs_numbers

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip() if lines else " ".join(text.split())
    if len(text) > limit:
        raise ValidationError(
            f"{called} must be {limit:,} characters or fewer. It has {len(text):,}. Shorten it, then save again.",
            code="too_long",
        )
    if any(unicodedata.category(ch) in {"Cc", "Cs"} and ch not in _KEPT for ch in text):
        raise ValidationError(
            f"{called} holds a character that cannot be kept, such as a NUL. Type it again, or paste it as plain text.",
            code="unreadable",
        )
    if find_nhs_numbers(text):
        raise ValidationError(
            f"{called} seems to hold an NHS number. Nothing here may say who a patient is. "
            "Take the number out, then save again.",
            code="nhs_number",
        )
    return _BIDI.sub("", text)


class _Words(forms.CharField):
    """What ``refuse_unsafe`` lets through, and the number of characters it may have."""

    lines = True
    most = LONG

    def __init__(self, *, most: int | None = None, **named: Any) -> None:
        self.most = most or self.most
        super().__init__(strip=False, **named)
        self.validators: list[Any] = []  # NUL characters and length have their own words in ``refuse_unsafe``

    def clean(self, value: Any) -> str:
        """The words, or the reason why not."""
        called = str(self.label or "This answer")
        kept = refuse_unsafe(self.to_python(value), self.most, called=called[:1].upper() + called[1:], lines=self.lines)
        self.validate(kept)
        return kept


class LongWords(_Words):
    """A paragraph or more."""

    widget = forms.Textarea


class ShortWords(_Words):
    """One line."""

    lines = False
    most = SHORT
