"""By what a row of a file is known when the file is sent again: a print with a key, which does not tell what it says.

It stays when somebody takes back what they said, so that the file sent again does not undo it. The key never leaves
this register: a print that another made is of no use here, and is made anew where the answers are here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.voices.models import Participant, Preference, Statement, Vote

SALT: Final = "holdfast.voices.row"
MARK: Final = 8
LENGTH: Final = 40


def mark() -> str:
    """How every print begins that was made with this register's key."""
    return salted_hmac(f"{SALT}.key", "", algorithm="sha256").hexdigest()[:MARK]


def of(role: str, about: Mapping[str, Any], votes: Iterable[tuple[str, int]], prefers: Mapping[str, str],
       words: str) -> str:  # fmt: skip
    """The print of all that one person answered; ``votes`` are pairs of a statement's text and an answer."""
    told = [role, sorted(about.items()), sorted(votes), sorted(prefers.items()), words]
    text = json.dumps(told, ensure_ascii=False)
    return mark() + salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:LENGTH]


def of_people(people: Iterable[dict[str, Any]]) -> list[str]:
    """The print of each person as a file was read, in order."""
    people = list(people)
    asked = {pk for one in people for pk in one["votes"]}
    text = dict(Statement.objects.filter(pk__in=asked).values_list("pk", "text"))
    return [
        of(p["role"], p["about"], [(text[pk], v) for pk, v in p["votes"].items()], p["prefers"], p["words"])
        for p in people
    ]


def give(people: QuerySet[Participant]) -> None:
    """Give those who have not taken their answers back, and have no print of this register's, one of what they said.

    They came before prints were made, or with an archive.
    """
    lacking = people.filter(withdrawn_at=None).exclude(row_print__startswith=mark())
    found = list(lacking.order_by("pk"))
    if not found:
        return
    keys = lacking.order_by().values("pk")
    votes, wishes = _last_votes(keys), _last_wishes(keys)
    for one in found:
        told = wishes[one.pk]
        prefers = {practice: wish for practice, (wish, _words) in told.items()}
        words = next((words for _wish, words in told.values() if words), "")
        one.row_print = of(one.role, one.about, votes[one.pk].values(), prefers, words)
    Participant.objects.bulk_update(found, ["row_print"], batch_size=500)


def _last_votes(keys: Any) -> defaultdict[int, dict[int, tuple[str, int]]]:
    """Person → statement → its text and their last vote on it."""
    found: defaultdict[int, dict[int, tuple[str, int]]] = defaultdict(dict)
    rows = Vote.objects.filter(participant__in=keys).order_by("id")
    for who, what, text, vote in rows.values_list("participant", "statement", "statement__text", "vote"):
        found[who][what] = (text, vote)
    return found


def _last_wishes(keys: Any) -> defaultdict[int, dict[str, tuple[str, str]]]:
    """Person → practice → what they would do with it in general, and in which words."""
    found: defaultdict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    general = {"dimension": EVERYONE, "level": EVERYONE, "setting": ALL_SETTINGS}
    rows = Preference.objects.filter(participant__in=keys, **general).order_by("id")
    for who, practice, wish, words in rows.values_list("participant", "practice", "preference", "words"):
        found[who][practice] = (wish, words)
    return found
