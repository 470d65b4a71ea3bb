"""Sentence embeddings by all-MiniLM-L6-v2 in NumPy: a six-layer BERT's forward pass, without torch.

Devlin et al. (2019), "BERT"; Reimers & Gurevych (2019), "Sentence-BERT"; Wang et al. (2020), "MiniLM". Array names
follow the weights: H hidden units, A heads, L tokens, N texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[np.float32]

LAYERS: Final = 6
HEADS: Final = 12
HIDDEN: Final = 384
LONGEST: Final = 256
"""Word pieces of one text that are read; the model was made for no more."""
BATCH: Final = 32
_EPSILON: Final = 1e-12
_HIDDEN_FROM_VIEW: Final = -1e9


@dataclass(frozen=True)
class MiniLM:
    """Weights and tokenizer that passed their checks. Call it with texts; it gives N × 384, rows of length one."""

    weights: Mapping[str, Floats]
    tokenizer: Any
    made_by: str = "all-MiniLM-L6-v2"

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Embeddings of ``texts``; a text of nothing gets the embedding of the empty text."""
        encoded = [encoding.ids[:LONGEST] for encoding in self.tokenizer.encode_batch([_readable(t) for t in texts])]
        order = np.argsort([len(ids) for ids in encoded], kind="stable")
        out = np.zeros((len(encoded), HIDDEN), dtype=np.float32)
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            out[some] = self._embed([encoded[i] for i in some])
        return out

    def _embed(self, ids: list[list[int]]) -> Floats:
        length = max(len(row) for row in ids)
        tokens = np.array([row + [0] * (length - len(row)) for row in ids])
        mask = np.array([[1.0] * len(row) + [0.0] * (length - len(row)) for row in ids], dtype=np.float32)
        states = self._words(tokens)
        for layer in range(LAYERS):
            states = self._layer(states, mask, f"encoder.layer.{layer}.")
        pooled = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12))

    def _words(self, tokens: NDArray[np.int64]) -> Floats:
        held = self.weights
        position = held["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kind = held["embeddings.token_type_embeddings.weight"][0]
        return self._normed(held["embeddings.word_embeddings.weight"][tokens] + position + kind, "embeddings.LayerNorm")

    def _layer(self, states: Floats, mask: Floats, name: str) -> Floats:
        seen = self._attention(states, mask, name + "attention.self.")
        states = self._normed(
            self._linear(seen, name + "attention.output.dense") + states, name + "attention.output.LayerNorm"
        )
        inner = self._linear(states, name + "intermediate.dense")
        inner = np.asarray(inner * 0.5 * (1.0 + erf(inner / np.float32(np.sqrt(2.0)))), dtype=np.float32)
        return self._normed(self._linear(inner, name + "output.dense") + states, name + "output.LayerNorm")

    def _attention(self, states: Floats, mask: Floats, name: str) -> Floats:
        n, length, _ = states.shape
        query, key, value = (
            self._linear(states, name + part).reshape(n, length, HEADS, HIDDEN // HEADS).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(HIDDEN / HEADS))
        scores = scores + (1.0 - mask)[:, None, None, :] * np.float32(_HIDDEN_FROM_VIEW)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores = scores / scores.sum(axis=-1, keepdims=True)
        return np.asarray((scores @ value).transpose(0, 2, 1, 3).reshape(n, length, HIDDEN))

    def _linear(self, states: Floats, name: str) -> Floats:
        return np.asarray(states @ self.weights[name + ".weight"].T + self.weights[name + ".bias"])

    def _normed(self, states: Floats, name: str) -> Floats:
        states = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((states**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        return np.asarray(states / scale * self.weights[name + ".weight"] + self.weights[name + ".bias"])


def _readable(text: str) -> str:
    """Without lone surrogates, which the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")
