"""Words in another script are listed and never read as wrong letters; Western text of Windows is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.understand.scraps import preview, read_scraps
from holdfast.understand.scraps.guards import CannotRead
from holdfast.understand.scraps.western import looks_western

OTHER = (
    ("cp1251", "Мы перевели приём на видео вместо очного визита. Это помогло пациентам."),
    ("cp1251", "Отлично"),
    ("koi8-r", "Мы перевели приём на видео"),
    ("iso-8859-5", "Спасибо врачам за всё"),
    ("gbk", "我们把门诊改为视频而不是面对面。病人很满意。"),
    ("gbk", "很好"),
    ("big5", "我們把門診改為視訊"),
    ("euc-kr", "우리는 진료를 비디오로 바꿨습니다"),
    ("shift_jis", "私たちは診療をビデオに変えました。"),
    ("euc-jp", "私たちは診療をビデオに変えました。"),
    ("iso-2022-jp", "私たちは診療"),
    ("cp1256", "نقلنا العيادات إلى الفيديو بدلا من الحضور"),
    ("cp1255", "העברנו את המרפאה לווידאו"),
    ("cp1253", "Ευχαριστώ πολύ"),
    ("iso-8859-7", "Μεταφέραμε τα ιατρεία σε βίντεο"),
    ("cp874", "เราย้ายคลินิกไปวิดีโอ"),
    ("iso-8859-2", "Przenieśliśmy poradnie na wideo zamiast wizyt osobistych."),
    ("cp1250", "Przesunęliśmy wizyty na wideo, było łatwiej dla pacjentów"),
    ("cp1250", "Přesunuli jsme příští ordinace na video, což ušetřilo čas pacientů"),
    ("cp1254", "Klinikleri görüntülü görüşmeye taşıdık, hastalar için iyi oldu ve yolculuk azaldı"),
    ("cp1257", "Mēs pārcēlām klīnikas uz video, tas palīdzēja pacientiem, ļoti ērti"),
    ("mac_roman", "The café is good. “Lovely” nurses’ time"),
    ("cp850", "The café is good, naïve approach"),
)
WESTERN = (
    "We moved our clinics to video – it “saved travel” and the nurses’ time… £5 a day, 37.5°C, ½ an hour, 5µg, m².",
    "It’s great",
    "Cost £5",
    "• one\n• two",
    "café",
    "Nous avons déplacé les consultations en vidéo. L’été dernier, elles ont été créées où ça a été « utile », À Évian",
    "été à Évian",
    "Wir haben die Sprechstunden für ältere Menschen auf Video umgestellt; Straße, „Übergabe“ in Ärztehäusern",
    "¿Qué cambió? ¡Mañana! Dejamos de llamar a los niños por teléfono, señor",
    "Não há mais consultas; a recepção é pior às vezes, então ligações à mão",
    "Perché è così? La città è più lontana, può venire già lunedì",
    "Vi flyttade mottagningen till video i stället för på plats, å ena sidan är det bättre",
    "Vi flyttede ambulatoriet til video i stedet for fremmøde på sygehuset, ærgerligt",
    "Siirsimme vastaanoton videolle; pääsääntöisesti hyvää työtä",
    "Mae’n dda iawn, gôl, cân, môr a sïon",
    "Wij hebben de poli’s naar video verplaatst, geïnteresseerd, één patiënt",
    "Bhí an dochtúir cineálta; tá sé níos fearr anois",
)


@pytest.mark.parametrize(("encoding", "words"), OTHER)
@pytest.mark.parametrize("ending", [".txt", ".csv", ".html"])
def test_another_encoding_is_listed_with_what_to_do(tmp_path: Path, encoding: str, words: str, ending: str) -> None:
    text = f'id,comment\n1,"{words}"\n2,"We stopped the paper diary"\n' if ending == ".csv" else words
    path = tmp_path / f"words{ending}"
    path.write_bytes(text.encode(encoding))
    found = read_scraps(path, columns={"words.csv": ["comment"]} if ending == ".csv" else None, at_least=0)
    assert not found.scraps
    (why,) = found.unread
    assert "encoding" in why.reason and "UTF-8" in why.fix


@pytest.mark.parametrize("words", WESTERN)
def test_western_text_of_windows_is_read_letter_for_letter(tmp_path: Path, words: str) -> None:
    (tmp_path / "words.txt").write_bytes(words.encode("cp1252"))
    (tmp_path / "words.csv").write_bytes(f'id;comment\n1;"{words}"\n'.encode("cp1252"))
    found = read_scraps(tmp_path, columns={"words.csv": ["comment"]}, at_least=0)
    assert not found.unread
    assert {s.source.file for s in found.scraps} == {"words.txt", "words.csv"}
    assert any(" ".join(words.split()) == scrap.text for scrap in found.scraps if scrap.source.file == "words.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("words", [words for _, words in OTHER[:17]])
def test_unicode_is_read_in_any_script(tmp_path: Path, encoding: str, words: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(words.encode(encoding))
    found = read_scraps(path, at_least=0)
    assert not found.unread
    assert "".join(scrap.text for scrap in found.scraps).replace(" ", "") == words.replace(" ", "")


def test_a_few_words_of_another_script_in_an_english_export_are_noticed(tmp_path: Path) -> None:
    rows = [f"{i},The nurse’s manner was good" if i % 10 == 0 else f"{i},Good" for i in range(300)]
    path = tmp_path / "words.csv"
    path.write_bytes("\n".join(["id,comment", *rows]).encode("cp1252") + b"\n301," + "Спасибо".encode("cp1251"))
    with pytest.raises(CannotRead, match="encoding"):
        preview(path)


def test_what_an_earlier_program_spoilt_does_not_keep_a_western_file_from_being_read() -> None:
    assert looks_western("The nurseâ€™s manner cost Â£5 at the cafÃ©. It’s fine")


@pytest.mark.parametrize(("declared", "encoding"), [("windows-1251", "cp1251"), ("GB2312", "gbk"), ("utf-8", "utf-8")])
def test_a_page_that_declares_its_encoding_is_read_in_it(tmp_path: Path, declared: str, encoding: str) -> None:
    words = "我们把门诊改为视频" if encoding == "gbk" else "Мы перевели приём на видео"
    path = tmp_path / "page.html"
    path.write_bytes(f'<html><head><meta charset="{declared}"></head><p>{words}</p>'.encode(encoding))
    (scrap,) = read_scraps(path, at_least=0).scraps
    assert scrap.text == words


@pytest.mark.parametrize("declared", ["utf-8", "no-such-thing", "unicode_escape", "koi9"])
def test_a_page_that_declares_what_it_is_not_is_listed(tmp_path: Path, declared: str) -> None:
    path = tmp_path / "page.html"
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>Спасибо врачам</p>'
    path.write_bytes(page.encode("cp1251"))
    (why,) = read_scraps(path, at_least=0).unread
    assert "encoding" in why.reason
