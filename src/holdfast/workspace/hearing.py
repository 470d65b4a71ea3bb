"""From the tables of what people believe to what was heard. What does not fit is left out, counted and said."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from holdfast.records.heard import Assumption, Heard, Makeup, Preference, Statement
from holdfast.records.involving import JOINED, PARTICIPANTS, PREFER_NOT, ROLE_NOT_GIVEN, ROLES
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.workspace.casting import cast, vote_columns
from holdfast.workspace.engine import PIECE, ROW, Engine
from holdfast.workspace.loading import Loaded
from holdfast.workspace.moments import ALLOWED, moment
from holdfast.workspace.registers import Row
from holdfast.workspace.report import Report
from holdfast.workspace.suggest import quoted

PLURAL: Final = {
    "clinician": "clinicians",
    "leader": "leaders",
    "innovator": "innovators",
    "patient": "patients",
    "carer": "carers",
    "member of the public": "public",
    "the public": "public",
    PREFER_NOT: ROLE_NOT_GIVEN,
    "": ROLE_NOT_GIVEN,
}
FEW: Final = 10
"""Notes are printed on the report, so they give no smaller number of people."""
KEPT_BACK: Final = (PREFER_NOT, "prefer not to answer", "rather not say")
_T = TypeVar("_T")


def hear(engine: Engine, loaded: Loaded, report: Report) -> Heard:
    """Everything the tables hold about who took part and what they said."""
    columns = vote_columns(engine, loaded)
    rows = loaded.rows.get("participants", [])
    people = _people(rows, columns, loaded, report)
    places = {name: i for i, name in enumerate(people)}
    assumptions = _assumptions(loaded, report)
    statements = _statements(loaded, {a.assumption for a in assumptions}, report)
    heard = Heard(
        participants=people,
        roles=tuple(_role(row.get("role")) for row in rows) if rows else (ROLE_NOT_GIVEN,) * len(people),
        channels=tuple(str(row.get("channel") or "") for row in rows) if rows else ("",) * len(people),
        about=_about(rows, len(people)),
        statements=statements,
        votes=cast(columns, places, {s.statement: i for i, s in enumerate(statements)}, report),
        preferences=_preferences(loaded, places, report),
        assumptions=assumptions,
        makeup=_makeup(loaded, _about(rows, len(people)), report),
    )
    _note_roles(heard, report)
    return heard


def _people(rows: Sequence[Row], votes: Any, loaded: Loaded, report: Report) -> tuple[str, ...]:
    if rows:
        return tuple(str(row["participant"]) for row in rows)
    spoke = [*votes["participant"].unique().to_pylist(), *(r["participant"] for r in loaded.rows["preferences"])]
    found = tuple(dict.fromkeys(str(name) for name in spoke if name is not None))
    if found:
        report.note(
            "There is no participants table, so nobody's role is known and nothing can be told by role: "
            f"{len(found):,} people are taken as {ROLE_NOT_GIVEN}."
        )
    return found


def _role(value: object) -> str:
    role = str(value or "").strip().lower()
    return PLURAL.get(role, role)


def _about(rows: Sequence[Row], people: int) -> dict[str, tuple[str | None, ...]]:
    own = {*PARTICIPANTS.names, PIECE, ROW}
    names = dict.fromkeys(name for row in rows for name in row if name not in own)
    return {name: tuple(_answer(row.get(name)) for row in rows) for name in names}


def _answer(value: object) -> str | None:
    if value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return (PREFER_NOT if text.lower() in KEPT_BACK else text) or None


def _assumptions(loaded: Loaded, report: Report) -> tuple[Assumption, ...]:
    found = [Assumption(str(r["assumption"]), str(r["change"]), str(r["text"])) for r in loaded.rows["assumptions"]]
    return _known(found, lambda a: a.change in loaded.changes, "assumptions", "a change that is not listed", report)


def _statements(loaded: Loaded, assumptions: set[str], report: Report) -> tuple[Statement, ...]:
    found = [
        Statement(
            **{name: str(row.get(name) or "") for name in ("statement", "change", "text", "practice", "assumption")},
            kind=str(row.get("kind") or ("assumption" if row.get("assumption") else "opinion")),
            moderated=str(row.get("moderated") or "accepted"),
            reason=str(row.get("reason") or ""),
            meta=bool(row.get("meta")),
        )
        for row in loaded.rows["statements"]
    ]
    silent = sum(s.moderated == "rejected" and not s.reason for s in found)
    if silent:
        report.note(f"statements: {silent:,} rejected without a reason. Give each one.")
    found = list(_known(found, lambda s: not s.change or s.change in loaded.changes, "statements",
                        "a change that is not listed", report))  # fmt: skip
    return _known(found, lambda s: not s.assumption or s.assumption in assumptions, "statements",
                  "an assumption that is not listed", report)  # fmt: skip


def _known(found: Iterable[_T], test: Callable[[_T], bool], where: str, what: str, report: Report) -> tuple[_T, ...]:
    kept, lost = [], 0
    for item in found:
        if test(item):
            kept.append(item)
        else:
            lost += 1
    if lost:
        report.note(f"{where}: {lost:,} left out: about {what}; the rest goes on.")
    return tuple(kept)


def _preferences(loaded: Loaded, people: dict[str, int], report: Report) -> tuple[Preference, ...]:
    latest: dict[tuple[Any, ...], tuple[float, str]] = {}
    lost: Counter[str] = Counter()
    unread = 0
    for row in loaded.rows["preferences"]:
        why = _unfit(row, loaded, people)
        if why:
            lost[why] += 1
            continue
        change = str(row["change"])
        practice = str(row.get("practice") or loaded.changes[change].introduced)
        level = str(row.get("level") or EVERYONE)
        dimension = str(row.get("dimension") or EVERYONE) if level != EVERYONE else EVERYONE
        key = (people[str(row["participant"])], change, practice, dimension, level, row.get("setting") or ALL_SETTINGS)
        when = moment(row.get("at"))
        unread += math.isnan(when) and bool(row.get("at"))
        if key in latest:
            lost["an earlier answer of the same person about the same thing: the last counts"] += 1
        when = -math.inf if math.isnan(when) else when  # one without its time gives way to one that has it
        if key not in latest or when >= latest[key][0]:
            latest[key] = (when, str(row["preference"]))
    if unread:
        report.note(
            f"preferences: {unread:,} with a time that cannot be read (allowed: {ALLOWED}), which count as "
            "earlier than any other of the same person."
        )
    for why, count in lost.items():
        report.note(f"preferences: {count:,} left out: {why}; the rest goes on.")
    return tuple(
        Preference(who, change, practice, wish, dimension, level, setting)
        for (who, change, practice, dimension, level, setting), (_, wish) in latest.items()
    )


def _unfit(row: Row, loaded: Loaded, people: dict[str, int]) -> str:
    if str(row["participant"]) not in people:
        return "by people not in the participants table"
    change = loaded.changes.get(str(row["change"]))
    if change is None:
        return "about a change that is not listed"
    practice = str(row.get("practice") or change.introduced)
    if practice not in (change.introduced, *change.displaced):
        return "about a practice that its change neither introduced nor displaced"
    if bool(row.get("dimension")) != bool(row.get("level")):
        return "a dimension without its level, or a level without its dimension"
    return ""


def _makeup(loaded: Loaded, about: Mapping[str, Sequence[str | None]], report: Report) -> tuple[Makeup, ...]:
    def parts(value: object) -> tuple[str, ...]:
        return tuple(part.strip() for part in str(value).split(JOINED))

    found = [
        Makeup(parts(row["dimension"]), parts(row["level"]), float(row["people"] or 0.0), str(row.get("version") or ""),
               _role(row["role"]) if row.get("role") else "")
        for row in loaded.rows["makeup"]
    ]  # fmt: skip
    uneven = "a row with more dimensions than levels, or fewer (both are parted by semicolons)"
    kept = _known(found, lambda m: len(m.dimensions) == len(m.levels), "makeup", uneven, report)
    for dimension, level in dict.fromkeys(pair for m in kept for pair in zip(m.dimensions, m.levels, strict=True)):
        _note_spelling(dimension, level, about.get(dimension, ()), report)
    return kept


def _note_spelling(dimension: str, level: str, given: Sequence[str | None], report: Report) -> None:
    """A level that nobody gave, and that somebody gave in other letters, is not a missing population."""
    there = {answer for answer in given if answer is not None}
    alike = sorted(answer for answer in there if _plain(answer) == _plain(level))
    if there and level not in there and alike:
        report.note(
            f"makeup: nobody's {dimension} is “{level}”, and participants have {quoted(alike)}. Write both alike, or "
            "they count as two."
        )


def _plain(level: str) -> str:
    return "".join(level.split()).casefold()


def _note_roles(heard: Heard, report: Report) -> None:
    if not heard.participants:
        return
    counted = Counter(heard.roles)
    shown = {role: f"{count:,}" if count >= FEW else f"fewer than {FEW}" for role, count in counted.most_common()}
    told = "; ".join(f"{role} {count}" for role, count in shown.items())
    absent = [role for role in ROLES if not counted[role]]
    report.note(f"{len(heard.participants):,} people took part: {told}." + (
        f" Nobody spoke as: {quoted(absent)}." if absent else ""))  # fmt: skip
