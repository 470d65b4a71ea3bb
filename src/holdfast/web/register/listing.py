"""Which changes a reader wants: search, filters and order, read from an address that can be kept and shared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.utils import timezone

from holdfast.web.register import search, spelling
from holdfast.web.register.models import LIVE, STATUSES, Change, Term, Vocabulary

SIZE: Final = 25
SORTS: Final = {
    "closest": ("Closest match", ()),
    "newest": ("Newest first", ("-pk",)),
    "oldest": ("Oldest first", ("pk",)),
    "saved": ("Last saved", ("-updated_at", "-pk")),
    "title": ("Title, A to Z", ("title", "-pk")),
}
"""Orders: what each is called, and the columns it goes by. Every one ends in the key, so that pages never overlap."""
OWNERS: Final = {"": "Anybody or nobody", "me": "Me", "nobody": "Nobody yet"}
KEYS: Final = ("q", "status", "term", "organisation", "owner", "from", "to", "sort")
"""What an address may hold; a saved view keeps these."""
LONGEST: Final = 500
"""Characters of a search that are read."""


@dataclass(frozen=True)
class Wanted:
    """What an address asks for. ``unknown`` are filters that no longer exist, which are left out and said."""

    text: str = ""
    statuses: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    organisation: str = ""
    owner: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    sort: str = "newest"
    unknown: tuple[str, ...] = ()
    reading: spelling.Reading = field(default_factory=spelling.Reading)

    @property
    def filtered(self) -> bool:
        """Whether it asks for less than everything."""
        asked = (self.text, self.statuses, self.terms, self.organisation, self.owner, self.since, self.until)
        return any(asked)


@dataclass(frozen=True)
class Page:
    """Some of the changes, and how many there are in all."""

    changes: list[Change]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // SIZE))

    @property
    def first(self) -> int:
        """The place of its first change, counting from 1."""
        return (self.number - 1) * SIZE + 1


def live() -> QuerySet[Change]:
    """Every change that the register shows."""
    return Change.objects.filter(LIVE)


def vocabularies() -> list[Vocabulary]:
    """The lists that changes can be filtered by, each with its terms."""
    found = Vocabulary.objects.prefetch_related(Prefetch("terms", queryset=Term.objects.order_by("place", "label")))
    return [vocabulary for vocabulary in found if vocabulary.terms.all()]


def asked_for(query: QueryDict, lists: Iterable[Vocabulary]) -> Wanted:
    """What an address asks for; anything in it that is not known is named and left out."""
    unknown: list[str] = []
    known = {f"{one.code}:{term.code}" for one in lists for term in one.terms.all()}
    statuses = _known(query.getlist("status"), {code for code, _label in STATUSES}, unknown)
    terms = _known(query.getlist("term"), known, unknown)
    text = " ".join(query.get("q", "")[:LONGEST].replace("\x00", " ").split())
    reading = spelling.read(text)
    sort = query.get("sort") or ("closest" if reading.words else "newest")
    if sort not in SORTS or (sort == "closest" and not reading.words):
        sort = "newest"
    owner = query.get("owner", "")
    return Wanted(
        text=text,
        statuses=statuses,
        terms=terms,
        organisation=query.get("organisation", "").replace("\x00", " ").strip()[:200],
        owner=owner if owner in OWNERS or (owner.isascii() and owner.isdigit() and len(owner) < 18) else "",
        since=_day(query.get("from", ""), unknown),
        until=_day(query.get("to", ""), unknown),
        sort=sort,
        unknown=tuple(unknown),
        reading=reading,
    )


def chosen(wanted: Wanted, lists: Iterable[Vocabulary], reader: Any) -> QuerySet[Change]:
    """The changes asked for, in no order."""
    return search.holding(filtered(wanted, lists, reader), wanted.reading)


def filtered(wanted: Wanted, lists: Iterable[Vocabulary], reader: Any) -> QuerySet[Change]:
    """The changes that the filters let through, whatever their words: a list's terms widen, each list narrows."""
    found = live()
    if wanted.statuses:
        found = found.filter(status__in=wanted.statuses)
    if wanted.organisation:
        found = found.filter(organisation__icontains=wanted.organisation)
    if wanted.owner:
        found = _owned(found, wanted.owner, reader)
    zone = timezone.get_current_timezone()
    if wanted.since:
        found = found.filter(created_at__gte=dt.datetime.combine(wanted.since, dt.time(), zone))
    if wanted.until:
        found = found.filter(created_at__lt=dt.datetime.combine(wanted.until + dt.timedelta(days=1), dt.time(), zone))
    for keys in _keys(wanted.terms, lists).values():
        found = found.filter(pk__in=Change.terms.through.objects.filter(term__in=keys).values("change"))
    return found


def page_of(through: QuerySet[Change], wanted: Wanted, number: int) -> Page:
    """One page of those changes, let through by the filters, that hold the words asked for."""
    found = search.holding(through, wanted.reading)
    total = found.count()
    number = max(1, min(number, -(-total // SIZE)))
    start = (number - 1) * SIZE
    if wanted.sort == "closest":
        keys = search.ranked(through, wanted.reading, start, SIZE)
    else:
        keys = list(found.order_by(*SORTS[wanted.sort][1]).values_list("pk", flat=True)[start : start + SIZE])
    rows = {row.pk: row for row in Change.objects.filter(pk__in=keys).select_related("owner").prefetch_related("terms")}
    return Page([rows[key] for key in keys if key in rows], total, number)


def _owned(found: QuerySet[Change], owner: str, reader: Any) -> QuerySet[Change]:
    if owner == "nobody":
        return found.filter(owner=None)
    return found.filter(owner=(reader.pk or 0) if owner == "me" else int(owner))


def _keys(terms: Iterable[str], lists: Iterable[Vocabulary]) -> Mapping[str, set[int]]:
    """For each list that is filtered by, the keys of the terms chosen and of all that stand under them."""
    found: dict[str, set[int]] = {}
    for vocabulary in lists:
        held = list(vocabulary.terms.all())
        keys = {term.pk for term in held if f"{vocabulary.code}:{term.code}" in terms}
        new = keys
        while new:
            new = {term.pk for term in held if term.parent_id in new} - keys
            keys |= new
        if keys:
            found[vocabulary.code] = keys
    return found


def _known(said: Iterable[str], known: set[str], unknown: list[str]) -> tuple[str, ...]:
    given = [word for word in dict.fromkeys(said) if word]
    unknown += [word[:80] for word in given if word not in known]
    return tuple(word for word in given if word in known)


def _day(said: str, unknown: list[str]) -> dt.date | None:
    from holdfast.web.register.fields import day_in

    if not said.strip():
        return None
    found = day_in(said)
    if found is None:
        unknown.append(said.strip()[:80])
    return found
