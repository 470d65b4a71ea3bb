"""Bringing tables, and saying what each file and column holds."""

from __future__ import annotations

import tomllib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.evidence import bringing, configuring, editing, previewing, receiving, toml
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.forms import BringForm, FilesForm, KindForm, MadeForm, SettingsForm, TextForm
from holdfast.web.evidence.forms_columns import ColumnsForm
from holdfast.web.evidence.models import Dataset
from holdfast.web.evidence.pages import shared
from holdfast.web.people.access import may

FORM = require_http_methods(["GET", "HEAD", "POST"])


@may("evidence.run")
@FORM
@receiving.receives
def bring(request: HttpRequest) -> HttpResponse:
    """Upload tables as a new dataset."""
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if said := receiving.too_large(request):
            form.add_error("files", said)
        elif form.is_valid():
            told = form.cleaned_data
            try:
                brought = bringing.bring(request.user, told["title"], told["period"], told["files"])
            except RefusedError as refused:
                for reason in refused.reasons:
                    form.add_error("files", reason)
            else:
                shared.note(request, brought.notes)
                return redirect("evidence:mapping", brought.dataset.pk)
    return render(request, "evidence/bring.jinja", {"form": form}, status=422 if form.errors else 200)


@may("evidence.run")
@require_safe
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Every file with what it holds, and everything else that the configuration says."""
    held = shared.own_dataset(pk)
    config = held.mapping["config"]
    files = [{**one, "role": configuring.role_of(config, one["name"])} for one in held.mapping["files"]]
    declared = {row["measure"] for row in config.get("measures", []) if "measure" in row}
    said = {
        "files": files,
        "config": config,
        "undeclared": [name for name in editing.measures_made(config) if name not in declared],
        "roles": {one["role"] for one in files},
        "text": configuring.text_of(held),
        "wide_files": [one["name"] for one in files if one["role"] == "wide"],
    }
    return shared.show(request, "mapping", held, **said)


@may("evidence.run")
@FORM
@receiving.receives
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files to a dataset."""
    held = shared.own_dataset(pk)
    form = FilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if said := receiving.too_large(request):
            form.add_error("files", said)
        elif form.is_valid():
            try:
                brought = bringing.add(request.user, held, form.cleaned_data["files"])
            except RefusedError as refused:
                for reason in refused.reasons:
                    form.add_error("files", reason)
            else:
                shared.note(request, brought.notes)
                return redirect("evidence:mapping", pk)
    return shared.show(request, "add", held, 422 if form.errors else 200, form=form)


