"""Any two versions of a record beside each other, field by field, with the words that came and went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from holdfast.web.register.merging import label
from holdfast.web.register.merging_words import LISTS
from holdfast.web.register.models import STATUSES, Change, ChangeVersion, Term
from holdfast.web.register.saving import FIELDS

SAME, GONE, NEW = "same", "gone", "new"
MOST_WORDS: Final = 6_000
"""Above this many words together, texts are compared line by line: word by word would keep a reader waiting."""
_WORDS: Final = re.compile(r"\s+|[^\W_]+|[^\w\s]|_", re.UNICODE)

_LINES: Final = re.compile(r"[^\n]+|\n")


@dataclass(frozen=True)
class Row:
    """One field of two records. ``words`` are runs of text, each the same, gone (only before) or new (only after)."""

    name: str
    label: str
    before: str
    after: str
    words: tuple[tuple[str, str], ...]

    @property
    def differs(self) -> bool:
        """Whether the two say different things."""
        return self.before != self.after

    def side(self, only: str) -> tuple[tuple[str, str], ...]:
        """The runs of one side alone: ``gone`` for the first record, ``new`` for the second."""
        return tuple(run for run in self.words if run[0] in {SAME, only})


def differences(before: str, after: str, *, lines: bool = False) -> tuple[tuple[str, str], ...]:
    """The two texts as runs that are the same, gone or new; joined without the new they give the first text.

    ``lines`` compares whole lines, for lists; so do texts that are too long to compare word by word.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if lines or len(old) + len(new) > MOST_WORDS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    runs: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if what == "equal":
            runs.append((SAME, "".join(old[a:b])))
            continue
        runs += [(kind, text) for kind, text in ((GONE, "".join(old[a:b])), (NEW, "".join(new[c:d]))) if text]
    return tuple(_joined(runs))


def _joined(runs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Runs with a bare space between two changes taken into them, so that a phrase reads as one."""
    out: list[tuple[str, str]] = []
    for place, (kind, text) in enumerate(runs):
        lone = kind == SAME and text.isspace() and 0 < place < len(runs) - 1
        out += [(GONE, text), (NEW, text)] if lone else [(kind, text)]
    gathered: list[tuple[str, str]] = []
    stretch: dict[str, str] = {GONE: "", NEW: ""}
    for kind, text in [*out, (SAME, "")]:
        if kind != SAME:
            stretch[kind] += text
            continue
        gathered += [(side, words) for side, words in stretch.items() if words]
        stretch = {GONE: "", NEW: ""}
        gathered += [(SAME, text)] if text else []
    return gathered


def compare(before: dict[str, Any], after: dict[str, Any], names: dict[str, str] | None = None) -> list[Row]:
    """Every field that either of two records (as ``record_of`` keeps them) fills; ``names`` are terms' labels."""
    names = term_labels(before, after) if names is None else names
    rows = []
    for name in (*FIELDS, "terms", "displaced"):
        old, new = shown(name, before.get(name), names), shown(name, after.get(name), names)
        if old or new:
            rows.append(Row(name, label(name), old, new, differences(old, new, lines=name in LISTS)))
    return rows


def shown(name: str, value: Any, names: dict[str, str]) -> str:
    """A record's value as people read it."""
    if name == "terms":
        return "\n".join(sorted(names.get(code, code) for code in value or ()))
    if name == "displaced":
        return "\n".join(value or ())
    if name == "status":
        return dict(STATUSES).get(value, value or "")
    return "" if value is None else str(value)


def term_labels(*records: dict[str, Any]) -> dict[str, str]:
    """``Vocabulary: term`` by ``vocabulary:code``, for the terms that the records hold."""
    codes = {code for record in records for code in record.get("terms", ())}
    found = Term.objects.filter(code__in={code.partition(":")[2] for code in codes}).select_related("vocabulary")
    return {f"{term.vocabulary.code}:{term.code}": f"{term.vocabulary.name}: {term.label}" for term in found}


def version_of(change: Change, number: int) -> ChangeVersion | None:
    """One version of a change, if it has it."""
    return change.versions.filter(version=number).first()


def since(change: Change, read_at: str) -> list[Row]:
    """What was saved in a change after somebody read it, as far as its versions tell."""
    held = version_of(change, int(read_at)) if read_at.isdigit() and len(read_at) < 9 else None
    latest = change.versions.first()
    if held is None or latest is None:
        return []
    return [row for row in compare(held.record, latest.record) if row.differs]
