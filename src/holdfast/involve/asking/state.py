"""What must be known to choose somebody's next statement: a few arrays, frozen, small enough to keep beside a page."""

from __future__ import annotations

import io
import zipfile
import zlib
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
        """The state that :meth:`to_bytes` gave; ValueError for any other bytes."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as held:
                told = {name: held[name] for name in held.files}
        except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"these {len(content):,} bytes are no state of asking: give what to_bytes gave") from error
        return cls._of(told)

    def to_json(self) -> dict[str, Any]:
        """The state as plain lists, for JSON."""
        return {name: np.asarray(part).tolist() for name, part in self._parts().items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Asking:
        """The state that :meth:`to_json` gave; ValueError for anything else."""
        return cls._of(told)

    def _parts(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def _of(cls, told: Mapping[str, Any]) -> Asking:
        names = [one.name for one in fields(cls)]
        lacks = [name for name in names if name not in told] if isinstance(told, Mapping) else names
        if lacks:
            raise ValueError(f"this is no state of asking, which holds {', '.join(names)}: it lacks {', '.join(lacks)}")
        statements = tuple(str(name) for name in told["statements"])
        try:
            part = {name: np.asarray(told[name], np.float32) for name in ("size", "rate", "habit", "tilt", "votes")}
            shapes = _shapes(len(part["size"]), len(statements), len(part["habit"]))
            whole = {name: array.reshape(shapes[name]) for name, array in part.items()}
            may = np.asarray(told["open"], bool).reshape(len(statements))
        except (TypeError, ValueError) as error:
            raise ValueError(f"this is no state of asking, its parts are not of one size: {error}") from error
        return cls(statements=statements, open=may, **whole)


def _shapes(k: int, statements: int, habits: int) -> dict[str, tuple[int, ...]]:
    rates = (k, statements, 3)
    return {"size": (k,), "rate": rates, "habit": (habits,), "tilt": (habits, 3), "votes": rates}


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
