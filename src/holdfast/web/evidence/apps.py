"""The app's name, its step on the change's page, and a worker's sign of life."""

import sys

from django.apps import AppConfig


class Evidence(AppConfig):
    """Tables, protocols and runs."""

    name = "holdfast.web.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Hang the evidence on the change's page; in a worker's process, say that it is there."""
        from holdfast.web.evidence import presence, steps

        steps.hang()
        presence.begin_if_worker(sys.argv)
