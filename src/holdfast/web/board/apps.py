"""The app's name, and where it hooks into the rooms before it."""

from django.apps import AppConfig


class Board(AppConfig):
    """Cells, decisions and follow-ups."""

    name = "holdfast.web.board"
    label = "board"

    def ready(self) -> None:
        """Listen for finished runs, and hang the decide step on a change's page."""
        from holdfast.web.board import intake, step, voices
        from holdfast.web.evidence.signals import run_finished

        run_finished.connect(intake.on_run_finished, dispatch_uid="board.intake")
        step.hang()
        voices.hang()
