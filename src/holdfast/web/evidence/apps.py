"""The app's name."""

from django.apps import AppConfig


class Evidence(AppConfig):
    """Tables, protocols and runs."""

    name = "holdfast.web.evidence"
    label = "evidence"
