"""What people said, on arrival: whoever withdrew stays withdrawn wherever they did it; raters stay who they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.web.insight import frameworks, learning, ratings
from holdfast.web.insight.models import Coding
from holdfast.web.register.models import Vocabulary
from holdfast.web.voices import asked, taking
from holdfast.web.voices.models import Makeup, Participant

SAID: Final = {"voices.vote", "voices.preference"}


@dataclass
class Spoken:
    """``gone``: participants here who withdrew. ``going``: those who did so only there, and when.

    ``counted``: roles and dimensions whose make-up is held here. It is one whole, so theirs is left out (``left``):
    two censuses side by side would be added up.
    """

    gone: set[int] = field(default_factory=set)
    going: dict[int, dt.datetime] = field(default_factory=dict)
    counted: set[tuple[str, str]] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Who has withdrawn here already, and whose make-up is known."""
        self.counted = set(Makeup.objects.values_list("role", "dimension"))
        self.gone = set(Participant.objects.exclude(withdrawn_at=None).values_list("pk", flat=True))

    def met(self, here: int, values: dict[str, Any]) -> None:
        """A participant who is here already."""
        if values["withdrawn_at"] is not None and here not in self.gone:
            self.going[here] = values["withdrawn_at"]

    def stays_out(self, label: str, values: dict[str, Any]) -> bool:
        """Whether a row is something that somebody took back, or gives way to ours; a statement loses its author."""
        if label in SAID:
            return values["participant_id"] in self.gone
        if label == "voices.statement" and values["proposed_by_id"] in self.gone:
            values["proposed_by_id"] = None
            return bool(values["moderated"] != "accepted")
        if label == "voices.makeup" and (values["role"], values["dimension"]) in self.counted:
            self.left.add(values["dimension"])
            return True
        return False

    def end(self, added: Collection[str], actor: Any) -> None:
        """When every row is here: withdrawals are carried out, and what machines learn is asked for."""
        for pk, at in self.going.items():
            taking.withdraw(Participant.objects.get(pk=pk), at)
        if {"voices.participant", "voices.preference"} & set(added):
            asked.keep_given()
        if {"insight.comment", "insight.coding"} & set(added):
            used = Vocabulary.objects.filter(pk__in=Coding.objects.values("vocabulary"))
            for one in {*used, *(one for one in frameworks.lists() if one.code == frameworks.FIRST[0])}:
                learning.ask(one, actor)


def as_it_arrives(label: str, values: dict[str, Any]) -> dict[str, Any]:
    """A rater who has an account here is one rater, with what they rate from now on."""
    if label == "insight.enablerrating" and values["by_id"]:
        values["rater"] = ratings.rater_of(values["by_id"])
    return values
