"""What people said, coded and rated goes out with the register and comes back; links and what was taken back do not."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.insight import making
from tests.web.voices import talking

from holdfast.web.exchange import arriving, leaving
from holdfast.web.exchange.identity import IDENTITY, INSIGHT, VOICES, links, model_of, part_of
from holdfast.web.exchange.staying import NOT_TAKEN, STAYS
from holdfast.web.insight import jobs, learning, looking, ratings
from holdfast.web.insight.models import Delivery, EnablerRating, Learning, SentFile
from holdfast.web.people.models import User
from holdfast.web.register import saving
from holdfast.web.register.models import Change
from holdfast.web.voices import moderating, taking, typing_in
from holdfast.web.voices.models import AboutQuestion, Makeup, Participant, Preference, Statement, Vote
from holdfast.web.voices.results import current

pytestmark = pytest.mark.django_db(transaction=True)
SAID = [label for label in IDENTITY if part_of(label)]


@pytest.fixture
def spoken(person: Callable[..., Any], home: Path) -> Any:
    """A conversation with a bit of everything, and comments that somebody coded."""
    lead = person("improvement-lead")
    one = talking.change(lead)
    first, second, *_ = talking.statements(one)
    moderating.assume(one, lead, "Staff have time to call.")
    talking.people(one, "patients", 12, 1, "retain", about={"age": "35 to 49"})
    talking.people(one, "clinicians", 12, -1, "stop", source="0a1b")
    [carer] = talking.people(one, "carers", 1, 0, "adapt")
    taking.vote(carer, first, 1)
    at = timezone.now()  # two votes that nothing tells apart but their order
    Vote.objects.bulk_create(Vote(participant=carer, statement=second, vote=1, at=at) for _ in range(2))
    proposed = taking.propose(carer, "Video works as well as coming in to the clinic.")
    moderating.judge(proposed, lead, "same", read_at=proposed.version, same_as=first)
    taking.withdraw(talking.people(one, "carers", 1, 1, "retain")[0])
    Makeup.objects.create(dimension="age", level="35 to 49", people=100.0)
    sheet = typing_in.Sheet.of(one)
    typing_in.enter(one, lead, "Tuesday", "paper", typing_in.read(sheet, [{"prefer1": "adapt", "words": "=1+1 مرحبا"}]))
    making.survey(lead, making.answers(40))
    making.code_all(lead, making.themes(), 24)
    making.learned(lead, making.themes())
    making.sent(lead, pasted=making.TOLD)
    ratings.save(lead, one, {term.code: 4 for term in ratings.asked()}, uuid.uuid4().hex)
    return lead


def _taken(actor: Any, **more: Any) -> bytes:
    out = io.BytesIO()
    leaving.write(out, actor, **more)
    return out.getvalue()


def _picture() -> dict[str, list[str]]:
    """Every row by what it says, links by what they go to, without what stays behind."""
    return {label: [json.dumps(row, default=str, sort_keys=True) for row in _rows(label)] for label in SAID}


def _rows(label: str) -> list[dict[str, Any]]:
    model, to = model_of(label), links(model_of(label))
    gone = {*STAYS.get(label, ()), "rater"}  # whoever rated here has an account with another number there
    names = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in gone]
    return [
        {name: _linked(getattr(row, name)) if name in to else getattr(row, name) for name in names}
        for row in model._base_manager.select_related(*[name for name in names if name in to]).order_by("pk")
    ]


def _linked(row: Any) -> str:
    names = ("identifier", "email", "key", "digest", "once", "sha256", "text", "code")
    return next((str(getattr(row, name)) for name in names if hasattr(row, name)), "")


def _empty(people: list[str]) -> None:
    call_command("flush", interactive=False, verbosity=0)
    for email in people:
        User.objects.create_user(email, None)


def _bring(content: bytes, folder: Path) -> arriving.Arrived:
    file = folder / "register.zip"
    file.write_bytes(content)
    return arriving.bring(file, "the test")


def _pages() -> dict[str, Any]:
    """What the pages tell, but for numbers of rows, by which passages are drawn."""
    told = current(Change.objects.get(title="Skin clinics by video")).told
    shown = looking.look(looking.Asked(making.themes(), theme="digital", by="setting"))
    return {"voices": _numberless(told), "insight": {**shown, "passages": len(shown["passages"])}}


def _numberless(told: Any) -> Any:
    """Without the numbers of statements, which a register gives as rows come."""
    if isinstance(told, dict):
        return {key: _numberless(value) for key, value in told.items() if key not in {"id", "statement", "assumption"}}
    return [_numberless(one) for one in told] if isinstance(told, list) else told


def test_it_goes_out_and_comes_back_the_same(spoken: Any, tmp_path: Path) -> None:
    before, pages, content = _picture(), _pages(), _taken(spoken)
    tokens = set(Participant.objects.values_list("token", flat=True))
    people = list(User.objects.order_by("pk").values_list("email", flat=True))
    _empty(people)
    arrived = _bring(content, tmp_path)
    assert _picture() == before
    new = [label for label in SAID if label != "voices.aboutquestion"]  # a new register asks those already
    assert {label: arrived.added[label] for label in new} == {label: len(before[label]) for label in new}
    assert all(before.values())
    assert not tokens & set(Participant.objects.values_list("token", flat=True))
    assert all(one.rater == ratings.rater_of(one.by_id or 0) for one in EnablerRating.objects.all())
    for job in Learning.objects.all():  # what was asked for on arrival
        jobs.carry_out("learning", job.pk)
    assert Learning.objects.filter(state="done").exists() and _pages() == pages
    assert sum(_bring(content, tmp_path).added.values()) == 0 and _picture() == before


def test_no_link_no_source_no_name_of_a_file_is_in_it(spoken: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(_taken(spoken))) as box:
        every = b"".join(box.read(name) for name in box.namelist())
        stays = json.loads(box.read(leaving.MANIFEST))["stays"]
    tokens = Participant.objects.values_list("token", flat=True)
    assert not any(token.encode() in every for token in tokens) and b'"source": "0a1b"' not in every
    assert not any(one.kept_as.encode() in every for one in SentFile.objects.all())
    assert stays["columns"]["voices.participant"]["token"] and stays["tables"]["insight.suggestion"]


def test_a_link_in_the_archive_is_not_believed(spoken: Any, tmp_path: Path) -> None:
    content, out = _taken(spoken), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(out, "w") as made:
        manifest = json.loads(whole.read(leaving.MANIFEST))
        for name in manifest["sha256"]:
            held = whole.read(name)
            if name == "register/voices.participant.jsonl":
                rows = [json.loads(row) | {"token": f"known-{at}"} for at, row in enumerate(held.splitlines())]
                held = "\n".join(json.dumps(row) for row in rows).encode()
            leaving._put(made, name, held, manifest["sha256"])
        made.writestr(leaving.MANIFEST, json.dumps(manifest))
    _empty([])
    _bring(out.getvalue(), tmp_path)
    assert Participant.objects.exists() and not Participant.objects.filter(token__startswith="known").exists()


def test_whoever_withdrew_stays_withdrawn(spoken: Any, tmp_path: Path) -> None:
    early = _taken(spoken)
    carer = Participant.objects.get(role="carers")
    votes = Vote.objects.exclude(participant=carer).count()
    taking.withdraw(carer)
    _bring(early, tmp_path)  # ours withdrew after it was taken out
    carer.refresh_from_db()
    assert carer.withdrawn_at and not carer.votes.exists() and not carer.preferences.exists()
    assert Vote.objects.count() == votes and not Statement.objects.filter(proposed_by=carer).exists()
    late, people = _taken(spoken), list(User.objects.values_list("email", flat=True))
    _empty(people)
    _bring(early, tmp_path)
    assert Vote.objects.count() > votes
    _bring(late, tmp_path)  # there they withdrew after we had brought it in
    there = Participant.objects.get(key=carer.key)
    assert there.withdrawn_at == carer.withdrawn_at and Vote.objects.count() == votes
    assert not Preference.objects.filter(participant=there).exists() and there.role == ""


def test_what_was_said_of_a_change_that_went_two_ways_stays_with_ours(person: Any, tmp_path: Path) -> None:
    lead = person("improvement-lead")
    one = talking.change(lead)
    talking.statements(one)
    talking.people(one, "patients", 3, 1, "retain")
    saving.amend(one, lead, {"pathway": "Ours"}, read_at=1)
    content, said = _taken(lead), _picture()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(out, "w") as made:
        manifest = json.loads(whole.read(leaving.MANIFEST))
        for name in manifest["sha256"]:
            leaving._put(made, name, whole.read(name).replace(b'"Ours"', b'"Theirs"'), manifest["sha256"])
        made.writestr(leaving.MANIFEST, json.dumps(manifest))
    arrived = _bring(out.getvalue(), tmp_path)
    assert arrived.beside and _picture() == said


def test_nothing_waits_for_a_worker_elsewhere(person: Any, tmp_path: Path, home: Path) -> None:
    lead = person("improvement-lead")
    held = making.sent(lead, pasted=making.TOLD, read=False)
    content = _taken(lead)
    _empty([])
    _bring(content, tmp_path)
    there = Delivery.objects.get(once=held.once)
    assert there.state == "interrupted" and "its file did not come" in there.problem
    assert there.files.get().state == SentFile.UNREAD


def test_a_make_up_is_one_whole_and_ours_stands(spoken: Any, tmp_path: Path) -> None:
    content = _taken(spoken)
    Makeup.objects.all().delete()
    moderating.make_up(spoken, [{"role": "", "dimension": "age", "level": "35 to 50", "people": 60.0}], "Census 2021")
    arrived = _bring(content, tmp_path)
    assert arrived.ours == ("age",)
    assert list(Makeup.objects.values_list("level", "people")) == [("35 to 50", 60.0)]


def test_answers_that_are_not_offered_here_are_kept_with_the_question(spoken: Any, tmp_path: Path) -> None:
    content = _taken(spoken)
    _empty([])
    question = AboutQuestion.objects.get(code="age")
    question.levels = ["Young", "Old"]
    question.save()
    _bring(content, tmp_path)
    question.refresh_from_db()
    assert (question.levels, question.past) == (["Young", "Old"], ["35 to 49"])


def test_every_table_goes_or_says_why_it_stays() -> None:
    tables = {m._meta.label_lower for room in (VOICES, INSIGHT) for m in apps.get_app_config(room).get_models()}
    assert tables == {*SAID, *NOT_TAKEN}
    assert not learning.latest(making.themes())


@pytest.mark.parametrize(
    ("role", "parts", "status"),
    [("improvement-lead", ["voices", "insight"], 200), ("analyst", ["insight"], 200), ("analyst", ["voices"], 403),
     ("administrator", ["insight"], 403), ("information-governance", [], 200)],
)  # fmt: skip
def test_words_go_with_those_who_may_read_them(
    role: str, parts: list[str], status: int, spoken: Any, as_: Callable[[str], Client]
) -> None:
    page = as_(role).get(reverse("exchange:out")).content.decode()
    assert ('value="insight"' in page) == (role in {"improvement-lead", "analyst"})
    assert ("Not in your file" in page) == (role != "improvement-lead")
    answer = as_(role).post(reverse("exchange:take"), {"dataset": "", "parts": parts})
    assert answer.status_code == status
    if status == 200:
        with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as box:
            held = {part_of(name.split("/")[-1]) for name in box.namelist() if name.endswith(".jsonl")}
        assert held - {""} == set(parts)
