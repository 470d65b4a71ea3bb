"""How far people who code the same comments agree, theme by theme."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from holdfast.understand.agreement import Agreement, alpha
from holdfast.understand.arriving import several
from holdfast.understand.themes.labels import by_coder, coded
from holdfast.understand.themes.records import Coding


def coder_agreement(
    codings: Iterable[Coding],
    framework: str,
    themes: Sequence[str],
    seed: int = 0,
    listed: Collection[str] | None = None,
) -> dict[str, Agreement]:
    """Krippendorff's alpha (nominal) of each theme over the comments that two or more people coded.

    ``listed`` gives every code of the framework where ``themes`` are only some of them.
    """
    themes = several(themes, "themes")
    said = by_coder(codings, framework, themes if listed is None else listed)
    times: dict[str, int] = {}
    for mine in said.values():
        for comment in mine:
            times[comment] = times.get(comment, 0) + 1
    twice = sorted(comment for comment, count in times.items() if count > 1)
    kept = {by: {c: mine[c] for c in twice if c in mine} for by, mine in said.items()}
    votes = coded({by: mine for by, mine in kept.items() if mine}, twice, themes)
    return {theme: alpha(votes[:, :, j], "nominal", seed=seed) for j, theme in enumerate(themes)}
