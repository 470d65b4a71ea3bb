"""A final decision is never altered: the model refuses, and so does the database (see the migrations)."""

from __future__ import annotations

from typing import Any

from django.db import models


class FinalForEverError(Exception):
    """Somebody tried to alter or delete a final decision. Make a new one that supersedes it."""

    def __init__(self) -> None:
        super().__init__("A final decision cannot be altered or deleted. Make a new decision, which supersedes it.")


class FinalForEver(models.Model):
    """A row that, once saved as final, is neither saved again nor deleted."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Any:
        """Remember whether the row was final when it was read."""
        made = super().from_db(db, field_names, values)
        made._was_final = made.__dict__.get("state") == "final"
        return made

    def save(self, *words: Any, **named: Any) -> None:
        """Refuse a row that was already final."""
        if getattr(self, "_was_final", False):
            raise FinalForEverError
        super().save(*words, **named)
        self._was_final = self.__dict__.get("state") == "final"

    def delete(self, *words: Any, **named: Any) -> Any:
        """Refuse a row that is final."""
        if getattr(self, "_was_final", False):
            raise FinalForEverError
        return super().delete(*words, **named)
