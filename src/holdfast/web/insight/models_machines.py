"""What other machines make: vectors of a sentence embedding, and what a language model suggests."""

from __future__ import annotations

from django.db import models

from holdfast.web.insight.models_jobs import Job
from holdfast.web.register.models import Vocabulary


class Vector(models.Model):
    """A text as a sentence embedding reads it, by the print of the text and the model. Made anew when it is lost."""

    digest = models.CharField(max_length=40, primary_key=True)
    vector = models.BinaryField()


class Asking(Job):
    """A language model elsewhere was asked about some comments: what left, what came back, how often it is right."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="+")
    once = models.CharField(max_length=64, unique=True, help_text="The form it came from, so that it is asked once.")
    maker = models.CharField(max_length=300, help_text="The model and its address.")
    comments = models.JSONField(default=list, help_text="The comments asked about, by number.")
    asked = models.JSONField(default=list, help_text="Of those, the ones that were sent.")
    left = models.JSONField(default=list, help_text="Of those, the ones that came back without an answer.")
    requests = models.PositiveIntegerField(default=0)
    unfounded = models.PositiveIntegerField(default=0, help_text="Suggestions whose words do not stand in the comment.")
    problems = models.JSONField(default=list)
    told = models.JSONField(default=dict, blank=True, help_text="How often it and the offline model are right.")

    class Meta(Job.Meta):
        indexes = (models.Index(fields=("vocabulary", "-id"), name="askings_of_a_list"),)


class Hint(models.Model):
    """What a language model takes a comment to be about, with the comment's own words for it. Never counted."""

    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="hints")
    comment = models.ForeignKey("insight.Comment", on_delete=models.CASCADE, related_name="hints")
    theme = models.CharField(max_length=80)
    quote = models.TextField(blank=True)
    made_by = models.CharField(max_length=320)
    model = models.CharField(max_length=80)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("asking", "comment", "theme"), name="a_hint_once"),)
