"""Words for the same thing in health and care, found as phrases in a text's stems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from holdfast.understand.alike.grams import plain
from holdfast.understand.alike.stems import stem

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Ideas by the phrases that name them. Phrases are looked up by their first stem, the longest first."""

    phrases: Mapping[str, tuple[tuple[Stems, tuple[int, ...]], ...]]
    names: tuple[str, ...]

    def ideas(self, stems: Sequence[str]) -> tuple[int, ...]:
        """Every idea that the text names, once for each place; a longer phrase hides the shorter ones inside it."""
        found: list[int] = []
        at = 0
        while at < len(stems):
            for phrase, ideas in self.phrases.get(stems[at], ()):
                if tuple(stems[at : at + len(phrase)]) == phrase:
                    found.extend(ideas)
                    at += len(phrase) - 1
                    break
            at += 1
        return tuple(found)


def lexicon_from(lines: Iterable[str]) -> Lexicon:
    """A lexicon from lines of terms told apart by bars; blank lines and lines starting with # are passed over."""
    names: list[str] = []
    ideas_of: dict[Stems, list[int]] = {}
    for line in lines:
        terms = [term.strip() for term in line.split("|") if term.strip()]
        if not terms or line.startswith("#"):
            continue
        names.append(terms[0])
        for term in terms:
            stems = tuple(stem(word) for word in plain(term).split())
            if stems:
                ideas_of.setdefault(stems, []).append(len(names) - 1)
    phrases: dict[str, list[tuple[Stems, tuple[int, ...]]]] = {}
    for stems, ideas in ideas_of.items():
        phrases.setdefault(stems[0], []).append((stems, tuple(dict.fromkeys(ideas))))
    ordered = {first: tuple(sorted(held, key=lambda entry: -len(entry[0]))) for first, held in phrases.items()}
    return Lexicon(ordered, tuple(names))


@cache
def shipped_lexicon() -> Lexicon:
    """The list that comes with Holdfast."""
    path = resources.files("holdfast.understand.alike").joinpath("data/lexicon.txt")
    return lexicon_from(path.read_text(encoding="utf-8").splitlines())
