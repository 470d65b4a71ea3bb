"""Questions about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from holdfast.web.forms import PlainForm
from holdfast.web.people.models import Role
from holdfast.web.people.verbs import PUBLIC_ROLE, VERBS


def _roles(label: str) -> forms.ModelMultipleChoiceField:
    given = Role.objects.exclude(code=PUBLIC_ROLE)
    return forms.ModelMultipleChoiceField(given, label=label, required=False, widget=forms.CheckboxSelectMultiple)


class InviteForm(PlainForm):
    """Whom, and as what."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["roles"] = _roles("What should they be?")


class PersonForm(PlainForm):
    """An account's roles, and whether it is open."""

    is_active = forms.BooleanField(label="The account is open", required=False)

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["roles"] = _roles("Roles")


class RoleForm(PlainForm):
    """What a role is called and what it allows."""

    name = forms.CharField(label="Name", max_length=80)
    meaning = forms.CharField(label="Who it is for", max_length=300, required=False)
    verbs = forms.MultipleChoiceField(
        label="People with this role may",
        choices=list(VERBS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class JoinForm(PlainForm):
    """The account of somebody who was invited."""

    name = forms.CharField(
        label="Your name", max_length=120, help_text="As others should see it beside what you do.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    password = forms.CharField(
        label="Choose a password", help_text="12 characters or more. Three words together are good.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_password(self) -> str:
        """Held to the validators in the settings."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
