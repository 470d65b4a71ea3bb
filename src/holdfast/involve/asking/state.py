"""What must be known to choose somebody's next statement: a few arrays, frozen, small enough to keep beside a page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.classes import Groups
from holdfast.involve.tallies import soft_tally
from holdfast.involve.votes import Votes

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Asking:
    """``size`` (k,) and ``rate`` (k, S, 3): the groups; ``habit`` (H,) and ``tilt`` (H, 3): how common each manner of
    voting is and what it does; ``votes`` (k, S, 3): votes so far by membership; ``open`` (S,): may be asked."""

    statements: tuple[str, ...]
    size: Floats
    rate: Floats
    habit: Floats
    tilt: Floats
    votes: Floats
    open: NDArray[np.bool_]

    @property
    def k(self) -> int:
        """How many groups."""
        return len(self.size)

    def to_bytes(self) -> bytes:
        """The state as bytes (a NumPy archive without pickles)."""
        file = io.BytesIO()
        parts: dict[str, Any] = {name: np.asarray(part) for name, part in self._parts().items()}
        np.savez_compressed(file, **parts)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Asking:
        """The state that :meth:`to_bytes` gave."""
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            return cls._of({name: held[name] for name in held.files})

    def to_json(self) -> dict[str, Any]:
        """The state as plain lists, for JSON."""
        return {name: np.asarray(part).tolist() for name, part in self._parts().items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Asking:
        """The state that :meth:`to_json` gave."""
        return cls._of(told)

    def _parts(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def _of(cls, told: Mapping[str, Any]) -> Asking:
        part = {name: np.asarray(told[name], np.float32) for name in ("size", "rate", "habit", "tilt", "votes")}
        names = tuple(str(name) for name in told["statements"])
        shape = (len(part["size"]), len(names), 3)
        return cls(
            statements=names,
            size=part["size"],
            rate=part["rate"].reshape(shape),
            habit=part["habit"],
            tilt=part["tilt"],
            votes=part["votes"].reshape(shape),
            open=np.asarray(told["open"], bool),
        )


def asking(votes: Votes, groups: Groups, closed: NDArray[np.bool_] | None = None) -> Asking:
    """The state from votes so far and the groups found in them; ``closed`` (S,) marks statements not to be asked.

    Make it afresh every so often: between times, answers change a person's own course and nobody else's.
    """
    spoke = groups.assigned >= 0
    tilt, who = np.unique(groups.manner, axis=0, return_inverse=True)
    habit = np.bincount(who.reshape(-1)[spoke], minlength=len(tilt)) + 1.0
    return Asking(
        statements=votes.statements,
        size=np.asarray(groups.model.size, np.float32),
        rate=np.asarray(groups.model.rate, np.float32),
        habit=np.asarray(habit / habit.sum(), np.float32),
        tilt=np.asarray(tilt, np.float32),
        votes=np.asarray(soft_tally(votes, groups.share), np.float32),
        open=np.ones(votes.shape[1], bool) if closed is None else ~np.asarray(closed, bool),
    )
