"""The matrix of cells across changes: what is asked for, found in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from holdfast.records.vocabularies import ALL_SETTINGS, CERTAINTIES, EVERYONE, VERDICTS
from holdfast.share.words import clean, verdict_words
from holdfast.web.board.models import Cell, Decision
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change

ANY: Final = "any"
STATES: Final = {
    "undecided": "Not decided",
    "decided": "Decided",
    "draft": "In draft",
    "overdue": "Review overdue",
    "departs": "Decided other than recommended",
}
MOST_NAMES: Final = 500
"""Populations and settings offered in a list; beyond it people follow the links of a change."""


@dataclass(frozen=True)
class Asked:
    """What a reader asks of the matrix. Empty means everyone, all settings, and no other wish."""

    words: str = ""
    change: int | None = None
    verdict: str = ""
    certainty: str = ""
    state: str = ""
    who: str = ""
    setting: str = ""
    role: str = ""

    @staticmethod
    def of(query: Mapping[str, str], *, drafts: bool) -> Asked:
        """From a query string; whatever is not one of the choices is left out."""

        def one_of(name: str, choices: Iterable[str]) -> str:
            said = query.get(name, "")
            return said if said in choices else ""

        change = query.get("change", "")
        return Asked(
            words=clean(query.get("q", "").replace("\0", ""))[:200],
            change=int(change) if change.isdecimal() and len(change) < 16 else None,
            verdict=one_of("verdict", (*VERDICTS, "not shown", "none")),
            certainty=one_of("certainty", CERTAINTIES),
            state=one_of("state", (name for name in STATES if drafts or name != "draft")),
            who=query.get("who", "").replace("\0", "")[:800],
            setting=query.get("setting", "").replace("\0", "")[:120],
            role=one_of("role", ("introduced", "displaced")),
        )

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked for."""
        return self == Asked()


def found(asked: Asked, today: dt.date) -> QuerySet[Cell]:
    """The cells asked for: the newest change first, its introduced practice before those it displaced."""
    cells = Cell.objects.filter(_who(asked.who), _setting(asked.setting))
    if asked.words:
        cells = cells.filter(Q(change__title__icontains=asked.words) | Q(change__identifier__iexact=asked.words))
    if asked.change:
        cells = cells.filter(change_id=asked.change)
    if asked.verdict:
        cells = cells.filter(verdict="" if asked.verdict == "none" else asked.verdict)
    for name in ("certainty", "role"):
        if value := getattr(asked, name):
            cells = cells.filter(**{name: value})
    return _state(cells, asked.state, today).order_by("-change_id", "-role", "id")


def of_change(change: Change) -> QuerySet[Cell]:
    """The cells of a change, and of every record that was merged into it, at any remove."""
    return Cell.objects.filter(change__in=family(change))


def shown(keys: Iterable[int]) -> list[Cell]:
    """The cells of one page in their order, with what a row shows and not the long texts that it does not.

    They are looked up by key after the page is found: joining first would carry every earlier page through the sort.
    """
    wanted = list(keys)
    cells = Cell.objects.filter(pk__in=wanted).select_related("change", "latest", "decided")
    cells = cells.annotate(
        horizon=KeyTextTransform("horizon", "latest__row"),
        why=KeyTextTransform(0, KeyTransform("reasons", "latest__row")),
    ).only(
        *("change__identifier", "change__title", "change__status", "change__merged_into_id", "practice", "role"),
        *("dimension", "level", "setting", "verdict", "certainty", "chosen", "departs", "review_on"),
        *("latest__effect", "latest__figure", "latest__measure", "latest__note", "latest__run_id"),
        *("decided__final_at", "decided__verdict"),
    )
    by_pk = {cell.pk: cell for cell in cells}
    return [by_pk[pk] for pk in wanted if pk in by_pk]


