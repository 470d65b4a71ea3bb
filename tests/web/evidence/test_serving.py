"""A workspace that already has results opens populated, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.web.evidence import linking, reading
from holdfast.web.evidence.models import DONE, Dataset, Run
from holdfast.web.evidence.serving import serve_dataset
from holdfast.web.register.models import Change, Term, Vocabulary
from holdfast.workspace import new_workspace, read_findings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace after ``holdfast learn``."""
    from holdfast import learning, saving

    folder = new_workspace(tmp_path_factory.mktemp("served") / "call-back")
    found = learning.learn(folder)
    saving.save(found.workspace, found.findings, excel=True)
    return folder


def test_results_that_are_there_become_a_run_and_only_once(learned: Path) -> None:
    dataset = serve_dataset(learned)
    assert serve_dataset(learned).pk == dataset.pk
    run = Run.objects.get()
    assert run.state == DONE and dataset.served and dataset.path == learned
    held, mine = read_findings(learned / "results"), reading.findings(run)
    assert mine.effects == held.effects and mine.cells == held.cells
    assert run.disclosure.startswith("Disclosure control") and run.protocols[0]["study"] == "call-back"
    assert run.answers.get().change.identifier == "call-back"
    assert reading.study(run, 1)["whom"]
    assert Change.objects.get(identifier="call-back").source == "Workspace: What we have learned so far"


def test_a_workspace_without_results_is_listed(tmp_path: Path) -> None:
    dataset = serve_dataset(new_workspace(tmp_path / "fresh"))
    assert Dataset.objects.get() == dataset and not Run.objects.exists()


def test_a_change_of_a_workspace_keeps_its_words_and_terms() -> None:
    from holdfast.records import Change as Described

    kind, _ = Vocabulary.objects.get_or_create(code="kind", defaults={"name": "Kind"})
    held = Term.objects.filter(vocabulary=kind, label__iexact="way of working").first()
    term = held or Term.objects.create(vocabulary=kind, code="way-of-working", label="way of working")
    details: tuple[tuple[str, str], ...] = (
        *(("kind", "way of working"), ("status", "embedded"), ("planned_months", "24"), ("actual_months", "3")),
        *(("mandate", "A letter"), ("pathway", "Urgent care"), ("setting", "nowhere known")),
    )
    told = Described("x-1", "A change", "The new way", ("The old way", "Another"), "Why", 1200.5, details)
    made = linking.link(linking.Workspace("Here", {"x-1": told}), ["x-1", "x-1"])["x-1"]
    made.refresh_from_db()
    assert (made.title, made.introduced, made.status, made.mandate) == (
        "A change",
        "The new way",
        "embedded",
        "A letter",
    )
    assert made.planned_months == 24 and made.cost is not None and float(made.cost) == 1200.5
    assert list(made.terms.all()) == [term]
    assert sorted(p.name for p in made.practices.filter(role="displaced")) == ["Another", "The old way"]
    before: Any = made.version
    assert linking.link(linking.Workspace("There", {}), ["x-1"])["x-1"].version == before
