"""Embedding: an optional sentence model from a folder of one's own. Off unless configured; any function will do."""

from holdfast.understand.embedding.loading import NotTheModel, load_minilm
from holdfast.understand.embedding.minilm import MiniLM

__all__ = ["MiniLM", "NotTheModel", "load_minilm"]