def beside(cells: Iterable[Cell]) -> dict[int, list[Cell]]:
    """For each cell, the change's other practices in the same place: what it displaced, or what displaced it."""
    held = list(cells)
    wanted = {(c.change_id, c.dimension, c.level, c.setting) for c in held}
    others = Cell.objects.filter(
        change_id__in={c.change_id for c in held},
        dimension__in={c.dimension for c in held},
        setting__in={c.setting for c in held},
    ).only("change_id", "practice", "role", "dimension", "level", "setting", "verdict", "chosen")
    by_place: dict[tuple[int, str, str, str], list[Cell]] = {place: [] for place in wanted}
    for other in others.order_by("-role", "id"):
        place = (other.change_id, other.dimension, other.level, other.setting)
        if place in by_place:
            by_place[place].append(other)
    return {c.pk: [o for o in by_place[c.change_id, c.dimension, c.level, c.setting] if o.role != c.role] for c in held}


def populations() -> list[tuple[str, str]]:
    """The choices of whom to show, as (value, words)."""
    names = Cell.objects.order_by("dimension", "level").values_list("dimension", "level").distinct()[:MOST_NAMES]
    out = [("", "Everyone"), (ANY, "Every population")]
    last = ""
    for dimension, level in names:
        if dimension == EVERYONE:
            continue
        if dimension != last:
            out.append((quote(dimension, safe=""), f"{clean(dimension)}: every level"))
        last = dimension
        out.append((f"{quote(dimension, safe='')}:{quote(level, safe='')}", f"{clean(dimension)}: {clean(level)}"))
    return out


def settings() -> list[tuple[str, str]]:
    """The choices of setting, as (value, words)."""
    names = Cell.objects.order_by("setting").values_list("setting", flat=True).distinct()[:MOST_NAMES]
    return [("", "All settings together"), (ANY, "Every setting"), *((n, clean(n)) for n in names if n != ALL_SETTINGS)]


def counts(today: dt.date) -> dict[str, int]:
    """How many cells for everyone wait, and how many reviews are overdue."""
    whole = Cell.objects.filter(dimension=EVERYONE, level=EVERYONE, setting=ALL_SETTINGS)
    return {
        "undecided": whole.filter(chosen="").count(),
        "overdue": Cell.objects.filter(review_on__lte=today).count(),
        "departs": whole.filter(departs=True).count(),
    }


def choices(asked: Asked, *, drafts: bool) -> dict[str, list[tuple[str, str]]]:
    """Every filter's choices, for the form; a value that is asked for is always among them."""
    people, places = populations(), settings()
    if asked.setting not in {value for value, _ in places}:
        places.append((asked.setting, clean(asked.setting)))
    verdicts = [(v, verdict_words(v)[1]) for v in (*VERDICTS, "not shown")]
    states = [(name, words) for name, words in STATES.items() if drafts or name != "draft"]
    return {
        "verdict": [("", "Any"), *verdicts, ("none", "No recommendation")],
        "certainty": [("", "Any"), *((c, c.capitalize()) for c in CERTAINTIES)],
        "state": [("", "Any"), *states],
        "role": [("", "Both"), ("introduced", "Introduced"), ("displaced", "Displaced")],
        "who": people,
        "setting": places,
    }


def _who(said: str) -> Q:
    if not said:
        return Q(dimension=EVERYONE, level=EVERYONE)
    if said == ANY:
        return Q()
    dimension, colon, level = said.partition(":")
    narrowed = Q(dimension=unquote(dimension))
    return narrowed & Q(level=unquote(level)) if colon else narrowed


def _setting(said: str) -> Q:
    return Q() if said == ANY else Q(setting=said or ALL_SETTINGS)


def _state(cells: QuerySet[Cell], state: str, today: dt.date) -> QuerySet[Cell]:
    if state == "undecided":
        return cells.filter(chosen="")
    if state == "decided":
        return cells.exclude(chosen="")
    if state == "draft":
        return cells.filter(Exists(Decision.objects.filter(cell=OuterRef("pk"), state=Decision.DRAFT)))
    if state == "overdue":
        return cells.filter(review_on__lte=today)
    return cells.filter(departs=True) if state == "departs" else cells


def row_words(cell: Cell) -> dict[str, Any]:
    """The recommendation and the decision of a cell as symbol and word."""
    symbol, word, meaning = verdict_words(cell.verdict) if cell.verdict else ("·", "None yet", "No run has judged it.")
    chosen = verdict_words(cell.chosen) if cell.chosen else None
    return {"symbol": symbol, "word": word, "meaning": meaning, "chosen": chosen}
