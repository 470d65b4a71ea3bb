"""The app's name, and the roles that every register has."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class People(AppConfig):
    """Accounts, roles and the audit log."""

    name = "holdfast.web.people"
    label = "people"

    def ready(self) -> None:
        """After each migration, see that the starting roles are there; those that were edited stay as they are."""
        post_migrate.connect(_ensure_roles, sender=self)


def _ensure_roles(**_told: Any) -> None:
    from holdfast.web.people.models import Role
    from holdfast.web.people.verbs import ROLES

    held = set(Role.objects.values_list("code", flat=True))
    Role.objects.bulk_create(
        Role(code=code, name=name, meaning=meaning, verbs=list(verbs))
        for code, (name, meaning, verbs) in ROLES.items()
        if code not in held
    )
