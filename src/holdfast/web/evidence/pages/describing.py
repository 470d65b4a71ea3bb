"""What no file says: measures, the change, populations and the rule of adoption, written into the configuration."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.web.evidence import configuring, editing, previewing
from holdfast.web.evidence.forms import ChangeForm, MeasureForm, PopulationForm, RuleForm
from holdfast.web.evidence.models import Dataset
from holdfast.web.evidence.pages import shared
from holdfast.web.people.access import may
from holdfast.web.register.models import DISPLACED, Change

FORM = require_http_methods(["GET", "HEAD", "POST"])


@may("evidence.run")
@FORM
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """A measure, in a form instead of a file."""
    held = shared.own_dataset(pk)
    name = request.GET.get("measure", "")[:80]
    rows = held.mapping["config"].get("measures", [])
    first = next((row for row in rows if row.get("measure") == name), {"measure": name})
    form = MeasureForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        return shared.saved(
            request, held, form, f"described {told['measure']}",
            lambda config: editing.set_row(config, "measures", "measure", told), "evidence:mapping", pk,
        )  # fmt: skip
    return shared.show(request, "measure", held, 422 if form.errors else 200, form=form)


@may("evidence.run")
@FORM
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The change that the tables are about, from the register."""
    held = shared.own_dataset(pk)
    form = ChangeForm(request.POST or None, initial={"change": request.GET.get("change", "")[:80]})
    if request.method == "POST" and form.is_valid():
        found = Change.objects.filter(identifier__iexact=form.cleaned_data["change"], merged_into=None).first()
        if found is None:
            form.add_error(
                "change", "There is no such change in the register. Its identifier is at the top of its page."
            )
        else:
            row = _row(found)
            return shared.saved(
                request, held, form, f"is about {found.identifier}",
                lambda config: editing.set_row(config, "changes", "change", row), "evidence:mapping", pk,
            )  # fmt: skip
    return shared.show(request, "change", held, 422 if form.errors else 200, form=form)


def _row(found: Change) -> dict[str, Any]:
    """A change of the register as the changes table has it."""
    displaced = [practice.name for practice in found.practices.filter(role=DISPLACED)]
    return {
        "change": found.identifier,
        "title": found.title,
        "introduced": found.introduced or found.title,
        "displaced": ";".join(displaced),
        "cost": float(found.cost) if found.cost is not None else None,
        "status": found.status,
    }


@may("evidence.run")
@FORM
def population(request: HttpRequest, pk: int) -> HttpResponse:
    """A dimension of the population."""
    held = shared.own_dataset(pk)
    form = PopulationForm(request.POST or None, initial={"first": "highest"})
    form.fields["where"].choices = _places(held)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        return shared.saved(
            request, held, form, f"described {told['dimension']}",
            lambda config: editing.set_population(config, told), "evidence:mapping", pk,
        )  # fmt: skip
    return shared.show(request, "population", held, 422 if form.errors else 200, form=form)


def _places(held: Dataset) -> list[tuple[str, str]]:
    """Columns that may hold a population: of the sites table, and of the observations."""
    config, out = held.mapping["config"], []
    for name in [one["name"] for one in held.mapping["files"]]:
        found = configuring.source_of(config, name)
        if found is None or found[0] not in ("sites", "observations"):
            continue
        names = previewing.preview(held.path / name, found[1]).names
        kind = "site" if found[0] == "sites" else name
        out += [(f"{kind}:{column}", f"{column} ({name})") for column in names]
    return out


@may("evidence.run")
@FORM
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Adoption that follows from a measure."""
    held = shared.own_dataset(pk)
    rows = held.mapping["config"].get("adoption_rules", [])
    form = RuleForm(request.POST or None, initial=rows[0] if rows else {})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        return shared.saved(
            request, held, form, "set the rule of adoption",
            lambda config: editing.set_rule(config, told), "evidence:mapping", pk,
        )  # fmt: skip
    return shared.show(request, "rule", held, 422 if form.errors else 200, form=form)


DROPS = {
    "measure": lambda config, name: editing.drop_row(config, "measures", "measure", name),
    "change": lambda config, name: editing.drop_row(config, "changes", "change", name),
    "rule": lambda config, name: editing.drop_row(config, "adoption_rules", "change", name),
    "population": editing.drop_population,
}


@may("evidence.run")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a row out of the configuration."""
    held = shared.own_dataset(pk)
    what, name = request.POST.get("what", ""), request.POST.get("name", "")
    edit = DROPS.get(what, lambda _config, _name: None)
    return shared.saved(
        request, held, None, f"took {what} {name[:80]} out", lambda config: edit(config, name), "evidence:mapping", pk
    )
