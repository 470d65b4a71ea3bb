"""From preferences to voices: what each role, declared group and opinion group would do with a practice, and for whom.

Roles are never pooled with one another. Within a role, declared groups of people borrow from each other as far as they
agree; a role whose population's make-up is held is weighted to it. Both are in the intervals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.people import People, about_you, in_role, people_of, roles_of
from holdfast.involve.placing import SHARES, answered, beside_whole, least
from holdfast.involve.placing import WHOLE as WHOLE
from holdfast.involve.placing import Place as Place
from holdfast.involve.roles import FEW
from holdfast.involve.weights import Share, pool, weighted_share
from holdfast.records import Change
from holdfast.records.heard import Heard, Preference
from holdfast.records.involving import PREFER_NOT, PREFERENCES
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Voice

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


def voices_of(
    heard: Heard, changes: Mapping[str, Change], *, opinion: Sequence[str | None] | None = None, few: int = FEW
) -> tuple[Voice, ...]:
    """A voice for every practice, place and role of which somebody spoke, then for groups within roles.

    ``opinion`` names each participant's opinion group (None: in none). Where fewer than ``few`` people spoke the row
    has no shares. Groups of people are placed both with everyone and with their own population.
    """
    return tuple(_all(heard, changes, opinion, few))


def _all(
    heard: Heard, changes: Mapping[str, Change], opinion: Sequence[str | None] | None, few: int
) -> Iterator[Voice]:
    spoken: dict[tuple[str, str], list[Preference]] = defaultdict(list)
    for preference in heard.preferences:
        if preference.change in changes:
            spoken[preference.change, preference.practice].append(preference)
    for (change, practice), said in spoken.items():
        about = {"change": change, "practice": practice}
        introduced = practice == changes[change].introduced
        places = tuple(dict.fromkeys([WHOLE, *((p.dimension, p.level, p.setting) for p in said)]))
        wishes = {place: answers(said, place, len(heard.participants)) for place in places}
        for role in roles_of(heard):
            for place, wish in wishes.items():
                rows = np.flatnonzero(in_role(heard, role) & (wish >= 0))
                if len(rows):
                    people = people_of(heard, role, rows, few)
                    own = answered(said, place, len(heard.participants))[rows]
                    told = {**about, "apart": _apart(people, own, place, few)}
                    yield _of_role(people, wish[rows], introduced, told, place, few)
            yield from _of_groups(heard, role, said, introduced, about, few)
        if opinion is not None:
            yield from _of_opinion(heard, opinion, wishes[WHOLE], introduced, about, few)


def answers(said: Sequence[Preference], place: Place, people: int) -> Codes:
    """What each person (P) would do at ``place``: their nearest answer, as a place in ``PREFERENCES``, −1 for none.

    Nearest is what they said of that very population and setting, then of everyone in the setting, of the population
    everywhere, and of everyone everywhere.
    """
    dimension, level, setting = place
    order: list[Place] = [WHOLE, (dimension, level, ALL_SETTINGS), (EVERYONE, EVERYONE, setting), place]
    wish = np.full(people, -1, np.int64)
    for near in dict.fromkeys(order):
        for p in said:
            if (p.dimension, p.level, p.setting) == near:
                wish[p.who] = PREFERENCES.index(p.preference)
    return wish


def opposes(wish: Codes, introduced: bool) -> Floats:
    """1.0 where a person is against the practice being in use."""
    against = ("reinstate", "stop") if introduced else ("stop",)
    return np.asarray(np.isin(wish, [PREFERENCES.index(name) for name in against]), np.float64)


def _apart(people: People, own: Bools, place: Place, few: int) -> int | None:
    """By how many people a role's voice of a place may be told from its others; ``own`` says who answered for it.

    Groups of people have voices of their own about their population everywhere, and not about it in one setting.
    """
    column = people.about.get(place[0]) if place[2] == ALL_SETTINGS else None
    inside = None if column is None else np.array([level == place[1] for level in column], bool)
    return None if place == WHOLE else least(own, few, inside)


def _of_role(people: People, wish: Codes, introduced: bool, about: Mapping[str, Any], place: Place, few: int) -> Voice:
    against = opposes(wish, introduced)
    share = people.share(against) if len(wish) >= few else None
    made = "weighted to the population" if people.weighted else "as they spoke"
    told = {**about, "role": people.role, "made": made}
    return _voice(told, place, wish, people.weights, float(against.mean()), share)


def _of_groups(
    heard: Heard, role: str, said: Sequence[Preference], introduced: bool, about: Mapping[str, str], few: int
) -> Iterator[Voice]:
    """Levels of each about-you question within a role, pooled towards each other: for everyone, then for their own."""
    whole, members = answers(said, WHOLE, len(heard.participants)), np.flatnonzero(in_role(heard, role))
    everyone = _speaking(heard, role, whole, few)
    for dimension, column in about_you(heard, members).items():
        home = _at_home(said, dimension, column, whole, members)
        own = everyone if home is whole else _speaking(heard, role, home, few)
        for people, wish, placed in ((everyone, whole, False), (own, home, True)):
            for level, here, share in _levels(people, opposes(wish[people.rows], introduced), dimension, few):
                told: dict[str, Any] = {
                    **about,
                    "role": f"{role} ({dimension}: {level})",
                    "made": "pooled with the other levels",
                    "kind": "people",
                    "of_role": role,
                    "of_dimension": dimension,
                    "of_level": level,
                }
                place, rows = (dimension, level, ALL_SETTINGS) if placed else WHOLE, people.rows[here]
                if placed:
                    told["apart"] = least(answered(said, place, len(whole))[rows], few)
                raw = float(opposes(wish[rows], introduced).mean())
                yield _voice(told, place, wish[rows], people.weights[here], raw, share)


def _speaking(heard: Heard, role: str, wish: Codes, few: int) -> People:
    """Those of a role who gave an answer."""
    return people_of(heard, role, np.flatnonzero(in_role(heard, role) & (wish >= 0)), few)


def _at_home(
    said: Sequence[Preference], dimension: str, column: Sequence[str | None], whole: Codes, rows: Codes
) -> Codes:
    """What the people at ``rows``, whose levels are ``column``, would do for people of their own level.

    It is ``whole`` itself where nobody answered for one.
    """
    if not any(p.dimension == dimension for p in said):
        return whole
    home = whole.copy()
    for level in {level for level in column if level is not None}:
        here = rows[[answer == level for answer in column]]
        home[here] = answers(said, (dimension, level, ALL_SETTINGS), len(whole))[here]
    return home


def _levels(
    people: People, against: Floats, dimension: str, few: int
) -> Iterator[tuple[str, NDArray[np.bool_], Share]]:
    """Each level that may be told beside its role's voice, who is of it, and its share beside the other levels."""
    column = people.about.get(dimension, ())
    levels = [level for level in dict.fromkeys(column) if level is not None and level != PREFER_NOT]
    if len(people.rows) < few or len(levels) < 2:
        return
    inside = [np.array([answer == level for answer in column], bool) for level in levels]
    tell = beside_whole([int(here.sum()) for here in inside], len(people.rows), few)
    for level, here, share, told in zip(levels, inside, _pooled(people, against, inside), tell, strict=True):
        if told:
            yield level, here, share


