"""Pages for administrators: people, invitations and roles."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from holdfast.web.people import audit, inviting
from holdfast.web.people.access import may
from holdfast.web.people.forms import InviteForm, PersonForm, RoleForm
from holdfast.web.people.models import Invitation, Role, User
from holdfast.web.people.verbs import VERBS


@may("people.manage")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, and whoever was invited and has not come."""
    held = User.objects.prefetch_related("roles").order_by("email")
    waiting = Invitation.objects.filter(used_at=None).prefetch_related("roles")
    return render(request, "people/people.jinja", {"people": held, "invitations": waiting})


@may("people.manage")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite one person."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        link = inviting.invite(request.user, form.cleaned_data["email"], form.cleaned_data["roles"])
        return render(request, "people/invited.jinja", {"email": form.cleaned_data["email"], "link": link})
    return render(request, "people/invite.jinja", {"form": form})


@may("people.manage")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles, and whether it is open."""
    user = get_object_or_404(User, pk=pk)
    now = {"is_active": user.is_active, "roles": list(user.roles.values_list("pk", flat=True))}
    form = PersonForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        if problem := _last_administrator(user, form.cleaned_data):
            form.add_error(None, problem)
        else:
            _save_person(request, user, form.cleaned_data)
            return redirect("people:people")
    return render(request, "people/person.jinja", {"form": form, "person": user})


def _last_administrator(user: User, wanted: dict[str, object]) -> str:
    """Why the change would leave nobody who can manage people; empty when it would not."""
    stays = wanted["is_active"] and any("people.manage" in role.verbs for role in wanted["roles"])  # type: ignore[attr-defined]
    others = User.objects.filter(is_active=True).exclude(pk=user.pk).prefetch_related("roles")
    if stays or any("people.manage" in other.verbs for other in others):
        return ""
    return "This is the last account that can manage people. Give the role to somebody else first."


@transaction.atomic
def _save_person(request: HttpRequest, user: User, wanted: dict[str, object]) -> None:
    user.is_active = wanted["is_active"]
    user.save(update_fields=["is_active"])
    user.roles.set(wanted["roles"])
    codes = sorted(user.roles.values_list("code", flat=True))
    audit.record(
        request.user, "people.manage", "person", user.email, f"set the roles of {user.email}",
        roles=codes, open=user.is_active,
    )  # fmt: skip
    messages.success(request, f"Saved. {user} now holds {len(codes)} role{'' if len(codes) == 1 else 's'}.")


@may("people.manage")
def roles(request: HttpRequest) -> HttpResponse:
    """Every role, with what it allows."""
    return render(request, "people/roles.jinja", {"roles": Role.objects.annotate(held=Count("people")), "does": VERBS})


@may("people.manage")
def role(request: HttpRequest, code: str) -> HttpResponse:
    """Edit a role's name and verbs."""
    held = get_object_or_404(Role, code=code)
    now = {"name": held.name, "meaning": held.meaning, "verbs": held.verbs}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            before = held.verbs
            held.name, held.meaning, held.verbs = (form.cleaned_data[key] for key in ("name", "meaning", "verbs"))
            held.save()
            audit.record(
                request.user, "people.manage", "role", held.code, f"edited the role {held.name}",
                before=before, after=held.verbs,
            )  # fmt: skip
        messages.success(request, f"{held.name} is saved.")
        return redirect("people:roles")
    return render(request, "people/role.jinja", {"form": form, "role": held})
