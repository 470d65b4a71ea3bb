"""Changes and the practices they stand for, in every version; the vocabularies that describe them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from holdfast.web.register import models_sorting

STATUSES = [
    (word, word.capitalize()) for word in ("emerging", "under evaluation", "decided", "embedded", "lapsed", "stopped")
]
MergeEvent, SplitEvent, Question = models_sorting.MergeEvent, models_sorting.SplitEvent, models_sorting.Question
Likeness, Look = models_sorting.Likeness, models_sorting.Look
INTRODUCED, DISPLACED = "introduced", "displaced"
LIVE = models.Q(merged_into=None, withdrawn_at=None)
"""Changes that the register shows: neither merged into another nor withdrawn."""


class Vocabulary(models.Model):
    """A controlled list, with where it came from and its version. Data, edited by curators; never code."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=200, blank=True, help_text="How the capture pages ask for it.")
    meaning = models.TextField(blank=True)
    version = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=400, blank=True)
    many = models.BooleanField(default=True, help_text="Whether a change may hold several of its terms.")
    asked = models.PositiveSmallIntegerField(default=0, help_text="Its place among the capture pages; 0: not asked.")

    class Meta:
        ordering = ("asked", "name")
        verbose_name_plural = "vocabularies"

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """One entry of a vocabulary. Retired, never deleted, so that old records keep their words."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="terms")
    code = models.SlugField(max_length=80)
    label = models.CharField(max_length=200)
    meaning = models.TextField(blank=True)
    seeds = models.JSONField(default=list, blank=True, help_text="Words that suggest it in free text.")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    place = models.PositiveIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ("vocabulary_id", "place", "label")
        constraints = (models.UniqueConstraint(fields=("vocabulary", "code"), name="one_code_in_a_vocabulary"),)

    def __str__(self) -> str:
        return self.label


class Change(models.Model):
    """One service change. Its identifier never alters; its words may, and every version is kept.

    ``version`` counts from 1 and guards against lost updates: saving names the version it was read at.
    """

    identifier = models.CharField(max_length=80, unique=True)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField("what changed, in a few words", max_length=200)
    description = models.TextField("what changed, why and for whom", blank=True)
    for_whom = models.TextField("for whom", blank=True)
    introduced = models.CharField("the practice that was introduced", max_length=200, blank=True)
    pathway = models.CharField("the pathway it belongs to", max_length=200, blank=True)
    organisation = models.CharField("organisation or place", max_length=200, blank=True)
    mandate = models.TextField("the guidance or operating procedure behind it", blank=True)
    objective = models.TextField("the earlier objective or policy it serves", blank=True)
    mechanism = models.TextField("what was moved, from where, to where, and how", blank=True)
    held_back = models.TextField("what had held it back before", blank=True)
    risks = models.TextField("new risks, and who feels them", blank=True)
    needs = models.TextField("what must be in place for it to work", blank=True)
    second_order_value = models.TextField("value beyond the visible change", blank=True)
    credit = models.TextField("who should be thanked", blank=True)
    planned_months = models.DecimalField(
        "months it had been planned to take", max_digits=7, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip
    actual_months = models.DecimalField(
        "months it took", max_digits=7, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip
    started_on = models.DateField("when it started", null=True, blank=True)
    cost = models.DecimalField(
        "running cost a year, in pounds", max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    status = models.CharField(max_length=20, choices=STATUSES, default="emerging", db_index=True)
    source = models.CharField("where this record came from", max_length=200, blank=True)
    terms = models.ManyToManyField(Term, related_name="changes", blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="recorded"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="looks_after"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    sorted_at = models.DateTimeField("when an improvement lead sorted it", null=True, blank=True, db_index=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed", db_index=False
    )
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("-id",), condition=LIVE, name="live_by_number"),
            models.Index(fields=("status", "-id"), condition=LIVE, name="live_by_status"),
            models.Index(fields=("title", "-id"), condition=LIVE, name="live_by_title"),
            models.Index(fields=("-updated_at", "-id"), condition=LIVE, name="live_by_saving"),
            models.Index(fields=("organisation", "-id"), condition=LIVE, name="live_by_organisation"),
            models.Index(fields=("id",), condition=LIVE & models.Q(sorted_at=None), name="waiting_to_be_sorted"),
            # of merged records only: over all of them SQLite took it for every list, as nearly none is merged
            models.Index(fields=("merged_into",), condition=models.Q(merged_into__isnull=False), name="merged_records"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def acceleration(self) -> Decimal | None:
        """How many times faster than planned it came: planned months over actual months."""
        if not self.planned_months or not self.actual_months:
            return None
        return Decimal(self.planned_months) / Decimal(self.actual_months)


class Practice(models.Model):
    """What a decision is about: the practice a change introduced, or one it displaced."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="practices")
    role = models.CharField(max_length=10, choices=[(INTRODUCED, "Introduced"), (DISPLACED, "Displaced")])
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("change_id", "-role", "id")
        constraints = (models.UniqueConstraint(fields=("change", "role", "name"), name="a_practice_once_in_a_change"),)

    def __str__(self) -> str:
        return self.name


class ChangeVersion(models.Model):
    """A change as it stood, whole: its fields, terms and practices. Never altered; undoing makes a new one."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=200)
    why = models.CharField(max_length=400, blank=True)
    record = models.JSONField()

    class Meta:
        ordering = ("change_id", "-version")
        constraints = (models.UniqueConstraint(fields=("change", "version"), name="one_record_a_version"),)
