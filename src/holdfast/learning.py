"""The loop as a library: check what can be answered, learn what there is to learn, decide, and show it.

Each verb takes a :class:`Workspace` (or a folder) and returns records; ``frame`` turns any of them into a pandas,
polars or Arrow table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from holdfast.records import Evaluability, Findings, Protocol, Study, rows_about, to_arrow

if TYPE_CHECKING:
    from holdfast.decide import Difference
    from holdfast.evaluate.run.study import Question
    from holdfast.involve import Believed
    from holdfast.workspace import Workspace

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many studies are finished, and how many there are."""


def _quiet(_what: str, _done: int, _all: int) -> None:
    return None


@dataclass(frozen=True)
class Learned:
    """What one run found, before disclosure control: for the analyst's own eyes and for ``save``."""

    workspace: Workspace
    findings: Findings
    differences: tuple[Difference, ...] = ()
    believed: Believed | None = None


def opened(workspace: Workspace | str | Path) -> Workspace:
    """The workspace itself, or the one in a folder."""
    from holdfast.workspace import Workspace

    return workspace if isinstance(workspace, Workspace) else Workspace.open(workspace)


def check(
    workspace: Workspace | str | Path, progress: Progress = _quiet, *, studies: Iterable[str] = ()
) -> tuple[Evaluability, ...]:
    """For every study × measure × population × setting: a design, or why none. No effect is computed."""
    from holdfast.evaluate.answerable import Rules
    from holdfast.evaluate.run.judging import evaluability_row, judge_all

    space = opened(workspace)
    rows: list[Evaluability] = []
    chosen = _chosen(space, studies)
    for i, study in enumerate(chosen):
        progress(f"checking {study.study}", i, len(chosen))
        q = question(space, study)
        rules = Rules().for_period(q.period)
        judged = judge_all(q.panel, q.adoption, q.study, q.measures, rules)
        rows += [evaluability_row(j, study, None) for j in judged]
    return tuple(rows)


def learn(
    workspace: Workspace | str | Path,
    progress: Progress = _quiet,
    *,
    studies: Iterable[str] = (),
    policy: str = "",
    workers: int = 1,
) -> Learned:
    """Evaluate every study (or those named) and recommend for every cell, by the policy named (or the first).

    Each protocol is fixed, with its fingerprint and the time, before its study is computed. ``workers`` above 1
    computes studies in that many processes; the findings are the same, in the same order.
    """
    from holdfast.decide import compare, decide
    from holdfast.evaluate.run import with_portfolio_q

    space = opened(workspace)
    chosen, many = _chosen(space, studies), len(space.policies) > 1
    judging = next((p for p in space.policies if p.name == policy), space.policies[0])
    found = Findings()
    for one in _evaluated(space, chosen, progress, min(workers, len(chosen))):
        found = found + one
    progress("deciding", len(chosen), len(chosen))
    found = with_portfolio_q(found)
    said = believed(space)
    cells = decide(found, space.changes, space.measures, judging, said.voices, beliefs=said.beliefs)
    others = compare(found, space.changes, space.measures, space.policies, said.voices) if many else ()
    return Learned(space, replace(found, cells=cells, voices=said.voices), others, said)


def believed(workspace: Workspace | str | Path) -> Believed:
    """What the people who were heard prefer and believe, by role; empty where nobody was."""
    from holdfast.involve import believe, opinion_of

    space = opened(workspace)
    opinion, why = opinion_of(space.heard)
    said = believe(space.heard, space.changes, opinion=opinion)
    return replace(said, warnings=(*said.warnings, why)) if why else said


def _evaluated(space: Workspace, chosen: list[Study], progress: Progress, workers: int) -> Iterator[Findings]:
    """Each study's findings in order, its protocol fixed before it is handed to whoever computes it."""
    from holdfast.evaluate.run import evaluate_study

    def asked(i: int) -> tuple[Protocol, Question]:
        return fix(space, chosen[i]), question(space, chosen[i])

    if workers < 2:
        for i, study in enumerate(chosen):
            progress(f"learning from {study.study}", i, len(chosen))
            fixed, q = asked(i)
            yield replace(evaluate_study(q), protocols=(fixed,))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = []
        for i in range(len(chosen)):
            fixed, q = asked(i)
            waiting.append((fixed, pool.submit(evaluate_study, q)))
        for i, (fixed, job) in enumerate(waiting):
            progress(f"learning from {chosen[i].study}", i, len(chosen))
            yield replace(job.result(), protocols=(fixed,))


def _chosen(space: Workspace, named: Iterable[str]) -> list[Study]:
    """The studies named, or all when none is."""
    wanted = set(named)
    return [study for study in space.studies if not wanted or study.study in wanted]


def question(space: Workspace, study: Study) -> Question:
    """What a study needs from its workspace: its panel, its adoption, and when other changes were adopted."""
    from holdfast.evaluate.run.study import Question

    panel = space.panel(study)
    return Question(
        study=study,
        panel=panel,
        adoption=space.adoption(study, panel),
        measures=space.measures,
        period=space.config.workspace.period,
        others=space.other_adoptions(study, panel),
    )


def fix(space: Workspace, study: Study) -> Protocol:
    """Fix a study's protocol before its effects are computed; in a folder it is written to the ledger."""
    from holdfast.evaluate.answerable import Rules
    from holdfast.evaluate.protocol import protocol_text
    from holdfast.workspace import fix_protocol

    text = protocol_text(study, space.measures, Rules().for_period(space.config.workspace.period))
    return fix_protocol(space.folder, study.study, text)


def frame(rows: Iterable[Any], kind: Literal["pandas", "polars", "arrow"] = "pandas") -> Any:
    """Rows of one result table as a pandas, polars or Arrow table."""
    held = list(rows)
    if not held:
        raise ValueError("there are no rows, so their columns are not known; use records.to_arrow with the row type")
    table = to_arrow(held, type(held[0]))
    if kind == "arrow":
        return table
    if kind == "polars":
        import polars

        return polars.from_arrow(table)
    return table.to_pandas()


__all__ = ["Learned", "believed", "check", "fix", "frame", "learn", "opened", "question", "rows_about"]
