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

from holdfast.involve.classes.em import tilted
from holdfast.involve.classes.sheets import Floats, Sheet, laid_out

PASSING: Final = (-3.0, -1.5, 0.0, 1.2, 2.4)
AGREEING: Final = (-0.75, 0.0, 0.75)
"""Log odds added to passing, and to agreeing against disagreeing. The second is kept small on purpose, at most about
twice the odds: where statements all lean one way, somebody who disagrees with nearly all of them holds an opinion and
not a habit, and no habit allowed here can explain them away."""
ROUNDS: Final = 20
PLAIN: Final = 3.0
"""How many times likelier than no habit a person's habit must be: a handful of votes shows none, and a habit read into
them foretells their other votes worse than none."""


def grid(passing: tuple[float, ...] = PASSING, agreeing: tuple[float, ...] = AGREEING) -> Floats:
    """H × 3: what each habit multiplies the chance of agree, disagree and pass by."""
    pairs = [(np.exp(a / 2), np.exp(-a / 2), np.exp(p)) for p in passing for a in agreeing]
    return np.array(pairs)


def manners(seen: sparse.csr_array, tilt: Floats, prior: Floats) -> NDArray[np.int64]:
    """(P,): the likeliest habit of each person against everybody's rates (S × 3), where their votes show one.

    How common each is, is learnt.
    """
    logs = np.log(tilted(prior, tilt)).astype(np.float32)
    table = np.ascontiguousarray(logs.transpose(2, 1, 0).reshape(-1, len(tilt)))
    likely = np.ascontiguousarray((seen @ table).T)
    likely -= likely.max(axis=0)
    np.exp(likely, out=likely)
    common = np.full(len(tilt), 1.0 / len(tilt), np.float32)
    for _ in range(ROUNDS):
        theirs = common * (likely @ (np.float32(1.0) / (common @ likely)))
        common = ((theirs + 1.0) / (likely.shape[1] + len(tilt))).astype(np.float32)
    held = likely * common[:, None]
    likeliest, none = held.argmax(axis=0), int(np.abs(tilt - 1.0).sum(axis=1).argmin())
    return np.where(held.max(axis=0) > PLAIN * held[none], likeliest, none).astype(np.int64)


def sheet_of(seen: sparse.csr_array, prior: Floats, tilt: Floats | None = None) -> Sheet:
    """The design spread by people's manner of voting, as told from everybody's rates (S × 3)."""
    habits = grid() if tilt is None else tilt
    if len(habits) == 1:
        return laid_out(seen, np.zeros(seen.shape[0], np.int64), habits)
    return laid_out(seen, manners(seen, habits, prior), habits)
