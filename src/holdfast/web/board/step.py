"""The decide step on a change's own page."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.board import news
from holdfast.web.board.matrix import of_change, row_words
from holdfast.web.board.models import Cell
from holdfast.web.register import following
from holdfast.web.register.loop import Part, Step, add_step
from holdfast.web.register.models import Change


def hang() -> None:
    """Called when the server starts: the step, and what followers are told on their own pages."""
    add_step(Step("Decide", 50, "board.read", build))
    following.add_news(news.news_of)
    following.add_outcomes(news.outcomes_of)


def build(_request: HttpRequest, change: Change) -> Part:
    """Each practice over everyone with what is recommended and decided, and what is missing, in plain sentences."""
    cells = list(
        of_change(change)
        .filter(dimension=EVERYONE, level=EVERYONE, setting=ALL_SETTINGS)
        .select_related("latest", "decided")
        .defer("latest__row")
    )
    today = timezone.localdate()
    others = of_change(change).count() - len(cells)
    rows = [(cell, row_words(cell)) for cell in cells]
    return Part("board/step.jinja", {"rows": rows, "others": others, "today": today}, _missing(cells, today))


def _missing(cells: list[Cell], today: dt.date) -> tuple[str, ...]:
    if not cells:
        return ("No run has judged this change yet, so there is nothing to decide on.",)
    said = [f"Nothing is decided for {cell.practice} yet." for cell in cells if not cell.chosen]
    said += [
        f"The decision on {cell.practice} is overdue for review."
        for cell in cells
        if cell.review_on and cell.review_on <= today
    ]
    return tuple(said)
