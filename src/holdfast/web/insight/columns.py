"""What the columns of a survey hold: a guess from their headings and cells, and what a person says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction

from holdfast.understand.scraps import CannotRead, Column, Limits, preview
from holdfast.understand.scraps.guards import check_size
from holdfast.web.insight import jobs
from holdfast.web.insight.models import Delivery
from holdfast.web.insight.models_jobs import COLUMNS, WAITING
from holdfast.web.people import audit
from holdfast.web.register.models import Term

MOST: Final = 100
"""Columns of one table that may be mapped."""
ONES: Final = {
    "": "Leave out",
    "text": "Comments: people’s own words",
    "when": "When it was said",
    "setting": "Setting or service",
    "question": "The question that was asked",
    "change": "Number of the change it is about",
    "feeling": "Feeling, as a person coded it (very negative to very positive, or −2 to 2)",
    "id": "A number of its own for each row (not a patient’s)",
}
_HEADINGS: Final = (
    ("when", r"\b(date|when|month|submitted|completed at)\b"),
    ("setting", r"\b(setting|service|ward|clinic|site|trust|department|organisation)\b"),
    ("question", r"\bquestion\b"),
    ("change", r"\bchange (id|number)\b"),
    ("feeling", r"\b(sentiment|feeling)\b"),
    ("id", r"\b(id|row number|reference)\b"),
    ("who:age_band", r"\bage\b"),
    ("who:ethnic_category", r"\bethnic"),
)


def look(held: Delivery) -> tuple[tuple[Column, ...], str]:
    """The table's columns with redacted samples, or why it cannot be read."""
    one = held.files.get()
    try:
        check_size(one.path, Limits())
        found = preview(one.path)[:MOST]
    except CannotRead as why:
        return (), f"The file was not read: {why.reason}. To put it right: {why.fix}."
    except FileNotFoundError:
        return (), "The file is no longer where it waited. Send it again."
    except (OSError, ValueError, RecursionError, MemoryError):
        return (), "The file is built in a way that cannot be read. Save it as CSV, and send it again."
    return (
        found,
        "" if found else "The file holds no row. The first row should hold headings, and each other a comment.",
    )


def options() -> dict[str, str]:
    """Everything that a column may hold, with each dimension of the population that the register knows."""
    people = Term.objects.filter(vocabulary__code="populations", parent=None, retired=False).order_by("place")
    return {
        **ONES,
        **{f"who:{code}": f"About the person: {label}" for code, label in people.values_list("code", "label")},
    }


def guess(found: Sequence[Column]) -> list[str]:
    """A first choice for each column: of each fact one on a sheet."""
    chosen: list[str] = []
    taken: set[tuple[str | None, str]] = set()
    for column in found:
        by_name = next((t for t, pattern in _HEADINGS if re.search(pattern, column.name, re.IGNORECASE)), "")
        choice = "text" if column.suggested else by_name
        chosen.append("" if choice != "text" and (column.sheet, choice) in taken else choice)
        taken.add((column.sheet, choice))
    if "text" not in chosen and found:
        longest = max(range(len(found)), key=lambda at: found[at].words)
        chosen[longest] = "text"
    return chosen


def wrong(found: Sequence[Column], chosen: Sequence[str], known: dict[str, str]) -> str:
    """What is wrong with a choice, or nothing."""
    if any(target not in known for target in chosen):
        return "One of the choices is not known any more. Choose again."
    if "text" not in chosen:
        return "Say which column holds the comments: people’s own words."
    facts = Counter((c.sheet, t) for c, t in zip(found, chosen, strict=True) if t not in ("", "text"))
    for (sheet, target), number in facts.items():
        if number > 1:
            where = f" of the sheet “{sheet}”" if len(sheets(found)) > 1 else ""
            return f"Two columns{where} are both “{known[target]}”. Choose one, and leave the other out."
    return ""


def sheets(found: Sequence[Column]) -> list[str | None]:
    """The sheets that the columns stand on, in order."""
    return list(dict.fromkeys(column.sheet for column in found))


def on_sheet(mapping: Any, sheet: str | None) -> dict[str, str]:
    """What each column of one sheet holds. What was said before sheets were told apart speaks of every sheet."""
    if isinstance(mapping, dict):
        return dict(mapping)
    return {name: target for place, name, target in mapping if place == sheet}


def names(mapping: Any) -> list[str]:
    """The columns that hold something, on any sheet."""
    return (
        list(mapping) if isinstance(mapping, dict) else list(dict.fromkeys(name for _sheet, name, _target in mapping))
    )


@transaction.atomic
def map_columns(held: Delivery, actor: Any, found: Sequence[Column], chosen: Sequence[str]) -> None:
    """Say what the columns hold, once, and put the delivery before a worker."""
    held = Delivery.objects.select_for_update().get(pk=held.pk)
    if held.state != COLUMNS:
        return
    told = zip(found, chosen, strict=True)
    held.mapping = [[column.sheet, column.name, target] for column, target in told if target]
    held.state = WAITING
    held.save(update_fields=["mapping", "state"])
    jobs.ask(held)
    audit.record(actor, "insight.code", "delivery", held.pk, "said what the columns hold", columns=len(held.mapping))
