"""What a posted decision comes to: decisions, or the same page again with what stands in the way and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from holdfast.web.board import deciding
from holdfast.web.board.deciding import Clash, ConflictError, NotReadyError, Seen
from holdfast.web.board.forms import DecideForm
from holdfast.web.board.matrix import row_words
from holdfast.web.board.models import Cell, Decision

MOST = 500
"""Populations and settings that one page offers to decide at once."""


@dataclass(frozen=True)
class Answered:
    """The form to show again with its status, or the decisions that were made."""

    form: DecideForm
    status: int
    made: list[Decision] | None = None
    clashes: Sequence[Clash] = ()


def answered(
    request: HttpRequest, cell: Cell, others: Sequence[tuple[str, str]], save: Callable[..., list[Decision]]
) -> Answered:
    """Save what was posted by ``save``; on a conflict the form keeps every word and is brought up to date."""
    form = DecideForm(request.POST, role=cell.role, others=_with_posted(request, cell, others))
    if not form.is_valid():
        return Answered(form, 400)
    held = form.cleaned_data
    if held["seen"].cell != cell.pk:
        form.add_error(None, "This page is out of date. Open it again")
        return Answered(form, 400)
    try:
        made = save(
            request.user, held, seen=[held["seen"], *held["also"]], batch=held["batch"], dissent=form.dissent,
            final="final" in request.POST,
        )  # fmt: skip
    except ConflictError as clash:
        return Answered(_brought_up_to_date(request, cell, clash.clashes), 409, clashes=clash.clashes)
    except NotReadyError as problem:
        for name, words in problem.problems:
            form.add_error(name or None, words)
        return Answered(form, 400)
    except ValueError as problem:
        form.add_error("verdict", str(problem))
        return Answered(form, 400)
    return Answered(form, 200, made)


def others_of(cell: Cell) -> list[tuple[str, str]]:
    """The same practice in other places, as choices: how each was seen, and in words where it stands."""
    cells = list(
        Cell.objects.filter(change_id=cell.change_id, practice=cell.practice, role=cell.role)
        .exclude(pk=cell.pk)
        .order_by("id")[:MOST]
    )
    drafts = deciding.drafts_of(cells)
    return [(str(Seen.of(one, drafts.get(one.pk))), _where_it_stands(one)) for one in cells]


def _where_it_stands(cell: Cell) -> str:
    said = row_words(cell)
    decided = f"; decided: {said['chosen'][1].lower()}" if said["chosen"] else ""
    return f"{cell.place} – recommended: {said['word'].lower()}{decided}"


def _with_posted(request: HttpRequest, cell: Cell, others: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices as they were on the page that was posted, so that a stale one is a clash to tell of, not an error."""
    words = {Seen.read(value).cell: label for value, label in others}
    out = {Seen.read(value).cell: (value, label) for value, label in others}
    for text in request.POST.getlist("also"):
        try:
            one = Seen.read(text)
        except ValueError:
            continue
        if one.cell in words:
            out[one.cell] = (text, words[one.cell])
    return list(out.values())


def _brought_up_to_date(request: HttpRequest, cell: Cell, clashes: Sequence[Clash]) -> DecideForm:
    """The posted words with the page's view of the cells renewed: sending it again is deliberate."""
    fresh = Cell.objects.get(pk=cell.pk)
    others = others_of(fresh)
    now = {Seen.read(value).cell: value for value, _ in others}
    posted: Any = request.POST.copy()
    draft = Decision.objects.filter(cell=fresh, state=Decision.DRAFT).first()
    posted["seen"] = str(Seen.of(fresh, draft))
    wanted = []
    for text in request.POST.getlist("also"):
        try:
            wanted.append(Seen.read(text).cell)
        except ValueError:
            continue
    posted.setlist("also", [now[pk] for pk in wanted if pk in now])
    form = DecideForm(posted, role=cell.role, others=others)
    form.full_clean()
    form.add_error(None, " ".join(clash.words for clash in clashes))
    return form
