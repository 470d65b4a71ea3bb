"""Cells, what the machine recommends for them, and what people decide: two different records for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from holdfast.records.vocabularies import VERDICTS
from holdfast.web.evidence.models import Run
from holdfast.web.register.models import Change

VERDICT_CHOICES = [(word, word.capitalize()) for word in VERDICTS]


class Cell(models.Model):
    """Practice × population × setting: the unit of decision. ``key`` is its address."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="cells")
    practice = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=[("introduced", "Introduced"), ("displaced", "Displaced")])
    dimension = models.CharField(max_length=120, default="everyone")
    level = models.CharField(max_length=120, default="everyone")
    setting = models.CharField(max_length=120, default="all settings")
    latest = models.ForeignKey(
        "board.Recommendation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.ForeignKey("board.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("change_id", "-role", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("change", "practice", "role", "dimension", "level", "setting"), name="a_cell_once"
            ),
        )


class Recommendation(models.Model):
    """What the evidence and the policy said for a cell in one run. Never altered."""

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="recommendations")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="recommendations")
    verdict = models.CharField(max_length=20, choices=VERDICT_CHOICES, db_index=True)
    certainty = models.CharField(max_length=12, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    row = models.JSONField(help_text="records.findings.Cell, whole: rule, reasons, missing, dissent, flips, estimate…")

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("cell", "run"), name="one_recommendation_a_run"),)


class Decision(models.Model):
    """What named people decided for a cell. A final one is never altered: a later one supersedes it."""

    DRAFT, FINAL = "draft", "final"

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveIntegerField(
        default=1, help_text="Counts saves of the draft; guards against lost updates."
    )
    state = models.CharField(max_length=8, choices=[(DRAFT, "Draft"), (FINAL, "Final")], default=DRAFT, db_index=True)
    verdict = models.CharField(max_length=20, choices=VERDICT_CHOICES)
    reasons = models.TextField()
    decided_by = models.TextField("who decided", blank=True)
    conditions = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True, db_index=True)
    recommendation = models.ForeignKey(
        Recommendation, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    departs_because = models.TextField("why it departs from the recommendation", blank=True)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions")
    made_at = models.DateTimeField(auto_now_add=True)
    final_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("-id",)
