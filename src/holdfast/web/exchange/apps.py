"""The app's name."""

from django.apps import AppConfig


class Exchange(AppConfig):
    """Workspaces in and out, backup and restore."""

    name = "holdfast.web.exchange"
    label = "exchange"