@may("evidence.run")
@require_POST
def remove(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a file out."""
    try:
        bringing.remove(request.user, shared.own_dataset(pk), name)
    except RefusedError as refused:
        return shared.refusing(request, refused)
    return redirect("evidence:mapping", pk)


def _file(held: Dataset, name: str) -> dict[str, Any]:
    found = next((one for one in held.mapping["files"] if one["name"] == name), None)
    if found is None:
        raise Http404(f"There is no file {name} here.")
    return dict(found)


@may("evidence.run")
@FORM
def kind(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """What one file holds, beside its first rows."""
    held = shared.own_dataset(pk)
    _file(held, name)
    path, config = held.path / name, held.mapping["config"]
    found = configuring.source_of(config, name)
    source = found[1] if found else {}
    first = {
        "role": configuring.role_of(config, name),
        "sheet": source.get("sheet"),
        "skip_rows": source.get("skip_rows"),
    }
    form = KindForm(request.POST or None, initial=first, sheets=previewing.sheets(path))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        reading = {"sheet": told.get("sheet") or "", "skip_rows": told.get("skip_rows") or 0}
        names = previewing.preview(path, reading).names

        def edit(config: dict[str, Any]) -> None:
            configuring.set_role(config, name, told["role"], names, reading)

        go = ("evidence:columns", pk, name) if told["role"] else ("evidence:mapping", pk)
        return shared.saved(request, held, form, f"said what {name} holds", edit, *go)
    said = {"name": name, "form": form, "preview": previewing.preview(path, source)}
    return shared.show(request, "kind", held, 422 if form.errors else 200, **said)


@may("evidence.run")
@FORM
def columns(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Which of the file's columns stands for which of ours."""
    held = shared.own_dataset(pk)
    _file(held, name)
    found, role = configuring.source_of(held.mapping["config"], name), configuring.role_of(held.mapping["config"], name)
    if found is None:
        return redirect("evidence:kind", pk, name)
    preview = previewing.preview(held.path / name, found[1])
    first = editing.columns_initial(role, found[1], preview.names)
    form = ColumnsForm(request.POST or None, initial=first, role=role, names=preview.names)
    if request.method == "POST" and form.is_valid():
        go = ("evidence:made", pk, name) if role == "wide" else ("evidence:mapping", pk)
        told = form.cleaned_data
        return shared.saved(
            request, held, form, f"mapped {name}", lambda config: editing.set_columns(config, name, told), *go
        )
    said = {
        "name": name,
        "role": role,
        "form": form,
        "preview": preview,
        "ours": [f for f in form if f.name.startswith("ours_")],
    }
    return shared.show(request, "columns", held, 422 if form.errors else 200, **said)


@may("evidence.run")
@FORM
def made(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Measures that are made from the columns of a wide table."""
    held = shared.own_dataset(pk)
    _file(held, name)
    found = configuring.source_of(held.mapping["config"], name)
    if found is None:
        return redirect("evidence:kind", pk, name)
    preview = previewing.preview(held.path / name, found[1])
    if gone := request.POST.get("drop"):
        return shared.saved(
            request,
            held,
            None,
            f"took {gone} out",
            lambda c: editing.drop_made(c, name, gone),
            "evidence:made",
            pk,
            name,
        )
    form = MadeForm(request.POST or None, names=preview.names)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        return shared.saved(
            request,
            held,
            form,
            f"made {told['measure']}",
            lambda c: editing.set_made(c, name, told),
            "evidence:made",
            pk,
            name,
        )
    rows = found[1].get("measures", [])
    return shared.show(
        request, "made", held, 422 if form.errors else 200, name=name, form=form, rows=rows, preview=preview
    )


@may("evidence.run")
@FORM
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """Title, period, and what is done about sites that are not listed."""
    held = shared.own_dataset(pk)
    first = {
        "unlisted_sites": "error",
        "early_adopters": "error",
        "period": "month",
        **held.mapping["config"].get("workspace", {}),
    }
    form = SettingsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)

        def edit(config: dict[str, Any]) -> None:
            config["workspace"] = {**config.get("workspace", {}), **told}

        return shared.saved(request, held, form, "changed the settings", edit, "evidence:mapping", pk)
    return shared.show(request, "about", held, 422 if form.errors else 200, form=form)


@may("evidence.run")
@FORM
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The configuration as the text that the library reads: to read, and for everything that pages do not offer."""
    held = shared.own_dataset(pk)
    form = TextForm(request.POST or None, initial={"text": configuring.text_of(held)})
    if request.method == "POST" and form.is_valid():
        try:
            told = toml.read(form.cleaned_data["text"])
        except tomllib.TOMLDecodeError as error:
            form.add_error("text", f"This is not TOML: {error}. Texts need quotation marks. Nothing was saved.")
        else:
            files = [one["name"] for one in held.mapping["files"]]
            for problem in configuring.problems_of(told, form.cleaned_data["text"], files):
                form.add_error("text", str(problem))
        if not form.errors:

            def edit(config: dict[str, Any]) -> None:
                config.clear()
                config.update(told)

            kept = form.cleaned_data["text"] + "\n"
            return shared.saved(request, held, form, "wrote the configuration", edit, "evidence:mapping", pk, text=kept)
    return shared.show(request, "text", held, 422 if form.errors else 200, form=form)
