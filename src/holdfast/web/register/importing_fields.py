"""What a column holds, guessed from its heading, and a row of cells as a change's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError

from holdfast.web.register.capturing import title_of
from holdfast.web.register.fields import LABELS, field_for
from holdfast.web.register.importing_reading import GONE, NUL_MARK
from holdfast.web.register.models import STATUSES, Term, Vocabulary
from holdfast.web.register.saving import FIELDS

LIST: Final = "list:"
"""Before a vocabulary's code in a mapping."""
TARGETS: Final = (*FIELDS, "displaced")
OTHER_WORDS: Final = {
    "title": ("title", "name", "change", "innovation", "name of change", "summary", "project", "initiative"),
    "description": (
        *("description", "details", "what changed", "what happened", "text", "free text", "comment", "response"),
        "narrative",
    ),
    "for_whom": ("for whom", "who for", "population", "patient group", "cohort", "beneficiaries"),
    "introduced": ("introduced", "practice", "new practice"),
    "displaced": ("displaced", "what stopped", "stopped", "replaced", "what it replaced", "paused"),
    "organisation": (
        "organisation",
        "organization",
        "trust",
        "provider",
        "place",
        "where",
        "site",
        "practice name",
        "icb",
        "ics",
    ),
    "pathway": ("pathway", "specialty", "service"),
    "mandate": ("mandate", "guidance", "sop", "standard operating procedure", "policy"),
    "objective": ("objective", "aim", "goal"),
    "mechanism": ("mechanism", "how", "method"),
    "held_back": ("held back", "barriers", "barrier"),
    "risks": ("risks", "risk", "concerns"),
    "needs": ("needs", "requirements", "prerequisites"),
    "second_order_value": ("second order value", "other benefits", "benefits", "wider value"),
    "credit": ("credit", "thanks", "team"),
    "planned_months": ("planned months", "months planned", "planned duration months"),
    "actual_months": ("actual months", "months taken", "duration months"),
    "started_on": ("started on", "start date", "started", "date started", "date", "start"),
    "cost": ("cost", "annual cost", "running cost", "cost per year"),
    "status": ("status", "stage", "state"),
    "source": ("source", "came from", "reference"),
}
"""Headings that people use, besides the field's name and what it is called here."""
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")


class RowError(Exception):
    """A row that cannot become a change; ``reasons`` say why, each naming its column."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Parsed:
    """A row as ``saving.create`` takes it."""

    fields: dict[str, Any]
    terms: list[Term] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)


def guess(columns: Sequence[str], lists: Iterable[Vocabulary]) -> list[str]:
    """What each column may hold, by its heading; each field once; empty where nothing fits."""
    names: dict[str, str] = {}
    for target in TARGETS:
        for words in (target, LABELS[target], *OTHER_WORDS.get(target, ())):
            names.setdefault(_plain(words), target)
    for one in lists:
        names.setdefault(_plain(one.name), f"{LIST}{one.code}")
        names.setdefault(_plain(one.code), f"{LIST}{one.code}")
    found, taken = [], set()
    for heading in columns:
        target = names.get(_plain(heading)) or _near(_plain(heading), names)
        found.append("" if target in taken else target)
        taken.add(target)
    return found


def _near(heading: str, names: dict[str, str]) -> str:
    from rapidfuzz import fuzz, process

    best = process.extractOne(heading, list(names), scorer=fuzz.ratio, score_cutoff=88) if len(heading) > 4 else None
    return names[best[0]] if best else ""


def parse(columns: Sequence[str], mapping: Sequence[str], cells: Sequence[str], lists: Iterable[Vocabulary]) -> Parsed:
    """A row as a change's fields. Raises RowError with everything that is wrong with it."""
    by_code = {f"{LIST}{one.code}": one for one in lists}
    told: dict[str, Any] = {}
    terms: list[Term] = []
    reasons: list[str] = []
    for heading, target, cell in zip(columns, mapping, cells, strict=False):
        if GONE in cell or NUL_MARK in cell:
            held = "an NHS number, which was not kept" if GONE in cell else "a NUL character"
            reasons.append(f"{heading}: it held {held}. Put it right, then save the row.")
        elif target in by_code and cell.strip():
            terms += _terms(heading, by_code[target], cell, reasons)
        elif target in TARGETS and cell.strip():
            _take(heading, target, cell, told, reasons)
    displaced = told.pop("displaced", [])
    if not reasons and not told.get("title"):
        if not told.get("description"):
            reasons.append("It says nothing of what changed. Fill in its title or its description.")
        else:
            told["title"] = title_of(told["description"])
    if reasons:
        raise RowError(reasons)
    return Parsed(told, terms, displaced)


def _take(heading: str, target: str, cell: str, told: dict[str, Any], reasons: list[str]) -> None:
    if target == "status":
        cell = cell.strip().lower()
        if cell not in dict(STATUSES):
            reasons.append(f"{heading}: “{cell[:40]}” is not a status. Allowed: {', '.join(dict(STATUSES))}.")
            return
    if target == "displaced":
        cell = cell.replace(";", "\n")
    try:
        told[target] = field_for(target).clean(cell)
    except ValidationError as problem:
        reasons += [f"{heading}: {said}" for said in problem.messages]


def _terms(heading: str, one: Vocabulary, cell: str, reasons: list[str]) -> list[Term]:
    known = {_plain(words): term for term in one.terms.all() for words in (term.code, term.label)}
    said = [word.strip() for word in re.split(r"[;|\n]", cell) if word.strip()]
    if len(said) == 1 and _plain(said[0]) not in known:
        said = [word.strip() for word in cell.split(",") if word.strip()]
    found = [known[_plain(word)] for word in said if _plain(word) in known]
    for word in said:
        if _plain(word) not in known:
            allowed = "; ".join(term.label for term in list(one.terms.all())[:8])
            reasons.append(f"{heading}: “{word[:60]}” is not in the list “{one.name}”. It holds: {allowed}.")
    if len(found) > 1 and not one.many:
        reasons.append(f"{heading}: a change can have one of “{one.name}”, and this row has {len(found)}.")
    return found


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.lower()).strip()
