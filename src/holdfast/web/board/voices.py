"""What people say, on a cell's page and in its recommendation: the register's voices judged with a run's findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from holdfast.decide import decide
from holdfast.records import Cell as Row
from holdfast.records import Change as Described
from holdfast.records import Findings, Policy
from holdfast.records.voices import Belief, Voice
from holdfast.web.board import hooks, intake
from holdfast.web.board.models import Cell, Recommendation
from holdfast.web.board.wording import HIDDEN, measures_of
from holdfast.web.evidence.models import Run
from holdfast.web.evidence.signals import run_finished
from holdfast.web.people import audit
from holdfast.web.people.access import may
from holdfast.web.register.models import INTRODUCED, Change
from holdfast.web.voices import telling
from holdfast.web.voices.results.keeping import described
from holdfast.workspace import read_findings

AGAIN = "Judged again with the register's voices, from the run's released and rounded figures."
Place = tuple[str, str, str, str, str, str]


def hang() -> None:
    """Called when the server starts."""
    hooks.add_voices(voices_of)
    hooks.add_assumptions(assumptions_of)
    run_finished.connect(on_run_finished, dispatch_uid="board.voices")


def voices_of(cells: Sequence[Cell]) -> dict[int, list[hooks.Voice]]:
    """Each role's nearest voice about each cell, in words."""
    heard = telling.of_changes(_changes(cells))
    return {cell.pk: _of_cell(cell, heard[cell.change_id]) for cell in cells if cell.change_id in heard}


def _of_cell(cell: Cell, said: telling.Said) -> list[hooks.Voice]:
    practice = _practice(cell)
    link = _results(cell.change)
    return [
        hooks.Voice(
            role=voice.role[:1].upper() + voice.role[1:],
            words=telling.in_words(voice),
            count=telling.count(voice),
            said=telling.own_words(said, practice, voice.role),
            link=link,
        )
        for voice in telling.about(said, practice, (cell.dimension, cell.level, cell.setting))
        if voice.kind != "people"
    ]


def assumptions_of(cells: Sequence[Cell]) -> dict[int, list[hooks.Assumption]]:
    """What each cell's change rests on, and who shares it."""
    heard = telling.of_changes(_changes(cells))
    found: dict[int, list[hooks.Assumption]] = {}
    for cell in cells:
        said = heard.get(cell.change_id)
        if said is None or cell.role != INTRODUCED:
            continue
        texts = dict.fromkeys(belief.text for belief in said.beliefs)
        found[cell.pk] = [
            hooks.Assumption(text, telling.assumption_words([b for b in said.beliefs if b.text == text]))
            for text in texts
        ]
    return found


def _changes(cells: Sequence[Cell]) -> list[Change]:
    return list({cell.change_id: cell.change for cell in cells}.values())


def _results(change: Change) -> str:
    return reverse("voices:results", args=[change.identifier])


def _practice(cell: Cell) -> str:
    """The practice as the register calls it: a workspace may call the introduced one otherwise."""
    return (cell.change.introduced or cell.change.title) if cell.role == INTRODUCED else cell.practice


def on_run_finished(*, run: Run, findings: Findings, **_more: Any) -> None:
    """Once the run is stored, judge it again with what the register has heard; nothing of the run waits for it."""
    transaction.on_commit(lambda: judge_again(run, findings, "the server"), robust=True)


