"""The app's name."""

from django.apps import AppConfig


class People(AppConfig):
    """Accounts, roles and the audit log."""

    name = "holdfast.web.people"
    label = "people"
