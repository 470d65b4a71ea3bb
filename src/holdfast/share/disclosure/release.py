"""The boundary: findings go in, what may leave comes out."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from holdfast.records import ROW_TYPES, Findings, Measure
from holdfast.share.disclosure.cells import CellKey, Hiding, hiding, key_of
from holdfast.share.disclosure.differencing import at_risk
from holdfast.share.disclosure.ledger import earlier_releases
from holdfast.share.disclosure.profiles import DEFAULT, Profile, profile
from holdfast.share.disclosure.released import Released, let_through
from holdfast.share.disclosure.rounding import protected
from holdfast.share.disclosure.rows import RULES, covariances
from holdfast.share.disclosure.rule import Rule
from holdfast.share.disclosure.voices import voices_line


def release(
    findings: Findings,
    rule: str | Profile = DEFAULT,
    *,
    measures: Iterable[Measure] = (),
    ledger: str | Path | None = None,
    inputs: str = "",
    reason: str = "",
) -> Released:
    """Apply disclosure control to everything that leaves. The only way to make a :class:`Released`.

    ``measures`` say which numerators count people (all, for a measure not given). ``ledger`` is the workspace's
    ``releases.jsonl``: earlier releases are compared with this one so that two of them together tell no more than
    each alone, and every file written from the result is entered in it. ``inputs`` is a fingerprint of
    everything the counts were made from; two releases with the same one are about the same counts. ``reason`` is
    required by profiles that hide nothing.
    """
    chosen = profile(rule)
    if chosen.needs_reason and not reason.strip():
        raise ValueError(
            f"The profile {chosen.name!r} hides nothing, so it needs a reason (for instance, who has already published "
            f"these counts). Pass reason=…, or use {DEFAULT!r}."
        )
    known = tuple(measures)
    place = None if ledger is None else Path(ledger)
    findings, silenced = without_unanswerable(findings)
    judged = hiding(findings.effects, chosen)
    before = earlier_releases(place)
    risky, notes = at_risk(_counts(judged, chosen), before, chosen, inputs)
    if risky:
        judged = hiding(findings.effects, chosen, also_cover=[_cell(name) for name in risky])
    ruled = Rule(
        chosen,
        judged,
        primary=primary_measures(findings),
        kinds={m.measure: m.kind for m in known},
        units=tuple(m.unit for m in known),
    )
    shown, withheld = _apply(findings, ruled)
    return let_through(
        findings=shown,
        profile=chosen,
        line=disclosure_line(chosen, judged, reason, voices_line(ruled) if findings.voices else ""),
        withheld=withheld,
        notes=(*silenced, *notes),
        counts=_counts(judged, chosen),
        reason=reason.strip(),
        inputs=inputs,
        ledger=place,
    )


def primary_measures(findings: Findings) -> dict[str, str]:
    """Each study's primary measure, from its latest protocol."""
    return planned(findings, "primary")


def planned(findings: Findings, what: str) -> dict[str, str]:
    """One field of each study's latest protocol, where it is set."""
    out: dict[str, str] = {}
    for row in sorted(findings.protocols, key=lambda p: p.version):
        with contextlib.suppress(json.JSONDecodeError, AttributeError):
            plan = json.loads(row.text)
            out[row.study] = str(plan.get("study", plan).get(what) or "")
    return out


def without_unanswerable(findings: Findings) -> tuple[Findings, tuple[str, ...]]:
    """Nothing may show an effect for a cell that cannot be answered, whatever was worked out for it."""
    silent = {key_of(row) for row in findings.evaluability if row.design == "cannot tell yet"}
    kept = tuple(e for e in findings.effects if key_of(e) not in silent)
    paths = tuple(p for p in findings.paths if key_of(p) not in silent)
    dropped = len(findings.effects) - len(kept)
    if not dropped and len(paths) == len(findings.paths):
        return findings, ()
    note = f"{dropped:,} effects were left out because their question cannot be answered yet."
    return dataclasses.replace(findings, effects=kept, paths=paths), (note,)


def disclosure_line(rule: Profile, judged: Hiding, reason: str, more: str = "") -> str:
    """What was done, in a line that is printed on everything that leaves."""
    said = [f"Disclosure control ({rule.title}, profile {rule.name}): {rule.in_words()}."]
    if rule.statistics_above:
        said.append(f"No effect, level or test is shown for {rule.statistics_above} people or fewer.")
    if judged.few or judged.cover:
        said.append(
            f"{len(judged.few):,} results are withheld for that reason, and the counts of {len(judged.cover):,} more "
            "so that those cannot be worked out."
        )
    said.append("Counts of organisations and of months are exact.")
    if more:
        said.append(more)
    if reason.strip():
        said.append(f"Reason given: {reason.strip().rstrip('.')}.")
    return " ".join(said)


def _apply(findings: Findings, rule: Rule) -> tuple[Findings, Mapping[object, frozenset[str]]]:
    """Every table through its rule. A table without one cannot leave: the lookup fails."""
    tables: dict[str, tuple[Any, ...]] = {}
    withheld: dict[object, frozenset[str]] = {}
    for name, row_type in ROW_TYPES.items():
        rows = getattr(findings, name)
        if name == "covariances":
            tables[name] = covariances(rows, rule)
            continue
        changed = RULES[row_type](rows, rule)
        tables[name] = tuple(row for row, _ in changed)
        for row, gone in changed:
            if gone:
                withheld[row] = withheld.get(row, frozenset()) | gone
    unknown = {field.name for field in dataclasses.fields(findings)} - set(tables)
    if unknown:
        raise TypeError(f"No disclosure rule for {', '.join(sorted(unknown))}: add one in share/disclosure/rows.py.")
    return Findings(**tables), withheld


def _counts(judged: Hiding, rule: Profile) -> dict[str, float | None]:
    """The count of people of each cell as released; None where hidden."""
    out: dict[str, float | None] = {}
    people = [float("nan") if b.people is None else b.people for b in judged.behind.values()]
    for key, value in zip(judged.behind, protected(people, rule).tolist(), strict=True):
        hidden = key in judged.few or key in judged.cover or value != value
        out[json.dumps(key, ensure_ascii=False)] = None if hidden else value
    return out


def _cell(name: str) -> CellKey:
    study, measure, dimension, level, setting = json.loads(name)
    return (study, measure, dimension, level, setting)
