"""Checking a dataset: everything that is wrong with it, then what can be answered, before any effect is computed.

``Dataset.checked`` holds what was last found: ``stamp`` (of the tables and configuration that were looked at),
``state``, ``problems``, ``notes``, ``studies`` (with their measures) and ``rows`` (evaluability in words).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from holdfast.records import Evaluability, InputProblems, Measure, Problem
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.evidence import configuring, failing
from holdfast.web.evidence.models import Dataset
from holdfast.web.people import audit

if TYPE_CHECKING:
    from holdfast.workspace import Workspace

SMALL: Final = 400_000
"""Bytes of tables that are checked while the reader waits; more are checked in the background."""
PACKED: Final = {".gz": 12, ".parquet": 8, ".pq": 8, ".xlsx": 8}
"""About how many times smaller such files are than the same tables as text."""
MOST_SHOWN: Final = 500
Tell = Callable[[str, int, int], None]


def stamp(dataset: Dataset) -> str:
    """A fingerprint of what a check looks at; with it one sees whether a check is still good."""
    if dataset.served:
        seen = sorted(_seen(dataset))
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()
    mapping = dataset.mapping
    held = [mapping["config"], mapping["text"], sorted((one["name"], one["sha256"]) for one in mapping["files"])]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _seen(dataset: Dataset) -> list[tuple[str, int, int]]:
    """Name, size and time of what lies in a served folder (not of its results)."""
    found = []
    for path in [*dataset.path.glob("*"), *dataset.path.glob("studies/*")]:
        if path.is_file() and not path.name.startswith(".") and path.name != "releases.jsonl":
            held = path.stat()
            found.append((path.name, held.st_size, held.st_mtime_ns))
    return found


def is_current(dataset: Dataset) -> bool:
    """Whether the last check is about the tables and the configuration as they are now."""
    return bool(dataset.checked) and dataset.checked.get("stamp") == stamp(dataset)


def is_sound(dataset: Dataset) -> bool:
    """Whether a current check found nothing to put right."""
    return is_current(dataset) and dataset.checked.get("state") == "done" and not dataset.checked["problems"]


def size(dataset: Dataset) -> int:
    """About how many bytes the dataset's tables would be as text."""
    seen = [(name, held) for name, held, _when in _seen(dataset)] if dataset.served else [
        (one["name"], one["bytes"]) for one in dataset.mapping["files"]
    ]  # fmt: skip
    return sum(held * PACKED.get(PurePath(name).suffix.lower(), 1) for name, held in seen)


def ask(actor: Any, dataset: Dataset) -> Dataset:
    """Check now when the tables are small, else in the background. Asking again while a check runs changes nothing."""
    from holdfast.web.evidence.tasks import check_dataset

    with transaction.atomic():
        held = Dataset.objects.select_for_update().get(pk=dataset.pk)
        now = stamp(held)
        if held.checked.get("state") == "waiting" and held.checked.get("stamp") == now and not _is_stale(held):
            return held
        small = size(held) <= SMALL
        held.checked = {"stamp": now, "state": "waiting", "step": "", "done": 0, "total": 0}
        held.checked_at = timezone.now()
        held.save(update_fields=["checked", "checked_at"])
        audit.record(actor, "evidence.run", "dataset", held.pk, f"checked: {held.title}")
        if not small:
            check_dataset.enqueue(held.pk, now)
    if small:
        carry_out(held.pk, now)
        held.refresh_from_db()
    return held


def _is_stale(dataset: Dataset) -> bool:
    from holdfast.web.evidence.recovery import STALE

    return dataset.checked_at is None or (timezone.now() - dataset.checked_at).total_seconds() > STALE


