"""The same change in other words: found, explained, counted, kept and grown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from alike_tellings import SETS, half, read, shown
from holdfast.understand.alike import Index, NotThisIndex, Record, lexicon_from, load, save

SDEC = Record("a", "Same day emergency care opened next to A&E", {"setting": "acute", "pathway": "urgent"})
AEC = Record("b", "Ambulatory care unit: people are treated and home without a bed", {"setting": "acute"})
HUB = Record("c", "A discharge hub with social care", {"setting": "place"})
VIDEO = Record("d", "Clinics moved to video", {"setting": "acute"})
FEW = [SDEC, AEC, HUB, VIDEO]


def test_ideas_meet_where_words_do_not() -> None:
    found = Index.build(FEW).like("our SDEC is open all week", k=2)
    assert {candidate.key for candidate in found} == {"a", "b"}
    assert all(candidate.ideas == ("same day emergency care",) for candidate in found)
    assert not any("sdec" in candidate.words for candidate in found)


def test_reasons_are_words_of_the_candidate_and_labels_of_both() -> None:
    (first, *_) = Index.build(FEW).like("discharging through a hub", {"setting": "Place", "pathway": "discharge"})
    assert first.key == "c"
    assert set(first.words) <= {"discharge", "hub"} and first.words
    assert first.fields == ("setting=place",)
    assert first.made_by == "holdfast, words and characters and the word vectors of WordLlama"


def test_nothing_shared_gives_nothing() -> None:
    index = Index.build(FEW)
    assert index.like("") == () and index.like("🙂🙂") == () and index.like("zzzz", k=0) == ()
    assert Index.build([]).like("video clinics") == ()
    assert Index.build([]).others("video clinics").number == 0


def test_a_record_added_is_found_at_once_and_keys_must_differ() -> None:
    index = Index.build([])
    for record in FEW:
        index.add(record)
    assert len(index) == 4
    assert index.like("video clinic")[0].key == "d"
    with pytest.raises(ValueError, match="already holds"):
        index.add(VIDEO)
    with pytest.raises(ValueError, match="keys must differ"):
        Index.build([VIDEO, VIDEO])


def test_growing_one_by_one_answers_as_building_at_once() -> None:
    told = [record for _, record in read(SETS[:1], True)][:60]
    grown = Index.build(told[:40])
    for record in told[40:]:
        grown.add(record)
    built = Index.build(told)
    for record in told[:10]:
        assert grown.like(record.text, record.fields) == built.like(record.text, record.fields)


def test_records_added_to_a_large_index_wait_and_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.understand.alike import index as module

    monkeypatch.setattr(module, "SMALL", 3)
    monkeypatch.setattr(module, "SOME", 3)
    index = Index.build(FEW)
    for at in range(5):
        index.add(Record(f"new {at}", f"A marquee for swabs number {at}"))
        assert index.like(f"marquee for swabs number {at}", k=1)[0].key == f"new {at}"
    assert len(index.waiting) == 2
    assert index.by_feature.shape[1] == 7


def test_the_made_up_tellings_are_found_as_often_as_was_measured() -> None:
    """On the half not developed on: measured .51 (terse, .71 with fields) and 1.00 (fuller); bars a little under."""
    assert shown(half(read(SETS[:1], False), 1), None)[0] >= 0.45
    assert shown(half(read(SETS[:1], True), 1), None)[0] >= 0.65
    assert shown(half(read(SETS[1:], False), 1), None)[0] >= 0.95


def test_there_are_as_many_tellings_as_were_asked_for() -> None:
    told = read(SETS, False)
    assert len(told) >= 300
    assert len({change for change, _ in told}) >= 100


def test_others_count_each_merged_group_once_and_never_the_telling_itself() -> None:
    records = [Record(f"v{at}", "Outpatient clinics moved to video consultations at home") for at in range(6)]
    rest = [record for _, record in read(SETS[:1], False)]
    index = Index.build([*records, *rest])
    text = "Outpatient clinics moved to video consultations at home"
    alone = index.others(text)
    assert {f"v{at}" for at in range(6)} <= set(alone.keys)
    merged = index.others(text, groups={f"v{at}": "v0" for at in range(4)})
    assert merged.number == alone.number - 3
    own = index.others(text, groups={f"v{at}": "v0" for at in range(4)}, key="v3").keys
    assert not {"v0", "v1", "v2", "v3"} & set(own) and {"v4", "v5"} <= set(own)
    assert alone.number <= alone.expected / 0.5


def test_an_index_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    index = Index.build(FEW)
    index.add(Record("e", "Bloods taken in a car park"))
    save(index, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.json", "index.npz"]
    back = load(tmp_path)
    assert back.like("drive-through bloods") == index.like("drive-through bloods")
    back.add(Record("f", "Physios on the wards at weekends"))
    assert back.like("weekend physio")[0].key == "f"


def test_a_folder_that_is_not_this_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThisIndex, match="build it again"):
        load(tmp_path)
    save(Index.build(FEW), tmp_path)
    with pytest.raises(NotThisIndex, match="another lexicon"):
        load(tmp_path, lexicon_from(["one | two"]))
    (tmp_path / "index.npz").write_bytes(b"not a zip")
    with pytest.raises(NotThisIndex):
        load(tmp_path)


def test_an_embedding_of_ones_own_is_told_apart(tmp_path: Path) -> None:
    def by_length(texts: list[str]) -> np.ndarray:
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    index = Index.build(FEW, embed=by_length)
    found = index.like("video clinic")
    assert {candidate.made_by for candidate in found} == {"holdfast, words and characters and an embedding of your own"}
    save(index, tmp_path)
    with pytest.raises(NotThisIndex, match="same embedding"):
        load(tmp_path)
    assert load(tmp_path, embed=by_length).like("video clinic") == found


def _by_length(texts: Sequence[str]) -> np.ndarray:
    """An embedding that has no vector for an empty text, and says NaN for one that holds “bad”."""
    rows = np.array([[len(text), text.count("e"), 1.0] for text in texts], dtype=np.float32)
    rows[["bad" in text or not text for text in texts]] = np.nan
    return rows


@pytest.mark.parametrize("blank", [np.nan, 0.0])
def test_a_record_without_words_has_no_embedding_and_spoils_no_other(blank: float) -> None:
    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.where(np.array([[not text] for text in texts]), blank, _by_length(texts)).astype(np.float32)

    index = Index.build([*FEW, Record("e", "")], embed=embed)
    found = index.like("clinics by video", k=9)
    assert found and "e" not in {candidate.key for candidate in found}
    assert found[0].key == "d" and index.others("clinics by video").expected > 0
    index.add(Record("f", " "))
    assert {one.key for one in index.like("clinics by video", k=9)} == {one.key for one in found}
    assert index.like("", k=9) == ()


def test_an_embedding_that_gives_no_vector_is_refused_and_the_index_stays_as_it_was() -> None:
    bad = Record("x", "bad words")
    with pytest.raises(ValueError, match="no finite vector for 1 of 5 texts"):
        Index.build([*FEW, bad], embed=_by_length)
    index = Index.build(FEW, embed=_by_length)
    before = index.like("clinics by video")
    with pytest.raises(ValueError, match="no finite vector for 1 of 1 texts"):
        index.add(bad)
    with pytest.raises(ValueError, match="no finite vector"):
        index.like("bad words")
    assert len(index) == len(FEW) and index.like("clinics by video") == before
    with pytest.raises(ValueError, match=r"gave \(4, 3\) for 3 texts"):
        Index.build(FEW[:3], embed=lambda texts: np.ones((len(texts) + 1, 3), dtype=np.float32))
    index.meanings.embed = lambda texts: np.ones((len(texts), 7), dtype=np.float32)
    with pytest.raises(ValueError, match="beside vectors of length 3"):
        index.add(Record("y", "Bloods in a car park"))


def test_probabilities_lie_between_nought_and_one_and_skill_is_at_hand() -> None:
    index = Index.build([record for _, record in read(SETS[:1], True)])
    for record in index.records[:20]:
        assert all(0 <= candidate.probability <= 1 for candidate in index.like(record.text, record.fields))
    assert index.curve.fitted_on and len(index.curve.skill) > 5


def test_an_answer_comes_while_somebody_types() -> None:
    """5,000 records; the benchmark times 100,000."""
    told = [record for _, record in read(SETS, True)]
    index = Index.build(
        Record(f"{at}", f"{told[at % len(told)].text} {told[(at * 7) % len(told)].text}") for at in range(5000)
    )
    start = time.process_time()
    for record in told[:10]:
        index.like(record.text)
    assert (time.process_time() - start) / 10 < 0.1


def test_in_a_small_register_the_same_change_is_likely_and_others_are_not() -> None:
    """With and without word vectors: what is far from the rest is not held against it (the curve once did)."""
    index = Index.build([*FEW, Record("e", "Volunteers take medicines to people who stay at home")])
    likely = {
        found.key: found.probability for found in index.like("medicines are taken to people's homes by volunteers")
    }
    assert likely["e"] > 0.9 and all(p < 0.5 for key, p in likely.items() if key != "e")
    assert (index.curve.slope[1:] > 0).all()
