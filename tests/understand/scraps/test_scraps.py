"""Scraps: what a change sounds like, where it stood, and what could not be read while the rest went on."""

from __future__ import annotations

import csv
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.understand.scraps import CannotRead, Limits, Passage, Unread, preview, read_pasted, read_scraps
from holdfast.understand.scraps.finding import judge
from holdfast.understand.scraps.guards import Allowance
from holdfast.understand.scraps.sentences import seen, sentences
from holdfast.understand.scraps.tables import read_table
from holdfast.understand.scraps.word import read_word

CHANGES = (
    "We moved all follow-up clinics to video instead of face to face appointments.",
    "Nurses now discharge patients against agreed criteria.",
    "The team introduced a daily huddle at 8am.",
    "Routine home visits were stopped and replaced by a weekly phone call.",
    "Physios were redeployed to the wards.",
    "Patients used to wait for the ward round, they no longer do.",
    "We piloted drive-through blood tests in the car park.",
    "GPs can now send photos to the dermatologist.",
    "Set up a relatives line staffed by outpatient nurses",
    "Pharmacy switched from paper to electronic prescriptions in April.",
)
NOT_CHANGES = (
    "Thank you to everyone for their hard work.",
    "Apologies were received from the chair.",
    "We should introduce more physiotherapy.",
    "The ward was clean and the food was good.",
    "Could you please open the window?",
    "Nothing changed in our team.",
    "Waiting times are too long.",
    "I hope to see more staff.",
    "Page 3 of 12",
    "n/a",
)


@pytest.mark.parametrize("sentence", CHANGES)
def test_what_sounds_like_a_change_is_put_forward(sentence: str) -> None:
    assert judge(sentence).score >= 0.4


@pytest.mark.parametrize("sentence", NOT_CHANGES)
def test_what_does_not_is_left(sentence: str) -> None:
    assert judge(sentence).score < 0.4


@pytest.mark.parametrize(
    ("sentence", "introduced", "displaced"),
    [
        ("We replaced paper notes with tablets.", "tablets", "paper notes"),
        ("Clinics moved from the hospital to the village hall.", "the village hall", "the hospital"),
        ("We introduced phone triage instead of walk-in, so waits fell.", "phone triage", "walk-in"),
        ("We moved clinics to video instead of face to face.", "video", "face to face"),
        ("We introduced tablets rather than paper.", "tablets", "paper"),
        ("We stopped routine home visits because of infection.", "", "routine home visits"),
        ("It was busy.", "", ""),
    ],
)
def test_what_came_and_what_went_are_the_writers_words(sentence: str, introduced: str, displaced: str) -> None:
    found = judge(sentence)
    assert (found.introduced, found.displaced) == (introduced, displaced)


def test_pasted_text_gives_scraps_with_their_place_and_without_names() -> None:
    text = "Dear all,\n\nLast month was hard. Dr Patel introduced a daily huddle at 8am. Ring 0113 496 0000.\n\nThanks"
    (scrap,) = read_pasted(text).scraps
    assert scrap.text == "Dr [name] introduced a daily huddle at 8am."
    assert dict(scrap.removed) == {"name": 1}
    assert text[scrap.source.start : scrap.source.end] == "Dr Patel introduced a daily huddle at 8am."
    assert str(scrap.source) == "pasted text, paragraph 2"


