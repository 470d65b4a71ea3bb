"""How often a language model and the offline one are right, on the very same comments that people coded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.records.frameworks import Framework
from holdfast.understand.themes import Accuracy, accuracy, gather, suggest_all
from holdfast.understand.themes import Coding as Said
from holdfast.understand.themes.records import same_words
from holdfast.web.insight import embedding, frameworks, learning
from holdfast.web.insight.models import Coding, Comment, Hint
from holdfast.web.insight.plain import number, share_of
from holdfast.web.register.models import Vocabulary

MOST: Final = 250
FEWEST: Final = 20
"""Comments below which no accuracy is given: intervals would be as wide as the scale."""
PARTS: Final = 3
Bools = NDArray[np.bool_]


def golden(vocabulary: Vocabulary) -> list[int]:
    """Comments that people coded whole, in an order that has nothing to do with what they say."""
    coded = Coding.objects.filter(vocabulary=vocabulary, complete=True).values("comment")
    rows = Comment.objects.filter(pk__in=coded).exclude(text="").order_by("digest")
    return list(rows.values_list("pk", flat=True)[:MOST])


def compare(vocabulary: Vocabulary, answered: Iterable[int], hints: Sequence[Hint]) -> dict[str, Any]:
    """Both against people's coding, on the comments that were answered. Few comments: how many, and no more."""
    keys = [str(pk) for pk in sorted(set(golden(vocabulary)) & set(answered))]
    if len(keys) < FEWEST:
        return {"comments": len(keys), "fewest": FEWEST}
    framework = frameworks.framework_of(vocabulary)
    codings = learning.said_to_learn(vocabulary)
    labels = gather(codings, framework.id, framework.codes)
    at = {comment: row for row, comment in enumerate(labels.comments)}
    known = labels.known[[at[key] for key in keys]]
    theirs = _table(keys, framework.codes, ((str(one.comment_id), one.theme) for one in hints))
    ours = _table(keys, framework.codes, _offline(framework, codings, keys))
    how = f"{len(keys)} comments that people coded"
    return {
        "comments": len(keys),
        "language model": _told(accuracy(theirs, known, framework.codes, how)),
        "offline": _told(accuracy(ours, known, framework.codes, how)),
    }


def _offline(framework: Framework, codings: Sequence[Said], keys: Sequence[str]) -> Iterable[tuple[str, str]]:
    """What the offline model suggests of each comment when it has learned from none that says the same."""
    coded = learning.words_of(Comment.objects.filter(pk__in={int(one.comment) for one in codings}))
    words = {one.id: same_words(one) for one in coded}
    for part in range(PARTS):
        some = set(list(keys)[part::PARTS])
        told = {words[key] for key in some}
        others = [one for one in codings if words.get(one.comment) not in told]
        found, _ = suggest_all(coded, others, [framework], embed=embedding.current())
        yield from ((one.comment, one.theme) for one in found if one.suggested and one.comment in some)


def _table(keys: Sequence[str], themes: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Bools:
    row, column = {key: i for i, key in enumerate(keys)}, {theme: j for j, theme in enumerate(themes)}
    table = np.zeros((len(row), len(column)), dtype=bool)
    for comment, theme in pairs:
        if comment in row and theme in column:
            table[row[comment], column[theme]] = True
    return table


def _told(judged: Accuracy) -> dict[str, Any]:
    rows = [
        {"theme": one.theme, "precision": share_of(one.precision), "recall": share_of(one.recall),
         "support": one.support}
        for one in judged.themes
    ]  # fmt: skip
    return {"micro": share_of(judged.micro), "macro": number(judged.macro), "macro_low": number(judged.macro_low),
            "macro_high": number(judged.macro_high), "themes": rows}  # fmt: skip
