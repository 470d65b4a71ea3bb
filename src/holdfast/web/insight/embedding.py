"""A sentence embedding, where the server has one: what it has read is kept, so that a text is read once."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.core.cache import cache
from numpy.typing import NDArray

from holdfast.web.insight.models import Vector

log = logging.getLogger("holdfast.insight")
AT_ONCE: Final = 64
WHILE_WAITING: Final = 12
"""Texts that may be read while somebody waits: about a quarter of a second."""
NEAR: Final = 30_000
"""Vectors that a process keeps at hand."""
STAMP: Final = "insight:vectors"


class Vectors:
    """The model, and what it has read: in this process, then in the database."""

    def __init__(self, model: Callable[[Sequence[str]], Any], name: str) -> None:
        self._model = model
        self.made_by = self.__name__ = name
        self._near: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Any:
        """One row a text, each of length one."""
        prints = [self._print(text) for text in texts]
        held = self._held(dict.fromkeys(prints))
        new = {key: text for key, text in zip(prints, texts, strict=True) if key not in held}
        keys = list(new)
        for at in range(0, len(keys), AT_ONCE):
            some = keys[at : at + AT_ONCE]
            held |= self._read({key: new[key] for key in some})
        return np.stack([held[key] for key in prints]) if prints else np.zeros((0, 1), np.float32)

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Texts that it has not read."""
        by_print = {self._print(text): text for text in texts}
        held = self._held(by_print)
        return [text for key, text in by_print.items() if key not in held]

    def _print(self, text: str) -> str:
        return hashlib.sha256(f"{self.made_by}\x1f{text}".encode("utf-8", "surrogatepass")).hexdigest()[:40]

    def _held(self, prints: Any) -> dict[str, NDArray[np.float32]]:
        found = {key: self._near[key] for key in prints if key in self._near}
        rest = [key for key in prints if key not in found]
        for at in range(0, len(rest), 500):
            rows = Vector.objects.filter(pk__in=rest[at : at + 500]).values_list("pk", "vector")
            found |= {key: np.frombuffer(bytes(kept), dtype="<f4") for key, kept in rows}
        self._keep(found)
        return found

    def _read(self, texts: dict[str, str]) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            made = np.asarray(self._model(list(texts.values())), dtype="<f4")
        found = dict(zip(texts, made, strict=True))
        rows = (Vector(digest=key, vector=row.tobytes()) for key, row in found.items())
        Vector.objects.bulk_create(rows, ignore_conflicts=True)
        self._keep(found)
        return found

    def _keep(self, found: dict[str, NDArray[np.float32]]) -> None:
        if len(self._near) + len(found) > NEAR:
            self._near = {}
        self._near |= found


class _Loaded:
    """The model of the folder that is set, read once a process, or why it cannot be."""

    def __init__(self) -> None:
        self.folder: Any = None
        self.vectors: Vectors | None = None
        self.problem = ""


_loaded, _loading = _Loaded(), threading.Lock()


def current() -> Vectors | None:
    """The embedding; None where there is none, or where it cannot be used (``problem`` says why)."""
    if settings.MINILM is None:
        return None
    with _loading:
        if _loaded.folder != settings.MINILM:
            _loaded.folder, _loaded.vectors, _loaded.problem = settings.MINILM, None, ""
            try:
                _loaded.vectors = Vectors(load(settings.MINILM), "all-MiniLM-L6-v2")
            except Exception as why:
                _loaded.problem = str(why)
                log.error("the sentence embedding is off: %s", why)
    return _loaded.vectors


def load(folder: Any) -> Callable[[Sequence[str]], Any]:
    """The model from its folder."""
    from holdfast.understand.embedding import load_minilm

    return load_minilm(folder)


def problem() -> str:
    """Why the embedding that is set cannot be used; empty where it can or none is set."""
    current()
    return _loaded.problem if settings.MINILM is not None else ""


class ForChanges:
    """What the register asks when it looks for changes alike."""

    def stamp(self) -> object:
        """Alters when the worker has read more of the changes."""
        return None if settings.MINILM is None else cache.get(STAMP, 0)

    def ready(self, texts: Sequence[str]) -> Any:
        """The embedding where nearly all of these have been read; else none yet, and a worker reads them."""
        found = current()
        if found is None:
            return None
        if len(found.missing(texts)) <= WHILE_WAITING:
            return found
        ask_to_read()
        return None


def ask_to_read() -> None:
    """Have a worker read the register's changes; once in a while, however many ask."""
    from holdfast.web.insight.tasks import read_changes

    if cache.add(f"{STAMP}:asked", 1, 300):
        read_changes.enqueue()


def read_changes() -> int:
    """Read every change that has not been read; returns how many there were."""
    from holdfast.web.register import similar
    from holdfast.web.register.models import LIVE, Change

    found = current()
    if found is None:
        return 0
    count, rows = 0, Change.objects.filter(LIVE).only("title", "description").order_by("-id").iterator(1_000)
    batch: list[str] = []
    for change in rows:
        batch.append(similar.telling(change))
        if len(batch) == 1_000:
            count, batch = count + _read(found, batch), []
    count += _read(found, batch)
    cache.set(STAMP, time.time(), None)
    return count


def _read(found: Vectors, texts: list[str]) -> int:
    missing = found.missing(texts)
    found(missing)
    return len(missing)
