"""Some of the people who were heard, and a share of them: weighted where their population's make-up is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.missing import Weighing, weigh
from holdfast.involve.taking import Taken, latest
from holdfast.involve.votes import Votes
from holdfast.involve.weights import Share, weighted_share
from holdfast.records.heard import Heard, Makeup
from holdfast.records.involving import PUBLICS

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
CHANNEL = "channel"


@dataclass(frozen=True, eq=False)
class People:
    """The people at ``rows`` (n places among all participants), all of one ``role``, and how they are weighed."""

    role: str
    rows: Codes
    about: dict[str, tuple[str | None, ...]]
    weighing: Weighing
    weights: Floats

    @property
    def weighted(self) -> bool:
        """Whether there was a make-up to weigh them against."""
        return self.weighing.raked is not None

    def share(self, y: Floats, within: NDArray[np.bool_] | None = None) -> Share:
        """Share of them with ``y`` (n), or of those ``within``."""
        return weighted_share(y, self.weights, self.weighing.codes, within, wanted=self.weighing.targets)


def people_of(heard: Heard, role: str, rows: Codes, few: int) -> People:
    """The people at ``rows`` with their answers, weighed against the make-up of their role."""
    about = about_you(heard, rows)
    weighing = weigh(about, makeup_of(heard.makeup, role), few=few)
    return People(role, rows, about, weighing, weighing.weights(len(rows)))


def about_you(heard: Heard, rows: Codes) -> dict[str, tuple[str | None, ...]]:
    """Their answers to each about-you question, and how they took part."""
    columns = {**heard.about, CHANNEL: tuple(c or None for c in heard.channels)}
    chosen = {name: tuple(column[i] for i in rows.tolist()) for name, column in columns.items()}
    return {name: column for name, column in chosen.items() if any(answer is not None for answer in column)}


def makeup_of(makeup: Sequence[Makeup], role: str) -> tuple[Makeup, ...]:
    """The make-up that speaks of a role: its own, else the population's for patients, carers and the public."""
    own = tuple(m for m in makeup if m.role == role)
    return own or (tuple(m for m in makeup if not m.role) if role in PUBLICS else ())


def roles_of(heard: Heard) -> tuple[str, ...]:
    """The roles there are, in order of first appearance."""
    return tuple(dict.fromkeys(heard.roles))


def in_role(heard: Heard, role: str) -> NDArray[np.bool_]:
    """Who has the role, (P)."""
    return np.array([r == role for r in heard.roles], bool)


def votes_of(
    heard: Heard, *, change: str = "", assumptions: bool = True, meta: bool = True, rejected: bool = False
) -> Votes:
    """Each person's last vote on every statement that was not rejected, of one change where it is named.

    ``assumptions``, ``meta`` and ``rejected`` say whether statements of those kinds take part; the reference maths
    needs the rejected ones, which it is told of by ``moderated_out``.
    """
    kept = [
        (rejected or s.moderated != "rejected")
        and (not change or s.change == change)
        and (assumptions or s.kind != "assumption")
        and (meta or not s.meta)
        for s in heard.statements
    ]
    place = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32).reshape(-1)
    names = tuple(s.statement for s, k in zip(heard.statements, kept, strict=True) if k)
    cast = heard.votes
    what = place[cast.what] if len(place) else cast.what
    usable = what >= 0
    rows, repeats, contradicted = latest(cast.who, what, cast.vote, usable, len(names), None)
    taken = Taken(len(usable), len(rows), repeats, contradicted, unknown_statements=int((~usable).sum()))
    return Votes(heard.participants, names, cast.who[rows], what[rows], cast.vote[rows], taken)
