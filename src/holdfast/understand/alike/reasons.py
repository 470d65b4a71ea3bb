"""Why two tellings were put side by side: the words and the ideas that both have."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.alike.lexicon import Lexicon
from holdfast.understand.alike.stems import STOP, stem
from holdfast.understand.alike.telling import GRAM_COLUMNS, STEM_COLUMNS, column_of, stems_in, telling_stems

MOST: Final = 6


def shared_words(asked: str, other: str, idf: NDArray[np.float32]) -> tuple[str, ...]:
    """Words of ``other`` whose stems ``asked`` has too, the rarest first."""
    both = set(telling_stems(asked)) & set(telling_stems(other))
    written = {stem(word): word for word in reversed(other.split()) if word not in STOP}
    rarest = sorted(both, key=lambda held: (-float(idf[column_of(held)]), held))
    return tuple(written[held] for held in rarest[:MOST])


def shared_ideas(asked: str, other: str, lexicon: Lexicon, idf: NDArray[np.float32]) -> tuple[str, ...]:
    """Names of the ideas in both, the rarest first."""
    both = set(lexicon.ideas(stems_in(asked))) & set(lexicon.ideas(stems_in(other)))
    first = GRAM_COLUMNS + STEM_COLUMNS
    rarest = sorted(both, key=lambda idea: (-float(idf[first + idea]), idea))
    return tuple(lexicon.names[idea] for idea in rarest[:MOST])
