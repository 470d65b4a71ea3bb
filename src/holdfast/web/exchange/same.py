"""Changes that both registers have: theirs went further, ours did, or each went its own way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from holdfast.web.register.models import Change, ChangeVersion


@dataclass
class Same:
    """``forward``: ours that go on to theirs. ``beside``: theirs under a name of its own. ``ours``: there → ours."""

    forward: set[int] = field(default_factory=set)
    beside: dict[str, str] = field(default_factory=dict)
    ours: dict[int, int] = field(default_factory=dict)


def settle(changes: list[dict[str, Any]], versions: list[dict[str, Any]]) -> Same:
    """What becomes of each change that both have; one that comes in beside ours is renamed among ``changes``."""
    found, theirs = Same(), _by_version((row["change"], row["version"], row["record"]) for row in versions)
    held = {one.identifier: one for one in Change.objects.filter(identifier__in=[row["identifier"] for row in changes])}
    told = ChangeVersion.objects.filter(change__in=held.values()).values_list("change", "version", "record")
    ours = _by_version(told.iterator())
    for row in changes:
        change = held.get(row["identifier"])
        if change is None:
            continue
        mine, other = ours.get(change.pk, {}), theirs.get(row["id"], {})
        if any(mine[version] != record for version, record in other.items() if version in mine):
            found.beside[row["identifier"]] = row["identifier"] = _beside(row["identifier"], other)
            found.ours[row["id"]] = change.pk
        elif len(other) > len(mine):
            found.forward.add(change.pk)
    return found


def _by_version(rows: Any) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = {}
    for change, version, record in rows:
        found.setdefault(change, {})[version] = record
    return found


def _beside(identifier: str, versions: dict[int, Any]) -> str:
    """A name for their record that is the same each time the same record is brought in."""
    text = json.dumps(versions[min(versions)], sort_keys=True)
    return f"{identifier[:68]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
