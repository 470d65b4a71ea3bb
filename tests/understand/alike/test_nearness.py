"""Nearness of embeddings: against the formula written plainly, and in registers of few records."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.understand.alike import Index, Record, load, save
from holdfast.understand.alike import index as indexing
from holdfast.understand.alike.nearness import AS_IF, SAMPLE, K, common_to, joined, nearness

DRAW = np.random.default_rng(7)


def _vectors(number: int) -> np.ndarray:
    rows = DRAW.normal(0.5, 1.0, (number, 24))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _plainly(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """1 + cos − r / 2 in float64, every record against every other: the reference."""
    rows = vectors.astype(np.float64)
    centre = rows.sum(axis=0) / (len(rows) + AS_IF)
    apart = (rows - centre) / np.linalg.norm(rows - centre, axis=1, keepdims=True)
    towards = (asked - centre) / np.linalg.norm(asked - centre)
    others = [np.delete(line, at) for at, line in enumerate(apart @ apart.T)]
    usual = np.array([np.sort(line)[::-1][:K].sum() / K for line in others])
    return np.asarray(1 + apart @ towards - usual / 2)


@pytest.mark.parametrize("number", [1, 2, 9, 60, 300])
def test_nearness_is_the_formula(number: int) -> None:
    vectors, (asked,) = _vectors(number), _vectors(1)
    assert nearness(vectors, common_to(vectors), asked) == pytest.approx(_plainly(vectors, asked), abs=2e-6)


def test_a_large_register_is_measured_by_a_sample_of_it() -> None:
    vectors, (asked,) = _vectors(3 * SAMPLE), _vectors(1)
    held = common_to(vectors)
    assert len(held.sample) == SAMPLE
    assert np.corrcoef(nearness(vectors, held, asked), _plainly(vectors, asked))[0, 1] > 0.98


def test_a_vector_more_is_placed_as_the_others_were() -> None:
    vectors = _vectors(50)
    held = common_to(vectors)
    more = joined(held, vectors[:1])
    assert more.norms[-1] == pytest.approx(held.norms[0], rel=1e-6)
    assert len(more.hubs) == 51 and (more.centre == held.centre).all()


def test_a_large_index_with_an_embedding_grows_and_comes_back(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["clinic", "video", "phone", "ward", "night", "nurse", "park", "swab", "home", "bed"]

    def by_words(texts: list[str]) -> np.ndarray:
        return np.array([[0.1 + text.split().count(word) for word in words] for text in texts], dtype=np.float32)

    monkeypatch.setattr(indexing, "SMALL", 3)
    index = Index.build((Record(str(at), f"{words[at]} {words[at - 3]}") for at in range(6)), embed=by_words)
    index.add(Record("new", "swab home"))
    assert index.like("home swab", k=1)[0].key == "new"
    save(index, tmp_path)  # type: ignore[arg-type]
    assert load(tmp_path, embed=by_words).like("night ward") == index.like("night ward")  # type: ignore[arg-type]


def test_an_empty_index_with_an_embedding_starts_with_one_record() -> None:
    index = Index.build([], embed=lambda texts: np.ones((len(texts), 3), dtype=np.float32))
    assert index.like("anything") == ()
    index.add(Record("a", "a clinic by video"))
    assert [candidate.key for candidate in index.like("video clinic")] == ["a"]
