"""What comes before and after a decision: duties answered, meetings held, things done, people told."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from holdfast.records.vocabularies import VERDICTS
from holdfast.web.register.models import Change


class DutyAnswer(models.Model):
    """One answer to one duty for a change and a verdict. Answers are added, never altered: the last one counts."""

    MET, NOT_APPLICABLE, NOT_YET = "met", "not applicable", "not yet"
    ANSWERS = ((MET, "Met"), (NOT_APPLICABLE, "Does not apply"), (NOT_YET, "Not yet"))

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="duty_answers")
    verdict = models.CharField(max_length=20, choices=[(word, word.capitalize()) for word in VERDICTS])
    duty = models.SlugField(max_length=60)
    answer = models.CharField(max_length=14, choices=ANSWERS)
    reference = models.CharField(max_length=400, blank=True)
    on = models.DateField("when it was met", null=True, blank=True)
    reason = models.TextField("why it does not apply", blank=True)
    follows = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("change", "verdict", "duty", "id"), name="duty_answers_of_a_change"),)
        constraints = (
            models.UniqueConstraint(
                fields=("change", "verdict", "duty"), condition=models.Q(follows=None), name="one_first_answer"
            ),
        )

    @property
    def is_open(self) -> bool:
        """Whether the duty still stands in the way."""
        return self.answer == self.NOT_YET


class Action(models.Model):
    """Something to be done because of a decision, and when it was done."""

    decision = models.ForeignKey("board.Decision", on_delete=models.PROTECT, related_name="actions")
    words = models.TextField("what will be done")
    owner = models.CharField("who will do it", max_length=200, blank=True)
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    done_words = models.TextField("what was done", blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)


class Meeting(models.Model):
    """A group meets to decide cells, in an order."""

    name = models.CharField(max_length=200)
    on = models.DateField()
    group = models.CharField(max_length=200, blank=True)
    attendees = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-on", "-id")
        indexes = (models.Index(fields=("-on", "-id"), name="meetings_by_day"),)

    def __str__(self) -> str:
        return self.name


class MeetingItem(models.Model):
    """One cell on an agenda."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    cell = models.ForeignKey("board.Cell", on_delete=models.PROTECT, related_name="items")
    place = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField("minutes set aside", null=True, blank=True)
    note = models.TextField("for the minutes", blank=True)
    version = models.PositiveIntegerField(default=1)
    decision = models.ForeignKey(
        "board.Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="items",
        help_text="Made at this item.",
    )

    class Meta:
        ordering = ("place", "id")
        constraints = (models.UniqueConstraint(fields=("meeting", "cell"), name="a_cell_once_a_meeting"),)


class Message(models.Model):
    """Something to tell somebody, sent once. Its key says what it is about and to whom."""

    key = models.CharField(max_length=400, unique=True)
    decision = models.ForeignKey("board.Decision", on_delete=models.CASCADE, related_name="messages")
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField("why it could not be sent", max_length=400, blank=True)

    class Meta:
        ordering = ("id",)
