"""Many changes at once: read, mapped, checked, brought in once each, and none lost when the server is killed."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from holdfast.web.register import importing, saving
from holdfast.web.register.importing_fields import guess
from holdfast.web.register.importing_reading import GONE, UnreadableError, read_file, read_pasted
from holdfast.web.register.listing import vocabularies
from holdfast.web.register.models import Change
from holdfast.web.register.tables import Import, ImportRow

CSV = (
    "Name of change,Details,Trust,Start date,Stage,Months planned,Setting\n"
    'Video clinics,"Skin clinics, by video",Airedale,23/03/2020,emerging,24,Acute\n'
    "Telephone first,,Wirral,March 2020,stopped,,acute; community\n"
    "Bad date,,Wirral,soon,emerging,,\n"
    "Bad list,,Wirral,,emerging,,The moon\n"
    ",,Wirral,,,,\n"
    'video clinics,"Skin clinics,  by video",AIREDALE,23/03/2020,emerging,24,Acute\n'
)


def _sent(client: Client, content: bytes | str, name: str = "changes.csv") -> Import:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    got = client.post(reverse("register:import"), {"file": file})
    assert got.status_code == 302, got.content.decode()
    return Import.objects.latest("pk")


def _pasted(client: Client, text: str) -> Import:
    assert client.post(reverse("register:import"), {"pasted": text}).status_code == 302
    return Import.objects.latest("pk")


def _mapped(client: Client, held: Import, **more: str) -> Any:
    told = {f"column-{at}": target for at, target in enumerate(held.mapping)} | more
    return client.post(reverse("register:import-columns", kwargs={"number": held.pk}), told)


def _run(client: Client, held: Import) -> dict[str, int]:
    client.post(reverse("register:import-run", kwargs={"number": held.pk}))
    return importing.counts(held)


@pytest.mark.django_db
def test_a_file_from_sending_to_changes(as_: Any) -> None:
    client = as_("analyst")
    held = _sent(client, CSV)
    assert held.mapping == [
        "title", "description", "organisation", "started_on", "status", "planned_months", "list:setting"
    ]  # fmt: skip
    assert _mapped(client, held).status_code == 302
    page = client.get(reverse("register:import-one", kwargs={"number": held.pk})).content.decode()
    assert "Bring in 2 changes" in page and "Enter a date such as" in page
    assert "“The moon” is not in the list “Setting”" in page
    assert "It says nothing of what changed" in page and "stands earlier in this file" in page
    assert not Change.objects.exists()
    assert _run(client, held) == {"waiting": 0, "imported": 2, "unread": 3, "duplicate": 1, "all": 6}
    first = Change.objects.earliest("pk")
    assert (first.title, first.organisation, str(first.started_on)) == ("Video clinics", "Airedale", "2020-03-23")
    assert first.source == "changes.csv, row 2" and first.author is not None
    assert [term.code for term in first.terms.all()] == ["setting_acute"]
    held.refresh_from_db()
    assert held.state == Import.DONE and held.ended_at


@pytest.mark.django_db
def test_the_same_file_again_adds_nothing(as_: Any) -> None:
    client = as_("analyst")
    for _ in range(2):
        held = _sent(client, CSV)
        _mapped(client, held)
        _run(client, held)
    assert Change.objects.count() == 2
    assert importing.counts(held) == {"waiting": 0, "imported": 0, "unread": 3, "duplicate": 3, "all": 6}
    _run(client, held)
    assert Change.objects.count() == 2


@pytest.mark.django_db
def test_a_row_is_put_right_and_brought_in(as_: Any) -> None:
    client = as_("improvement-lead")
    held = _sent(client, CSV)
    _mapped(client, held)
    _run(client, held)
    where = reverse("register:import-row", kwargs={"number": held.pk, "line": 4})
    assert "Enter a date such as" in client.get(where).content.decode()
    cells = {f"cell-{at}": cell for at, cell in enumerate(["Bad date", "", "Wirral", "still soon", "emerging", "", ""])}
    assert client.post(where, cells).status_code == 422
    assert client.post(where, {**cells, "cell-3": "1/4/2020"}).status_code == 302
    assert _run(client, held)["imported"] == 3
    assert Change.objects.filter(title="Bad date").exists()
    assert "has been brought in" in client.get(where).content.decode()
    held.refresh_from_db()
    assert held.state == Import.DONE


@pytest.mark.django_db
def test_what_could_not_be_read_is_taken_away_with_its_reason(as_: Any) -> None:
    client = as_("improvement-lead")
    held = _sent(client, CSV + "=cmd(),,,nonsense,,,\n")
    _mapped(client, held)
    got = client.get(reverse("register:import-unread", kwargs={"number": held.pk}))
    text = b"".join(got.streaming_content).decode("utf-8-sig")
    assert text.count("\r\n") == 5 and "Why it could not be read" in text and "\r\n'=cmd()" in text


@pytest.mark.django_db
def test_excel_and_pasted_cells_and_lines(as_: Any) -> None:
    import datetime as dt

    client = as_("analyst")
    book = openpyxl.Workbook()
    book.active.append(["Title", "Start date", "Cost", "Months taken"])
    book.active.append(["From Excel", dt.datetime(2020, 3, 1), 1200.5, 3])
    out = io.BytesIO()
    book.save(out)
    held = _sent(client, out.getvalue(), "changes.xlsx")
    _mapped(client, held)
    _run(client, held)
    change = Change.objects.get(title="From Excel")
    assert (str(change.started_on), float(change.cost), int(change.actual_months)) == ("2020-03-01", 1200.5, 3)
    cells = _pasted(client, "Title\tStatus\nFrom cells\tstopped\n")
    _mapped(client, cells)
    _run(client, cells)
    lines = _pasted(client, "We moved beds, at night, to the new ward. It was quiet.\n\nTea at four, for all\n")
    assert lines.mapping == ["description"]
    _mapped(client, lines)
    _run(client, lines)
    titles = set(Change.objects.values_list("title", flat=True))
    assert titles == {"From Excel", "From cells", "We moved beds, at night, to the new ward", "Tea at four, for all"}


@pytest.mark.django_db
def test_an_nhs_number_is_never_kept(as_: Any) -> None:
    client = as_("analyst")
    held = _pasted(client, "title\tdescription\nA change\tfor 943 476 5919 on the ward\n")
    _mapped(client, held)
    row = ImportRow.objects.get()
    assert row.state == ImportRow.UNREAD and GONE in row.cells[1] and "476" not in str(row.cells)
    assert "an NHS number, which was not kept" in row.reason


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"   \n", "empty"),
        ("a.csv", b"title\n", "Only headings"),
        ("a.xlsx", b"PK\x03\x04broken", "damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0broken", "damaged or have a password"),
        ("a.pdf", bytes(range(256)) * 20, "neither text nor Excel"),
        ("a.csv", (",".join("c" * 150) + "\n1\n").encode(), "more than 100 columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(as_: Any, name: str, content: bytes, says: str) -> None:
    got = as_("analyst").post(reverse("register:import"), {"file": SimpleUploadedFile(name, content)})
    assert got.status_code == 422 and says in got.content.decode()
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_one_of_a_file_and_pasted_text(as_: Any) -> None:
    for told in ({}, {"file": SimpleUploadedFile("a.csv", b"title\nx\n"), "pasted": "y"}):
        got = as_("analyst").post(reverse("register:import"), told)
        assert got.status_code == 422 and "one of the two" in got.content.decode()


@pytest.mark.django_db
def test_a_mapping_must_say_what_changed_and_each_field_once(as_: Any) -> None:
    client = as_("analyst")
    held = _sent(client, CSV)
    assert "Two columns are both" in _mapped(client, held, **{"column-1": "title"}).content.decode()
    left = {"column-0": "", "column-1": ""}
    assert "Say which column tells what changed" in _mapped(client, held, **left).content.decode()
    assert "not known any more" in _mapped(client, held, **{"column-1": "list:gone"}).content.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding(encoding: str) -> None:
    sheet = read_file("a.csv", "title;place\nCafé “x”;Zürich\n".encode(encoding))
    assert sheet.columns == ["title", "place"] and sheet.rows == [(2, ["Café “x”", "Zürich"])]


def test_limits_are_told(monkeypatch: Any) -> None:
    monkeypatch.setattr("holdfast.web.register.importing_reading.MOST_ROWS", 3)
    with pytest.raises(UnreadableError, match="more than 3 rows"):
        read_pasted("title\tx\n" + "a\tb\n" * 4)


@pytest.mark.django_db
def test_headings_are_guessed_each_field_once() -> None:
    lists = vocabularies()
    assert guess(["TITLE", "Name", "for_whom", "Who for?", "Organisaton", "xyz", "Service shifts"], lists) == [
        "title", "", "for_whom", "", "organisation", "", "list:service_shifts"
    ]  # fmt: skip


def _many(count: int) -> str:
    return "title\tdescription\n" + "".join(f"Change {n}\tWhat we did, number {n}\n" for n in range(count))


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_row_leaves_whole_batches_and_carries_on(as_: Any, person: Any, monkeypatch: Any) -> None:
    client, by = as_("analyst"), person("analyst")
    held = _pasted(client, _many(130))
    _mapped(client, held)
    create, made, dies_at = saving.create, [0], iter((1, 7, 20, 21, 45, 46, 130, 131))
    at = [next(dies_at)]

    def dying(*words: Any, **named: Any) -> Any:
        made[0] += 1
        if made[0] == at[0]:
            raise KeyboardInterrupt  # as when the process is told to stop
        return create(*words, **named)

    monkeypatch.setattr("holdfast.web.register.importing.saving.create", dying)
    for _ in range(12):
        try:
            importing.carry_on(held, by, seconds=60)
        except KeyboardInterrupt:
            at[0] = next(dies_at, 10**9)
            found = importing.counts(held)
            assert Change.objects.count() == found["imported"] and found["imported"] % importing.BATCH == 0
            assert found["imported"] + found["waiting"] == 130
            continue
        break
    assert Change.objects.count() == 130 == importing.counts(held)["imported"]
    assert Change.objects.values("title").distinct().count() == 130


@pytest.mark.django_db(transaction=True)
def test_two_who_carry_on_at_once_bring_each_row_in_once(as_: Any, person: Any) -> None:
    import threading

    from django.db import connection

    client, by = as_("analyst"), person("analyst")
    first = _pasted(client, _many(60))
    _mapped(client, first)
    second = _pasted(client, _many(60))
    _mapped(client, second)
    problems: list[BaseException] = []

    def work(held: Import) -> None:
        try:
            importing.carry_on(Import.objects.get(pk=held.pk), by, seconds=60)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(held,)) for held in (first, first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Change.objects.count() == 60
    assert importing.counts(first)["imported"] + importing.counts(second)["imported"] == 60


@pytest.mark.django_db
def test_the_database_itself_refuses_a_row_twice(person: Any) -> None:
    text = "title\tstatus\nA\temerging\n"
    one, two = (importing.begin(person("analyst"), "x", text.encode(), read_pasted(text)) for _ in range(2))
    ImportRow.objects.filter(source=one).update(state=ImportRow.IMPORTED)
    with pytest.raises(IntegrityError):
        ImportRow.objects.filter(source=two).update(state=ImportRow.IMPORTED)
