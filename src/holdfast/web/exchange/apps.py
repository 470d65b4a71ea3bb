"""The app's name, and what its workers see to."""

from django.apps import AppConfig


class Exchange(AppConfig):
    """Workspaces in and out, backup and restore."""

    name = "holdfast.web.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Have workers see to archives that others left behind."""
        from holdfast.web.evidence import presence
        from holdfast.web.exchange import jobs

        presence.add_mender(jobs.recover)
