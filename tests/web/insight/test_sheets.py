"""Survey exports of several sheets, rows with one number, and the files themselves: nothing is lost without a word."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.insight import making

from holdfast.web.insight import columns, comments_reading, jobs, sending
from holdfast.web.insight.models import Comment, Delivery, SentFile
from holdfast.web.people.models import AuditEvent

pytestmark = pytest.mark.django_db
Sheets = dict[str, list[list[str]]]


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("improvement-lead")


def _book(sheets: Sheets) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _said(what: str, number: int) -> list[list[str]]:
    return [["Comment"], *([f"{what}, comment number {at}"] for at in range(number))]


def _sent(by: Any, name: str, content: bytes, keep: bool = False) -> Delivery:
    sent = [making.file(name, content)]
    return sending.send(by, Delivery.COMMENTS, once=uuid.uuid4().hex, files=sent, name="S", keep=keep)


def _read(held: Delivery, by: Any, chosen: list[str] | None = None) -> SentFile:
    found, _problem = columns.look(held)
    columns.map_columns(held, by, found, columns.guess(found) if chosen is None else chosen)
    jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    return held.files.get()


@pytest.mark.parametrize("dies_at", [0, 1, 3, 4])
def test_every_row_of_every_sheet_is_kept_wherever_a_worker_dies(
    lead: Any, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(comments_reading, "BATCH", 5)
    held = _sent(lead, "s.xlsx", _book({"one": _said("kind nurses", 12), "two": _said("no parking", 6)}))
    found, _problem = columns.look(held)
    columns.map_columns(held, lead, found, ["text", "text"])
    real, calls = comments_reading._keep, []

    def dies(*words: Any) -> None:
        calls.append(1)
        if dies_at and len(calls) == dies_at:
            raise KeyboardInterrupt
        real(*words)

    monkeypatch.setattr(comments_reading, "_keep", dies)
    if dies_at:
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out("delivery", held.pk)
    jobs.carry_out("delivery", held.pk)
    one = held.files.get()
    assert Comment.objects.count() == 18 and (one.new, one.same, one.passages, one.unread) == (18, 0, 18, [])
    assert Comment.objects.filter(text__startswith="no parking").values_list("row", flat=True)[0] == 2


def test_a_sheet_that_is_left_out_is_not_read(lead: Any) -> None:
    held = _sent(lead, "s.xlsx", _book({"public": _said("kind nurses", 5), "staff only": _said("private note", 5)}))
    one = _read(held, lead, ["text", ""])
    assert held.mapping == [["public", "Comment", "text"]]
    assert (one.new, one.unread) == (5, []) and not Comment.objects.filter(text__startswith="private").exists()


def test_what_was_said_before_sheets_were_told_apart_is_still_read(lead: Any) -> None:
    held = _sent(lead, "s.xlsx", _book({"one": _said("kind nurses", 5), "two": _said("no parking", 5)}))
    Delivery.objects.filter(pk=held.pk).update(mapping={"Comment": "text"}, state="waiting")
    jobs.carry_out("delivery", held.pk)
    assert Comment.objects.count() == 10


def test_each_sheet_has_its_own_facts(lead: Any, as_: Callable[[str], Client]) -> None:
    told = [["Comment", "Ward"], *([f"the nurses were kind, number {at}", "A"] for at in range(3))]
    other = [["Comment", "Ward"], *([f"there was no parking, number {at}", "B"] for at in range(3))]
    held = _sent(lead, "s.xlsx", _book({"one": told, "two": other}))
    found, _problem = columns.look(held)
    assert (
        columns.guess(found) == ["text", "setting"] * 2
        and columns.wrong(found, columns.guess(found), columns.ONES) == ""
    )
    assert "of the sheet “two”" in columns.wrong(found, ["text", "", "when", "when"], columns.ONES)
    page = as_("analyst").get(reverse("insight:columns", args=[held.pk])).content.decode()
    assert page.count("one:</span>") == 2 and page.count("two:</span>") == 2
    _read(held, lead)
    assert set(Comment.objects.values_list("setting", flat=True)) == {"A", "B"}


def test_a_number_that_is_repeated_is_said_to_be(lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"Comment": f"a rather long comment number {at} here", "id": str(at // 2)} for at in range(10)]
    one = making.survey(lead, rows).files.get()
    assert (one.new, one.same, Comment.objects.count()) == (5, 0, 5)
    [[_name, why, fix]] = one.unread
    assert "5 comments have the same number as an earlier row" in why and "a number of its own" in fix
    monkeypatch.setattr(comments_reading, "BATCH", 3)  # whether or not they come in one batch
    again = making.survey(lead, rows, filename="again.csv").files.get()
    assert (again.new, again.same) == (0, 5) and again.unread[0][1] == why


@pytest.mark.parametrize(
    ("said", "feeling"),
    [("−2", "very negative"), ("-2", "very negative"), ("−1.0", "negative"), ("+2", "very positive"), ("−3", "")],
)
def test_a_feeling_may_be_written_with_either_minus(said: str, feeling: str) -> None:
    assert comments_reading._feeling(said) == feeling


@pytest.mark.parametrize(
    ("target", "first", "said"),
    [
        ("feeling", "", "numbers of feelings go beyond the scale"),
        ("feeling rising", "very negative", ""),
        ("feeling falling", "very positive", ""),
    ],
)
def test_numbers_of_another_scale_are_read_whole_or_not_at_all(lead: Any, target: str, first: str, said: str) -> None:
    rows = [{"Comment": f"The nurse was there on day {at}", "Mood": str(at % 5 + 1)} for at in range(10)]
    one = _read(_sent(lead, "s.csv", making.table(rows)), lead, ["text", target])
    assert Comment.objects.get(row=2).feeling == first and one.new == 10
    assert said in str(one.unread) and bool(said) == bool(one.unread)
    assert said == "" or not Comment.objects.exclude(feeling="").exists()


@pytest.mark.parametrize("state", ["columns", "failed", "done"])
def test_files_can_be_taken_away_wherever_nobody_reads_them(
    state: str, lead: Any, as_: Callable[[str], Client]
) -> None:
    held = _sent(lead, "s.csv", making.table(making.answers(4)), keep=state == "done")
    if state == "done":
        _read(held, lead)
    elif state == "failed":
        Delivery.objects.filter(pk=held.pk).update(state=state, problem="The server’s disk is full.")
    client, page = as_("improvement-lead"), reverse("insight:delivery", args=[held.pk])
    assert "Take the files away" in client.get(page).content.decode() and held.folder.exists()
    told = client.post(reverse("insight:drop", args=[held.pk]), follow=True).content.decode()
    assert "The files are gone" in told and not held.folder.exists()
    assert "Take the files away" not in told and "Try again" not in told
    held.refresh_from_db()
    assert held.state == ("done" if state == "done" else "failed") and not held.keep
    assert AuditEvent.objects.filter(kind="delivery", summary__startswith="took away").count() == 1
    assert "No file was here" in client.post(reverse("insight:drop", args=[held.pk]), follow=True).content.decode()


def test_files_stay_while_a_worker_has_them(lead: Any, as_: Callable[[str], Client]) -> None:
    held = _sent(lead, "s.csv", making.table(making.answers(4)))
    Delivery.objects.filter(pk=held.pk).update(state="running")
    told = as_("improvement-lead").post(reverse("insight:drop", args=[held.pk]), follow=True).content.decode()
    assert "The files are still here" in told and held.folder.exists()


def test_a_file_that_is_gone_is_said_to_be(lead: Any) -> None:
    held = _sent(lead, "s.csv", making.table(making.answers(4)))
    found, _problem = columns.look(held)
    columns.map_columns(held, lead, found, columns.guess(found))
    sending.drop_files(held)
    jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    assert held.state == "failed" and "no longer where it waited" in held.problem
