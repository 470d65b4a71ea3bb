"""One row a comment: which themes it holds, who says so, and where, when and from whom it came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from holdfast.understand.arriving import key, known
from holdfast.understand.themes.labels import gather
from holdfast.understand.themes.records import Coding, Comment, Suggestion, once

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Mention:
    """A comment with its themes. ``coded`` were given by people, ``suggested`` by a machine and not refused.

    ``facts`` is what it is counted by: setting, period, and a level for each population dimension known of the
    person who wrote it. What is not known is left out, and counted as not known.
    """

    comment: str
    coded: frozenset[str]
    suggested: frozenset[str]
    facts: Facts

    @property
    def themes(self) -> frozenset[str]:
        """Every theme it holds, a person's word standing above a machine's."""
        return self.coded | self.suggested


def mentions(
    comments: Sequence[Comment],
    facts: Mapping[str, Facts],
    framework: str,
    codings: Iterable[Coding] = (),
    suggestions: Iterable[Suggestion] = (),
    listed: Collection[str] | None = None,
) -> list[Mention]:
    """Comments with people's codings where there are any, and the machine's suggestions for the rest.

    A theme that people refused, or are tied on, is not counted, whatever was suggested. Comments without text and
    comments about which neither a person nor a machine said anything are still rows: they are in the denominator.
    A comment that is given again is one row, so that there may be fewer rows than comments given; ValueError where an
    id stands for two comments that differ. Facts that are None or NaN are not known.
    With ``listed``, the framework's codes, a coding with a code that is not among them settles nothing else: which one
    was meant nobody knows.
    """
    codings = list(codings)
    labels = gather(codings, framework, listed=listed)
    given = [
        frozenset(theme for theme, value in zip(labels.themes, row, strict=True) if value == 1)
        for row in labels.known.tolist()
    ]
    said = dict(zip(labels.comments, given, strict=True))
    offered: dict[str, set[str]] = {}
    for suggestion in suggestions:
        if suggestion.framework == framework and suggestion.suggested:
            offered.setdefault(suggestion.comment, set()).add(suggestion.theme)
    about_each = {key(comment, "a comment's id"): known(held) for comment, held in facts.items()}
    settled, none = _settled(codings, framework, listed), frozenset[str]()
    found = []
    for comment in once(comments):
        spoken, machine = settled.get(comment.id, none), offered.get(comment.id)
        suggested = none if spoken is None or machine is None else frozenset(machine - spoken)
        about = about_each.get(comment.id, {})
        about = {"setting": comment.setting, **about} if comment.setting else about
        found.append(Mention(comment.id, said.get(comment.id, none), suggested, about))
    return found


def _settled(
    codings: Iterable[Coding], framework: str, listed: Collection[str] | None
) -> dict[str, frozenset[str] | None]:
    """The themes on which a person has spoken, by comment; None where a person coded the whole comment."""
    spoken: dict[str, frozenset[str] | None] = {}
    for coding in codings:
        if coding.framework != framework:
            continue
        before = spoken.get(coding.comment, frozenset())
        known = listed is None or set(coding.themes) <= set(listed)
        whole = (coding.complete and known) or before is None
        spoken[coding.comment] = None if whole else (before or frozenset()) | {*coding.themes, *coding.refused}
    return spoken
