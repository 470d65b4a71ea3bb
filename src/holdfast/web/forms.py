"""Forms that look and speak as the design system does: no widgets' own markup, plain error messages."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """A form drawn by ``parts/forms.jinja``; labels carry no colon and required fields say what to do."""

    def __init__(self, *words: Any, **named: Any) -> None:
        named.setdefault("label_suffix", "")
        super().__init__(*words, **named)
        for field in self.fields.values():
            label = (field.label or "an answer").strip()
            field.error_messages.setdefault("required", f"Enter {label[:1].lower()}{label[1:]}")
            field.error_messages["required"] = field.error_messages.get("blank", field.error_messages["required"])
