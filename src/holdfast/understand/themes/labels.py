"""From people's codings to what is known of each comment and theme, with disagreements kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.arriving import several
from holdfast.understand.themes.records import Coding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Labels:
    """What people have coded in one framework.

    ``known`` is comments × themes: 1 present, 0 absent, NaN not known (nobody spoke of it, or coders are tied).
    ``disputed`` lists (comment, theme) on which people differ, majority or not. ``unknown`` gives the codes that are no
    theme of the framework, and in how many codings each stands.
    """

    comments: tuple[str, ...]
    themes: tuple[str, ...]
    known: Floats
    disputed: tuple[tuple[str, str], ...]
    coders: tuple[str, ...]
    unknown: tuple[tuple[str, int], ...] = ()


def by_coder(
    codings: Iterable[Coding], framework: str, listed: Collection[str] | None = None
) -> dict[str, dict[str, dict[str, bool]]]:
    """Coder → comment → theme → present, after each person's later word has replaced their earlier one.

    Codings are taken in the order of ``at``, then as given. A complete coding is remembered under the theme ``""``,
    unless it names a theme that is not ``listed``: which one was meant nobody knows, so that it says of none that it is
    absent.
    """
    said: dict[str, dict[str, dict[str, bool]]] = {}
    for coding in sorted((c for c in codings if c.framework == framework), key=lambda c: c.at):
        mine = said.setdefault(coding.by, {})
        if coding.complete:
            mine[coding.comment] = {"": True} if listed is None or set(coding.themes) <= set(listed) else {}
        here = mine.setdefault(coding.comment, {})
        here.update(dict.fromkeys(coding.refused, False))
        here.update(dict.fromkeys(coding.themes, True))
    return said


def gather(
    codings: Iterable[Coding],
    framework: str,
    themes: Sequence[str] | None = None,
    listed: Collection[str] | None = None,
) -> Labels:
    """The majority of the people who spoke of each comment and theme; NaN where they are tied.

    ``themes`` gives the columns and their order; by default every theme that anybody gave or refused, sorted.
    ``listed`` gives every code of the framework where ``themes`` are only some of them.
    """
    listed = themes if listed is None else listed
    said = by_coder(codings, framework, listed)
    comments = sorted({comment for mine in said.values() for comment in mine})
    given = Counter(theme for mine in said.values() for here in mine.values() for theme in here if theme)
    columns = several(themes, "themes") if themes is not None else tuple(sorted(given))
    for_it, spoke = np.zeros((len(comments), len(columns))), np.zeros((len(comments), len(columns)))
    for one in said.values():  # one coder at a time: coders × comments × themes at once need not fit in memory
        votes = coded({"": one}, comments, columns)[0]
        for_it += np.nan_to_num(votes)
        spoke += np.isfinite(votes)
    share = np.divide(for_it, spoke, out=np.full(for_it.shape, np.nan), where=spoke > 0)
    known = np.where(share > 0.5, 1.0, np.where(share < 0.5, 0.0, np.nan))
    differ = zip(*np.nonzero((share > 0) & (share < 1)), strict=True)
    disputed = tuple((comments[i], columns[j]) for i, j in differ)
    unknown = tuple(sorted((code, n) for code, n in given.items() if listed is not None and code not in listed))
    return Labels(tuple(comments), columns, known, disputed, tuple(sorted(said)), unknown)


def coded(
    said: Mapping[str, Mapping[str, Mapping[str, bool]]], comments: Sequence[str], themes: Sequence[str]
) -> Floats:
    """Coders × comments × themes: 1, 0, or NaN where that person did not speak of it."""
    row, column = {c: i for i, c in enumerate(comments)}, {t: j for j, t in enumerate(themes)}
    votes = np.full((len(said), len(comments), len(themes)), np.nan)
    for k, mine in enumerate(said.values()):
        for comment, here in mine.items():
            if here.get(""):
                votes[k, row[comment]] = 0.0
            for theme, present in here.items():
                if theme in column:
                    votes[k, row[comment], column[theme]] = float(present)
    return votes
