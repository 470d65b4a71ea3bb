"""The app's name, and where it hooks into the rooms before it."""

from django.apps import AppConfig


class Insight(AppConfig):
    """Scraps, comments, themes, and what made changes possible."""

    name = "holdfast.web.insight"
    label = "insight"

    def ready(self) -> None:
        """Hang the understanding on the change's page; have workers see to jobs that others left behind."""
        from holdfast.web.evidence import presence
        from holdfast.web.insight import embedding, jobs, step
        from holdfast.web.register import similar

        step.hang()
        similar.plug_in(embedding.ForChanges())
        presence.add_mender(jobs.recover)
