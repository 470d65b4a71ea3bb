"""Gathering: findings to one case for each practice × population × setting, with everything a verdict may rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.decide.index import Horizon, Index, Where
from holdfast.decide.reading import ORDER, Reading, choose_horizon, read
from holdfast.involve.placing import as_told
from holdfast.records import Change, Evaluability, Findings, Gap, Measure, Policy
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Belief, Voice

HARM_FAMILIES: Final = ("balancing", "outcome", "experience")
"""Families in which getting worse is harm. A process measure may move either way without harming anyone."""
GAP_KINDS: Final = ("slope index", "difference", "relative index", "ratio")


@dataclass(frozen=True)
class Case:
    """One practice in one population and setting.

    ``others`` are the measures, beside the primary, in which harm may show. ``voices`` are about this practice and
    ``beside`` about the introduced one; ``beliefs`` say who shares what the change rests on; ``also`` are the primary's
    estimates at other horizons, ``failed`` its failed checks and ``doubts`` the reasons for its certainty.
    """

    change: Change
    practice: str
    role: str
    at: Where
    primary: Reading | None
    evaluability: Evaluability | None
    horizon: Horizon | None
    others: tuple[Reading, ...] = ()
    gap: Gap | None = None
    voices: tuple[Voice, ...] = ()
    beside: tuple[Voice, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    also: tuple[tuple[str, float], ...] = ()
    failed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    lacking: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the primary effect may be read."""
        return self.primary is not None and self.primary.known

    @property
    def suspended(self) -> tuple[Reading, ...]:
        """Measures that speak for the displaced practice: getting worse means that suspending it did harm."""
        every = (*((self.primary,) if self.primary else ()), *self.others)
        return tuple(r for r in every if r.measure.practice == "displaced")


def gather(
    findings: Findings | Index,
    changes: Mapping[str, Change],
    measures: Mapping[str, Measure],
    policy: Policy,
    voices: Iterable[Voice] = (),
    beliefs: Iterable[Belief] = (),
) -> tuple[Case, ...]:
    """Every case, introduced practice first and then what it displaced, in the order evaluability was judged."""
    index = findings if isinstance(findings, Index) else Index.of(findings)
    spoken, believed = _by_place(voices), tuple(beliefs)
    cases: list[Case] = []
    for name, dimension, level, setting, studies in _cells(index):
        change = changes.get(name) or Change(name, name, name)
        best = max((_study_case(index, change, measures, policy, at) for at in studies), key=_strength)
        for role, practice in (("introduced", change.introduced), *(("displaced", d) for d in change.displaced)):
            said, beside = (
                _voices_about(spoken, (name, p, dimension, level, setting)) for p in (practice, change.introduced)
            )
            held = tuple(b for b in believed if b.change == name and role == "introduced")
            cases.append(replace(best, role=role, practice=practice, voices=said, beside=beside, beliefs=held))
    return tuple(cases)


def _cells(index: Index) -> Iterator[tuple[str, str, str, str, list[Where]]]:
    """Change, population and setting, with each study's address of its primary measure there."""
    found: dict[tuple[str, str, str, str], dict[str, Where]] = {}
    primary: dict[str, str] = {}
    for at, row in index.evaluability.items():
        if at.study not in primary:
            primary[at.study] = str(index.protocols.get(at.study, {}).get("primary", at.measure))
        cell = found.setdefault((row.change, at.dimension, at.level, at.setting), {})
        cell[at.study] = at._replace(measure=primary[at.study])
    for (change, dimension, level, setting), studies in found.items():
        yield change, dimension, level, setting, list(studies.values())


def _study_case(index: Index, change: Change, measures: Mapping[str, Measure], policy: Policy, at: Where) -> Case:
    horizon = choose_horizon(index, at, policy.horizon)
    measure = measures.get(at.measure)
    primary = read(index, measure, at, horizon) if measure else None
    watched = [m for m in _measures_of(index, at) if m in measures]
    others = [measures[m] for m in watched if measures[m].family in HARM_FAMILIES and m != at.measure]
    return Case(
        change=change,
        practice=change.introduced,
        role="introduced",
        at=at,
        primary=primary,
        evaluability=index.evaluability.get(at),
        horizon=horizon,
        others=tuple(_read_other(index, m, at, horizon, policy) for m in others),
        gap=_gap(index, at, policy.gap_kind),
        also=_other_horizons(index, at, horizon),
        failed=tuple(check.meaning for check in index.failed.get(at, ())),
        doubts=sure.reasons if (sure := index.certainty.get(at)) else (),
        lacking="" if measure else f"the measure {at.measure} is not in the measures table",
    )


