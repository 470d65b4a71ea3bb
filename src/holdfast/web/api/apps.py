"""The app's name."""

from django.apps import AppConfig


class Api(AppConfig):
    """The programming interface."""

    name = "holdfast.web.api"
    label = "api"
