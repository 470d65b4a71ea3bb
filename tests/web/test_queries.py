"""A page asks the database for about as much with two thousand changes as with twenty: at most five questions more."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from benchmarks.web_register import fill
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from holdfast.web.api import tokens
from holdfast.web.board.models import Cell
from holdfast.web.register.models import Change

pytestmark = pytest.mark.django_db
FEW, MANY, MORE = 20, 2_000, 5
PAGES = {
    "front page": "/",
    "list": "/changes/",
    "list, page 2": "/changes/?page=2",
    "list by status": "/changes/?status=decided&status=emerging",
    "list by term": "/changes/?term=kind:kind_service",
    "list by title": "/changes/?sort=title",
    "search": "/changes/?q=video+clinics",
    "search, misspelt": "/changes/?q=vidoe+clincs+astma",
    "search and filter": "/changes/?q=reviews&status=emerging",
    "capture": "/changes/new",
    "change": "/changes/c/{change}",
    "versions": "/changes/c/{change}/versions",
    "amend": "/changes/c/{change}/amend",
    "imports": "/changes/import",
    "triage queue": "/changes/to-sort",
    "triage, nobody's": "/changes/to-sort?show=unassigned",
    "triage, possible duplicates": "/changes/to-sort?show=alike",
    "triage, one record": "/changes/to-sort/record/{change}",
    "vocabularies": "/changes/vocabularies",
    "evidence": "/evidence/",
    "board": "/decisions/",
    "board, every cell": "/decisions/?who=any&setting=any",
    "board, found by words": "/decisions/?q=clinics",
    "board as CSV": "/decisions/board.csv",
    "cell": "/decisions/cell/{cell}",
    "decide": "/decisions/cell/{cell}/decide",
    "reviews": "/decisions/reviews",
    "meetings": "/decisions/meetings",
    "people": "/people/",
    "audit log": "/people/log",
    "API changes": "/api/v1/changes",
    "API search": "/api/v1/changes?q=video",
    "API change": "/api/v1/changes/{change}",
    "API versions": "/api/v1/changes/{change}/versions",
    "API cells": "/api/v1/cells",
    "API decisions": "/api/v1/decisions",
}
"""The main pages; ``{change}`` and ``{cell}`` stand for one that both registers hold. A download of the whole register
is no page: it reads some hundred changes at a time, so that its memory stays small."""


def asked(client: Client, token: str, change: str, cell: int) -> dict[str, int]:
    """Queries by page. The queue is opened once before: it compares what is new with the rest, once for each record."""
    client.get("/changes/to-sort")
    counts = {}
    for name, page in PAGES.items():
        path = page.format(change=change, cell=cell)
        more = {"authorization": f"Bearer {token}"} if path.startswith("/api/") else {}
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path, headers=more)
            if answer.streaming:
                b"".join(answer.streaming_content)
        assert answer.status_code == 200, (name, path, answer.status_code)
        counts[name] = len(seen)
    return counts


def test_no_page_asks_more_of_a_large_register(as_: Callable[[str], Client], person: Callable[..., Any]) -> None:
    owner, client = person("all"), as_("all")
    token = tokens.make(owner, "measuring", ["register.read"], 1)
    fill(FEW, owner, seed=1, judged=1.0)
    change, cell = Change.objects.order_by("pk")[0].identifier, Cell.objects.order_by("pk")[0].pk
    asked(client, token, change, cell)  # the first time may fill a cache
    few = asked(client, token, change, cell)
    fill(MANY - FEW, owner, seed=2, judged=0.2)
    assert Change.objects.count() == MANY
    many = asked(client, token, change, cell)
    grown = {name: (few[name], many[name]) for name in PAGES if many[name] > few[name] + MORE}
    assert not grown, grown


def test_what_fill_leaves_is_what_a_deed_leaves(person: Callable[..., Any]) -> None:
    from holdfast.web.people.models import AuditEvent
    from holdfast.web.register.saving import record_of
    from holdfast.web.register.tables import SearchText

    keys = fill(30, person("all"), judged=0.5)
    for change in Change.objects.filter(pk__in=random.Random(0).sample(keys, 10)):
        assert change.versions.get().record == record_of(change)
        assert change.practices.filter(role="introduced").count() == 1
        assert SearchText.objects.filter(change=change).exists()
        assert AuditEvent.objects.filter(subject=change.identifier, verb="register.capture").count() == 1
    assert Cell.objects.exclude(chosen="").exists() and Cell.objects.filter(chosen="").exists()
