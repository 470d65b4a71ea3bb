"""Suggestions from what was learned, with the words that weighed most, for one framework or several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from holdfast.records.frameworks import Framework
from holdfast.understand.themes.features import Embed
from holdfast.understand.themes.learning import Machine, ThemeModel, learn
from holdfast.understand.themes.records import Coding, Comment, Suggestion, once
from holdfast.understand.themes.seeds import from_seeds

REASONS: Final = 3
"""Words given as reasons for one suggestion."""


def suggest(model: ThemeModel, comments: Sequence[Comment], everything: bool = False) -> list[Suggestion]:
    """What the model thinks each comment is about; with ``everything``, also what it thinks it is not about.

    A comment without text gets none.
    """
    comments = once(comments)
    machine = model.machine
    if machine is None or not comments:
        return []
    matrix = machine.features.of(comments)
    probability = model.probabilities(comments, matrix)
    over = probability > machine.cuts
    shown = np.isfinite(probability) if everything else over
    return [
        Suggestion(
            comment=comments[i].id,
            framework=model.framework,
            theme=model.learned[j],
            suggested=bool(over[i, j]),
            made_by=model.made_by,
            model=model.fingerprint,
            probability=float(probability[i, j]),
            because=_reasons(machine, matrix[i], j) if over[i, j] else (),
        )
        for i, j in np.argwhere(shown).tolist()
    ]


def suggest_all(
    comments: Sequence[Comment],
    codings: Iterable[Coding],
    frameworks: Sequence[Framework],
    seed: int = 0,
    embed: Embed | None = None,
) -> tuple[list[Suggestion], Mapping[str, ThemeModel]]:
    """Several frameworks at once: from people's coding where a theme can be learned, from seed terms where not yet."""
    codings, found, models = list(codings), [], {}
    for framework in frameworks:
        model = models[framework.id] = learn(comments, codings, framework, seed=seed, embed=embed)
        waiting = [ready.theme for ready in model.readiness if ready.state != "learned"]
        found += suggest(model, comments)
        found += from_seeds(comments, framework, waiting) if waiting else []
    return found, models


def _reasons(machine: Machine, row: Any, theme: int) -> tuple[str, ...]:
    """The words of the comment that speak most for the theme."""
    names = machine.features.names
    words = row.indices < len(names)
    at, weight = row.indices[words], row.data[words] * machine.linear.weights[row.indices[words], theme]
    order = np.argsort(-weight, kind="stable")[:REASONS]
    return tuple(str(names[at[k]]) for k in order if weight[k] > 0)
