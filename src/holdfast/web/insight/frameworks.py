"""The lists that comments are coded by: those of themes that came with Holdfast, and an organisation's own."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.http import Http404

from holdfast.records.frameworks import Framework, load_frameworks
from holdfast.records.frameworks import Term as Word
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.vocabularies import FACETS, shipped

FIRST: Final = ("seven_themes", "service_shifts", "enablers")


@cache
def _others() -> frozenset[str]:
    """Codes of shipped lists that are for something else: describing changes, counting people, rating."""
    every = {framework.id for framework in shipped()}
    facets = {facet.code for facet in load_frameworks()[FACETS].under(None)}
    return frozenset((every | facets) - {f.id for f in load_frameworks().values() if f.kind == "themes"})


def lists() -> list[Vocabulary]:
    """Every list that comments may be coded by, the usual ones first."""
    found = Vocabulary.objects.exclude(code__in=_others()).filter(terms__retired=False).distinct()
    place = {code: at for at, code in enumerate(FIRST)}
    return sorted(found, key=lambda one: (place.get(one.code, len(place)), one.name))


def named(code: str) -> Vocabulary:
    """The list with this code, or page not found."""
    for one in lists():
        if one.code == code:
            return one
    raise Http404("No list of themes has this code.")


def terms_of(vocabulary: Vocabulary) -> list[Term]:
    """The themes that may be given, in order."""
    return list(vocabulary.terms.filter(retired=False).select_related("parent").order_by("place", "label"))


def framework_of(vocabulary: Vocabulary, terms: list[Term] | None = None) -> Framework:
    """The list as the library knows it."""
    terms = terms_of(vocabulary) if terms is None else terms
    codes = {term.code for term in terms}
    return Framework(
        id=framework_id(vocabulary),
        name=vocabulary.name,
        version=vocabulary.version or "1",
        terms=tuple(
            Word(
                code=term.code,
                label=term.label,
                meaning=term.meaning,
                seeds=tuple(str(seed) for seed in term.seeds if str(seed).strip()),
                parent=term.parent.code if term.parent is not None and term.parent.code in codes else None,
            )
            for term in terms
        ),
    )


def framework_id(vocabulary: Vocabulary) -> str:
    """A list's name in the library's records."""
    return f"v{vocabulary.pk}"
