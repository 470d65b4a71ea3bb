"""The addresses of sorting, versions and vocabularies. They come before any address that is a bare identifier."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.register import (
    asking_pages,
    merging_pages,
    splitting_pages,
    triage_pages,
    versions_pages,
    vocabularies_pages,
)

patterns: list[URLPattern] = [
    path("to-sort", triage_pages.queue, name="triage"),
    path("to-sort/compare", triage_pages.look, name="look"),
    path("to-sort/merges/<int:number>/undo", merging_pages.undo, name="unmerge"),
    path("to-sort/questions/<int:number>", asking_pages.asked, name="asked"),
    path("to-sort/questions/<int:number>/take-back", asking_pages.take_back, name="take_back"),
    path("to-sort/record/<str:identifier>", triage_pages.sort, name="sort"),
    path("to-sort/record/<str:identifier>/assign", triage_pages.assign, name="assign"),
    path("to-sort/record/<str:identifier>/withdraw", triage_pages.withdraw, name="withdraw"),
    path("to-sort/record/<str:identifier>/split", splitting_pages.parts, name="split"),
    path("to-sort/record/<str:identifier>/ask", asking_pages.ask, name="ask"),
    path("to-sort/record/<str:identifier>/merge/<str:other>", merging_pages.pair, name="merge"),
    path("answer/<str:token>", asking_pages.answer, name="answer"),
    path("vocabularies", vocabularies_pages.every, name="vocabularies"),
    path("vocabularies/add", vocabularies_pages.add, name="vocabulary_add"),
    path("vocabularies/upload", vocabularies_pages.upload, name="vocabulary_upload"),
    path("vocabularies/list/<slug:code>", vocabularies_pages.one, name="vocabulary"),
    path("vocabularies/list/<slug:code>/edit", vocabularies_pages.edit, name="vocabulary_edit"),
    path("vocabularies/list/<slug:code>/history", vocabularies_pages.history, name="vocabulary_history"),
    path("vocabularies/list/<slug:code>/terms/add", vocabularies_pages.add_term, name="term_add"),
    path("vocabularies/list/<slug:code>/terms/<int:number>", vocabularies_pages.edit_term, name="term_edit"),
    path("vocabularies/list/<slug:code>/terms/<int:number>/retire", vocabularies_pages.retire, name="term_retire"),
    path("c/<str:identifier>/versions", versions_pages.versions, name="versions"),
    path("c/<str:identifier>/versions/compare", versions_pages.two, name="compare"),
    path("c/<str:identifier>/versions/<int:number>/put-back", versions_pages.back, name="undo"),
]
