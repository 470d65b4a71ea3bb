"""Accounts, roles held, and the append-only record of who did what."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models

from holdfast.web.people.verbs import PUBLIC_ROLE


class UserManager(BaseUserManager):
    """Makes accounts known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A new account; with no password it cannot sign in until one is set."""
        user: User = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> User:
        """An account with every role, for the first person of a new register."""
        user = self.create_user(email, password, **more)
        user.roles.set(Role.objects.all())
        return user


class User(AbstractUser):
    """A person with an account. What they may do is the sum of their roles' verbs."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    roles = models.ManyToManyField("people.Role", related_name="people", blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Everything this person may do."""
        return self.role_verbs | public_verbs()

    @property
    def role_verbs(self) -> frozenset[str]:
        """What this person's own roles add to what anybody may do."""
        return frozenset(verb for role in self.roles.all() for verb in role.verbs)


class Role(models.Model):
    """A named set of verbs. Rows, not code: an administrator edits them."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    meaning = models.CharField(max_length=300, blank=True)
    verbs = models.JSONField(default=list)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


def public_verbs() -> frozenset[str]:
    """What anybody may do, signed in or not."""
    return frozenset(Role.objects.filter(code=PUBLIC_ROLE).values_list("verbs", flat=True).first() or ())


class AuditEvent(models.Model):
    """One thing that somebody did. Kept as words, so that it outlives the account and the object it is about.

    The database refuses to change or delete a row (a trigger, see the migrations).
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=200, help_text="The e-mail address, or how the actor was known.")
    actor_id = models.BigIntegerField(null=True, help_text="The account's number; not a link.")
    verb = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=60, help_text="What kind of thing it was done to.")
    subject = models.CharField(max_length=120, db_index=True, help_text="Its identifier.")
    summary = models.CharField(max_length=400)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)


class Invitation(models.Model):
    """A link by which one person makes their account, with the roles it will hold. Only its fingerprint is kept."""

    email = models.EmailField()
    roles = models.ManyToManyField(Role, blank=True)
    sha256 = models.CharField(max_length=64, unique=True)
    by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
