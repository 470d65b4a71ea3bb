"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from holdfast.web.board import pages_cell, pages_decision, pages_duties, pages_matrix, pages_meeting, voices


class Gated:
    """A verdict that the duties stand before."""

    regex = "retain|adapt|stop|reinstate"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(Gated, "verdict")

app_name = "board"
urlpatterns: list[URLPattern] = [
    path("", pages_matrix.board, name="matrix"),
    path("board.csv", pages_matrix.csv, name="csv"),
    path("change/<int:pk>", pages_matrix.change, name="change"),
    path("change/<int:pk>/voices", voices.take_in, name="hear"),
    path("runs/<int:run>", pages_matrix.intake, name="intake"),
    path("cell/<int:pk>", pages_cell.cell, name="cell"),
    path("cell/<int:pk>/decide", pages_cell.decide, name="decide"),
    path("cell/<int:pk>/discard", pages_cell.discard, name="discard"),
    path("cell/<int:pk>/dissent", pages_cell.dissent, name="dissent"),
    path("cell/<int:pk>/agenda", pages_cell.agenda, name="agenda"),
    path("duties/<int:pk>/<verdict:verdict>", pages_duties.checklist, name="duties"),
    path("duties/<int:pk>/<verdict:verdict>/<slug:duty>", pages_duties.answer, name="duty"),
    path("decision/<int:pk>", pages_decision.decision, name="decision"),
    path("decision/<int:pk>/actions", pages_decision.act, name="act"),
    path("action/<int:pk>/done", pages_decision.done, name="done"),
    path("reviews", pages_decision.due, name="reviews"),
    path("meetings", pages_meeting.meetings, name="meetings"),
    path("meetings/new", pages_meeting.new, name="new-meeting"),
    path("meetings/<int:pk>", pages_meeting.meeting, name="meeting"),
    path("meetings/<int:pk>/edit", pages_meeting.edit, name="edit-meeting"),
    path("meetings/<int:pk>/arrange", pages_meeting.arrange, name="arrange"),
    path("meetings/<int:pk>/items/<int:place>", pages_meeting.item, name="item"),
    path("meetings/<int:pk>/minutes", pages_meeting.minutes, name="minutes"),
    path("meetings/<int:pk>/paper", pages_meeting.paper, name="paper"),
    path("meetings/<int:pk>/agenda.docx", pages_meeting.agenda_word, name="agenda-word"),
    path("meetings/<int:pk>/minutes.docx", pages_meeting.minutes_word, name="minutes-word"),
]
