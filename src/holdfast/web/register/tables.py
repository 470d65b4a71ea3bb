"""Tables beside the changes: who follows one, searches kept, files brought in, and the words that search reads."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models


def new_token() -> str:
    """What a private link holds: nobody guesses it."""
    return secrets.token_urlsafe(24)


class Follow(models.Model):
    """A private link to one change. Its author's also lets them add to the record without an account."""

    token = models.CharField(max_length=64, unique=True, default=new_token)
    change = models.ForeignKey("register.Change", on_delete=models.CASCADE, related_name="follows")
    author = models.BooleanField(default=False, help_text="Whether it is the link of the person who recorded it.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="follows"
    )
    email = models.EmailField(blank=True)
    once = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="Of the form, so that sending it twice is once."
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)


class SavedView(models.Model):
    """A search and its filters under a name. Its link may be given to anybody who reads the register."""

    slug = models.CharField(max_length=64, unique=True, default=new_token)
    name = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views")
    query = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("by", "name"), name="one_view_a_name_a_person"),)

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """A file, or pasted text, of many changes. Its rows are kept, also those that could not be read."""

    COLUMNS, READY, RUNNING, DONE = "columns", "ready", "running", "done"
    STATES = (
        (COLUMNS, "Waiting for its columns"),
        (READY, "Checked, not yet brought in"),
        (RUNNING, "Part brought in"),
        (DONE, "Brought in"),
    )

    name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="imports")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=COLUMNS)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list, help_text="The headings, or Column 1, Column 2…")
    mapping = models.JSONField(default=list, help_text="What each column holds; empty for one that is left out.")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row as it came. It becomes at most one change, and the same row of any file never becomes a second."""

    WAITING, IMPORTED, UNREAD, DUPLICATE = "waiting", "imported", "unread", "duplicate"
    STATES = (
        (WAITING, "Ready"),
        (IMPORTED, "Brought in"),
        (UNREAD, "Could not be read"),
        (DUPLICATE, "Here already"),
    )

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Its line in the file, counting from 1.")
    cells = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    reason = models.CharField(max_length=600, blank=True)
    change = models.OneToOneField(
        "register.Change", null=True, blank=True, on_delete=models.SET_NULL, related_name="imported_from"
    )

    class Meta:
        ordering = ("source_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="a_row_once_in_an_import"),
            models.UniqueConstraint(
                fields=("digest",), condition=models.Q(state="imported"), name="the_same_row_brought_in_once"
            ),
        )
        indexes = (models.Index(fields=("source", "state", "number"), name="rows_by_state"),)


class SearchText(models.Model):
    """A change's words as search reads them. The database keeps its own full-text index of these rows (migrations)."""

    change = models.OneToOneField(
        "register.Change", on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    title = models.TextField()
    names = models.TextField()
    body = models.TextField()


class Word(models.Model):
    """A word that some change holds, for searches whose spelling is out."""

    text = models.CharField(max_length=60, unique=True)
