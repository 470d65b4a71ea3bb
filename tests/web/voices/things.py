"""What the access lines of the voices stand for."""

from __future__ import annotations

from typing import Any


def make(person: Any, made: dict[str, str]) -> None:
    """A conversation with two roles, a proposal, an assumption and somebody's private link."""
    from tests.web.voices import talking

    from holdfast.web.voices import moderating, taking
    from holdfast.web.voices.models import Batch

    one = talking.change(person("improvement-lead"))
    first = talking.statements(one)[0]
    moderating.assume(one, person("improvement-lead"), "Staff have time to call.")
    talking.people(one, "patients", 12, 1, "retain", about={"age": "35 to 49", "internet": "Easy"})
    talking.people(one, "clinicians", 12, -1, "stop")
    [somebody] = talking.people(one, "carers", 1, 0, "adapt")
    taking.propose(somebody, "Video works as well as coming in to the clinic.")
    batch = Batch.objects.create(name="Library drop-in", channel="paper", change=one, sha256="0" * 64)
    made |= {"voices_batch": str(batch.pk)}
    made |= {"voices_change": one.identifier, "voices_token": somebody.token, "voices_statement": str(first.pk)}