def carry_out(pk: int, asked: str) -> None:
    """Check, telling how far it is; a check of tables that have changed meanwhile says nothing."""
    dataset = Dataset.objects.get(pk=pk)
    if dataset.checked.get("stamp") != asked or dataset.checked.get("state") != "waiting":
        return

    def tell(step: str, done: int, total: int) -> None:
        held = {"stamp": asked, "state": "waiting", "step": step, "done": done, "total": total}
        Dataset.objects.filter(pk=pk, checked__stamp=asked).update(checked=held, checked_at=timezone.now())

    try:
        found = look(dataset, tell)
    except Exception as problem:
        found = {"problems": [], "failed": failing.in_words(problem, "The check")}
    told = {"stamp": asked, "state": "failed" if found.get("failed") else "done", **found}
    Dataset.objects.filter(pk=pk, checked__stamp=asked).update(checked=told, checked_at=timezone.now())


def look(dataset: Dataset, tell: Tell) -> dict[str, Any]:
    """Problems when there are any; else what can be answered."""
    from holdfast import learning
    from holdfast.workspace import Workspace

    tell("reading the tables", 0, 0)
    problems = [] if dataset.served else configuring.problems_of(
        dataset.mapping["config"], configuring.text_of(dataset), (one["name"] for one in dataset.mapping["files"])
    )  # fmt: skip
    if problems:
        return _found(problems)
    if not dataset.served:
        configuring.write(dataset)
    try:
        space = Workspace.open(dataset.path)
    except InputProblems as found:
        return _found(found.problems)
    problems = _too_long(space)
    if problems or not space.studies:
        return _found(problems, notes=space.notes)
    rows = learning.check(space, tell)
    said = [_row(row, space.measures.get(row.measure)) for row in rows]
    front = {study.study: study.primary for study in space.studies}
    for one in said:
        one["front"] = one["measure_id"] == front.get(one["study"]) and one["who"] == EVERYONE
    return {
        **_found((), notes=space.notes),
        "rows": said,
        "studies": [study.model_dump(mode="json") for study in space.studies],
        "measures": {name: dataclasses.asdict(measure) for name, measure in space.measures.items()},
        "changes": {name: change.title for name, change in space.changes.items()},
        "policies": [policy.name for policy in space.policies],
        "period": space.config.workspace.period,
    }


def _too_long(space: Workspace) -> list[Problem]:
    """Names that the register cannot hold."""
    held = (("changes", "change", space.changes, 80), ("studies", "study", (s.study for s in space.studies), 200))
    return [
        Problem(where, f"an identifier is longer than {most} characters", "Shorten it.", column)
        for where, column, names, most in held
        if any(len(name) > most for name in names)
    ]


def _found(problems: Any, notes: Any = ()) -> dict[str, Any]:
    listed = [dataclasses.asdict(problem) for problem in problems]
    return {"problems": listed[:MOST_SHOWN], "more": max(0, len(listed) - MOST_SHOWN), "notes": list(notes)}


def _row(row: Evaluability, measure: Measure | None) -> dict[str, Any]:
    from holdfast.share.words import CLAIM, amount

    described = measure or Measure(row.measure, row.measure, "outcome", "mean", "neither", 0.0)
    people = EVERYONE if row.dimension == EVERYONE else f"{row.dimension}: {row.level}"
    return {
        "study": row.study,
        "change": row.change,
        "measure_id": row.measure,
        "measure": described.label or row.measure,
        "who": people if row.setting == ALL_SETTINGS else f"{people}, {row.setting}",
        "design": row.design,
        "claim": f"{row.claim} of 5: {CLAIM.get(row.claim, '')}",
        "pattern": row.pattern,
        "reasons": list(row.reasons),
        "remedies": list(row.remedies),
        "refused": list(row.refused),
        "counts": [row.sites, row.adopters, row.comparison, row.periods_before, row.periods_after],
        "detectable": "" if row.detectable is None else amount(described, row.detectable),
        "smallest": "" if row.smallest_important is None else amount(described, row.smallest_important),
        "answerable": row.design != "cannot tell yet",
    }
