"""An archive that somebody sent, from the moment it came to what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import models

from holdfast.web.insight.models_jobs import DONE, FAILED, INTERRUPTED, RUNNING, WAITING, Job

FOLDER: Final = "arriving"
"""Where archives and their results wait, under the home folder."""
LOOKED: Final = "looked"
"""What it would do is worked out, and waits for somebody to say yes."""
CANCELLED: Final = "cancelled"
STATES: Final = (WAITING, RUNNING, LOOKED, DONE, FAILED, INTERRUPTED, CANCELLED)


class Arrival(Job):
    """Work on one archive: what it would do, and once somebody says so, doing it. The file goes when that is over."""

    state = models.CharField(max_length=12, choices=[(word, word) for word in STATES], default=WAITING, db_index=True)
    once = models.CharField(max_length=64, unique=True, help_text="The form it came from, so that it comes once.")
    for_real = models.BooleanField("brought in, rather than looked at", default=False)
    told = models.JSONField(default=dict, blank=True, help_text="What it would do, or did: rows by table.")

    @property
    def folder(self) -> Path:
        """Where the archive waits."""
        return settings.HOME / FOLDER / str(self.pk)

    @property
    def file(self) -> Path:
        """The archive."""
        return self.folder / "register.zip"
