"""The agenda and the minutes of a meeting as Word files: plain headings and lines, so that they can be read aloud."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from holdfast.share.words import clean, day, listed, shortened, verdict_words
from holdfast.web.board.brief import Brief
from holdfast.web.board.models import Action, Decision, Dissent, Meeting, MeetingItem

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 4_000
"""Characters of one text that a paper carries; the page has the rest."""


@dataclass(frozen=True)
class Minuted:
    """One item with what was decided there."""

    item: MeetingItem
    decision: Decision | None
    said: tuple[str, str, str] | None
    dissents: tuple[Dissent, ...]
    actions: tuple[Action, ...]


def minuted(meeting: Meeting) -> list[Minuted]:
    """Every item in order, in a fixed number of queries."""
    held = meeting.items.select_related("cell__change", "decision__recommendation")
    held = held.prefetch_related("decision__dissents", "decision__actions").order_by("place", "id")
    out = []
    for item in held:
        one = item.decision
        said = verdict_words(one.verdict) if one else None
        dissents = tuple(one.dissents.all()) if one else ()
        out.append(Minuted(item, one, said, dissents, tuple(one.actions.all()) if one else ()))
    return out


def agenda(meeting: Meeting, told: Sequence[Brief]) -> bytes:
    """The agenda: each item with its evidence in words, what is recommended, and what is open."""
    book = _begun(meeting, "Agenda")
    for number, brief in enumerate(told, start=1):
        cell = brief.cell
        book.add_heading(_text(f"{number}. {cell.practice}: {cell.place}"), level=2)
        _line(book, "Change", cell.change.title)
        _line(
            book,
            "Recommended",
            f"{brief.said['word']} ({cell.certainty} certainty)" if cell.certainty else brief.said["word"],
        )
        if brief.latest:
            _line(book, brief.latest.measure or "Effect", brief.latest.effect)
            _line(book, "Gap", brief.latest.gap)
        for other in brief.beside:
            _line(book, f"Beside it ({other.role})", f"{other.practice}: {other.verdict or 'not judged'}")
        _line(book, "Voices", "; ".join(v.words for v in brief.heard.voices) or "None gathered yet.")
        _line(book, "Dissent", "; ".join(f"{d.who}: {d.words}" for d in brief.dissents))
        _line(book, "Engagement debt", brief.debt)
        for verdict, asked in brief.duties.items():
            waiting = [a.duty.name for a in asked if a.is_open]
            _line(book, f"Open before “{verdict}” can be final", listed(waiting) if waiting else "none")
    return _ended(book)


def minutes(meeting: Meeting) -> bytes:
    """The minutes: what was decided at each item, why, by whom, and who disagreed."""
    book = _begun(meeting, "Minutes")
    for number, row in enumerate(minuted(meeting), start=1):
        cell = row.item.cell
        book.add_heading(_text(f"{number}. {cell.practice}: {cell.place}"), level=2)
        _line(book, "Change", cell.change.title)
        _decided(book, row)
        _line(book, "Noted", row.item.note)
    return _ended(book)


def _decided(book: Any, row: Minuted) -> None:
    one = row.decision
    if one is None or row.said is None:
        _line(book, "Decision", "None was made final at this item.")
        return
    _line(book, "Decided", f"{row.said[1]}. {row.said[2]}")
    _line(book, "Recommended", one.recommendation.verdict if one.recommendation else "nothing")
    _line(book, "Why it departs from the recommendation", one.departs_because)
    _line(book, "Reasons", one.reasons)
    _line(book, "Conditions", one.conditions)
    _line(book, "Decided by", one.decided_by)
    _line(book, "Review", day(one.review_on) if one.review_on else "")
    for dissent in row.dissents:
        _line(book, f"Dissent, {dissent.who}", f"“{dissent.words}”")
    for action in row.actions:
        due = f", by {day(action.due_on)}" if action.due_on else ""
        _line(book, "To do", f"{action.words} ({action.owner or 'nobody named'}{due})")


def _begun(meeting: Meeting, kind: str) -> Any:
    import docx

    book = docx.Document()
    book.core_properties.title = _text(f"{kind}: {meeting.name}")[:255]
    book.core_properties.author = "Holdfast"
    book.core_properties.language = "en-GB"
    book.core_properties.created = timezone.now().replace(tzinfo=None)
    section = book.sections[0]
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    book.add_heading(_text(f"{kind}: {meeting.name}"), level=1)
    _line(book, "Date", day(meeting.on))
    _line(book, "Group", meeting.group)
    _line(book, "Present", listed(_lines(meeting.attendees)))
    return book


def _ended(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(book: Any, label: str, text: str) -> None:
    if not clean(text):
        return
    paragraph = book.add_paragraph()
    paragraph.add_run(f"{_text(label)}: ").bold = True
    paragraph.add_run(_text(text))


def _text(text: str) -> str:
    """What XML can hold, and no more of it than a paper bears."""
    return shortened(text, MOST)


def _lines(text: str) -> list[str]:
    held: Iterable[str] = (clean(line) for line in text.splitlines())
    return [line for line in held if line]
