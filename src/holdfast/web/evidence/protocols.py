"""Fixing protocols: recorded with a fingerprint before any effect is computed; a later edit is a new version."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from holdfast.records import Measure, Protocol, Study
from holdfast.web.evidence import checking
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.models import Dataset
from holdfast.web.people import audit
from holdfast.workspace import altered, fix_protocol
from holdfast.workspace import protocols as ledger


@dataclass(frozen=True)
class Standing:
    """A study of a checked dataset: its protocol as it would be fixed now, and every version fixed before."""

    study: Study
    text: str
    versions: tuple[Protocol, ...]

    @property
    def latest(self) -> Protocol | None:
        """The version fixed last."""
        return self.versions[-1] if self.versions else None

    @property
    def fixed(self) -> bool:
        """Whether the protocol as it reads now has been fixed."""
        return self.latest is not None and self.latest.text == self.text

    @property
    def next_version(self) -> int:
        """The version that fixing would make."""
        return len(self.versions) + 1

    @property
    def differs(self) -> tuple[tuple[str, str, str], ...]:
        """What has been edited since the last version: the field, what it was, and what it is."""
        return () if self.latest is None else differences(self.latest.text, self.text)


def standings(dataset: Dataset) -> list[Standing]:
    """Every study of a dataset whose check is sound; nothing for any other."""
    if not checking.is_sound(dataset):
        return []
    held = ledger(dataset.path)
    measures = {name: Measure(**told) for name, told in dataset.checked["measures"].items()}
    out = []
    for told in dataset.checked["studies"]:
        study = Study.model_validate(told)
        versions = tuple(one for one in held if one.study == study.study)
        out.append(Standing(study, _text(study, measures, dataset.checked["period"]), versions))
    return out


def _text(study: Study, measures: dict[str, Measure], period: str) -> str:
    from holdfast.evaluate.answerable import Rules
    from holdfast.evaluate.protocol import protocol_text

    return protocol_text(study, measures, Rules().for_period(period))


def fix(actor: Any, dataset: Dataset, study: str) -> Protocol:
    """Fix a study's protocol as it reads now. The same text keeps its version, its fingerprint and its time."""
    with transaction.atomic():
        held = Dataset.objects.select_for_update().get(pk=dataset.pk)
        standing = next((one for one in standings(held) if one.study.study == study), None)
        if standing is None:
            raise RefusedError(
                ["Check the tables first: a protocol is fixed for tables that have nothing to put right."]
            )
        fixed = fix_protocol(held.path, study, standing.text)
        if not standing.fixed:
            said = f"fixed the protocol of {study}, version {fixed.version}"
            audit.record(actor, "evidence.run", "dataset", held.pk, said, version=fixed.version, sha256=fixed.sha256)
    return fixed


def tampered(dataset: Dataset) -> tuple[int, ...]:
    """Lines of the ledger that somebody edited by hand."""
    return altered(dataset.path)


def differences(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    """Fields of a protocol that differ, by dotted name, with both values in words."""
    old, new = _flat(json.loads(before)), _flat(json.loads(after))
    names = [*old, *(name for name in new if name not in old)]
    return tuple((name, old.get(name, "–"), new.get(name, "–")) for name in names if old.get(name) != new.get(name))


def _flat(told: Any, name: str = "") -> dict[str, str]:
    if isinstance(told, dict):
        out: dict[str, str] = {}
        for key, value in told.items():
            out |= _flat(value, f"{name}.{key}" if name and name != "study" else key)
        return out
    return {name: ", ".join(map(str, told)) if isinstance(told, list) else "" if told is None else str(told)}


def as_rows(fixed: tuple[Protocol, ...]) -> list[dict[str, Any]]:
    """Protocols as a run keeps them: study, change, version, fingerprint and time."""
    out = []
    for one in fixed:
        row = {key: value for key, value in dataclasses.asdict(one).items() if key != "text"}
        told = json.loads(one.text).get("study", {})
        out.append({**row, "fixed_at": one.fixed_at.isoformat(), "change": told.get("change", "")})
    return out
