"""Who took part, what they were asked, and everything they answered: an answer is added, never altered."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from holdfast.records.involving import CHANNELS, MODERATION, PREFERENCES, STATEMENT_KINDS
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.register.models import Change


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word.capitalize()) for word in words]


def new_token() -> str:
    """What a private receipt link holds."""
    return secrets.token_urlsafe(18)


def new_key() -> str:
    """By what somebody is the same person in a copy of the register. It opens nothing, unlike the link's token."""
    return secrets.token_hex(12)


class Participant(models.Model):
    """Somebody who spoke of one change: no name, a role and about-you answers if they gave any, and a private link.

    ``about`` maps a question's code to a level, or to “prefer not to say”; a question that was not asked is not in it.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="participants")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    key = models.CharField(max_length=24, unique=True, default=new_key)
    role = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=12, choices=_choices(CHANNELS), default="online")
    about = models.JSONField(default=dict, blank=True)
    batch = models.ForeignKey("voices.Batch", null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    source = models.CharField(
        max_length=64, blank=True, help_text="A salted print of where they came from, for reports."
    )
    row_print = models.CharField(
        max_length=64, blank=True, help_text="Of the row of a file that they came in, so that it is not entered twice."
    )
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("change", "withdrawn_at", "id"), name="people_of_a_change"),)


class Batch(models.Model):
    """Voices from paper, a meeting or a phone line, entered by somebody for others. Sending it twice enters it once."""

    name = models.CharField(max_length=200)
    channel = models.CharField(max_length=12, choices=_choices(CHANNELS))
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="voice_batches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    sha256 = models.CharField(max_length=64)
    refused = models.JSONField(default=list, help_text="Rows that could not be read, each with its line and why.")
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_out_why = models.CharField("why it was taken out", max_length=300, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("change", "sha256"), name="a_batch_once"),)


class Assumption(models.Model):
    """What must be believed for a change to last."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="assumptions")
    text = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)


class Statement(models.Model):
    """A short statement that people agree with, disagree with or pass on. Shown once somebody has accepted it."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="statements")
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=_choices(STATEMENT_KINDS), default="opinion")
    assumption = models.ForeignKey(
        Assumption, null=True, blank=True, on_delete=models.PROTECT, related_name="statements"
    )
    moderated = models.CharField(max_length=10, choices=_choices(MODERATION), default="waiting", db_index=True)
    reason = models.CharField("why it was not accepted", max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.SET_NULL, related_name="proposed"
    )
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="statements",
        help_text="The conversation that was brought in and that it first came with.",
    )  # fmt: skip
    same_as = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    meta = models.BooleanField("about the conversation, not the matter", default=False)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("change", "moderated", "id"), name="statements_of_a_change"),)


class Vote(models.Model):
    """One vote. Somebody who votes again adds another; the last counts, and the earlier ones are kept and counted."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="votes")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="votes")
    vote = models.SmallIntegerField(choices=[(1, "Agree"), (-1, "Disagree"), (0, "Pass")])
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("statement", "id"), name="votes_on_a_statement"),)


class Preference(models.Model):
    """What somebody would do with a practice, in general or where their answer differs, and in their own words."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="preferences")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="preferences")
    practice = models.CharField(max_length=200)
    preference = models.CharField(max_length=10, choices=_choices(PREFERENCES))
    dimension = models.CharField(max_length=120, default=EVERYONE)
    level = models.CharField(max_length=120, default=EVERYONE)
    setting = models.CharField(max_length=120, default=ALL_SETTINGS)
    words = models.TextField(blank=True)
    moderated = models.CharField(max_length=10, choices=_choices(MODERATION), default="waiting", db_index=True)
    reason = models.CharField("why the words are not shown", max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("change", "id"), name="preferences_of_a_change"),)


class AboutQuestion(models.Model):
    """A question about the person: optional, with “prefer not to say”, and saying why it is asked. Rows, not code.

    ``past`` holds answers that are no longer offered and that somebody gave: what people said is never reworded.
    """

    code = models.SlugField(unique=True)
    label = models.CharField("the question", max_length=200)
    why = models.CharField("why it is asked", max_length=300)
    levels = models.JSONField(default=list)
    past = models.JSONField(default=list, blank=True)
    version = models.CharField("the edition of its answers", max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1)
    place = models.PositiveSmallIntegerField(default=0)
    asked = models.BooleanField(default=True)

    class Meta:
        ordering = ("place", "id")


class Makeup(models.Model):
    """How many people of the population have a level of a dimension: what those who took part are held against."""

    dimension = models.CharField(max_length=120)
    level = models.CharField(max_length=120)
    people = models.FloatField()
    version = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("dimension", "id")
        constraints = (models.UniqueConstraint(fields=("role", "dimension", "level"), name="a_level_once"),)


class Result(models.Model):
    """What the library made of a change's voices, kept until enough people say something new."""

    change = models.OneToOneField(Change, on_delete=models.CASCADE, primary_key=True, related_name="voice_result")
    stamp = models.CharField(max_length=64, help_text="Of the answers it was made from.")
    marks = models.JSONField(default=dict, help_text="How far everything said had come: people are counted from here.")
    told = models.JSONField()
    made_at = models.DateTimeField(auto_now=True)
