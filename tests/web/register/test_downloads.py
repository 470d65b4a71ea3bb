"""Downloads hold the whole of what was asked for, and no text in them is ever run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.web.register import downloads, saving
from holdfast.web.register.models import Change, Vocabulary

pytestmark = pytest.mark.django_db
NASTY = [
    *("=1+1", "+44", "-cmd|' /C calc'!A0", "@SUM(A1)", "＝1", "<b>x</b>", "مرحبا", "👩🏽 yes"),
    *('a "quote", and\nline', "\tx"),
]


def _make(title: str, **more: Any) -> Change:
    return saving.create("the tests", {"title": title, **more})


def _get(client: Client, kind: str, query: str = "") -> bytes:
    got = client.get(f"{reverse('register:download', kwargs={'kind': kind})}?{query}")
    assert got.status_code == 200 and "attachment" in got["Content-Disposition"]
    return b"".join(got.streaming_content)


def _csv(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_get(client, "csv", query).decode("utf-8-sig"))))


def test_csv_holds_every_field_and_list(client: Client) -> None:
    term = Vocabulary.objects.get(code="setting").terms.all()[0]
    saving.create(
        "the tests", {"title": "Video", "planned_months": 24, "actual_months": "0.5", "cost": "1200.50"},
        terms=[term], displaced=["Clinic slots", "Waiting"],
    )  # fmt: skip
    (row,) = _csv(client)
    assert row["identifier"].startswith("HF-") and row["list_setting"] == term.label
    assert row["displaced"] == "Clinic slots; Waiting"
    assert (row["planned_months"], row["actual_months"], row["acceleration"], row["cost"]) == (
        "24",
        "0.5",
        "48.0",
        "1200.5",
    )


@pytest.mark.parametrize("text", NASTY)
def test_no_text_is_taken_for_a_formula(client: Client, text: str) -> None:
    _make("T", description=text)
    (row,) = _csv(client)
    assert not row["description"].startswith(("=", "+", "-", "@", "＝", "\t"))
    (told,) = json.loads(_get(client, "json"))["changes"]
    assert told["description"] == text
    book = openpyxl.load_workbook(io.BytesIO(_get(client, "xlsx")))
    sheet = book["Changes"]
    headings = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, headings.index("What changed, why and for whom") + 1)
    assert cell.data_type in {"s", "inlineStr"} and (cell.value or "") == text.replace("\r", "")
    if text.startswith(("=", "+", "-", "@")):
        assert cell.quotePrefix


def test_the_workbook_is_one_plain_table_a_sheet(client: Client) -> None:
    for number in range(3):
        _make(f"Change {number}")
    book = openpyxl.load_workbook(io.BytesIO(_get(client, "xlsx", "sort=oldest")))
    assert book.sheetnames == ["Cover", "Columns", "Changes"]
    sheet = book["Changes"]
    assert not sheet.merged_cells.ranges and sheet.freeze_panes == "B2"
    assert sheet.max_row == 4 and all(cell.value for cell in sheet[1])


def test_a_download_holds_what_was_asked_for_and_all_of_it(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "BATCH", 4)
    for number in range(11):
        _make(f"Change {number}", status="stopped" if number % 2 else "emerging")
    assert len(_csv(client)) == 11
    assert [row["title"] for row in _csv(client, "status=stopped")] == [f"Change {n}" for n in (9, 7, 5, 3, 1)]
    assert len(json.loads(_get(client, "json", "q=change"))["changes"]) == 11
    assert _csv(client, "q=nothinghasthis") == []


def test_a_workbook_that_would_be_too_large_is_refused_with_a_way_on(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(downloads, "MOST_IN_A_WORKBOOK", 1)
    _make("One")
    _make("Two")
    got = client.get(reverse("register:download", kwargs={"kind": "xlsx"}), follow=True)
    assert "take CSV" in got.content.decode()
    assert client.get(reverse("register:download", kwargs={"kind": "exe"})).status_code == 404


def test_questions_to_the_database_grow_by_the_batch_only(client: Client) -> None:
    for number in range(30):
        _make(f"Change {number}")
    with CaptureQueriesContext(connection) as asked:
        _get(client, "csv")
    assert len(asked) <= 12
