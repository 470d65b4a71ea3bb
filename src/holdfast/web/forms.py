"""Forms that look and speak as the design system does: no widgets' own markup, plain error messages."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """A form drawn by ``parts/forms.jinja``; labels carry no colon and required fields say what to do."""

    def __init__(self, *words: Any, **named: Any) -> None:
        named.setdefault("label_suffix", "")
        super().__init__(*words, **named)
        usual = forms.Field.default_error_messages["required"]
        for field in self.fields.values():
            label = str(field.label or "an answer").strip()
            if field.error_messages.get("required") == usual:  # what a form says for itself stays
                field.error_messages["required"] = f"Enter {label[:1].lower()}{label[1:]}"
