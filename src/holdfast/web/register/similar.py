"""Others like this: how many did something like what is told, and which are the closest.

A register of some thousands is held whole in an index that each process keeps up to date. In a larger one, search
brings the candidates, and changes spread over the register go in beside them so that what is usual is known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.db.models import Max, Min, QuerySet

from holdfast.understand.alike.index import Embed, Index
from holdfast.understand.alike.records import Record
from holdfast.web.register import following, search
from holdfast.web.register.models import LIVE, Change

WHOLE: Final = 5_000
"""Changes up to which the whole register is held."""
CANDIDATES, BACKGROUND = 120, 150
"""Of a larger register: changes that share most words with what is told, and others spread over the register."""
SHOWN: Final = 5
LIKELY: Final = 0.5
"""The probability of being the same kind of change from which on a change is counted."""
SHORTEST: Final = 15
"""Characters below which a text says too little to compare."""
READ: Final = (
    *("identifier", "version", "updated_at", "title", "description", "introduced", "pathway", "organisation"),
    *("status", "started_on", "created_at", "merged_into"),
)


@dataclass(frozen=True)
class Other:
    """A change like the one told, how probably it is one (0 to 1), and what became of it, if that is known."""

    change: Change
    likeness: float
    outcome: str = ""


@dataclass(frozen=True)
class Others:
    """How many changes are like the one told, and the closest of them. ``more``: there may be more than counted."""

    count: int = 0
    more: bool = False
    closest: tuple[Other, ...] = ()


@dataclass
class _Held:
    """The whole register as this process last read it."""

    index: Index = field(default_factory=Index)
    read: tuple[tuple[Any, object], int] = ((None, None), -1)
    again: float = 0.0
    """Until when it is left as it is: reading anew takes at most a tenth of the time."""


class Vectors(Protocol):
    """A sentence embedding that keeps what it has read. ``ready``: it, where these texts would keep nobody waiting."""

    def stamp(self) -> object:
        """What alters when more can be embedded; None when there is no embedding."""
        ...

    def ready(self, texts: Sequence[str]) -> Embed | None: ...


_held = _Held()
_lock = threading.Lock()
_vectors: Vectors | None = None


def plug_in(vectors: Vectors) -> None:
    """Called when the server starts, by the room that holds embeddings."""
    global _vectors
    _vectors = vectors


def others_like(text: str, *, without: Change | None = None) -> Others:
    """The changes in the register that are like a text, told as plainly as somebody would type it."""
    if len(text.strip()) < SHORTEST:
        return Others()
    index = _index_for(text)
    told = {"pathway": without.pathway, "introduced": without.introduced} if without is not None else {}
    found = index.others(text, told, at_least=LIKELY)
    nearest = {one.key: one.probability for one in index.like(text, told, k=SHOWN * 4)}
    live = _live(found.keys, without)
    closest = sorted(live, key=lambda change: (-nearest.get(_key(change), 0.0), -change.pk))[:SHOWN]
    became = following.outcomes_of(closest)
    others = tuple(Other(one, nearest.get(_key(one), LIKELY), became.get(one.pk, "")) for one in closest)
    return Others(len(live), found.number > len(found.keys), others)


def forget() -> None:
    """Read the register anew at the next question."""
    global _held
    _held = _Held()


def _index_for(text: str) -> Index:
    changes = Change.objects.filter(LIVE)
    count = changes.count()
    if count > WHOLE:
        return _built(changes.filter(pk__in=_spread() | set(search.nearest(text, CANDIDATES))))
    with _lock:
        newest = (changes.aggregate(last=Max("updated_at"))["last"], _vectors.stamp() if _vectors else None)
        if _held.read != (newest, count) and time.monotonic() >= _held.again:
            _refresh(changes, newest, count)
        return _held.index


def _built(changes: QuerySet[Change]) -> Index:
    records = list(_records(changes))
    return Index.build(records, embed=_vectors.ready([record.text for record in records]) if _vectors else None)


def _refresh(changes: QuerySet[Change], newest: tuple[Any, object], count: int) -> None:
    """Add what has been saved since; read everything anew when much has, or when some changes are gone."""
    global _held
    (last, stamp), before = _held.read
    new = list(_records(changes.filter(updated_at__gte=last))) if last is not None else []
    new = [record for record in new if record.key not in _held.index.at]
    if last is None or count < before or len(_held.index) <= 2_000 or len(new) > 200 or stamp != newest[1]:
        began = time.monotonic()
        built = _built(changes)
        ended = time.monotonic()
        _held = _Held(built, (newest, count), ended + 9 * (ended - began) if count > 200 else 0.0)
        return
    for record in new:
        _held.index.add(record)
    _held.read = (newest, count)


def _spread() -> set[int]:
    """Keys spread evenly over the register, the same for the same register."""
    ends = Change.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"] or 0, ends["last"] or 0
    return set(range(first, last + 1, max(1, (last - first) // BACKGROUND)))


def _records(changes: QuerySet[Change]) -> Iterable[Record]:
    for change in changes.only(*READ).iterator(1_000):
        yield Record(_key(change), telling(change), {"pathway": change.pathway, "introduced": change.introduced})


def _key(change: Change) -> str:
    """A change at one version: an index that holds an earlier one is not believed about it."""
    return f"{change.pk}:{change.version}:{change.updated_at.timestamp()}"


def _live(keys: Iterable[str], without: Change | None) -> list[Change]:
    """The changes of these keys that the register still shows at that version."""
    wanted = set(keys)
    found = Change.objects.filter(LIVE, pk__in=[int(key.split(":", 1)[0]) for key in wanted]).only(*READ)
    return [change for change in found if _key(change) in wanted and (without is None or change.pk != without.pk)]


def telling(change: Change) -> str:
    """What a record says, as somebody would tell it: a title made from the first sentence is not said twice."""
    begins = change.title.rstrip("….")
    said_twice = begins and change.description.startswith(begins)
    return change.description if said_twice else f"{change.title}. {change.description}"
