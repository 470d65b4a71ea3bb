"""Voices on the board: on a cell's page, and in the recommendation, where a role opposed changes the verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from tests.web.board import making
from tests.web.voices import talking

from holdfast.records import Findings
from holdfast.web.board import intake, voices
from holdfast.web.board.models import Cell, Recommendation
from holdfast.web.people.models import AuditEvent
from holdfast.web.voices import moderating, taking
from holdfast.web.voices.models import Makeup

pytestmark = pytest.mark.django_db
MONTHS = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
SITES = [f"clinic {i}" for i in range(16)]
ADOPTED = {site: MONTHS[(9, 11)[i % 2]] for i, site in enumerate(SITES[:9])}


@pytest.fixture(scope="module")
def learned() -> tuple[Findings, dict[str, Any]]:
    """What a run finds of a change that clearly helps, released under the ordinary rule, and its policy."""
    from holdfast.learning import learn
    from holdfast.share import release
    from holdfast.workspace import Workspace

    rng = np.random.default_rng(1)
    space = Workspace.from_tables(
        changes=[{"change": "c", "title": "Call back", "introduced": "Video clinics", "displaced": "Walk-in clinics"}],
        measures=[{"measure": "missed", "family": "outcome", "kind": "proportion", "better": "lower",
                   "smallest_important": 0.01}],
        observations=[{"measure": "missed", "site": site, "period": month, "denominator": 2000,
                       "numerator": int(rng.binomial(2000, 0.15 - 0.05 * (month >= ADOPTED.get(site, "9"))))}
                      for site in SITES for month in MONTHS],
        adoptions=[{"change": "c", "site": site, "adopted_on": month} for site, month in ADOPTED.items()],
    )  # fmt: skip
    released = release(learn(space).findings, measures=space.measures.values())
    return released.findings, space.policies[0].model_dump(mode="json")


@pytest.fixture
def board(learned: tuple[Findings, dict[str, Any]], home: Path) -> Any:
    """The change in the register, and the run on the board, with its files."""
    from holdfast.web.register import saving
    from holdfast.workspace import write_findings

    findings, policy = learned
    told = {"title": "Call back", "introduced": "Video clinics"}
    change = saving.create("the tests", told, displaced=["Walk-in clinics"], identifier="c")
    run = making.run()
    run.policy, run.results = policy, "results/1"
    run.save()
    write_findings(run.where, findings, disclosure="the ordinary rule", title="A test", inputs_sha256="0" * 64)
    intake.take(run, findings)
    return change, run, findings


def _cell() -> Cell:
    return Cell.objects.select_related("latest").get(role="introduced", dimension="everyone", setting="all settings")


def test_a_role_opposed_changes_the_verdict_and_the_page_says_whose(board: Any, as_: Any) -> None:
    change, run, findings = board
    assert _cell().verdict == "retain"
    talking.people(change, "patients", 40, 1, "retain")
    talking.people(change, "clinicians", 40, 1, "stop")
    assert as_("decision-maker").post(reverse("board:hear", args=[change.pk])).status_code == 302
    cell = _cell()
    assert cell.verdict != "retain" and cell.latest.heard and cell.latest.run_id == run.pk
    page = as_("").get(reverse("board:cell", args=[cell.pk])).content.decode()
    assert "Dissent changed this verdict: were clinicians not opposed it would be retain." in page
    assert voices.AGAIN[:20] in page and "Clinicians most often prefer stop" in page
    assert "with what people say" in page and "Another study of the same cell" not in page
    assert "about 40 people" not in page and "(about 40 spoke)" in page
    assert AuditEvent.objects.filter(summary__startswith=f"judged run {run.pk} again").count() == 1
    first = Recommendation.objects.get(cell=cell, heard="")
    assert (first.verdict, first.row["estimate"]) == ("retain", cell.latest.row["estimate"])
    before = Recommendation.objects.count()
    assert voices.judge_again(run, findings, "the server") == 0 and Recommendation.objects.count() == before
    intake.take(run, findings)
    assert _cell().latest_id == cell.latest_id


def test_everybody_in_favour_leaves_the_verdict_and_what_is_missing_says_less(board: Any) -> None:
    change, run, findings = board
    alone = _cell().latest.row
    for role in ("patients", "clinicians", "leaders", "innovators"):
        talking.people(change, role, 15, 1, "retain")
    assert voices.judge_again(run, findings, "the server") > 0
    heard = _cell().latest.row
    assert (heard["verdict"], heard["reasons"], heard["benefit"]) == tuple(
        alone[k] for k in ("verdict", "reasons", "benefit")
    )
    assert any("No voices gathered" in words for words in alone["missing"])
    assert not any("No voices" in words or "Nobody was heard" in words for words in heard["missing"])


def test_a_finished_run_hears_the_register_by_itself(board: Any, django_capture_on_commit_callbacks: Any) -> None:
    from holdfast.web.evidence.models import Run
    from holdfast.web.evidence.signals import run_finished

    change, run, findings = board
    talking.people(change, "clinicians", 40, 1, "stop")
    second = making.run()
    second.policy = run.policy
    second.save()
    with django_capture_on_commit_callbacks(execute=True):
        run_finished.send(sender=Run, run=second, findings=findings)
    assert _cell().latest.run_id == second.pk and _cell().verdict != "retain"


def test_an_assumption_not_shared_stands_as_dissent(board: Any, as_: Any) -> None:
    change, run, findings = board
    moderating.assume(change, None, "Staff have time to call.")
    talking.people(change, "clinicians", 30, -1, "retain")
    voices.judge_again(run, findings, "the server")
    assert any("Staff have time to call." in words for words in _cell().latest.row["dissent"])
    page = as_("").get(reverse("board:cell", args=[_cell().pk])).content.decode()
    assert "Clinicians: not shared (0 % agree)" in page


def test_too_few_and_the_withdrawn_decide_nothing(board: Any) -> None:
    change, run, findings = board
    few = talking.people(change, "clinicians", 9, 1, "stop")
    voices.judge_again(run, findings, "the server")
    assert _cell().verdict == "retain"
    for who in [*few, *talking.people(change, "leaders", 30, 1, "stop")]:
        taking.withdraw(who)
    assert voices.judge_again(run, findings, "the server") == 0
    assert _cell().verdict == "retain"


def test_a_hidden_cell_stays_hidden(board: Any) -> None:
    from dataclasses import replace

    change, run, findings = board
    talking.people(change, "clinicians", 40, 1, "stop")
    hidden = replace(findings, cells=tuple(replace(c, verdict="not shown", reasons=()) for c in findings.cells))
    voices.judge_again(run, hidden, "the server")
    assert {r.verdict for r in Recommendation.objects.exclude(heard="")} == {"not shown"}


def test_the_board_asks_as_often_for_ten_cells_as_for_one(
    board: Any, as_: Any, django_assert_max_num_queries: Any
) -> None:
    from holdfast.web.board import hooks

    change, _run, _findings = board
    Makeup.objects.create(dimension="internet", level="Easy", people=5)
    talking.people(change, "patients", 12, 1, "retain")
    cells = list(Cell.objects.select_related("change"))
    hooks.heard(cells)
    with django_assert_max_num_queries(30):
        found = hooks.heard(cells)
    assert found[_cell().pk].voices[0].count == 10


def test_voices_without_the_files_of_a_run_say_so(board: Any, as_: Any) -> None:
    import shutil

    change, run, _findings = board
    shutil.rmtree(run.where)
    page = as_("decision-maker").post(reverse("board:hear", args=[change.pk]), follow=True).content
    assert b"The files of the run are gone" in page
