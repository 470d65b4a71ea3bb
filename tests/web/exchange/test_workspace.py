"""A register taken out and brought in elsewhere is the same register; brought in again it adds nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from holdfast.web.board.models import Cell, Decision
from holdfast.web.evidence.models import Dataset, Run
from holdfast.web.exchange import arriving, leaving
from holdfast.web.exchange.identity import IDENTITY, links, model_of, part_of
from holdfast.web.people.models import User
from holdfast.web.register import merging, saving
from holdfast.web.register.models import Change, Vocabulary
from holdfast.web.register.models_sorting import new_deed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(things: dict[str, str], person: Callable[..., Any]) -> Any:
    """A register with changes in versions, a merge, cells and a decision, as the rooms' own tests make them."""
    lead = person("improvement-lead")
    one = saving.create(lead, {"title": "Booked slots <b>", "description": "=1+1 مرحبا"}, displaced=["Walking in"])
    two = saving.create(lead, {"title": "Slots that are booked"})
    saving.amend(two, lead, {"pathway": "Urgent care"}, read_at=1, why="more")
    kept, absorbed = (Change.objects.get(pk=change.pk) for change in (one, two))
    merging.merge(kept, absorbed, lead, read_at=(kept.version, absorbed.version), deed=new_deed())
    assert Cell.objects.exists() and Vocabulary.objects.exists()
    return lead


def _taken(actor: Any) -> bytes:
    out = io.BytesIO()
    leaving.write(out, actor)
    return out.getvalue()


def _picture() -> dict[str, list[Any]]:
    """Every row by what it says, its links by what they go to: numbers may differ, nothing else."""
    kept = [label for label in IDENTITY if not part_of(label)]  # what people said: test_people_said.py
    return {label: sorted(map(str, _named(label).values())) for label in kept}


def _named(label: str) -> dict[int, str]:
    model, to = model_of(label), links(model_of(label))
    rows = {}
    for row in model._base_manager.all():
        told = {}
        for field in model._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.primary_key and not field.is_relation:
                continue
            if field.name in to and value is not None:
                linked = getattr(row, field.name)
                names = ("identifier", "email", "asked_at", "made_at", "at", "code")
                value = next((str(getattr(linked, name)) for name in names if hasattr(linked, name)), str(linked))
            told[field.name] = bool(value) if field.name == "results" else value  # a folder is named by the run here
        rows[row.pk] = json.dumps(told, default=str, sort_keys=True)
    return rows


def _empty() -> None:
    call_command("flush", interactive=False, verbosity=0)


def _written(content: bytes, folder: Path) -> Path:
    file = folder / "register.zip"
    file.write_bytes(content)
    return file


def test_a_register_goes_out_and_comes_back_the_same(filled: Any, home: Path, tmp_path: Path) -> None:
    before, content = _picture(), _taken(filled)
    people = list(User.objects.values_list("email", flat=True))
    _empty()
    for email in people:
        User.objects.create_user(email, None)
    arrived = arriving.bring(_written(content, tmp_path), "the test")
    assert _picture() == before and not arrived.beside
    assert Decision.objects.count() == arrived.added["board.decision"]


def test_bringing_it_in_again_adds_nothing(filled: Any, tmp_path: Path) -> None:
    file = _written(_taken(filled), tmp_path)
    before = _picture()
    arrived = arriving.bring(file, "the test")
    assert sum(arrived.added.values()) == 0 and _picture() == before


def test_looking_first_does_nothing(filled: Any, tmp_path: Path) -> None:
    file = _written(_taken(filled), tmp_path)
    _empty()
    looked = arriving.bring(file, "the test", for_real=False)
    assert looked.added["register.change"] >= 2 and not Change.objects.exists()


def test_a_change_that_went_on_differently_comes_in_beside_ours(person: Any, tmp_path: Path) -> None:
    lead = person("improvement-lead")
    made = saving.create(lead, {"title": "Booked slots"})
    saving.amend(made, lead, {"pathway": "Theirs"}, read_at=1)
    file = _written(_taken(lead), tmp_path)
    _empty()
    ours = saving.create("ours", {"title": "Booked slots"}, identifier=made.identifier)
    saving.amend(ours, "ours", {"pathway": "Ours"}, read_at=1)
    arrived = arriving.bring(file, "the test")
    beside = Change.objects.get(identifier=arrived.beside[made.identifier])
    ours.refresh_from_db()
    assert (ours.pathway, beside.pathway) == ("Ours", "Theirs") and beside.versions.count() == 2
    assert sum(arriving.bring(file, "the test").added.values()) == 0


def test_a_change_that_went_on_there_goes_on_here(person: Any, tmp_path: Path) -> None:
    lead = person("improvement-lead")
    made = saving.create(lead, {"title": "Booked slots"})
    early = _written(_taken(lead), tmp_path)
    early_content = early.read_bytes()
    saving.amend(made, lead, {"pathway": "Later"}, read_at=1)
    late_content = _taken(lead)
    _empty()
    arriving.bring(_written(early_content, tmp_path), "the test")
    arriving.bring(_written(late_content, tmp_path), "the test")
    here = Change.objects.get(identifier=made.identifier)
    assert (here.version, here.pathway) == (2, "Later")
    arriving.bring(_written(early_content, tmp_path), "the test")
    here.refresh_from_db()
    assert here.version == 2


def test_results_come_with_their_run_and_none_takes_another_s_place(
    person: Any, home: Path, tmp_path_factory: Any
) -> None:
    lead, where = person("improvement-lead"), tmp_path_factory.mktemp("archive")
    dataset = Dataset.objects.create(title="Theirs", folder="theirs", by=lead)
    theirs = Run.objects.create(dataset=dataset, state="done", results="results/1")
    (home / "results/1/deep").mkdir(parents=True)
    (home / "results/1/deep/said.txt").write_text("theirs")
    asked, file = theirs.asked_at, _written(_taken(lead), where)
    _empty()
    ours = Run.objects.create(dataset=Dataset.objects.create(title="Ours", folder="ours"), results="results/1")
    (home / "results/1/deep/said.txt").write_text("ours")
    for _twice in range(2):
        arriving.bring(file, "the test")
        there = Run.objects.get(asked_at=asked)
        assert there.results == f"results/{there.pk}" != ours.results
        assert (there.where / "deep/said.txt").read_text() == "theirs"
        assert (ours.where / "deep/said.txt").read_text() == "ours"
    assert not list((home / "arriving").iterdir())


def test_it_is_a_workspace_that_the_library_opens(filled: Any, as_: Callable[[str], Client], tmp_path: Path) -> None:
    import csv
    import tomllib

    answer = as_("improvement-lead").post(reverse("exchange:take"), {"dataset": ""})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as box:
        config = tomllib.loads(box.read("holdfast.toml").decode())
        rows = list(csv.DictReader(io.StringIO(box.read("changes.csv").decode())))
    assert config["tables"]["changes"] == {"path": "changes.csv"}
    titles = {row["title"] for row in rows}
    assert "Booked slots <b>" in titles and "Slots that are booked" not in titles
    assert next(row for row in rows if row["title"] == "Booked slots <b>")["description"].startswith("'=")
