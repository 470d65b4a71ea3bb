"""What is fixed before the answer is seen: the study, its measures and the rules of evaluability."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping

from holdfast.evaluate.answerable import Rules
from holdfast.records import Measure, Study


def protocol_text(study: Study, measures: Mapping[str, Measure], rules: Rules) -> str:
    """The protocol as JSON with sorted keys: the study with every measure it names and the thresholds it is held to."""
    names = study.measures or (study.primary,)
    whole = {
        "study": json.loads(study.canonical()),
        "measures": {name: dataclasses.asdict(measures[name]) for name in sorted({study.primary, *names})},
        "rules": dataclasses.asdict(rules),
    }
    return json.dumps(whole, sort_keys=True, ensure_ascii=False)


def fingerprint(text: str) -> str:
    """SHA-256 of a protocol's text."""
    return hashlib.sha256(text.encode()).hexdigest()
