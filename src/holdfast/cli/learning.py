"""``holdfast learn``: evaluate, recommend, release, and say what was found."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.careful import Debug, Mistake, careful
from holdfast.cli.choosing import Folder, Studies, known, opened, studies_of
from holdfast.cli.screen import Progress, progress, screen
from holdfast.cli.verdicts import say_counts, say_differences, say_for_whom, say_verdicts
from holdfast.records import Policy

if TYPE_CHECKING:
    from holdfast.saving import Saved
    from holdfast.workspace import Workspace

Rule = Annotated[
    str, typer.Option("--rule", help="The disclosure rule for counts of people; docs/disclosure.md tells of each.")
]
Excel = Annotated[bool, typer.Option("--excel", help="Write the tables as an Excel workbook too.")]


@careful
def learn(
    folder: Folder = Path("."),
    study: Studies = None,
    rule: Rule = "nhs_secondary_care",
    reason: Annotated[str, typer.Option("--reason", help="Why a rule that hides nothing may be used.")] = "",
    policy: Annotated[
        str, typer.Option("--policy", help="The policy to recommend by, by its name; the first without.")
    ] = "",
    excel: Excel = False,
    debug: Debug = False,
) -> None:
    """Learn what works, for whom and for how long, and recommend.

    Each protocol is fixed with its fingerprint before its effects are computed. Counts of people go through disclosure
    control before anything is written or printed. Where a workspace has several policies, the cells on which they
    differ are printed with the number that makes the difference.

    It writes results/report.html, results/tables (Parquet and CSV with a datapackage.json), results/protocols.jsonl and
    releases.jsonl; with --excel, results/findings.xlsx. Each file appears whole or not at all.

    \b
    Example:
      holdfast learn our-changes
      holdfast learn our-changes --study call-back --rule opensafely --excel

    Exit codes: 0 done, also when nothing can be answered yet; 1 it could not be written; 2 something to put right;
    130 stopped with Ctrl-C.
    """
    rule_of(rule, reason)
    with progress() as tell:
        space = opened(folder, tell)
        studies = studies_of(space, study)
        judging = known("policy", policy, (p.name for p in space.policies)) if policy else ""
        options = [("--rule", rule)] * (rule != "nhs_secondary_care") + [("--policy", policy)] * bool(policy)
        options += [("--study", one) for one in studies] + [("--reason", reason)] * bool(reason)
        words = [word for option in options for word in option]
        saved = learned(space, tell, studies, rule, reason, judging, excel, shlex.join(["holdfast", "learn", *words]))
    say(space, saved)


def rule_of(rule: str, reason: str) -> None:
    """A mistake when there is no such rule, or when it needs a reason that is not given."""
    from holdfast.share import profiles

    known("disclosure rule", rule, profiles())
    if profiles()[rule].needs_reason and not reason.strip():
        raise Mistake(f"The rule {rule} hides nothing, so say why it may be used: --reason 'already published by …'.")


def learned(
    space: Workspace,
    tell: Progress,
    studies: tuple[str, ...] = (),
    rule: str = "nhs_secondary_care",
    reason: str = "",
    policy: str = "",
    excel: bool = False,
    command: str = "holdfast learn",
) -> Saved:
    """Learn and save, telling what is being done."""
    from holdfast import learning, saving

    found = learning.learn(space, tell, studies=studies, policy=policy, workers=os.cpu_count() or 1)
    tell("applying disclosure control and writing the report", 0, 0)
    judging: Policy = next((p for p in space.policies if p.name == policy), space.policies[0])
    heard = found.believed.warnings if found.believed else ()
    return saving.save(
        space, found.findings, rule=rule, reason=reason, excel=excel, command=command, policy=judging, notes=heard
    )


def say(space: Workspace, saved: Saved) -> None:
    """What was found, as released, and where it is."""
    out, found = screen(), saved.released.findings
    for note in (*space.notes, *saved.released.notes):
        out.print(f"Note: {note}")
    say_verdicts(out, found, space.changes)
    say_counts(out, found)
    say_for_whom(out, found)
    if len(space.policies) > 1:
        say_differences(out, space, found)
    out.print(saved.released.line)
    out.print(f"\nReport: {saved.report}\nTables: {saved.tables}")
    if saved.workbook:
        out.print(f"Workbook: {saved.workbook}")
