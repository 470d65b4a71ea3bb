"""Word vectors: the package's own numbers and none of its code; none where its files are not the known ones."""

from __future__ import annotations

import json
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from holdfast.understand.alike import Index, Record, load, save
from holdfast.understand.alike import index as indexing
from holdfast.understand.alike import meanings as meaning
from holdfast.understand.alike import word_vectors as module
from holdfast.understand.alike.word_vectors import PIECES, WEIGHTS, WIDTH, WordVectors, packaged

WARDS = [
    Record("a", "Older patients are walked round the wards by volunteers"),
    Record("b", "Prescriptions are sent to the chemist without paper"),
    Record("c", "Theatre lists begin at eight"),
]


@pytest.fixture
def vectors() -> WordVectors:
    found = packaged()
    assert found is not None, "the package is a dependency of the core"
    return found


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that lies in a folder of the test's own and holds what a test writes there."""
    spec = ModuleSpec("wordllama", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(module, "find_spec", lambda name: spec)
    for name in (WEIGHTS, PIECES):
        (tmp_path / name).parent.mkdir()
    return tmp_path


def test_the_sums_point_where_the_package_itself_says(vectors: WordVectors) -> None:
    """To 1e-3 in cosine: the package keeps its means in half precision."""
    import wordllama

    where = Path(wordllama.__file__).parent  # its own loader looks in the wrong folder for its word pieces
    whole = wordllama.WordLlama.load(cache_dir=where, disable_download=True)
    texts = ["older patients walked wards volunteers", "theatre lists begin eight", "physiotherapists"]
    theirs = np.asarray(whole.embed(texts, norm=True), dtype=np.float64)
    ours = vectors(texts).astype(np.float64)
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    assert (ours * theirs).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_a_text_is_the_sum_of_its_telling_words(vectors: WordVectors) -> None:
    found = vectors(["The older, older ward!", "older older ward", "", "of the", "病房 لـلمرضى \ud800", "🙂"])
    assert found.shape == (6, WIDTH) and np.isfinite(found).all()
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    assert not found[2].any() and found[3].any() and found[4].any() and not found[5].any()
    assert vectors([]).shape == (0, WIDTH)


def test_words_that_mean_nearly_the_same_are_named_once_each(vectors: WordVectors) -> None:
    assert vectors.akin("elderly people on the ward", "older patients, older relatives on a ward") == (
        ("elderly", "older"),
    )
    assert vectors.akin("ward", "ward") == () == vectors.akin("", "ward") == vectors.akin("theatre", "volunteers")


def test_what_is_near_in_meaning_comes_first_and_says_why() -> None:
    found = Index.build(WARDS).like("elderly inpatients get company")
    assert found[0].key == "a" and ("elderly", "older") in found[0].akin
    assert found[0].made_by == "holdfast, words and characters and the word vectors of WordLlama"


@pytest.mark.parametrize("name", [WEIGHTS, PIECES])
def test_another_file_under_the_name_is_not_read(package: Path, name: str) -> None:
    lies = Path(next(iter(find_spec("wordllama").submodule_search_locations)))  # type: ignore[union-attr,arg-type]
    for one in (WEIGHTS, PIECES):
        (package / one).write_bytes((lies / one).read_bytes())
    assert packaged.__wrapped__() is not None
    if name == PIECES:
        said = json.loads((package / name).read_text(encoding="utf-8"))
        (package / name).write_text(json.dumps(said, indent=4), encoding="utf-8", newline="\r\n")
        assert packaged.__wrapped__() is not None, "how the lines end does not matter"
        said["model"]["vocab"]["</s>"] = 7
        (package / name).write_text(json.dumps(said), encoding="utf-8")
    else:
        (package / name).write_bytes((lies / name).read_bytes()[:-1] + b"\x00")
    assert packaged.__wrapped__() is None


def test_without_the_package_letters_and_words_serve_and_results_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert packaged.__wrapped__() is None
    monkeypatch.setattr(meaning, "packaged", lambda: None)
    monkeypatch.setattr(indexing, "packaged", lambda: None)
    index = Index.build(WARDS)
    index.add(Record("d", "Theatre lists end at five"))
    (found, *_) = index.like("theatre lists begin later", k=1)
    assert found.key == "c" and found.akin == () and found.made_by == "holdfast, words and characters"
    save(index, tmp_path)
    assert load(tmp_path).like("theatre lists begin later", k=1) == (found,)
