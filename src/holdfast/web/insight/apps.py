"""The app's name, and where it hooks into the rooms before it."""

from django.apps import AppConfig


class Insight(AppConfig):
    """Scraps, comments, themes, and what made changes possible."""

    name = "holdfast.web.insight"
    label = "insight"

    def ready(self) -> None:
        """Hang the understanding on the change's page."""
        from holdfast.web.insight import step

        step.hang()
