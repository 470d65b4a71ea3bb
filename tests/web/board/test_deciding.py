"""A decision is a different record from the recommendation, and a final one stands for ever."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests.web.board import making

from holdfast.web.board import acting, deciding, duties
from holdfast.web.board.deciding import ConflictError, NotReadyError, Seen
from holdfast.web.board.guards import FinalForEverError
from holdfast.web.board.intake import take
from holdfast.web.board.models import Cell, Decision, Dissent, DutyAnswer
from holdfast.web.board.signals import decided
from holdfast.web.people.models import AuditEvent


@pytest.fixture
def actor(person: Any) -> Any:
    return person("all")


@pytest.fixture
def cell(actor: Any) -> Cell:
    return making.board(actor, making.many)


def seen(*cells: Cell) -> list[Seen]:
    drafts = deciding.drafts_of(cells)
    return [Seen.of(Cell.objects.get(pk=c.pk), drafts.get(c.pk)) for c in cells]


def final(actor: Any, *cells: Cell, **more: Any) -> list[Decision]:
    return deciding.decide(actor, making.words(**more), seen=seen(*cells), batch=uuid.uuid4(), final=True)


def test_a_final_decision_leaves_the_recommendation_as_it_was(actor: Any, cell: Cell) -> None:
    [made] = final(actor, cell)
    cell.refresh_from_db()
    assert made.recommendation == cell.latest
    assert (cell.latest.verdict, made.verdict, made.departs) == ("retain", "adapt", True)
    assert (cell.decided, cell.chosen, cell.departs, cell.review_on) == (made, "adapt", True, made.review_on)
    assert AuditEvent.objects.filter(verb="board.decide", kind="decision", subject=str(made.pk)).count() == 1


def test_a_final_decision_cannot_be_altered_or_deleted_even_past_the_model(actor: Any, cell: Cell) -> None:
    [made] = final(actor, cell)
    for held in (made, Decision.objects.get(pk=made.pk)):
        held.reasons = "Something else"
        with pytest.raises(FinalForEverError):
            held.save()
        with pytest.raises(FinalForEverError):
            held.delete()
    for alter in (lambda: Decision.objects.update(verdict="stop"), lambda: Decision.objects.update(duties=[1])):
        with pytest.raises(DatabaseError, match="never altered"), transaction.atomic():
            alter()
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.all()._raw_delete(using="default")
    assert Decision.objects.get().reasons == "It helps most people."


def test_the_account_that_decided_may_be_forgotten(actor: Any, cell: Cell) -> None:
    [made] = final(actor, cell)
    Decision.objects.filter(pk=made.pk).update(by=None)
    assert Decision.objects.get().decided_by == "Transformation committee"


def test_a_later_decision_supersedes(actor: Any, cell: Cell) -> None:
    [first] = final(actor, cell)
    [second] = final(actor, cell, verdict="keep learning")
    first.refresh_from_db()
    cell.refresh_from_db()
    assert (second.supersedes, first.verdict, cell.decided) == (first, "adapt", second)


@pytest.mark.parametrize("verdict", ["retain", "stop"])
def test_retain_and_stop_wait_for_every_duty(actor: Any, cell: Cell, verdict: str) -> None:
    with pytest.raises(NotReadyError, match="Involving the public") as problem:
        final(actor, cell, verdict=verdict)
    assert [name for name, _ in problem.value.problems] == ["verdict"]
    assert not Decision.objects.exists()
    making.answer_duties(cell, verdict, actor)
    last = duties.duties_for(verdict)[-1]
    held = DutyAnswer.objects.get(duty=last.code)
    duties.answer(cell.change, verdict, last, actor, {"answer": "not yet"}, read_at=held.pk)
    with pytest.raises(NotReadyError, match=last.name):
        final(actor, cell, verdict=verdict)
    held = DutyAnswer.objects.filter(duty=last.code).latest("id")
    why = {"answer": "not applicable", "reason": "No health IT."}
    duties.answer(cell.change, verdict, last, actor, why, read_at=held.pk)
    [made] = final(actor, cell, verdict=verdict)
    assert [row["answer"] for row in made.duties] == ["Met"] * (len(made.duties) - 1) + ["Does not apply"]


def test_duties_answered_for_keeping_do_not_open_stopping(actor: Any, cell: Cell) -> None:
    making.answer_duties(cell, "retain", actor)
    with pytest.raises(NotReadyError):
        final(actor, cell, verdict="stop")


@pytest.mark.parametrize("verdict", ["adapt", "keep learning"])
def test_other_verdicts_need_no_checklist(actor: Any, cell: Cell, verdict: str) -> None:
    assert final(actor, cell, verdict=verdict)[0].is_final


def test_a_departure_asks_for_its_reason_and_an_agreement_does_not(actor: Any, cell: Cell) -> None:
    with pytest.raises(NotReadyError, match="“retain”") as problem:
        final(actor, cell, departs_because="")
    assert [name for name, _ in problem.value.problems] == ["departs_because"]
    making.answer_duties(cell, "retain", actor)
    assert not final(actor, cell, verdict="retain", departs_because="")[0].departs


@pytest.mark.parametrize("missing", ["reasons", "decided_by", "review_on"])
def test_a_final_decision_is_whole(actor: Any, cell: Cell, missing: str) -> None:
    with pytest.raises(NotReadyError) as problem:
        final(actor, cell, **{missing: None if missing == "review_on" else ""})
    assert [name for name, _ in problem.value.problems] == [missing]


@pytest.mark.parametrize("days", [0, -1, 366 * 11])
def test_a_review_date_lies_ahead_and_not_too_far(actor: Any, cell: Cell, days: int) -> None:
    with pytest.raises(NotReadyError):
        final(actor, cell, review_on=timezone.localdate() + dt.timedelta(days=days))


@pytest.mark.parametrize(
    ("role", "verdict", "fits"),
    [("introduced", "reinstate", False), ("displaced", "retain", False), ("displaced", "stop", False),
     ("displaced", "adapt", False), ("displaced", "reinstate", True), ("displaced", "keep learning", True)],
)  # fmt: skip
def test_verdicts_fit_the_practice(actor: Any, cell: Cell, role: str, verdict: str, fits: bool) -> None:
    one = Cell.objects.get(change=cell.change, role=role, dimension="everyone")
    if fits:
        assert final(actor, one, verdict=verdict)[0].is_final
    else:
        with pytest.raises(ValueError, match="cannot be decided"):
            final(actor, one, verdict=verdict)


def test_several_cells_at_once_are_each_recorded(actor: Any, cell: Cell) -> None:
    others = list(Cell.objects.filter(dimension="age", setting="urban"))
    made = final(actor, cell, *others)
    assert len(made) == 4 and len({d.batch for d in made}) == 1
    assert AuditEvent.objects.filter(verb="board.decide", kind="decision").count() == 4
    assert {c.chosen for c in Cell.objects.filter(pk__in=[cell.pk, *(o.pk for o in others)])} == {"adapt"}


def test_cells_of_different_practices_are_not_decided_together(actor: Any, cell: Cell) -> None:
    with pytest.raises(ValueError, match="one practice"):
        final(actor, cell, Cell.objects.get(role="displaced"))


def test_all_or_none_when_one_of_several_has_changed(actor: Any, cell: Cell) -> None:
    other = Cell.objects.filter(dimension="age").first()
    stale = seen(cell, other)
    [theirs] = final(actor, other)
    with pytest.raises(ConflictError, match="was decided while you were writing") as clash:
        deciding.decide(actor, making.words(), seen=stale, batch=uuid.uuid4(), final=True)
    assert [c.cell for c in clash.value.clashes] == [other]
    assert list(Decision.objects.all()) == [theirs]


def test_the_same_page_sent_twice_decides_once(actor: Any, cell: Cell) -> None:
    page, batch = seen(cell), uuid.uuid4()
    for _ in range(2):
        made = deciding.decide(actor, making.words(), seen=page, batch=batch, final=True)
    assert made == list(Decision.objects.all())
    assert AuditEvent.objects.filter(verb="board.decide", kind="decision").count() == 1


def test_a_draft_is_shared_and_guarded(actor: Any, person: Any, cell: Cell) -> None:
    page = seen(cell)
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    deciding.decide(actor, making.words(reasons="Mine"), seen=page, batch=mine)
    deciding.decide(actor, making.words(reasons="Mine, longer"), seen=page, batch=mine)  # sent again from the same page
    with pytest.raises(ConflictError, match="was saved while you were writing"):
        deciding.decide(person("improvement-lead"), making.words(reasons="Theirs"), seen=page, batch=theirs)
    held = Decision.objects.get()
    assert (held.reasons, held.version, held.state) == ("Mine, longer", 2, "draft")


def test_new_evidence_in_between_is_a_conflict(actor: Any, cell: Cell) -> None:
    page = seen(cell)
    take(making.run(), making.findings([making.row(cell.change.identifier, verdict="stop")]))
    with pytest.raises(ConflictError, match="worked out again"):
        deciding.decide(actor, making.words(), seen=page, batch=uuid.uuid4(), final=True)


def test_only_those_who_may_decide_make_it_final(person: Any, cell: Cell) -> None:
    lead = person("improvement-lead")
    with pytest.raises(PermissionDenied):
        deciding.decide(lead, making.words(), seen=seen(cell), batch=uuid.uuid4(), final=True)
    assert deciding.decide(lead, making.words(), seen=seen(cell), batch=uuid.uuid4())[0].state == "draft"


def test_a_draft_can_be_discarded_and_its_dissent_stays(actor: Any, cell: Cell) -> None:
    said = [("A nurse", "staff", "It takes us longer.")]
    [draft] = deciding.decide(actor, making.words(), seen=seen(cell), batch=uuid.uuid4(), dissent=said)
    deciding.discard(draft, actor, read_at=draft.version)
    assert not Decision.objects.exists()
    assert Dissent.objects.get().words == "It takes us longer."


def test_dissent_keeps_its_words_and_goes_with_the_decision(actor: Any, cell: Cell) -> None:
    early = acting.dissent(cell, actor, "", "Patients’ group", "Not for us:\nwe have no smartphones.")
    [made] = deciding.decide(
        actor, making.words(), seen=seen(cell), batch=uuid.uuid4(), final=True, dissent=[("Dr A", "", "Too soon.")]
    )
    late = acting.dissent(cell, actor, "B", "carer", "Still too soon.")
    assert [d.words for d in made.dissents.all()] == [early.words, "Too soon.", late.words]
    assert acting.dissent(cell, actor, "B", "carer", "Still too soon.") == late


@pytest.mark.parametrize(
    ("verdict", "before", "after"),
    [("adapt", "emerging", "decided"), ("adapt", "under evaluation", "decided"), ("adapt", "embedded", "embedded"),
     ("adapt", "lapsed", "lapsed"), ("keep learning", "emerging", "under evaluation"),
     ("keep learning", "decided", "under evaluation"), ("keep learning", "embedded", "embedded")],
)  # fmt: skip
def test_the_change_follows_what_is_decided_for_everyone(actor: Any, verdict: str, before: str, after: str) -> None:
    cell = making.board(actor, status=before)
    final(actor, cell, verdict=verdict)
    change = type(cell.change).objects.get()
    assert change.status == after
    assert change.versions.count() == (1 if before == after else 2)
    if before != after:
        assert change.versions.first().why.startswith(f"decided to {verdict}")


def test_the_change_does_not_follow_what_is_decided_for_some(actor: Any, cell: Cell) -> None:
    final(actor, Cell.objects.filter(dimension="age").first())
    assert type(cell.change).objects.get().status == "emerging"


def test_the_rooms_after_are_told_inside_the_transaction(actor: Any, cell: Cell) -> None:
    heard: list[Any] = []

    def listen(decision: Decision, **_more: Any) -> None:
        heard.append(decision)
        raise RuntimeError

    decided.connect(listen)
    try:
        with pytest.raises(RuntimeError):
            final(actor, cell)
    finally:
        decided.disconnect(listen)
    assert heard and not Decision.objects.exists()


def test_the_columns_that_repeat_agree_with_what_they_repeat(actor: Any, cell: Cell) -> None:
    final(actor, cell)
    final(actor, *Cell.objects.filter(dimension="age", setting="rural"), verdict="keep learning")
    for one in Cell.objects.select_related("latest", "decided"):
        assert (one.verdict, one.certainty) == (one.latest.verdict, one.latest.certainty)
        held = one.decided
        expected = (held.verdict, held.departs, held.review_on) if held else ("", False, None)
        assert (one.chosen, one.departs, one.review_on) == expected


def test_the_duties_file_is_sound_and_an_own_one_takes_its_place(home: Any) -> None:
    assert len(duties.duties_for("retain")) == 8
    (home / "duties.toml").write_text(
        'version = "1"\n[[duty]]\ncode = "one"\nname = "One"\nkind = "safety"\nquestion = "?"\nsource = "s"\n'
        'evidence = "e"\nverdicts = ["retain"]\n',
        encoding="utf-8",
    )
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="no duty for stop"):
        duties.all_duties()


def test_an_answer_in_between_is_a_conflict_and_the_same_answer_is_not(actor: Any, cell: Cell) -> None:
    duty = duties.duties_for("retain")[0]
    given = {"answer": "not applicable", "reason": "Because."}
    first = duties.answer(cell.change, "retain", duty, actor, given, read_at=0)
    assert duties.answer(cell.change, "retain", duty, actor, given, read_at=0) == first
    with pytest.raises(duties.StaleAnswerError):
        duties.answer(cell.change, "retain", duty, actor, {"answer": "not yet"}, read_at=0)
    assert DutyAnswer.objects.count() == 1


def test_engagement_debt_is_counted_and_dated(actor: Any) -> None:
    cell = making.board(actor, started_on=dt.date(2025, 1, 10))
    asked = duties.checklist(cell.change, "retain")
    said = duties.engagement_debt(cell.change, asked, dt.date(2026, 3, 1))
    assert said == "Engagement debt: 3 duties to involve or consult people still owed, 14 months after it began."
    making.answer_duties(cell, "retain", actor)
    assert duties.engagement_debt(cell.change, duties.checklist(cell.change, "retain"), dt.date(2026, 3, 1)) == ""
