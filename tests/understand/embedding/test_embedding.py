"""The optional embedding: refused unless it is the published model, and then held to published likenesses."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from holdfast.understand.embedding import MiniLM, NotTheModel, load_minilm
from holdfast.understand.embedding.minilm import HIDDEN, LAYERS


def test_a_folder_without_the_model_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(NotTheModel, match=r"has no model\.safetensors"):
        load_minilm(tmp_path)


def test_weights_with_another_fingerprint_are_refused_and_never_read(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NotTheModel, match="not the published 53aa51172d14"):
        load_minilm(tmp_path)


class _Letters:
    """A tokenizer of single letters, with the marks that BERT puts at both ends."""

    def encode_batch(self, texts: list[str]) -> list[object]:
        return [type("Encoding", (), {"ids": [1, *(2 + ord(ch) % 20 for ch in text), 2]})() for text in texts]


def _small_weights() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    shapes = {
        "embeddings.word_embeddings.weight": (30, HIDDEN), "embeddings.position_embeddings.weight": (512, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
    }  # fmt: skip
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= {f"{name}{part}.weight": (HIDDEN, HIDDEN), f"{name}{part}.bias": (HIDDEN,)}
        shapes |= {name + "intermediate.dense.weight": (1536, HIDDEN), name + "intermediate.dense.bias": (1536,)}
        shapes |= {name + "output.dense.weight": (HIDDEN, 1536), name + "output.dense.bias": (HIDDEN,)}
    held = {key: draw.normal(0, 0.05, shape).astype(np.float32) for key, shape in shapes.items()}
    for norm in norms:
        held |= {norm + ".weight": np.ones(HIDDEN, np.float32), norm + ".bias": np.zeros(HIDDEN, np.float32)}
    return held


def test_a_text_is_embedded_the_same_whatever_stands_beside_it() -> None:
    """Shorter texts are padded in a batch; the padding must not be seen."""
    model = MiniLM(_small_weights(), _Letters())
    texts = ["video clinic", "a", "", "a much longer text that makes the others be padded out"]
    together = model(texts)
    alone = np.concatenate([model([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert model([]).shape == (0, HIDDEN)


def test_the_published_model_gives_its_published_likenesses() -> None:
    """Held to the values of sentence-transformers' own documentation for these sentences (all-MiniLM-L6-v2)."""
    folder = os.environ.get("HOLDFAST_MINILM")
    if not folder:
        pytest.skip("HOLDFAST_MINILM names no folder with the model")
    model = load_minilm(folder)
    rows = model(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
    expected = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    np.testing.assert_allclose(rows @ rows.T, expected, atol=1e-4)
