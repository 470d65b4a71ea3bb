"""What a merge does to each field's words, and how it is taken out again. Plain values; nothing of the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

KEPT, OTHER, BOTH = "kept", "other", "both"
BETWEEN: Final = "\n\n"
"""What stands between two records' words where both stay."""
LISTS: Final = ("terms", "displaced")


def first_choice(kept: Any, other: Any) -> str:
    """Whose words stay unless somebody chooses: the kept record's, or the other's where the kept one is silent."""
    return OTHER if kept in (None, "") and other not in (None, "") else KEPT


def after_merging(choice: str, kept: Any, other: Any) -> Any:
    """A field's words once the choice is made."""
    if choice == OTHER:
        return other
    if choice == BOTH and other not in (None, "") and not _holds(kept, other):
        return f"{kept}{BETWEEN}{other}" if kept else other
    return kept


def brought(
    kept: Mapping[str, Any], other: Mapping[str, Any], choices: Mapping[str, str], single: Collection[str] = ()
) -> dict[str, Any]:
    """What merging ``other`` into ``kept`` brings in: fields whose words alter, and terms and practices to add.

    A vocabulary in ``single`` holds one term a record: there the kept record's own stays.
    """
    fields = {}
    for name, before in kept.items():
        if name in LISTS:
            continue
        choice = choices.get(name) or first_choice(before, other.get(name))
        after = after_merging(choice, before, other.get(name))
        if after != before:
            how = BOTH if choice == BOTH and before else OTHER
            fields[name] = {"how": how, "before": before, "after": after, "text": other.get(name)}
    added = {name: [item for item in other[name] if item not in kept[name]] for name in LISTS}
    taken = {term.partition(":")[0] for term in kept["terms"]} & set(single)
    added["terms"] = [term for term in added["terms"] if term.partition(":")[0] not in taken]
    return {"fields": fields, **added}


@dataclass(frozen=True)
class Swap:
    """Old words for new ones, where they are the whole of a field or a run of its paragraphs."""

    old: Any
    new: Any

    def of(self, value: Any) -> tuple[Any, bool]:
        """The value with the swap done, and whether the old words were there to be swapped."""
        if value == self.old:
            return self.new, True
        if not _holds(value, self.old):
            return value, False
        new = f"{BETWEEN}{self.new}{BETWEEN}" if self.new else BETWEEN
        swapped = f"{BETWEEN}{value}{BETWEEN}".replace(f"{BETWEEN}{self.old}{BETWEEN}", new, 1)
        return swapped[len(BETWEEN) : -len(BETWEEN)], True


def undoing(step: Mapping[str, Any]) -> Swap:
    """The swap that takes one field's step of a merge out again."""
    if step["how"] == BOTH:
        return Swap(step["text"], "")
    return Swap(step["after"], step["before"])


def handed_on(step: Mapping[str, Any], old: Any, new: Any) -> tuple[dict[str, Any], Swap] | None:
    """A step that took ``old`` from the absorbed record, once that record says ``new``; None if it took other words."""
    if step["text"] != old:
        return None
    if step["how"] == BOTH:
        return {**step, "text": new}, Swap(old, new)
    return {**step, "text": new, "after": new}, Swap(old, new)


def without(held: Iterable[str], gone: Iterable[str]) -> list[str]:
    """A list with some items taken out, in its own order."""
    out = set(gone)
    return [item for item in held if item not in out]


def _holds(text: Any, part: Any) -> bool:
    return bool(text) and bool(part) and f"{BETWEEN}{part}{BETWEEN}" in f"{BETWEEN}{text}{BETWEEN}"
