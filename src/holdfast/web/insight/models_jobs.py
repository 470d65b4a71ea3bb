"""Work that goes on in the background, and files that somebody sent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import models

COLUMNS, WAITING, RUNNING, DONE, FAILED, INTERRUPTED = STATES = (
    "columns", "waiting", "running", "done", "failed", "interrupted",
)  # fmt: skip
UNFINISHED: Final = (WAITING, RUNNING)
FOLDER: Final = "words"
"""Where files wait to be read, under the home folder."""


class Job(models.Model):
    """Something a worker does: claimed once, alive while it works, begun again once if its worker dies."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=[(word, word) for word in STATES], default=WAITING, db_index=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField("last sign of life", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.CharField("what it is doing", max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.TextField("why it failed, in words", blank=True)

    class Meta:
        abstract = True
        ordering = ("-id",)

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state not in UNFINISHED


class Delivery(Job):
    """Files or pasted text that somebody sent: scraps that may tell of changes, or comments to be coded.

    The files go once they are read, unless whoever sent them chose to keep them; no page ever shows them.
    """

    SCRAPS, COMMENTS = "scraps", "comments"
    kind = models.CharField(max_length=10, choices=[(SCRAPS, "Scraps"), (COMMENTS, "Comments")])
    name = models.CharField(max_length=200)
    keep = models.BooleanField("keep the files as they were sent", default=False)
    once = models.CharField(max_length=64, unique=True, help_text="The form it came from, so that it comes once.")
    mapping = models.JSONField(default=dict, blank=True, help_text="What each column holds.")
    coder = models.CharField(max_length=200, blank=True, help_text="Who coded the themes that some columns hold.")

    class Meta(Job.Meta):
        indexes = (models.Index(fields=("kind", "-id"), name="deliveries_of_a_kind"),)

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """Where its files are while they wait."""
        return settings.HOME / FOLDER / str(self.pk)


class SentFile(models.Model):
    """One file of a delivery: how it stands, what was taken from it, and what could not be read with the reason."""

    READ, SAME, OPENED, UNREAD = "read", "here already", "opened", "not read"
    STATES = (WAITING, READ, SAME, OPENED, UNREAD)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    kept_as = models.CharField(max_length=140, help_text="Its name in the delivery's folder.")
    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=12, choices=[(word, word) for word in STATES], default=WAITING)
    passages = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField("kept", default=0)
    same = models.PositiveIntegerField("here already", default=0)
    row = models.PositiveIntegerField("the last row that was kept", default=0)
    removed = models.JSONField(default=dict, help_text="How many of each kind of thing were taken out.")
    unread = models.JSONField(default=list, help_text="What could not be read: the place, why, and what to do.")

    class Meta:
        ordering = ("id",)

    @property
    def path(self) -> Path:
        """Where it waits."""
        return self.delivery.folder / self.kept_as
