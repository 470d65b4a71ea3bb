"""The app's name."""

from django.apps import AppConfig


class Board(AppConfig):
    """Cells, decisions and follow-ups."""

    name = "holdfast.web.board"
    label = "board"
