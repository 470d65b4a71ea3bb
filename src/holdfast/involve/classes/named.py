"""Groups as whoever gave them named them: codes from nought, their names, and who is in none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.involve.taking import coded

Given = ArrayLike | Sequence[str | float | None]
NONE: Final = ("", "-1")
"""How somebody in no group is written, beside a missing value; names are compared as text, so −1 is one of them."""
_NUMBER: Final = re.compile(r"-?\d*\.?\d+")


def group_codes(groups: Given) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes (P,) from 0 to k − 1, −1 for people in no group, and the groups' names in order.

    ``groups`` are numbers or names, one a person; −1, an empty text, ``None`` and NaN are no group. Numbers come in
    their own order and before other names. A number that nobody has is no group, so none is empty. ValueError where
    they are not one row of names and whole numbers.
    """
    given: Any = groups if isinstance(groups, np.ndarray) else list(groups)  # type: ignore[arg-type]
    if np.ndim(given) != 1:
        raise ValueError(f"groups are one number or name a person, in one row; these have {np.ndim(given)} dimensions")
    codes, found = coded(given, None)
    odd = [name for name in found if _NUMBER.fullmatch(name) and not name.isdecimal() and name not in NONE]
    if odd:
        raise ValueError(f"groups are names, or whole numbers from 0, with −1 for no group; {len(odd)} are neither")
    names = sorted((name for name in found if name not in NONE), key=_order)
    place = {name: code for code, name in enumerate(names)}
    lookup = np.array([*(place.get(name, -1) for name in found), -1], np.int64)
    return lookup[codes], tuple(names)


def _order(name: str) -> tuple[bool, int, str]:
    return (False, int(name), name) if name.isdecimal() else (True, 0, name)
