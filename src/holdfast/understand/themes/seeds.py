"""Suggestions from seed terms alone: a start, said to be a start, for when nobody has coded yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from holdfast.records.frameworks import Framework
from holdfast.understand.themes.records import SEEDS, Comment, Suggestion, once, tidy


def from_seeds(comments: Sequence[Comment], framework: Framework, codes: Sequence[str] = ()) -> list[Suggestion]:
    """A suggestion for each comment and theme of which a seed term stands in the text, with the terms found.

    No probability: nothing has been learned, so nothing can be calibrated. ``codes`` restricts the themes.
    """
    wanted = [term for term in framework.filled if term.seeds and (not codes or term.code in codes)]
    patterns = [(term.code, [(seed, _pattern(seed)) for seed in term.seeds]) for term in wanted]
    return [found for comment in once(comments) for found in _found(comment, framework, patterns)]


def _found(
    comment: Comment, framework: Framework, patterns: list[tuple[str, list[tuple[str, re.Pattern[str]]]]]
) -> Iterator[Suggestion]:
    text = tidy(comment.text).casefold()
    for code, seeds in patterns:
        because = tuple(seed for seed, pattern in seeds if pattern.search(text))
        if because:
            model = f"{framework.id} {framework.version}"
            yield Suggestion(comment.id, framework.id, code, True, SEEDS, model, because=because)


def _pattern(seed: str) -> re.Pattern[str]:
    """The words in a row, a hyphen or any space between them; the last may take a plural ending."""
    words = [re.escape(word) for word in re.split(r"[\s-]+", tidy(seed).casefold()) if word]
    return re.compile(r"(?<!\w)" + r"[\s-]+".join(words) + r"(?:s|es)?(?!\w)")
