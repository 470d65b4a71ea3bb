"""The board's questions: words as the whole site keeps or refuses them, and days."""

from __future__ import annotations

from typing import Any

from django import forms

from holdfast.web.words import LONG, SHORT, LongWords, ShortWords


def words(label: str, *, most: int = SHORT, box: bool = False, **named: Any) -> forms.CharField:
    """A text of at most ``most`` characters: one line, or a box when ``box``. Not required unless said."""
    named.setdefault("required", False)
    if not box:
        return ShortWords(label=label, most=most, **named)
    return LongWords(label=label, most=most, widget=forms.Textarea(attrs={"rows": 4}), **named)


def day(label: str, **named: Any) -> forms.DateField:
    """A date, typed or picked."""
    named.setdefault("required", False)
    messages = {"invalid": f"{label} must be a real date, such as 2027-03-31", **named.pop("error_messages", {})}
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d"), error_messages=messages, **named)


__all__ = ["LONG", "day", "words"]
