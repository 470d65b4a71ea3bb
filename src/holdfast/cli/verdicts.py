"""Tables of recommendations that a person can read. All of them take findings as released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.cli.checking import who_words
from holdfast.cli.screen import add, put, table
from holdfast.records import Cell, Change, Findings, ForWhom, rows_about
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE, VERDICTS

if TYPE_CHECKING:
    from rich.console import Console

    from holdfast.workspace import Workspace

MOST: Final = 20
"""Rows of a long list that are printed; the report has them all."""


def is_front(cell: Cell) -> bool:
    """Whether a cell is about everyone in all settings."""
    return cell.dimension == EVERYONE and cell.setting == ALL_SETTINGS


def effect_words(cell: Cell) -> str:
    """The effect on the primary measure with its interval, or a dash."""
    if cell.estimate is None:
        return "–"
    interval = f" ({cell.low:+.3g} to {cell.high:+.3g})" if cell.low is not None and cell.high is not None else ""
    return f"{cell.estimate:+.3g}{interval}"


def rule_words(cell: Cell) -> str:
    """The rule's name, where it says more than the verdict."""
    name = cell.rule.split(":")[0]
    return "" if name == cell.verdict else name


def say_verdicts(out: Console, found: Findings, changes: Mapping[str, Change]) -> None:
    """A row for each practice, over everyone and all settings."""
    made = table("What to do, over everyone and all settings", "practice", "recommended", "effect", "sure", "why")
    for cell in filter(is_front, found.cells):
        title = changes[cell.change].title if cell.change in changes else cell.change
        practice = cell.practice if cell.practice == title else f"{cell.practice} [{title}]"
        add(made, practice, cell.verdict, effect_words(cell), cell.certainty or "–", rule_words(cell))
    put(out, made)
    if not made.row_count:
        out.print("No practice could be judged yet. Run holdfast check to see what is missing.")


def say_counts(out: Console, found: Findings) -> None:
    """How many cells of each population have each verdict."""
    counts = Counter((cell.dimension, cell.verdict) for cell in found.cells)
    verdicts = [v for v in (*VERDICTS, "not shown") if any(verdict == v for _, verdict in counts)]
    made = table("Recommendations by population", "population", *verdicts)
    for dimension in dict.fromkeys(cell.dimension for cell in found.cells):
        add(made, dimension, *(f"{counts[dimension, verdict]:,}" for verdict in verdicts))
    if made.row_count:
        put(out, made)


def say_for_whom(out: Console, found: Findings) -> None:
    """Where effects on the measures differ between people or settings."""
    differing = [row for row in found.for_whom if row.answer == "differs"]
    made = table("For whom it differs", "study", "measure", "between", "in", "effects range from … to")
    for row in sorted(differing, key=lambda row: 1.0 if row.p is None else row.p)[:MOST]:
        add(made, row.study, row.measure, row.dimension, row.setting, _extremes(found, row))
    if differing:
        put(out, made)
        _more(out, len(differing))
    else:
        out.print("No sign that effects differ between people or settings, or not enough to say.\n")


def _extremes(found: Findings, row: ForWhom) -> str:
    """The levels at either end with their average effects, smallest number first."""
    what = {"study": row.study, "measure": row.measure, "kind": "overall"}
    if row.dimension == "setting":
        every = [(e.setting, e) for e in rows_about(found.effects, dimension=EVERYONE, **what)]
    else:
        every = [(e.level, e) for e in rows_about(found.effects, dimension=row.dimension, setting=row.setting, **what)]
    shown = [(name, e.estimate) for name, e in every if e.estimate is not None and name != ALL_SETTINGS]
    if len(shown) < 2:
        return row.meaning
    ends = min(shown, key=lambda pair: pair[1]), max(shown, key=lambda pair: pair[1])
    return " to ".join(f"{name} {estimate:+.3g}" for name, estimate in ends)


def say_differences(out: Console, space: Workspace, found: Findings, about: Iterable[Cell] | None = None) -> None:
    """Cells on which the workspace's policies differ, judged on what was released so that nothing hidden shows."""
    from holdfast.decide import compare

    wanted = {_key(cell) for cell in (found.cells if about is None else about) if cell.verdict != "not shown"}
    differ = [d for d in compare(found, space.changes, space.measures, space.policies) if _key(d) in wanted]
    made = table("Where the policies differ", "practice", "for whom", "one says", "the other", "why")
    for d in sorted(differ, key=lambda d: (d.dimension != EVERYONE, d.setting != ALL_SETTINGS))[:MOST]:
        one, other = f"{d.first}: {d.first_verdict}", f"{d.second}: {d.second_verdict}"
        add(made, d.practice, who_words(d), one, other, d.why)
    names = ", ".join(policy.name for policy in space.policies)
    if differ:
        put(out, made)
        _more(out, len(differ))
    elif len(space.policies) > 1:
        out.print(f"The policies ({names}) agree here.")
    else:
        out.print(f"There is one policy ({names}). Add [[policies]] to holdfast.toml to compare several.")


def _key(row: object) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in ("change", "practice", "role", "dimension", "level", "setting"))


def _more(out: Console, count: int) -> None:
    if count > MOST:
        out.print(f"and {count - MOST:,} more; the report has them all.\n")
