"""Tables that analysts bring, and the runs that learn from them. The numbers themselves stay in files."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from holdfast.web.register.models import Change

STATES = ("waiting", "running", "done", "failed", "cancelled", "interrupted")
WAITING, RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = STATES
UNFINISHED = (WAITING, RUNNING)


class Dataset(models.Model):
    """A workspace folder: uploaded here, or the one that this server was started on."""

    title = models.CharField(max_length=200)
    folder = models.CharField(max_length=400, unique=True, help_text="Under the home folder, or absolute if served.")
    served = models.BooleanField(default=False, help_text="The folder holdfast serve was given.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="datasets")
    made_at = models.DateTimeField(auto_now_add=True)
    mapping = models.JSONField(default=dict, blank=True, help_text="Which column of which file holds what.")
    checked = models.JSONField(default=dict, blank=True, help_text="Problems and evaluability, as last found.")
    checked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where its files are."""
        return settings.HOME / self.folder


class Run(models.Model):
    """One evaluation: asked for, run in the background, and finished, failed, cancelled or interrupted."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    state = models.CharField(
        max_length=12, choices=[(word, word.capitalize()) for word in STATES], default=WAITING, db_index=True
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField("last sign of life", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.CharField("what it is doing", max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.TextField("why it failed, in words", blank=True)
    results = models.CharField("folder of released results, under the home folder", max_length=400, blank=True)
    protocols = models.JSONField(default=list, blank=True, help_text="Study, version and fingerprint of each protocol.")
    policy = models.JSONField(default=dict, blank=True)
    disclosure = models.CharField(max_length=400, blank=True, help_text="The disclosure rule in one line.")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    rule = models.CharField("name of the disclosure rule", max_length=60, blank=True)
    reason = models.CharField("why a rule that hides nothing may be used", max_length=300, blank=True)

    class Meta:
        ordering = ("-id",)

    @property
    def where(self) -> Path:
        """The folder of its released results."""
        return settings.HOME / self.results

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in UNFINISHED


class Answer(models.Model):
    """What one run found in one study of one change, in a line; everything else about it is in the run's files."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="answers")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="answers")
    study = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField(help_text="Its number in the run's files, from 1.")
    measure = models.CharField("the measure that decides", max_length=300, blank=True)
    label = models.CharField("how it came out", max_length=80)
    tone = models.CharField(max_length=20, blank=True)
    symbol = models.CharField(max_length=4, blank=True)
    sentences = models.JSONField(default=list)
    design = models.CharField(max_length=80, blank=True)
    certainty = models.CharField(max_length=20, blank=True)
    protocol_version = models.PositiveIntegerField(null=True)
    protocol_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-run_id", "place")
        constraints = (models.UniqueConstraint(fields=("run", "study"), name="an_answer_a_study"),)
        indexes = (models.Index(fields=("change", "-run"), name="answers_of_a_change"),)


class Worker(models.Model):
    """A process that carries out runs, and when it last said that it is there."""

    name = models.CharField(max_length=120, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-beat_at",)