def _other_horizons(index: Index, at: Where, judged: Horizon | None) -> tuple[tuple[str, float], ...]:
    effects = index.effects.get(at, {})
    found = [(h, effects[h].estimate) for h in reversed(ORDER) if h in effects and h.kind == "horizon" and h != judged]
    return tuple((h.name, value) for h, value in found if value is not None)


def _read_other(index: Index, measure: Measure, at: Where, horizon: Horizon | None, policy: Policy) -> Reading:
    """At the primary's horizon; where the primary has none, at the measure's own, since a harm may be known alone."""
    at = at._replace(measure=measure.measure)
    return read(index, measure, at, horizon or choose_horizon(index, at, policy.horizon))


def _measures_of(index: Index, at: Where) -> Sequence[str]:
    """Measures of the study, in the order the protocol names them."""
    protocol = index.protocols.get(at.study, {})
    named = [str(protocol.get("primary", at.measure)), *map(str, protocol.get("measures", ()))]
    return list(dict.fromkeys([*named, *index.measures_of(at.study)]))


def _gap(index: Index, at: Where, preferred: str) -> Gap | None:
    """The primary measure's gap in the setting, or over all settings; the preferred kind, else the next.

    Where several dimensions have one, the protocol's equity dimension decides, else the most worrying.
    """
    kinds = [preferred, *(kind for kind in GAP_KINDS if kind != preferred)]
    chosen = index.protocols.get(at.study, {}).get("equity_dimension")
    for setting in dict.fromkeys((at.setting, ALL_SETTINGS)):
        rows = [g for g in index.gaps.get((at.study, at.measure, setting), ()) if g.p_widens is not None]
        rows = [g for g in rows if g.dimension == chosen] or rows
        for kind in kinds:
            of_kind = [g for g in rows if g.kind == kind]
            if of_kind:
                return max(of_kind, key=lambda g: g.p_widens or 0.0)
    return None


def voices_about(voices: Iterable[Voice], key: tuple[str, str, str, str, str]) -> tuple[Voice, ...]:
    """Each role's nearest voice about a cell: change, practice, dimension, level and setting."""
    return _voices_about(_by_place(voices), key)


def _by_place(voices: Iterable[Voice]) -> dict[tuple[str, ...], list[Voice]]:
    """Voices by practice and place, those that may not be told apart without shares: a verdict would show them."""
    placed: dict[tuple[str, ...], list[Voice]] = {}
    for voice in filter(None, map(as_told, voices)):
        key = (voice.change, voice.practice, voice.dimension, voice.level, voice.setting)
        placed.setdefault(key, []).append(voice)
    return placed


def _voices_about(spoken: Mapping[tuple[str, ...], list[Voice]], key: tuple[str, ...]) -> tuple[Voice, ...]:
    """Each role's voice about this very cell, else about everyone in the setting, else everyone everywhere.

    A voice that is not known gives way to a wider one that is. A group of people speaks for everyone and for its own
    population, and not for another level of its own dimension.
    """
    change, practice, dimension, level, setting = key
    nearest: dict[str, Voice] = {}
    for place in (
        (dimension, level, setting),
        (EVERYONE, EVERYONE, setting),
        (dimension, level, ALL_SETTINGS),
        (EVERYONE, EVERYONE, ALL_SETTINGS),
    ):
        for voice in spoken.get((change, practice, *place), ()):
            elsewhere = voice.of_dimension == dimension and voice.of_level != level
            silent = voice.role in nearest and nearest[voice.role].support is None and voice.support is not None
            if not elsewhere and (voice.role not in nearest or silent):
                nearest[voice.role] = voice
    return tuple(nearest.values())


def _strength(case: Case) -> tuple[bool, int, int, int]:
    """Of several studies of one change, the strongest speaks for the cell."""
    row = case.evaluability
    rank = case.primary.rank if case.primary else -1
    return case.answerable, row.claim if row else 0, rank, row.adopters if row else 0
