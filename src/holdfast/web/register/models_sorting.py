"""What sorting leaves behind: merges and splits that can be undone, likenesses looked for, and questions to authors."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


def new_deed() -> str:
    """A key that a form carries, so that sending it twice does it once."""
    return uuid.uuid4().hex


class MergeEvent(models.Model):
    """One record taken into another. Nothing of either is lost, and it can be undone at any later time.

    The ``before`` pictures never alter. ``brought`` says what the merge did to the kept record, and follows later
    undoings, so that each merge can be taken out by itself whatever came after it.
    """

    deed = models.CharField(max_length=64, unique=True, default=new_deed)
    kept = models.ForeignKey("register.Change", on_delete=models.PROTECT, related_name="took_in")
    absorbed = models.ForeignKey("register.Change", on_delete=models.PROTECT, related_name="went_into")
    by = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    why = models.CharField(max_length=400, blank=True)
    kept_before = models.JSONField(help_text="The kept record whole, and its version, as they stood.")
    absorbed_before = models.JSONField(help_text="The absorbed record whole, and its version, as they stood.")
    brought = models.JSONField(help_text="Each field's words before and after; terms and displaced practices added.")
    undone_deed = models.CharField(max_length=64, unique=True, null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undone_why = models.CharField(max_length=400, blank=True)
    stayed = models.JSONField(default=list, blank=True, help_text="What undoing could not take out, in sentences.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("absorbed",), condition=Q(undone_at=None), name="absorbed_in_one_place_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=models.F("absorbed")), name="nothing_merges_into_itself"),
        )


class SplitEvent(models.Model):
    """One record made into several. The first part keeps its identifier; merging the others back undoes it."""

    deed = models.CharField(max_length=64, unique=True, default=new_deed)
    change = models.ForeignKey("register.Change", on_delete=models.PROTECT, related_name="splits")
    parts = models.ManyToManyField("register.Change", related_name="made_by_split")
    by = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    why = models.CharField(max_length=400, blank=True)
    before = models.JSONField(help_text="The record whole, and its version, as they stood.")

    class Meta:
        ordering = ("-id",)


class Likeness(models.Model):
    """Two records that may be the same change, until somebody says that they are not."""

    first = models.ForeignKey("register.Change", on_delete=models.CASCADE, related_name="likenesses")
    second = models.ForeignKey("register.Change", on_delete=models.CASCADE, related_name="likened")
    score = models.FloatField(help_text="How alike, from 0 to 1.")
    found_at = models.DateTimeField(auto_now_add=True)
    apart_at = models.DateTimeField("when somebody said they are different", null=True, blank=True)
    apart_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("first_id", "-score")
        constraints = (models.UniqueConstraint(fields=("first", "second"), name="a_likeness_once"),)


class Look(models.Model):
    """At which version a record was last compared with the rest of the register."""

    change = models.OneToOneField("register.Change", on_delete=models.CASCADE, primary_key=True, related_name="look")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)


class Question(models.Model):
    """A question to whoever recorded a change, and what they answered."""

    deed = models.CharField(max_length=64, unique=True, default=new_deed)
    change = models.ForeignKey("register.Change", on_delete=models.CASCADE, related_name="questions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="questions_asked"
    )
    words = models.TextField("your question")
    at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField("when a message with it went", null=True, blank=True)
    answer = models.TextField("your answer", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField("when somebody who sorts had read the answer", null=True, blank=True)
    closed_at = models.DateTimeField("when it was taken back", null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("change",), condition=Q(answered_at=None, closed_at=None), name="still_asked"),
            models.Index(fields=("change",), condition=Q(read_at=None, closed_at=None), name="not_yet_read"),
        )
