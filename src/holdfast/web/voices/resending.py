"""A file sent again: which of its rows are here already, and in which batches, so that nobody is entered twice.

Of n rows that say the same, as many are new as there are more than such people here. People who answered alike within
one file are so still as many people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import batches, prints, taking
from holdfast.web.voices.models import Batch, Participant


@dataclass(frozen=True)
class There:
    """``others``: people who are not here yet. ``here``: how many are, in ``batches``.

    ``gone``: how many say the same as somebody who took everything back since. ``unknown``: people of those batches who
    took everything back, and of whose rows nothing is known any more.
    """

    others: list[dict[str, Any]]
    here: int = 0
    gone: int = 0
    unknown: int = 0
    batches: list[Batch] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many rows would be left alone."""
        return self.here + self.gone

    @property
    def state(self) -> list[int]:
        """What an answer was given to: another state is asked about anew."""
        return [self.here, self.gone, self.unknown, len(self.others)]


class HereAlreadyError(Exception):
    """Some of the people sent seem to be here already, and nobody has said whether they are. ``there`` says which."""

    def __init__(self, there: There) -> None:
        super().__init__("Some of these people are here already. Say whether they are the same people.")
        self.there = there


@dataclass(frozen=True)
class Answer:
    """What somebody said they are: ``others`` who answered alike, or the same people; ``state``: as they saw it."""

    others: bool
    state: list[int]


@dataclass
class _Held:
    """The prints of a batch's people by whether they took everything back, and how many of those have none."""

    living: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    unknown: int = 0


def look(change: Change, name: str, channel: str, people: Sequence[dict[str, Any]], *, typed: bool = False) -> There:
    """What of a file is here. ``typed``: the rows come from the grid, of which several make up one batch's name."""
    every = Batch.objects.filter(change__in=merging.family(change)).exclude(channel=taking.ONLINE).select_related("by")
    whole = {one.pk: one for one in every}
    sent = prints.of_people(people)
    count, held = Counter(sent), _held(change, whole)
    same = {
        pk: one
        for pk, one in held.items()
        if _same_source(one, count, named=not typed and _is_called(whole[pk], name, channel))
    }
    living = sum((one.living for one in same.values()), Counter[str]())
    known = living + sum((one.gone for one in same.values()), Counter[str]())
    here, left = (count & living).total(), (count & known).total()
    return There(
        _not_in(people, sent, known), here, left - here, sum(one.unknown for one in same.values()),
        [whole[pk] for pk in sorted(same)],
    )  # fmt: skip


def _held(change: Change, whole: dict[int, Batch]) -> dict[int, _Held]:
    people = Participant.objects.filter(batch__in=whole)
    prints.give(people)
    found, ours = {pk: _Held() for pk in whole}, prints.mark()
    stand = set(batches.of_family(change).filter(taken_out_at=None).values_list("pk", flat=True))
    for pk, print_, withdrawn in people.values_list("batch", "row_print", "withdrawn_at"):
        if withdrawn is None:
            found[pk].living[print_] += 1
        elif print_.startswith(ours):
            found[pk].gone[print_] += 1
        elif pk in stand:
            found[pk].unknown += 1
    return found


def _is_called(one: Batch, name: str, channel: str) -> bool:
    return one.channel == channel and one.name.casefold().split() == name.casefold().split()


def _same_source(held: _Held, sent: Counter[str], *, named: bool) -> bool:
    """Whether a batch may hold the people sent: by its name, or as half of it, or of them, says the same."""
    known = held.living + held.gone
    alike = (sent & known).total()
    if named and (alike or held.unknown):
        return True
    return bool(alike) and 2 * alike >= min(sent.total(), known.total())


def _not_in(people: Sequence[dict[str, Any]], sent: Sequence[str], known: Counter[str]) -> list[dict[str, Any]]:
    """People beyond those known, in order."""
    left, found = Counter(known), list[dict[str, Any]]()
    for person, print_ in zip(people, sent, strict=True):
        if left[print_] > 0:
            left[print_] -= 1
        else:
            found.append(person)
    return found