@given(st.text(max_size=300))
def test_sentences_lie_in_the_text_in_order_and_lose_no_letter(text: str) -> None:
    spans = list(sentences(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    outside = list(text)
    for start, end in spans:
        outside[start:end] = " " * (end - start)
    assert not [ch for ch in "".join(outside) if ch.isalpha() and ch not in "o"]


@given(st.text(max_size=200))
def test_any_pasted_text_is_answered(text: str) -> None:
    assert read_pasted(text).files == 1


def test_sentences_know_abbreviations_and_bullets() -> None:
    text = "Dr. Smith came, e.g. on Monday. It helped!\n- Moved to video\n2) Stopped visits"
    assert [text[a:b] for a, b in sentences(text)] == [
        "Dr. Smith came, e.g. on Monday.", "It helped!", "Moved to video", "Stopped visits",
    ]  # fmt: skip


def test_html_is_read_as_a_reader_sees_it() -> None:
    html = "<style>p{}</style><p>We <b>stopped</b> visits &amp; rang</p><script>alert(1)</script> 3 < 4"
    assert seen(html) == "We stopped visits & rang 3 < 4"


def _survey(folder: Path) -> Path:
    path = folder / "survey.csv"
    rows = [("id", "role", "What changed?", "score"), (1, "nurse", "We moved clinics to video instead of in person", 4)]
    rows += [(2, "porter", "Nothing has changed here at all", 5), (3, "GP", '=HYPERLINK("http://x","y")', 2)]
    rows += [(4, "nurse", "My name is Janet Smith and we started phone triage, ring 07700 900123", 3)]
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def test_a_preview_points_at_peoples_own_words_and_hides_who_they_are(tmp_path: Path) -> None:
    columns = preview(_survey(tmp_path))
    assert [column.name for column in columns if column.suggested] == ["What changed?"]
    assert not any("Janet" in sample or "07700" in sample for column in columns for sample in column.samples)


def test_survey_answers_come_with_row_and_column_and_formulas_are_listed(tmp_path: Path) -> None:
    found = read_scraps(_survey(tmp_path))
    assert [scrap.source.row for scrap in found.scraps] == [2, 5]
    assert {scrap.source.column for scrap in found.scraps} == {"What changed?"}
    assert found.scraps[1].text == "My name is [name] and we started phone triage, ring [phone]"
    assert [why.reason for why in found.unread] == ["1 cells hold a formula instead of words"]
    assert found.passages == 3


def test_columns_that_are_not_there_are_answered_with_those_that_are(tmp_path: Path) -> None:
    (why,) = read_scraps(_survey(tmp_path), columns={"survey.csv": ["Comments"]}).unread
    assert "none of the columns" in why.reason and "“What changed?”" in why.fix


def _table(folder: Path, *rows: str) -> Path:
    path = folder / "c.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_one_column_that_is_not_there_is_listed_while_the_others_are_read(tmp_path: Path) -> None:
    path = _table(tmp_path, "id,What changed?,Why ", "1,We moved clinics to video,it was safer")
    found = read_scraps(path, columns={"c.csv": ["What  changed?", "Wyh"]})
    assert len(found.scraps) == 1
    (why,) = found.unread
    assert "“Wyh”" in why.reason and "“Why”" in why.fix and why.file == "c.csv"


def test_a_file_whose_columns_were_asked_for_and_that_is_not_there_is_listed(tmp_path: Path) -> None:
    _table(tmp_path, "id,What changed?", "1,We moved clinics to video", "2,We stopped all home visits")
    (why,) = read_scraps(tmp_path, columns={"d.csv": ["Why"], "c.csv": ["What changed?"]}).unread
    assert why.file == "d.csv" and "no table has this name" in why.reason and "“c.csv”" in why.fix


def test_an_answer_cut_by_its_own_comma_is_listed_and_not_given_cut(tmp_path: Path) -> None:
    cut = "We stopped letters in ward {}, and introduced texts to people at home"
    rows = [f"{i},{cut.format(i)}" if i % 2 else f'{i},"{cut.format(i)}"' for i in range(24)]
    found = read_scraps(_table(tmp_path, "id,What changed?", *rows))
    assert [scrap.text for scrap in found.scraps] == [cut.format(i) for i in range(0, 24, 2)]
    (why,) = found.unread
    assert why.reason.startswith("12 rows hold more cells than there are headings")
    assert "(row 3, 5, 7, 9, 11, 13, 15, 17…)" in why.reason and "quotation marks" in why.fix
    (column,) = [column for column in preview(tmp_path / "c.csv") if column.name == "What changed?"]
    assert column.filled == 12 and all(sample.endswith("at home") for sample in column.samples)


def test_where_commas_cut_every_row_that_is_what_is_said(tmp_path: Path) -> None:
    rows = [f"{i},We stopped letters in ward {i}, and introduced texts" for i in range(3)]
    (why,) = read_scraps(_table(tmp_path, "id,What changed?", *rows)).unread
    assert why.reason.startswith("3 rows hold more cells")


def test_a_comma_shows_even_where_the_last_column_is_empty(tmp_path: Path) -> None:
    path = _table(
        tmp_path, "id,What changed?,Why", "1,We stopped letters, and sent texts,", "2,We moved to video,safer"
    )
    found = read_scraps(path, columns={"c.csv": ["What changed?"]})
    assert [scrap.source.row for scrap in found.scraps] == [3] and "1 rows hold more cells" in found.unread[0].reason


def _workbook(folder: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Team", "Learning log"])
    book.active.append(["A", "We set up a hub for discharge with the council in two weeks"])
    book.active.append(["B", "We replaced bleeps with a messaging app across all the wards"])
    book.save(folder / "log.xlsx")


def _word(folder: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("Learning so far. We moved pharmacy deliveries to volunteers in March. It rained.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[1].text = "Physio sessions were replaced by online classes."
    document.save(str(folder / "notes.docx"))


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RUN = "<w:r><w:t>{}</w:t></w:r>"
BODY = f"""
<w:p>{RUN.format("First")}<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr></w:p>
<w:sdt><w:sdtContent><w:p>{RUN.format("in a control")}</w:p></w:sdtContent></w:sdt>
<w:p>{RUN.format("kept ")}<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>
<w:moveFrom>{RUN.format("moved away")}</w:moveFrom><w:ins>{RUN.format("inserted")}</w:ins>
<w:sdt><w:sdtContent>{RUN.format(" and chosen")}</w:sdtContent></w:sdt></w:p>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p>{RUN.format("boxed")}</w:p></w:txbxContent>
</mc:Choice><mc:Fallback><w:txbxContent><w:p>{RUN.format("boxed")}</w:p></w:txbxContent></mc:Fallback>
</mc:AlternateContent></w:r>{RUN.format("around the box")}</w:p>
<w:tbl><w:tr><w:tc><w:sdt><w:sdtContent><w:p>{RUN.format("in a cell")}</w:p></w:sdtContent></w:sdt></w:tc></w:tr>
</w:tbl>
<w:p><w:r><w:t>last</w:t><w:tab/><w:t>line</w:t><w:br/><w:t>broken</w:t></w:r></w:p>
"""


def _written(path: Path, body: str, header: str = "", footer: str = "") -> Path:
    """A Word file with this body, as Word itself would write it."""
    from docx import Document
    from docx.oxml import parse_xml

    spaces = {
        "w": WORDS,
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }
    named = " ".join(f'xmlns:{short}="{long}"' for short, long in spaces.items())
    document = Document()
    if header or footer:
        document.sections[0].header.paragraphs[0].text = header
        document.sections[0].footer.paragraphs[0].text = footer
    for at, block in enumerate(parse_xml(f"<w:body {named}>{body}</w:body>")):
        document.element.body.insert(at, block)
    document.save(str(path))
    return path


def _word_texts(path: Path) -> list[str]:
    found = read_word(path, path.name, Allowance(Limits()))
    return [one.text if isinstance(one, Passage) else one.reason for one in found]


def test_word_text_is_read_wherever_word_has_put_it_and_deleted_text_is_not(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.docx", BODY, "the header", "the footer")
    assert _word_texts(path) == [
        "First", "in a control", "kept inserted and chosen", "around the box", "boxed", "in a cell",
        "last\tline\nbroken", "the header", "the footer",
    ]  # fmt: skip


def test_footnotes_are_read_and_files_put_inside_are_listed(tmp_path: Path) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    note = f'<w:footnotes xmlns:w="{WORDS}"><w:footnote><w:p>{RUN.format("a note")}</w:p></w:footnote></w:footnotes>'
    path = _written(tmp_path / "a.docx", f"<w:p>{RUN.format('words')}</w:p>")
    with zipfile.ZipFile(path) as held:
        rels = held.read("word/_rels/document.xml.rels").decode()
        types = held.read("[Content_Types].xml").decode()
    more = "".join(
        f'<Relationship Id="{name}" Type="{kind}{name}" Target="{target}"/>'
        for name, target in (("footnotes", "footnotes.xml"), ("package", "embeddings/a.xlsx"))
    )
    default = '<Default Extension="xlsx" ContentType="application/octet-stream"/>'
    parts = {
        "word/_rels/document.xml.rels": rels.replace("</Relationships>", more + "</Relationships>"),
        "[Content_Types].xml": types.replace("</Types>", default + "</Types>"),
        "word/footnotes.xml": note,
        "word/embeddings/a.xlsx": "x",
    }
    _rewritten(path, parts)
    assert _word_texts(path) == ["words", "a note", "1 files put inside it were not read"]


def test_a_word_file_with_macros_is_read(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.docm", f"<w:p>{RUN.format('words')}</w:p>")
    with zipfile.ZipFile(path) as held:
        types = held.read("[Content_Types].xml").decode()
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert main in types
    _rewritten(
        path, {"[Content_Types].xml": types.replace(main, "application/vnd.ms-word.document.macroEnabled.main+xml")}
    )
    assert _word_texts(path) == ["words"]


def _rewritten(path: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(path) as held:
        kept = {name: held.read(name) for name in held.namelist()}
    with zipfile.ZipFile(path, "w") as held:
        for name, content in {**kept, **{name: text.encode() for name, text in parts.items()}}.items():
            held.writestr(name, content)


def test_a_file_without_a_word_says_so(tmp_path: Path) -> None:
    _written(tmp_path / "a.docx", "<w:p/>")
    (tmp_path / "a.txt").write_text(" \n\n", encoding="utf-8")
    assert [(why.file, why.reason) for why in read_scraps(tmp_path).unread] == [
        ("a.docx", "it holds no words"), ("a.txt", "it holds no words"),
    ]  # fmt: skip


PAGE = b"BT /F1 12 Tf 72 720 Td (We introduced a falls car with a paramedic and a therapist.) Tj ET"


def _pdf(folder: Path, name: str, *, pages: tuple[bytes, ...] = (PAGE,), password: str = "") -> None:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    for content in pages:
        page = writer.add_blank_page(595, 842)
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if password:
        writer.encrypt(password)
    with (folder / name).open("wb") as file:
        writer.write(file)


def test_a_folder_of_every_kind_is_read_and_what_cannot_be_is_listed(tmp_path: Path) -> None:
    _survey(tmp_path)
    _workbook(tmp_path)
    _word(tmp_path)
    _pdf(tmp_path, "good.pdf", pages=(PAGE, b""))
    _pdf(tmp_path, "locked.pdf", password="secret")
    _pdf(tmp_path, "scanned.pdf", pages=(b"", b""))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "log.txt").write_text(
        "We stopped visiting. Staff now ring families each day.", encoding="utf-16"
    )
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    (tmp_path / "broken.docx").write_bytes(b"PK nonsense")
    (tmp_path / "broken.xlsx").write_bytes(b"nonsense")
    (tmp_path / "locked.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "nothing.txt").write_bytes(b"")
    (tmp_path / "bytes.txt").write_bytes(bytes(range(256)) * 4)
    steps: list[tuple[int, int, str]] = []
    found = read_scraps(tmp_path, progress=lambda done, total, name: steps.append((done, total, name)))
    told = {scrap.source.file for scrap in found.scraps}
    assert told == {"survey.csv", "log.xlsx", "notes.docx", "good.pdf", "sub/log.txt"}
    reasons = {why.file: why.reason for why in found.unread}
    sound = {"log.xlsx", "notes.docx"}
    assert set(reasons) == {path.name for path in tmp_path.iterdir() if path.is_file()} - sound
    assert all("password" in reasons[name] for name in ("locked.pdf", "locked.docx", "locked.xlsx"))
    assert all("damaged" in reasons[name] for name in ("broken.pdf", "broken.docx", "broken.xlsx"))
    assert "scanned" in reasons["scanned.pdf"] and "page 2" in reasons["good.pdf"]
    assert steps[0][:2] == (0, found.files) and steps[-1] == (found.files, found.files, "")
    places = {str(scrap.source) for scrap in found.scraps}
    assert {"good.pdf, page 1, paragraph 1", "log.xlsx, sheet Sheet, row 2, “Learning log”"} <= places


def test_a_file_that_would_swell_is_not_unzipped(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("word/document.xml", b"\0" * 30_000_000)
    (why,) = read_scraps(tmp_path / "bomb.docx").unread
    assert "larger than any real document" in why.reason


def test_limits_stop_reading_and_say_where(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("We moved clinics to video. " * 400, encoding="utf-8")
    (why,) = read_scraps(tmp_path / "long.txt", limits=Limits(bytes=1000)).unread
    assert "at most 0 MB" in why.reason
    found = read_scraps(tmp_path / "long.txt", limits=Limits(characters=500))
    assert found.scraps and "reading stopped" in found.unread[0].reason
    _pdf(tmp_path, "two.pdf", pages=(PAGE, PAGE))
    found = read_scraps(tmp_path / "two.pdf", limits=Limits(pages=1))
    assert len(found.scraps) == 1 and "the first 1 were read" in found.unread[0].reason


@pytest.mark.parametrize("limits", [Limits(characters=5_000), Limits(rows=101)])
def test_a_long_table_is_read_as_far_as_allowed_and_the_rest_listed(tmp_path: Path, limits: Limits) -> None:
    rows = [f"{i},The clinic rang me on day number {i}" for i in range(400)]
    (tmp_path / "survey.csv").write_text("\n".join(["id,comment", *rows]), encoding="utf-8")
    *found, why = read_table(tmp_path / "survey.csv", "survey.csv", Allowance(limits))
    assert isinstance(why, Unread) and "reading stopped" in why.reason
    texts = [passage.text for passage in found if isinstance(passage, Passage)]
    assert 90 < len(texts) < 140 and texts == [row.split(",")[1] for row in rows[: len(texts)]], "none is cut"


def test_a_file_that_is_not_there_is_listed(tmp_path: Path) -> None:
    (why,) = read_scraps(tmp_path / "gone.txt").unread
    assert "could not be opened" in why.reason
    with pytest.raises((CannotRead, OSError)):
        preview(tmp_path / "gone.xlsx")
