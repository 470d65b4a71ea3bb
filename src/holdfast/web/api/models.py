"""Tokens, and what was already answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Token(models.Model):
    """A secret by which a program acts for a person within the scopes named. Only its fingerprint is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    used_on = models.DateField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)


class Answered(models.Model):
    """The answer to a write, so that the same key sent again gets the same answer and writes nothing."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    asked_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("caller", "key"), name="one_answer_a_key"),)
