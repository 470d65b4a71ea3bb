"""What the columns of a survey hold: a guess from their headings and cells, and what a person says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from holdfast.understand.scraps import CannotRead, Column, Limits, preview
from holdfast.understand.scraps.guards import check_size
from holdfast.web.insight import coded_elsewhere, frameworks, jobs
from holdfast.web.insight.coded_elsewhere import TARGET, is_theme, mark
from holdfast.web.insight.models import Delivery, SentFile
from holdfast.web.insight.models_jobs import COLUMNS, FAILED, WAITING
from holdfast.web.insight.sending import drop_files
from holdfast.web.people import audit
from holdfast.web.register.models import Term

MOST: Final = 100
"""Columns of one table that may be mapped."""
FEWEST: Final = 5
"""Cells that differ from which a column may be taken for numbers of rows."""
SOMEBODYS: Final = r"patient|nhs|hospital|person"
"""What a heading says whose numbers are people’s own, so that they are left out unless a person says otherwise."""
ONES: Final = {
    "": "Leave out",
    "text": "Comments: people’s own words",
    "when": "When it was said",
    "setting": "Setting or service",
    "question": "The question that was asked",
    "change": "Number of the change it is about",
    "feeling": "Feeling, as a person coded it (very negative to very positive, or −2 to 2)",
    "feeling rising": "Feeling from 1, very negative, to 5, very positive",
    "feeling falling": "Feeling from 1, very positive, to 5, very negative",
    "id": "A number of its own for each row (not a patient’s)",
}
_HEADINGS: Final = (
    ("when", r"\b(date|when|month|submitted|completed at)\b"),
    ("setting", r"\b(setting|service|ward|clinic|site|trust|department|organisation)\b"),
    ("question", r"\bquestion\b"),
    ("change", r"\bchange (id|number)\b"),
    ("feeling", r"\b(sentiment|feeling)\b"),
    ("id", r"\b(id|identifier|row number|reference|ref)\b"),
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
        **{f"{TARGET}{one.code}": f"A theme somebody coded: {one.name}" for one in frameworks.lists()},
    }


def many(target: str) -> bool:
    """Whether several columns of a sheet may hold it."""
    return target in ("", "text") or target.startswith(TARGET)


def guess(found: Sequence[Column]) -> list[str]:
    """A first choice for each column: of each fact one on a sheet."""
    chosen: list[str] = []
    taken: set[tuple[str | None, str]] = set()
    themes = _themes(found)
    for at, column in enumerate(found):
        choice = themes.get(at) or _guess(column)
        chosen.append("" if not many(choice) and (column.sheet, choice) in taken else choice)
        taken.add((column.sheet, choice))
    if "text" not in chosen and found:
        chosen[max(range(len(found)), key=lambda at: (chosen[at] != "id", found[at].words))] = "text"
    return chosen


def _themes(found: Sequence[Column]) -> dict[int, str]:
    """Columns of marks that are called as a theme of one list is; and empty ones, of a theme that was never found."""
    marked = [at for at, one in enumerate(found) if one.samples and all(mark(cell) is not None for cell in one.samples)]
    empty = [at for at, one in enumerate(found) if not one.samples]
    for code, listed in coded_elsewhere.lists().items() if marked else ():
        if any(is_theme(listed, found[at].name) for at in marked):
            return {at: f"{TARGET}{code}" for at in (*marked, *empty) if is_theme(listed, found[at].name)}
    return {}


def _guess(column: Column) -> str:
    by_name = next((t for t, pattern in _HEADINGS if re.search(pattern, column.name, re.IGNORECASE)), "")
    if by_name == "id" and _short(column, 40):
        return "" if re.search(SOMEBODYS, column.name, re.IGNORECASE) or _taken_out(column) else "id"
    if column.suggested or by_name == "id":
        return "text" if column.suggested else ""
    return by_name or ("id" if _numbers(column) else "")


def _taken_out(column: Column) -> bool:
    """Whether its cells look like somebody's own numbers. A month may look like a name."""
    return any("[" in cell.replace("[name]", "") for cell in column.samples)


