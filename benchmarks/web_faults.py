"""What must hold of a register whatever happened to its server: nothing half there, nothing acknowledged lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sending:
    """One import: the words its rows begin with, how many, and how far the server said it was."""

    mark: str
    rows: int
    number: int = 0
    mapped: bool = False
    carried: int = 0
    finished: bool = False


@dataclass
class Receipts:
    """What was sent, and of it what the server acknowledged (a whole answer of 2xx or 3xx came back)."""

    told: dict[str, bool] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    amended: dict[str, int] = field(default_factory=dict)
    sendings: list[Sending] = field(default_factory=list)
    merges: dict[str, bool] = field(default_factory=dict)
    undone: dict[str, bool] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)
    decided: dict[str, int] = field(default_factory=dict)
    """Told: what was captured → acknowledged. Recorded: title → identifier, empty when not acknowledged. Amended:
    identifier → the last version acknowledged. Merges and undone: deed → acknowledged. Decided: batch → decision, 0
    when not acknowledged."""

    def acknowledged(self) -> dict[str, int]:
        """How many deeds of each kind the server said it had done."""
        return {
            "captures": sum(self.told.values()), "API records": sum(map(bool, self.recorded.values())),
            "amendments": len(self.amended), "imports begun": sum(bool(one.number) for one in self.sendings),
            "imports carried on": sum(one.carried for one in self.sendings), "merges": sum(self.merges.values()),
            "merges undone": sum(self.undone.values()), "runs asked for": len(self.runs),
            "decisions": sum(map(bool, self.decided.values())),
        }  # fmt: skip


def faults(told: Receipts, *, resting: bool = True) -> list[str]:
    """Every way in which the register is not as it must be, in sentences; ``resting``: no process works on it."""
    checks = (_database(), _changes(), _index(), _merges(), _imports(), _decisions(), _runs(resting), _receipts(told))
    return [fault for check in checks for fault in check]


def _database() -> Iterator[str]:
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in ("integrity_check", "foreign_key_check"):
                cursor.execute(f"PRAGMA {pragma}")
                rows = [row for row in cursor.fetchall() if row != ("ok",)]
                yield from (f"{pragma}: {row}" for row in rows[:5])
            cursor.execute("INSERT INTO register_fts(register_fts, rank) VALUES ('integrity-check', 1)")
    connection.check_constraints()


def _changes() -> Iterator[str]:
    from holdfast.web.people.models import AuditEvent
    from holdfast.web.register.models import Change
    from holdfast.web.register.saving import record_of

    begun = Counter(AuditEvent.objects.filter(verb="register.capture", kind="change").values_list("subject", flat=True))
    found = Change.objects.prefetch_related("versions", "practices", "terms__vocabulary")
    for change in found.order_by("pk"):
        name, held = change.identifier, sorted(change.versions.all(), key=lambda one: one.version)
        if name.startswith("new-"):
            yield f"the change {name} was never given its identifier"
        if [one.version for one in held] != list(range(1, change.version + 1)):
            yield f"the change {name} is at version {change.version} and holds versions {[v.version for v in held]}"
        elif held[-1].record != record_of(change):
            yield f"the change {name} is not as its version {change.version} says"
        if [p.name for p in change.practices.all() if p.role == "introduced"] != [change.introduced or change.title]:
            yield f"the change {name} has not its one introduced practice"
        if begun[name] != 1:
            yield f"the change {name} was recorded {begun[name]} times by the audit log"
    for name in begun.keys() - set(Change.objects.values_list("identifier", flat=True)):
        yield f"the audit log speaks of {name}, which is not there"


def _index() -> Iterator[str]:
    from holdfast.web.register.models import Change
    from holdfast.web.register.search import _text
    from holdfast.web.register.tables import SearchText

    texts = {one.change_id: one for one in SearchText.objects.all()}
    for change in Change.objects.prefetch_related("practices", "terms"):
        held, wanted = texts.get(change.pk), _text(change)
        if held is None:
            yield f"search does not know the change {change.identifier}"
        elif (held.title, held.body) != (wanted.title, wanted.body):
            yield f"search has other words for the change {change.identifier} than it holds"


def _merges() -> Iterator[str]:
    from holdfast.web.people.models import AuditEvent
    from holdfast.web.register.models import Change
    from holdfast.web.register.models_sorting import MergeEvent

    said = Counter(AuditEvent.objects.filter(kind="merge").values_list("subject", flat=True))
    joined = dict(Change.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
    holding = {}
    for event in MergeEvent.objects.select_related("kept", "absorbed"):
        if not event.undone_at:
            holding[event.absorbed_id] = event.kept_id
        for side, before in ((event.kept, event.kept_before), (event.absorbed, event.absorbed_before)):
            if side.version <= before["version"]:
                yield f"merge {event.pk} left no version in {side.identifier}"
        if said[str(event.pk)] != (2 if event.undone_at else 1):
            yield f"merge {event.pk} stands {said[str(event.pk)]} times in the audit log"
        if bool(event.undone_at) != bool(event.undone_deed):
            yield f"merge {event.pk} is half undone"
    if holding != joined:
        yield f"the merges that hold say {holding}, the changes say {joined}"


def _imports() -> Iterator[str]:
    from holdfast.web.register.models import Change
    from holdfast.web.register.tables import Import, ImportRow

    for held in Import.objects.prefetch_related("rows"):
        rows = list(held.rows.all())
        for row in rows:
            if (row.state == ImportRow.IMPORTED) != (row.change_id is not None):
                yield f"row {row.number} of import {held.pk} is {row.state} and its change is {row.change_id}"
        made = [row.change_id for row in rows if row.change_id]
        here = Change.objects.filter(source__startswith=f"{held.name[:160]}, row ").count()
        if len(set(made)) != len(made):
            yield f"import {held.pk} gave one change to two rows"
        alike = Import.objects.filter(name=held.name)
        if here != ImportRow.objects.filter(source__in=alike, state=ImportRow.IMPORTED).count():
            yield f"imports called {held.name} made {here} changes, which is not how many rows say so"
        if held.state == Import.DONE and any(row.state == ImportRow.WAITING for row in rows):
            yield f"import {held.pk} is said to be done while rows wait"


def _decisions() -> Iterator[str]:
    from holdfast.web.board.duties import duties_for
    from holdfast.web.board.models import Decision, Message
    from holdfast.web.people.models import AuditEvent

    said = Counter(AuditEvent.objects.filter(verb="board.decide", kind="decision").values_list("subject", flat=True))
    final = Decision.objects.filter(state=Decision.FINAL).select_related("cell__change", "cell__decided")
    letters = Counter(Message.objects.filter(key__startswith="decided:").values_list("decision", flat=True))
    for one in final:
        cell, name = one.cell, f"decision {one.pk}"
        if said[str(one.pk)] != 1:
            yield f"{name} stands {said[str(one.pk)]} times in the audit log"
        wanted = [duty.code for duty in duties_for(one.verdict)]
        if [duty["code"] for duty in one.duties] != wanted or any(d["answer"] == "Not answered" for d in one.duties):
            yield f"{name} has not kept the checklist as it stood"
        if not hasattr(one, "superseded_by") and (cell.decided_id != one.pk or cell.chosen != one.verdict):
            yield f"{name} is final and its cell stands at {cell.decided_id} ({cell.chosen})"
        status = cell.change.status
        if cell.is_whole and cell.role == "introduced" and one.verdict != "keep learning" and (
            status in {"emerging", "under evaluation"}
        ):  # fmt: skip
            yield f"{name} is final and its change is still {status}"
        if cell.change.author_id and letters[one.pk] != 1:
            yield f"{name}: its author has {letters[one.pk]} letters waiting or sent"
    if unknown := said.keys() - {str(one.pk) for one in final}:
        yield f"the audit log says decided of what is not final: {sorted(unknown)}"


def _runs(resting: bool) -> Iterator[str]:
    from holdfast.web.evidence.models import DONE, INTERRUPTED, RUNNING, WAITING, Run
    from holdfast.web.evidence.recovery import is_queued
    from holdfast.web.evidence.tasks import carry_out_run

    for run in Run.objects.exclude(results="made"):
        name, there = f"run {run.pk}", bool(run.results) and run.where.is_dir()
        if run.state == DONE and run.dataset.folder != "made" and not (there and run.answers.exists()):
            yield f"{name} is done and its results are not there"
        if run.state != DONE and (run.results or run.answers.exists()):
            yield f"{name} is {run.state} and left something behind"
        if run.state in {INTERRUPTED, "failed"} and not (run.problem and run.ended_at):
            yield f"{name} is {run.state} and does not say why"
        if run.state == "failed":
            yield f"{name} failed: {run.problem}"
        if resting and run.state == RUNNING:
            yield f"{name} is said to be running and nobody is"
        if resting and run.state == WAITING and not is_queued(carry_out_run, [run.pk]):
            yield f"{name} waits and nobody will come"


def _receipts(told: Receipts) -> Iterator[str]:
    from holdfast.web.board.models import Decision
    from holdfast.web.evidence.models import Run
    from holdfast.web.register.models import Change
    from holdfast.web.register.models_sorting import MergeEvent
    from holdfast.web.register.tables import Import

    words = Counter(Change.objects.values_list("description", flat=True))
    titles = Counter(Change.objects.values_list("title", flat=True))
    held: dict[str, Any] = dict(Change.objects.values_list("identifier", "version"))
    merged = dict(MergeEvent.objects.values_list("deed", "undone_deed"))
    final = dict(Decision.objects.filter(state=Decision.FINAL).values_list("pk", "batch"))
    runs = set(Run.objects.values_list("pk", flat=True))
    yield from _once("captured", told.told, words)
    yield from _once("recorded", {title: bool(name) for title, name in told.recorded.items()}, titles)
    yield from (f"{name} was recorded and is not there" for name in told.recorded.values() if name and name not in held)
    yield from (f"{name} was amended to version {n}" for name, n in told.amended.items() if held.get(name, 0) < n)
    yield from (f"merge {deed} was acknowledged" for deed, ok in told.merges.items() if ok and deed not in merged)
    undone = set(merged.values())
    yield from (f"undoing {deed} was acknowledged" for deed, ok in told.undone.items() if ok and deed not in undone)
    yield from (f"decision {pk} was acknowledged" for b, pk in told.decided.items() if pk and str(final.get(pk)) != b)
    twice = Counter(str(batch) for batch in final.values())
    yield from (f"the page {batch} decided {twice[batch]} times" for batch in told.decided if twice[batch] > 1)
    yield from (f"run {pk} was acknowledged and is not there" for pk in told.runs if pk not in runs)
    imports = Import.objects.in_bulk([one.number for one in told.sendings if one.number])
    for one in told.sendings:
        kept = imports.get(one.number)
        if one.number and (kept is None or kept.rows.count() != one.rows):
            yield f"import {one.number} was sent {one.rows} rows, and holds others"
        elif kept is not None:
            yield from _carried(one, kept)
        yield from (
            f"a row of {one.mark} is there {count} times"
            for title, count in titles.items()
            if title.startswith(one.mark) and count > 1
        )


def _carried(one: Sending, kept: Any) -> Iterator[str]:
    from holdfast.web.register.importing import BATCH

    made = kept.rows.filter(state="imported").count()
    if one.mapped and kept.state == "columns":
        yield f"import {one.number} has lost what its columns hold"
    if made < min(one.rows, BATCH * one.carried):
        yield f"import {one.number} was carried on {one.carried} times and holds {made} rows"
    if one.finished and made != one.rows:
        yield f"import {one.number} was brought in whole and holds {made} of {one.rows}"


def _once(deed: str, sent: dict[str, bool], there: Counter[str]) -> Iterator[str]:
    for words, acknowledged in sent.items():
        if there[words] > 1 or (acknowledged and not there[words]):
            yield f"“{words}” was {deed}, and is there {there[words]} times"
