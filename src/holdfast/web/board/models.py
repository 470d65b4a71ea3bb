"""Cells, what the machine recommends for them, and what people decide: two different records for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE, VERDICTS
from holdfast.share.words import clean
from holdfast.web.board.guards import FinalForEver
from holdfast.web.evidence.models import Run
from holdfast.web.register.models import Change

VERDICT_CHOICES = [(word, word.capitalize()) for word in VERDICTS]


class Cell(models.Model):
    """Practice × population × setting: the unit of decision.

    The last five columns repeat what ``latest`` and ``decided`` say, so that the matrix is one indexed read;
    ``standing.stand`` is the only writer of them.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="cells")
    practice = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=[("introduced", "Introduced"), ("displaced", "Displaced")])
    dimension = models.CharField(max_length=120, default=EVERYONE)
    level = models.CharField(max_length=120, default=EVERYONE)
    setting = models.CharField(max_length=120, default=ALL_SETTINGS)
    latest = models.ForeignKey(
        "board.Recommendation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.ForeignKey("board.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField("recommended", max_length=20, blank=True)
    certainty = models.CharField(max_length=12, blank=True)
    chosen = models.CharField("decided", max_length=20, blank=True)
    departs = models.BooleanField(default=False)
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-change_id", "-role", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("change", "practice", "role", "dimension", "level", "setting"), name="a_cell_once"
            ),
        )
        indexes = (
            models.Index(fields=("dimension", "level", "setting", "-change", "-role", "id"), name="cells_of_everyone"),
            models.Index(fields=("dimension", "level", "setting", "chosen", "departs"), name="cells_that_wait"),
            models.Index(fields=("verdict", "-change"), name="cells_by_verdict"),
            models.Index(fields=("chosen", "-change"), name="cells_by_choice"),
            models.Index(fields=("review_on",), name="cells_by_review"),
            models.Index(fields=("setting", "change"), name="cells_by_setting"),
        )

    def __str__(self) -> str:
        return f"{self.practice}: {self.place}"

    @property
    def who(self) -> str:
        """The population in words."""
        return "Everyone" if self.dimension == EVERYONE else f"{clean(self.dimension)}: {clean(self.level)}"

    @property
    def place(self) -> str:
        """The population and setting in words."""
        return f"{self.who}, {clean(self.setting)}"

    @property
    def is_whole(self) -> bool:
        """Everyone, in all settings."""
        return self.dimension == EVERYONE and self.setting == ALL_SETTINGS


class Recommendation(models.Model):
    """What the evidence and the policy said for a cell in one run. Never altered.

    ``effect``, ``figure``, ``gap`` and ``note`` are words, made by the library when the run was taken in.
    """

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="recommendations")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="recommendations")
    study = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=20, choices=VERDICT_CHOICES, db_index=True)
    certainty = models.CharField(max_length=12, blank=True)
    measure = models.CharField("what was measured", max_length=300, blank=True)
    effect = models.TextField("the effect as people out of a round number", blank=True)
    figure = models.CharField("the effect with its interval", max_length=300, blank=True)
    gap = models.TextField("what it did to the gap", blank=True)
    note = models.CharField(max_length=60, blank=True, help_text="Tells cannot tell yet from not sure.")
    made_at = models.DateTimeField(auto_now_add=True)
    row = models.JSONField(help_text="records.findings.Cell, whole: rule, reasons, missing, dissent, flips, estimate…")
    heard = models.CharField(
        "print of the register's voices it rests on", max_length=64, blank=True, default="",
        help_text="Empty: on the run alone.",
    )  # fmt: skip

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("cell", "run", "study", "heard"), name="one_recommendation_a_hearing"),
        )


class Intake(models.Model):
    """What the board took from one run, and what it could not place. Nothing is dropped without a word."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="intake")
    at = models.DateTimeField(auto_now_add=True)
    taken = models.PositiveIntegerField(default=0)
    unmatched = models.JSONField(default=list, help_text="Each change not in the register: identifier and cells.")
    refused = models.JSONField(default=list, help_text="Cells that could not be kept, each with why.")


class Decision(FinalForEver):
    """What named people decided for a cell. A final one is never altered: a later one supersedes it."""

    DRAFT, FINAL = "draft", "final"

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveIntegerField(
        default=1, help_text="Counts saves of the draft; guards against lost updates."
    )
    state = models.CharField(max_length=8, choices=[(DRAFT, "Draft"), (FINAL, "Final")], default=DRAFT, db_index=True)
    verdict = models.CharField(max_length=20, choices=VERDICT_CHOICES)
    reasons = models.TextField(blank=True)
    decided_by = models.TextField("who decided", blank=True)
    conditions = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True, db_index=True)
    recommendation = models.ForeignKey(
        Recommendation, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    departs_because = models.TextField("why it departs from the recommendation", blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    duties = models.JSONField(default=list, blank=True, help_text="The duties checklist as it stood when made final.")
    batch = models.UUIDField(null=True, blank=True, db_index=True, help_text="Cells decided together share it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions")
    made_at = models.DateTimeField(auto_now_add=True)
    final_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("cell",), condition=models.Q(state="draft"), name="one_draft_a_cell"),
            models.UniqueConstraint(fields=("cell", "batch"), name="a_cell_once_in_a_batch"),
            models.CheckConstraint(
                condition=models.Q(state="draft", final_at=None) | models.Q(state="final", final_at__isnull=False),
                name="final_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.cell}"

    @property
    def is_final(self) -> bool:
        """Whether it can still be altered."""
        return self.state == self.FINAL

    @property
    def departs(self) -> bool:
        """Whether the people decided other than the machine recommended."""
        on_table = self.recommendation
        return on_table is not None and on_table.verdict in VERDICTS and on_table.verdict != self.verdict


class Dissent(models.Model):
    """Somebody's disagreement in their own words, beside a cell and, once one is drafted, its decision."""

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="dissents")
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.SET_NULL, related_name="dissents")
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=120, blank=True)
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    @property
    def who(self) -> str:
        """The name and role, as far as they were given."""
        return ", ".join(part for part in (self.name, self.role) if part) or "Somebody who gave no name"


from holdfast.web.board.models_after import (  # noqa: E402  # Django finds models through this module
    Action,
    DutyAnswer,
    Meeting,
    MeetingItem,
    Message,
)

__all__ = [
    "VERDICT_CHOICES",
    "Action",
    "Cell",
    "Decision",
    "Dissent",
    "DutyAnswer",
    "Intake",
    "Meeting",
    "MeetingItem",
    "Message",
    "Recommendation",
]