@may("board.propose")
@require_POST
def take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what people say now into the recommendations for a change."""
    change = get_object_or_404(Change, pk=pk)
    runs = Run.objects.filter(pk__in=Cell.objects.filter(change=change).values("latest__run"))
    try:
        made = sum(judge_again(run, read_findings(run.where), request.user, [change]) for run in runs)
    except FileNotFoundError:
        messages.error(request, "The files of the run are gone. Run the evaluation again to take voices in.")
        return redirect("board:change", pk=pk)
    if made:
        messages.success(request, f"{made} recommendations now take what people say into account.")
    else:
        messages.info(request, "Nothing new has been said since the recommendations were made.")
    return redirect("board:change", pk=pk)


def judge_again(run: Run, findings: Findings, actor: Any, only: Sequence[Change] | None = None) -> int:
    """Recommendations of a run with the register's voices beside the run's own; how many were added.

    A verdict is replaced only where the voices alter it: both are judged on the same released figures, so that
    rounding alone changes nothing. Doing it twice with nothing new said adds nothing.
    """
    names = {cell.change for cell in findings.cells}
    changes = list(Change.objects.filter(identifier__in=names).prefetch_related("practices"))
    wanted = [one for one in changes if only is None or one.pk in {change.pk for change in only}]
    voices, beliefs, prints = telling.voices_for(wanted)
    heard_of = {name: mark for name, mark in prints.items() if name in names and not _known(run, name, mark)}
    if not heard_of:
        return 0
    some = _of(findings, set(heard_of))
    register = {change.identifier: change for change in changes}
    judged = rejudged(some, register, Policy.model_validate(run.policy), voices, beliefs)
    with transaction.atomic():
        made, _absent, _refused = intake.enter(run, replace(some, cells=judged), heard_of)
        said = f"judged run {run.pk} again with the voices of {len(heard_of)} changes"
        audit.record(actor, "board.propose", "run", run.pk, said, changes=sorted(heard_of)[:100])
    return made


def _known(run: Run, change: str, mark: str) -> bool:
    return Recommendation.objects.filter(run=run, cell__change__identifier=change, heard=mark).exists()


def _of(findings: Findings, changes: set[str]) -> Findings:
    """The findings about some changes."""
    kept = {
        f.name: tuple(row for row in getattr(findings, f.name) if getattr(row, "change", "") in {"", *changes})
        for f in fields(findings)
    }
    return replace(findings, **kept)


def rejudged(
    findings: Findings,
    register: Mapping[str, Change],
    policy: Policy,
    voices: Sequence[Voice],
    beliefs: Sequence[Belief],
) -> tuple[Row, ...]:
    """The cells as released, with what voices alter: the verdict and its reasons, dissent, and what is missing."""
    known = _as_judged(findings, register)
    called = {name: (described(register[name]).introduced, change.introduced) for name, change in known.items()}
    spoken = [
        replace(v, practice=called[v.change][1]) if v.practice == called[v.change][0] else v
        for v in voices
        if v.change in called
    ]
    measures = {name: measure for (_study, name), measure in measures_of(findings).items()}
    bare = {_place(c): c for c in decide(findings, known, measures, policy, findings.voices)}
    every = (*spoken, *findings.voices)
    with_them = {_place(c): c for c in decide(findings, known, measures, policy, every, beliefs=beliefs)}
    return tuple(_altered(own, bare.get(_place(own)), with_them.get(_place(own))) for own in findings.cells)


def _altered(own: Row, bare: Row | None, heard: Row | None) -> Row:
    if bare is None or heard is None or own.verdict == HIDDEN:
        return own
    told = replace(own, dissent=heard.dissent, missing=heard.missing)
    if heard.verdict == bare.verdict:
        return told
    return replace(told, verdict=heard.verdict, rule=heard.rule, reasons=(*heard.reasons, AGAIN), flips=heard.flips)


def _place(cell: Row) -> Place:
    return cell.change, cell.practice, cell.role, cell.dimension, cell.level, cell.setting


def _as_judged(findings: Findings, register: Mapping[str, Change]) -> dict[str, Described]:
    """Each change with its practices as the run called them, and the running cost that the register holds."""
    found: dict[str, Described] = {}
    for name, change in register.items():
        held = described(change)
        own = [cell for cell in findings.cells if cell.change == name]
        introduced = next((c.practice for c in own if c.role == INTRODUCED), held.introduced)
        displaced = tuple(dict.fromkeys(c.practice for c in own if c.role != INTRODUCED))
        if own:
            found[name] = replace(held, introduced=introduced, displaced=displaced)
    return found