def _short(column: Column, most: int) -> bool:
    """Whether even its longest cells are short."""
    return all(len(cell) <= most for cell in column.samples)


def _numbers(column: Column) -> bool:
    """Whether its cells look like numbers of rows: short, with a digit, and no two alike."""
    digits = all(re.search(r"\d", cell) for cell in column.samples)
    return digits and _short(column, 24) and not _taken_out(column) and column.different == column.filled >= FEWEST


def wrong(found: Sequence[Column], chosen: Sequence[str], known: dict[str, str]) -> str:
    """What is wrong with a choice, or nothing."""
    if any(target not in known for target in chosen):
        return "One of the choices is not known any more. Choose again."
    if "text" not in chosen:
        return "Say which column holds the comments: people’s own words."
    facts = Counter((c.sheet, t) for c, t in zip(found, chosen, strict=True) if not many(t))
    for (sheet, target), number in facts.items():
        if number > 1:
            where = f" of the sheet “{sheet}”" if len(sheets(found)) > 1 else ""
            return f"Two columns{where} are both “{known[target]}”. Choose one, and leave the other out."
    return _wrong_themes(found, chosen)


def has_themes(chosen: Sequence[str]) -> bool:
    """Whether some column holds themes that somebody coded."""
    return any(target.startswith(TARGET) for target in chosen)


def _wrong_themes(found: Sequence[Column], chosen: Sequence[str]) -> str:
    """What is wrong with the columns of themes that somebody coded."""
    known = coded_elsewhere.lists() if has_themes(chosen) else {}
    told = list(zip(found, chosen, strict=True))
    words = Counter(column.sheet for column, target in told if target == "text")
    for column, target in told:
        if not target.startswith(TARGET):
            continue
        if words[column.sheet] != 1:
            return "A sheet with themes that somebody coded needs one column of comments, and no more. Choose which."
        listed = known[target.removeprefix(TARGET)]
        marks = [mark(cell) for cell in column.samples]
        if marks and None not in marks and not is_theme(listed, column.name):
            said = f"“{column.name[:120]}” holds marks, and {listed.vocabulary.name} has no theme of that name."
            return f"{said} Leave it out, or add the theme to the list first."
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


def refuse(held: Delivery, actor: Any, why: str) -> None:
    """Let a table that cannot be read wait for nothing, and take its file away unless whoever sent it keeps it."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update().get(pk=held.pk)
        if held.state != COLUMNS:
            return
        held.files.update(state=SentFile.UNREAD)
        held.state, held.problem, held.ended_at = FAILED, why, timezone.now()
        held.save(update_fields=["state", "problem", "ended_at"])
        audit.record(actor, "insight.code", "delivery", held.pk, "sent a table that cannot be read")
    drop_files(held)  # after the record of it stands: a file that is gone cannot be put back


@transaction.atomic
def map_columns(
    held: Delivery, actor: Any, found: Sequence[Column], chosen: Sequence[str], coder: str = ""
) -> None:  # fmt: skip
    """Say what the columns hold, once, and put the delivery before a worker. ``coder``: who coded the themes in it."""
    held = Delivery.objects.select_for_update().get(pk=held.pk)
    if held.state != COLUMNS:
        return
    told = zip(found, chosen, strict=True)
    held.mapping = [[column.sheet, column.name, target] for column, target in told if target]
    held.state, held.coder = WAITING, coder if has_themes(chosen) else ""
    held.save(update_fields=["mapping", "state", "coder"])
    jobs.ask(held)
    audit.record(
        actor,
        "insight.code",
        "delivery",
        held.pk,
        "said what the columns hold",
        columns=len(held.mapping),
        coder=held.coder,
    )
