"""The app's name, and where it tells the rooms around it."""

from django.apps import AppConfig


class Voices(AppConfig):
    """What people believe, by role."""

    name = "holdfast.web.voices"
    label = "voices"

    def ready(self) -> None:
        """Hang the step on the change's page, and fill in the questions about people when migrations have run."""
        from django.db.models.signals import post_migrate

        from holdfast.web.voices.asked import fill_after_migrating
        from holdfast.web.voices.step import hang

        hang()
        post_migrate.connect(fill_after_migrating, sender=self, dispatch_uid="voices.questions")
