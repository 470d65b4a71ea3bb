"""How a person votes apart from what they think: how readily they pass, and how readily they agree.

People differ far more in how often they pass than groups differ in what they pass on, and classes fitted to raw
votes divide people by that habit first. Each person is placed on a small grid of habits by their votes against
everybody's rates for the same statements, so that classes are about what is left: opinion.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.em import everybody, tilted
from holdfast.involve.classes.sheets import Floats, Sheet, counted, laid_out

PASSING: Final = (-3.0, -1.5, 0.0, 1.2, 2.4)
AGREEING: Final = (-0.75, 0.0, 0.75)
"""Log odds added to passing, and to agreeing against disagreeing. The second is kept small on purpose, at most about
twice the odds: where statements all lean one way, somebody who disagrees with nearly all of them holds an opinion and
not a habit, and no habit allowed here can explain them away."""
ROUNDS: Final = 20
AT_ONCE: Final = 200_000


def grid(passing: tuple[float, ...] = PASSING, agreeing: tuple[float, ...] = AGREEING) -> Floats:
    """H × 3: what each habit multiplies the chance of agree, disagree and pass by."""
    pairs = [(np.exp(a / 2), np.exp(-a / 2), np.exp(p)) for p in passing for a in agreeing]
    return np.array(pairs)


def manners(seen: sparse.csr_array, tilt: Floats) -> NDArray[np.int64]:
    """(P,): the likeliest habit of each person; how common each is, is learnt from everybody."""
    logs = np.log(tilted(everybody(counted(seen)), tilt)).astype(np.float32)
    table = np.ascontiguousarray(logs.reshape(len(tilt), -1).T)
    likely = np.concatenate([seen[start : start + AT_ONCE] @ table for start in range(0, seen.shape[0], AT_ONCE)])
    likely -= likely.max(axis=1, keepdims=True)
    np.exp(likely, out=likely)
    common = np.full(len(tilt), 1.0 / len(tilt), np.float32)
    for _ in range(ROUNDS):
        share = likely * common
        share /= share.sum(axis=1, keepdims=True)
        common = ((share.sum(axis=0) + 1.0) / (len(share) + len(tilt))).astype(np.float32)
    return np.asarray((likely * common).argmax(axis=1), np.int64)


def sheet_of(seen: sparse.csr_array, tilt: Floats | None = None) -> Sheet:
    """The design spread by people's manner of voting."""
    habits = grid() if tilt is None else tilt
    if len(habits) == 1:
        return laid_out(seen, np.zeros(seen.shape[0], np.int64), habits)
    return laid_out(seen, manners(seen, habits), habits)
