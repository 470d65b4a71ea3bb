"""The app's name."""

from django.apps import AppConfig


class Register(AppConfig):
    """Changes, practices and vocabularies."""

    name = "holdfast.web.register"
    label = "register"
