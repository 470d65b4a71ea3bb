"""A finished run's cells become recommendations, beside all the earlier ones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.board import making

from holdfast.web.board.intake import take
from holdfast.web.board.models import Cell, Intake, Recommendation
from holdfast.web.evidence.signals import run_finished
from holdfast.web.people.models import AuditEvent


@pytest.fixture
def actor(person: Any) -> Any:
    return person("all")


def test_the_signal_stores_every_cell_with_its_words(actor: Any) -> None:
    one, run = making.change(actor), making.run()
    run_finished.send(type(run), run=run, findings=making.findings(making.many(one.identifier)))
    assert Cell.objects.filter(change=one).count() == 11
    told = Recommendation.objects.get(cell__dimension="everyone", cell__role="introduced")
    assert told.effect.startswith("About 50 fewer in every 1,000 attendances.")
    assert told.figure == "−5 (−9 to −1) percentage points"
    assert told.measure == "Waits over four hours"
    assert told.gap == "The gap between “1 most deprived” and “5 least deprived” probably shrank."
    assert told.row["flips"] == ["If the benefit asked for were 0.96 instead of 0.80: keep learning."]
    cell = told.cell
    assert (cell.latest, cell.verdict, cell.certainty) == (told, "retain", "moderate")
    assert Recommendation.objects.get(cell__role="displaced").effect == ""


def test_a_change_that_the_register_does_not_hold_is_listed_and_not_made(actor: Any) -> None:
    one, run = making.change(actor), making.run()
    cells = [making.row(one.identifier), making.row("elsewhere"), making.displaced("elsewhere")]
    intake = take(run, making.findings(cells))
    assert (intake.taken, intake.unmatched) == (1, [{"change": "elsewhere", "cells": 2}])
    assert type(one).objects.count() == 1


def test_taking_a_run_twice_adds_nothing(actor: Any) -> None:
    one, run = making.change(actor), making.run()
    for _ in range(2):
        take(run, making.findings(making.many(one.identifier)))
    assert (Cell.objects.count(), Recommendation.objects.count(), Intake.objects.count()) == (11, 11, 1)


def test_the_latest_run_stands_whatever_order_they_arrive_in(actor: Any) -> None:
    one, early, late = making.change(actor), making.run(), making.run()
    take(late, making.findings([making.row(one.identifier, verdict="stop")]))
    take(early, making.findings([making.row(one.identifier)]))
    cell = Cell.objects.get()
    assert (cell.verdict, cell.recommendations.count()) == ("stop", 2)


def test_two_studies_of_one_cell_are_both_kept_and_the_surer_stands(actor: Any) -> None:
    one = making.change(actor)
    cells = [making.row(one.identifier, study="weak", certainty="low", verdict="stop"), making.row(one.identifier)]
    take(making.run(), making.findings(cells))
    cell = Cell.objects.get()
    assert cell.recommendations.count() == 2
    assert (cell.verdict, cell.latest.study) == ("retain", "study")


def test_what_is_not_shown_or_cannot_be_told_says_so(actor: Any) -> None:
    one = making.change(actor)
    hidden = making.row(one.identifier, verdict="not shown", certainty="", estimate=None, low=None, high=None)
    quiet = making.row(one.identifier, setting="urban", verdict="keep learning", estimate=None, low=None, high=None)
    found = making.findings([hidden, quiet], evaluability=(making.silent(one.identifier, quiet),))
    take(making.run(), found)
    notes = dict(Recommendation.objects.values_list("cell__setting", "note"))
    assert notes == {"all settings": "not shown", "urban": "cannot tell yet"}


@pytest.mark.parametrize(("field", "text"), [("practice", "x" * 201), ("level", "a\0b"), ("setting", "s" * 121)])
def test_a_cell_that_the_columns_cannot_hold_is_refused_by_name(actor: Any, field: str, text: str) -> None:
    one = making.change(actor)
    intake = take(
        making.run(), making.findings([making.row(one.identifier, **{field: text}), making.row(one.identifier)])
    )
    assert (intake.taken, len(intake.refused)) == (1, 1)
    assert intake.refused[0]["why"]


def test_numbers_that_json_cannot_hold_and_odd_text_come_through(actor: Any) -> None:
    one = making.change(actor)
    odd = making.row(
        one.identifier, benefit=float("nan"), harm=float("inf"), reasons=("a\0b <script>",), setting="‮مرحبا 🎉"
    )
    take(making.run(), making.findings([odd]))
    held = Recommendation.objects.get()
    assert (held.row["benefit"], held.row["harm"], held.row["reasons"]) == (None, None, ["ab <script>"])


def test_thousands_of_cells_take_few_queries(actor: Any, django_assert_max_num_queries: Any) -> None:
    one, run = making.change(actor), making.run()
    cells = [making.row(one.identifier, dimension="site", level=str(n)) for n in range(2_000)]
    found = making.findings(cells)
    with django_assert_max_num_queries(120):
        take(run, found)
    assert Cell.objects.exclude(latest=None).count() == 2_000
    assert AuditEvent.objects.filter(kind="run").count() == 1
