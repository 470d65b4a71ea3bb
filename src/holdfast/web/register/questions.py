"""The optional questions: one thing to a page, from a file of questions and from the vocabularies asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import forms
from django.db.models import Prefetch

from holdfast.web.forms import PlainForm
from holdfast.web.register import saving
from holdfast.web.register.capturing import title_of
from holdfast.web.register.fields import field_for, values_of
from holdfast.web.register.models import DISPLACED, Change, Term, Vocabulary

FILE: Final = Path(__file__).with_name("questions.toml")
WHY_A_LIST: Final = "So that changes of one kind can be found together and compared."
TERMS: Final = "terms"


@dataclass(frozen=True)
class Question:
    """One page. It fills some fields of the record, or one vocabulary's terms."""

    code: str
    place: float
    title: str
    why: str
    hint: str = ""
    fields: tuple[str, ...] = ()
    vocabulary: Vocabulary | None = None

    def answered(self, change: Change) -> bool:
        """Whether the record holds an answer already."""
        if self.vocabulary is not None:
            return any(term.vocabulary_id == self.vocabulary.pk for term in change.terms.all())
        if self.code == "words":
            return change.title != title_of(change.description)
        return any(value not in ("", None, []) for value in values_of(change, self.fields).values())


@cache
def _written() -> tuple[Question, ...]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["question"]
    return tuple(Question(**{**row, "fields": tuple(row["fields"])}) for row in rows)


def questions() -> list[Question]:
    """Every question in order; curators set which vocabularies are asked for, and where."""
    terms = Prefetch("terms", queryset=Term.objects.filter(retired=False))
    asked = Vocabulary.objects.filter(asked__gt=0).prefetch_related(terms)
    lists = [
        Question(f"list-{found.code}", found.asked, found.question or found.name, WHY_A_LIST, found.meaning, (), found)
        for found in asked
        if found.terms.all()
    ]
    return sorted((*_written(), *lists), key=lambda question: (question.place, question.code))


def whole(key: int) -> Change:
    """A change with all that its questions fill."""
    found: Change = Change.objects.select_related("merged_into").prefetch_related("practices", "terms").get(pk=key)
    return found


def form_for(question: Question, change: Change, data: Mapping[str, Any] | None = None) -> PlainForm:
    """The question's form, holding what the record holds; ``read_at`` guards what others save meanwhile."""
    asked = {name: field_for(name) for name in question.fields}
    told: dict[str, Any] = {"read_at": change.version, **values_of(change, question.fields)}
    if question.vocabulary is not None:
        asked[TERMS] = _terms(question, change)
        held = [str(term.pk) for term in change.terms.all() if term.vocabulary_id == question.vocabulary.pk]
        told[TERMS] = held if question.vocabulary.many else "".join(held[:1])
    elif len(question.fields) == 1:
        only = asked[question.fields[0]]
        only.label, only.help_text = question.title, question.hint or only.help_text
    hidden = forms.IntegerField(widget=forms.HiddenInput())
    made: PlainForm = type("Answer", (PlainForm,), {**asked, "read_at": hidden})(data, initial=told)
    return made


def _terms(question: Question, change: Change) -> forms.Field:
    assert question.vocabulary is not None
    words = {"label": question.title, "help_text": "", "required": False}
    held = {(str(term.pk), term.label) for term in change.terms.all() if term.vocabulary_id == question.vocabulary.pk}
    choices = [(str(term.pk), term.label) for term in question.vocabulary.terms.all()]
    choices += sorted(held - set(choices))  # a term that has been retired since stays ticked
    if question.vocabulary.many:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **words)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)


def answer(question: Question, change: Change, actor: Any, told: Mapping[str, Any], *, verb: str) -> Change:
    """Save an answer as the record's next version; an answer that alters nothing makes none.

    Raises saving.ConflictError when the record has been saved since the page was opened.
    """
    fields = {name: told[name] for name in question.fields if name != "displaced"}
    displaced = told.get("displaced")
    terms = _chosen(question, change, told) if question.vocabulary is not None else None
    if not _alters(change, fields, displaced, terms):
        return change
    return saving.amend(
        change, actor, fields, read_at=told["read_at"], terms=terms, displaced=displaced, verb=verb,
        why=f"answered: {question.title}"[:400],
    )  # fmt: skip


def _chosen(question: Question, change: Change, told: Mapping[str, Any]) -> list[Term]:
    assert question.vocabulary is not None
    said = told[TERMS] if isinstance(told[TERMS], list) else [told[TERMS]]
    others = [term for term in change.terms.all() if term.vocabulary_id != question.vocabulary.pk]
    return [*others, *Term.objects.filter(vocabulary=question.vocabulary, pk__in=[key for key in said if key])]


def _alters(change: Change, fields: Mapping[str, Any], displaced: list[str] | None, terms: list[Term] | None) -> bool:
    if any(getattr(change, name) != value for name, value in fields.items()):
        return True
    if displaced is not None:
        return displaced != [p.name for p in change.practices.all() if p.role == DISPLACED]
    return terms is not None and {term.pk for term in terms} != {term.pk for term in change.terms.all()}
