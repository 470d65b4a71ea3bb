"""Each statement role by role: never pooled, raw and weighted, the minority beside the majority."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve import Agreement, Position, agreement, consensus, positions
from holdfast.involve.people import in_role, people_of, roles_of, votes_of
from holdfast.involve.roles import FEW
from holdfast.records.heard import Heard
from holdfast.web.voices.results.counts import number, shown

Floats = NDArray[np.float64]
AGAINST: Final = {"agree": "disagree", "disagree": "agree"}
WORTH: Final = 0.1
"""The share from which on those who hold the contrary are named, as ``involve.positions`` has it."""


def told(heard: Heard) -> list[dict[str, Any]]:
    """Every accepted statement; those on which roles differ most come first."""
    votes = votes_of(heard)
    raw = agreement(votes, heard.roles)
    weights, weighted_roles = _weights(heard)
    heavy = agreement(votes, heard.roles, weights=weights) if weighted_roles else raw
    common, held = consensus(raw), positions(raw)
    by_place = {(p.statement, p.group): p for p in held}
    names = {s.statement: s for s in heard.statements}
    found = []
    for at, key in enumerate(votes.statements):
        rows = [
            _row(raw, heavy, g, at, role in weighted_roles, by_place.get((key, role)))
            for g, role in enumerate(raw.groups)
        ]
        said = [row["agree"] for row in rows if row["agree"] is not None]
        found.append({
            "id": key, "text": names[key].text, "kind": names[key].kind,
            "waiting": names[key].moderated != "accepted", "rows": [row for row in rows if row["n"] != 0],
            "agree_low": number(common.agree[at]), "disagree_low": number(common.disagree[at]),
            "apart": max(said) - min(said) if len(said) > 1 else 0.0,
        })  # fmt: skip
    kept = [one for one in found if not one["waiting"] and one["rows"]]
    return sorted(kept, key=lambda one: -one["apart"])


def _row(raw: Agreement, heavy: Agreement, g: int, s: int, weighted: bool, place: Position | None) -> dict[str, Any]:
    count = int(raw.counts[g, s].sum())
    row: dict[str, Any] = {"role": raw.groups[g], "n": shown(count), "weighted": weighted}
    for at, answer in enumerate(("agree", "disagree", "pass")):
        row[answer] = number(raw.share[g, s, at])
        row[f"{answer}_low"], row[f"{answer}_high"] = number(raw.low[g, s, at]), number(raw.high[g, s, at])
    if weighted:
        row |= {"w_agree": number(heavy.share[g, s, 0]), "w_low": number(heavy.low[g, s, 0]),
                "w_high": number(heavy.high[g, s, 0])}  # fmt: skip
    if place is not None:
        row |= {"majority": place.majority, "contrary": place.contrary, **_beside(row, place)}
    return row


def _beside(row: dict[str, Any], place: Position) -> dict[str, Any]:
    """The minority: those who hold the contrary where they are worth showing, else the most of the rest.

    Where as many hold the one as the other, in whole percentages as they are shown, there is no minority.
    """
    contrary = AGAINST.get(place.majority, "")
    if contrary and f"{100 * row[contrary]:.0f}" == f"{100 * row[place.majority]:.0f}":
        return {"minority": "", "minority_share": None, "divided": True}
    if contrary and row[contrary] >= WORTH:
        return {"minority": contrary, "minority_share": row[contrary], "divided": False}
    return {"minority": place.minority, "minority_share": number(place.minority_share), "divided": False}


def _weights(heard: Heard) -> tuple[Floats, set[str]]:
    """Each person's weight within their role, and the roles whose make-up is held."""
    weights, held = np.ones(len(heard.participants)), set()
    for role in roles_of(heard):
        rows = np.flatnonzero(in_role(heard, role))
        people = people_of(heard, role, rows, FEW)
        if people.weighted:
            weights[rows] = people.weights
            held.add(role)
    return weights, held


def agreed(statements: list[dict[str, Any]], above: float = 0.5) -> list[dict[str, Any]]:
    """Statements with which every role that can be spoken for credibly agrees, or disagrees; surest first."""
    found = []
    for one in statements:
        for way, low in (("agree", one["agree_low"]), ("disagree", one["disagree_low"])):
            if low is not None and low > above:
                found.append({"id": one["id"], "text": one["text"], "way": way, "low": low})
    return sorted(found, key=lambda one: -one["low"])


def against_most(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where one role credibly stands against most of the others: a minority position, or a divide."""
    return [
        {"id": one["id"], "text": one["text"], "role": row["role"], "holds": row["majority"],
         "share": row[row["majority"]]}
        for one in statements
        for row in one["rows"]
        if row.get("contrary")
    ]  # fmt: skip