def _pooled(people: People, against: Floats, inside: Sequence[NDArray[np.bool_]]) -> list[Share]:
    """Each level's own share, and then what it becomes beside the others."""
    own = [people.share(against, here) for here in inside]
    sizes = np.array([one.effective for one in own])
    whole = pool(np.array([one.share for one in own]) * sizes, sizes)
    return [
        replace(one, share=float(share), low=float(low), high=float(high))
        for one, share, low, high in zip(own, whole.share, whole.low, whole.high, strict=True)
    ]


def _of_opinion(
    heard: Heard, opinion: Sequence[str | None], wish: Codes, introduced: bool, about: Mapping[str, str], few: int
) -> Iterator[Voice]:
    """Opinion groups run across roles, so nothing is weighted; they are flagged for what they are."""
    for group in sorted({name for name in opinion if name is not None}):
        rows = np.flatnonzero(np.array([name == group for name in opinion], bool) & (wish >= 0))
        if not len(rows):
            continue
        against, equal = opposes(wish[rows], introduced), np.ones(len(rows))
        share = weighted_share(against, equal) if len(rows) >= few else None
        told = {**about, "role": f"opinion group {group}", "made": "as they spoke", "kind": "opinion group"}
        yield _voice(told, WHOLE, wish[rows], equal, float(against.mean()), share)


def _voice(
    told: Mapping[str, Any], place: Place, wish: Codes, weights: Floats, raw: float, against: Share | None
) -> Voice:
    """One row; without shares where there is nothing that may be told. ``told`` are its words."""
    dimension, level, setting = place
    where: dict[str, Any] = {"dimension": dimension, "level": level, "setting": setting}
    if against is None:
        nothing: dict[str, Any] = dict.fromkeys(SHARES)
        return Voice(**{**told, "made": "too few to be told"}, **where, voices=len(wish), **nothing)
    shares = np.bincount(wish, weights, len(PREFERENCES)) / weights.sum()
    return Voice(
        **told,
        **where,
        voices=len(wish),
        **dict(zip(PREFERENCES, shares.tolist(), strict=True)),
        opposition=against.share,
        opposition_low=against.low,
        opposition_high=against.high,
        support=1 - against.share,
        support_low=1 - against.high,
        support_high=1 - against.low,
        raw_support=1 - raw,
        effective=against.effective,
    )
