"""Uploads: kept whole or not at all, looked through first, and refused in words that say what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from holdfast.web.evidence import bringing, configuring, guarding, guessing, previewing, toml
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.models import Dataset, Run

pytestmark = pytest.mark.django_db

SITES = b"site,name\nA1,Alpha\nB2,Beta\n"


def _file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _parquet(rows: int) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"site": pa.array(["A1"]).take(pa.array([0] * rows))}), out)
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<x/>")
        book.writestr("xl/worksheets/sheet1.xml", b"\0" * 12_000_000)
    return out.getvalue()


def _sheet(cells: list[list[Any]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BAD = [
    ("empty.csv", b"", "is empty"),
    ("empty.csv.gz", gzip.compress(b""), "is empty"),
    ("picture.png", b"\x89PNG\r\n", "is not a kind of file that is read"),
    ("noise.csv", bytes(range(256)) * 40, "is not text that can be read"),
    ("really.csv", b"PK\x03\x04rest", "it looks like .xlsx"),
    ("broken.xlsx", b"not a workbook", "cannot be opened as Excel"),
    ("broken.parquet", b"PAR1 and then nothing", "is not a Parquet file, or is damaged"),
    ("cut.csv.gz", gzip.compress(b"site\n" + b"A1\n" * 9999)[:-20], "damaged or unfinished"),
    ("patients.csv", b"site,ref\n" + b"A1,943 476 5919\n" * 3, "NHS number"),
    ("patients.xlsx", _sheet([["site", "ref"], ["A1", "9434765919"], ["B2", "943-476-5919"]]), "NHS number"),
    ("ragged.csv", b"Title of the release\n\nsite,ref\nA1,943 476 5919\n", "NHS number"),
    ("bomb.xlsx", _bomb(), "unpacks to more than"),
    ("bomb.csv.gz", gzip.compress(b"a,b\n" * 6_000_000), "unpacks to more than"),
    ("study.toml", b"why = '943 476 5919'", "NHS number"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD, ids=[name for name, _, _ in BAD])
def test_bad_files_are_refused_in_words_and_nothing_is_kept(
    name: str, content: bytes, said: str, person: Callable[..., Any], settings: Any
) -> None:
    settings.UPLOAD_LIMIT = 4_000_000
    with pytest.raises(RefusedError, match=said) as refused:
        bringing.bring(person("analyst"), "Bad", "month", [_file("sites.csv", SITES), _file(name, content)])
    assert name in str(refused.value) and "943" not in str(refused.value)
    assert not Dataset.objects.exists()
    assert not list((settings.HOME / "workspaces").iterdir())


def test_every_bad_file_is_said_at_once(person: Callable[..., Any]) -> None:
    with pytest.raises(RefusedError) as refused:
        bringing.bring(person("analyst"), "Bad", "month", [_file(name, content) for name, content, _ in BAD[:4]])
    assert len(refused.value.reasons) == 4


def test_more_rows_than_are_read(person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "MOST_ROWS", 100)
    for name, content in (("many.parquet", _parquet(101)), ("many.csv", b"site\n" + b"A1\n" * 101)):
        with pytest.raises(RefusedError, match="more than 100 rows"):
            bringing.bring(person("analyst"), "Many", "month", [_file(name, content)])
    kept = bringing.bring(person("analyst"), "Many", "month", [_file("few.parquet", _parquet(100))])
    assert kept.dataset.mapping["files"][0]["rows"] == 100


def test_encodings_formulas_and_odd_names_are_taken_as_text(person: Callable[..., Any]) -> None:
    files = [
        _file("../../etc/Café (1).csv", "site,name\nA1,=HYPERLINK(1)\nB2,Café\n".encode("cp1252")),
        _file("wide.csv", "site,month,n\nA1,2024-01,5\n".encode("utf-16")),
        _file("sheet.xlsx", _sheet([["site", "name"], ["A1", "=1+1"]])),
    ]
    made = bringing.bring(person("analyst"), "Odd", "month", files).dataset
    names = [one["name"] for one in made.mapping["files"]]
    assert names == ["Café-1-.csv", "wide.csv", "sheet.xlsx"] and all((made.path / name).is_file() for name in names)
    shown = previewing.preview(made.path / names[0], {})
    assert shown.rows == (("A1", "=HYPERLINK(1)"), ("B2", "Café"))
    assert configuring.role_of(made.mapping["config"], "wide.csv") == "wide"


def test_the_same_file_twice_changes_nothing_and_says_so(person: Callable[..., Any]) -> None:
    actor = person("analyst")
    made = bringing.bring(actor, "Twice", "month", [_file("sites.csv", SITES)]).dataset
    again = bringing.add(actor, made, [_file("sites.csv", SITES)])
    assert len(again.dataset.mapping["files"]) == 1 and "the same file again" in again.notes[0]
    other = bringing.add(actor, made, [_file("sites.csv", SITES + b"C3,Gamma\n")])
    assert "took the place" in other.notes[0]
    assert (made.path / "sites.csv").read_bytes().endswith(b"Gamma\n")
    assert [one["sha256"] for one in other.dataset.mapping["files"]] != [one["sha256"] for one in made.mapping["files"]]
    with pytest.raises(RefusedError, match="Two of the files are called"):
        bringing.bring(actor, "Twice", "month", [_file("a.csv", SITES), _file("A.csv", SITES)])


def test_tables_of_a_run_stay_as_they_are(brought: Dataset, person: Callable[..., Any]) -> None:
    Run.objects.create(dataset=brought)
    for deed in (
        lambda: bringing.add(person("analyst"), brought, [_file("sites.csv", SITES)]),
        lambda: bringing.remove(person("analyst"), brought, "sites.csv"),
        lambda: configuring.change(person("analyst"), brought, brought.mapping["version"], "edit", lambda _c: None),
    ):
        with pytest.raises(RefusedError, match="A run is using these tables"):
            deed()


def test_more_than_the_limit_is_refused_before_it_is_kept(as_: Callable[[str], Client], settings: Any) -> None:
    settings.UPLOAD_LIMIT = 100_000
    said = {"title": "Large", "period": "month", "files": [_file("large.csv", b"site\n" + b"A1\n" * 60_000)]}
    answer = as_("analyst").post(reverse("evidence:bring"), said)
    assert answer.status_code == 422 and "larger than 0 MB" in answer.content.decode()
    assert not Dataset.objects.exists()


def test_whoever_may_not_bring_tables_cannot_make_the_server_read_them(as_: Callable[[str], Client]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("evidence:bring"), {"files": [_file("s.csv", SITES)]}).status_code == 302
    assert as_("contributor").post(reverse("evidence:bring"), {}).status_code == 403
    signed_in = as_("analyst")
    signed_in.handler.enforce_csrf_checks = True
    assert signed_in.post(reverse("evidence:bring"), {"files": [_file("s.csv", SITES)]}).status_code == 403


def test_paths_lead_nowhere_else(brought: Dataset) -> None:
    for path in ("/etc/passwd", "../other/sites.csv", "sub/*.csv"):
        problems = configuring.problems_of({"tables": {"sites": {"path": path}}}, "", ["sites.csv"])
        assert any("there is no file" in str(problem) for problem in problems), path
    assert not configuring.problems_of({"tables": {"sites": {"path": "s*.csv"}}}, "", ["sites.csv"])


def test_what_is_written_reads_back_as_it_was() -> None:
    config = {
        "workspace": {"title": 'A "quoted" title\n=2+2 \x7f'},
        "tables": {
            "sites": [{"path": "s.csv", "columns": {"site": "org code"}, "filters": {"a b": [True, 1, "x"]}}],
            "observations": [
                {"path": "o.csv", "measures": [{"measure": "m", "numerator": ["a", "b"], "where": {"c": 1}}]}
            ],
        },
        "populations": {"age band": {"levels": ["65 and over", "under 65"]}},
        "studies": [{"study": "s", "rule": {"change": "c", "above": 20.5}, "exclude_periods": ["2020-03-01"]}],
    }
    assert toml.read(toml.written(config)) == config


def test_studies_and_policy_come_with_the_tables(kit: ModuleType, brought: Dataset, tmp_path: Path) -> None:
    config = brought.mapping["config"]
    assert [one["study"] for one in config["studies"]] == ["call-back"]
    assert brought.checked["state"] == "done" and not brought.checked["problems"]
    assert brought.checked["rows"][0]["answerable"] and "percentage points" in brought.checked["rows"][0]["smallest"]


@pytest.mark.parametrize(
    ("names", "role"),
    [
        (("org_code", "trust_name", "type1_any"), "sites"),
        (("change", "title", "introduced", "displaced"), "changes"),
        (("change", "code", "adopted_on", "lapsed_on"), "adoptions"),
        (("measure", "label", "family", "kind", "better", "smallest_important"), "measures"),
        (("measure", "site", "period", "numerator", "denominator"), "observations"),
        (("period", "org_code", "att_type1", "gt4_type1"), "wide"),
        (("code", "month", "age", "booked", "missed"), "wide"),
        (("a", "b"), ""),
        ((), ""),
    ],
)
def test_a_file_is_guessed_by_its_columns(names: tuple[str, ...], role: str) -> None:
    assert guessing.role(names) == role


def test_no_column_is_guessed_twice_and_near_names_are_not_enough() -> None:
    from holdfast.workspace.loading import TABLES

    assert guessing.columns(TABLES["sites"], ("title", "name")) == {"name": "name"}
    held = guessing.columns(TABLES["observations"], ("Site Code", "month", "numerator", "measure"))
    assert held["measure"] == "measure" and held["period"] == "month" and len(set(held.values())) == len(held)
