"""Passages that may tell of changes; comments; what people coded and what a machine suggested, never each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from holdfast.web.insight.models_jobs import Delivery, Job, SentFile
from holdfast.web.insight.models_machines import Asking, Hint, Vector
from holdfast.web.register.models import Change, Term, Vocabulary

__all__ = [
    "SCALE",
    "Asking",
    "Coding",
    "Comment",
    "Delivery",
    "EnablerRating",
    "Hint",
    "Job",
    "Learning",
    "Scrap",
    "SentFile",
    "Suggestion",
    "Vector",
]
SCALE = (1, 2, 3, 4, 5)


class Scrap(models.Model):
    """A passage that may tell of a change, redacted, with its place in the source. A person says what becomes of it."""

    WAITING, ACCEPTED, SUPPORTS, ASIDE = STATES = ("waiting", "accepted", "supports", "set aside")
    file = models.ForeignKey(SentFile, on_delete=models.PROTECT, related_name="scraps")
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    removed = models.JSONField(default=dict)
    where = models.CharField(max_length=200, help_text="Page, paragraph, sheet, row and column, in words.")
    page = models.PositiveIntegerField(null=True)
    row = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    score = models.FloatField(help_text="Orders scraps; it is no probability.")
    cues = models.JSONField(default=list)
    introduced = models.CharField(max_length=200, blank=True)
    displaced = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=[(word, word) for word in STATES], default=WAITING)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.PROTECT, related_name="scraps")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("state", "-score", "id"), name="scraps_in_a_state"),)


class Comment(models.Model):
    """A piece of somebody's own words, redacted before it was kept, and what is known besides of where it came from."""

    file = models.ForeignKey(SentFile, on_delete=models.PROTECT, related_name="comments")
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    removed = models.JSONField(default=dict)
    row = models.PositiveIntegerField(default=0)
    question = models.CharField(max_length=200, blank=True)
    setting = models.CharField(max_length=120, blank=True)
    population = models.JSONField(default=dict, blank=True)
    said_on = models.DateField(null=True, blank=True, db_index=True)
    feeling = models.CharField("feeling, as a person coded it", max_length=20, blank=True)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")

    class Meta:
        ordering = ("id",)


class Coding(models.Model):
    """What a person said a comment is about. Added, never altered; a later one by the same person stands."""

    deed = models.CharField(max_length=64, unique=True, help_text="The form it came from, so that it counts once.")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="codings")
    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="+")
    themes = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    complete = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    coder = models.CharField(max_length=200, help_text="Who it was, in words that outlive the account.")
    at = models.DateTimeField(auto_now_add=True)
    offered = models.JSONField(default=list, help_text="What the machine had suggested: theme, probability and maker.")
    answers = models.CharField(max_length=200, blank=True, help_text="The maker and model it agreed with or corrected.")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("vocabulary", "comment"), name="codings_of_a_comment"),
            models.Index(fields=("vocabulary", "by", "comment"), name="codings_of_a_person"),
        )


class Learning(Job):
    """Themes learned from everything people have coded in one list: how well, and which comments to code next."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="+")
    codings = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=40, blank=True)
    told = models.JSONField(default=dict, blank=True, help_text="Precision, recall and support of each theme.")
    queue = models.JSONField(default=list, blank=True, help_text="Comments to code next: number, theme and reason.")

    class Meta(Job.Meta):
        indexes = (models.Index(fields=("vocabulary", "state", "-id"), name="learnings_of_a_list"),)


class Suggestion(models.Model):
    """What a machine takes a comment to be about. Made anew by each learning; never counted as a coding."""

    learning = models.ForeignKey(Learning, on_delete=models.CASCADE, related_name="suggestions")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="suggestions")
    theme = models.CharField(max_length=80)
    probability = models.FloatField(null=True)
    because = models.JSONField(default=list)
    made_by = models.CharField(max_length=80)
    model = models.CharField(max_length=80)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("learning", "comment", "theme"), name="a_suggestion_once"),)


class EnablerRating(models.Model):
    """What one person thinks of one enabler of a change on a day: 1 to 5, or nothing for not relevant. Added only."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="enabler_ratings")
    enabler = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(null=True, choices=[(n, str(n)) for n in SCALE])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    rater = models.CharField(max_length=60, help_text="One and the same for all that one person rates.")
    role = models.CharField(max_length=80, blank=True)
    on = models.DateField()
    deed = models.CharField(max_length=64, help_text="The form it came from.")

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("deed", "enabler"), name="an_enabler_once_a_form"),)
        indexes = (models.Index(fields=("change", "id"), name="ratings_of_a_change"),)
