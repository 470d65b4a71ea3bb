"""A dataset's configuration: plain data that pages edit, kept with the dataset and written out as holdfast.toml.

``mapping`` holds ``version`` (counts saves, guards against lost updates), ``config`` (what holdfast.toml says),
``text`` (that file as a person wrote it, empty when it is written from ``config``) and ``files``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from holdfast.records import Problem
from holdfast.web.evidence import guessing, previewing, toml
from holdfast.web.evidence.models import Dataset
from holdfast.web.people import audit
from holdfast.workspace.config import NAME, parse_config
from holdfast.workspace.report import Report
from holdfast.workspace.suggest import did_you_mean
from holdfast.workspace.writing.atomic import write_whole


class ConflictError(Exception):
    """Somebody saved the configuration after it was read. ``current`` is how it stands now."""

    def __init__(self, current: Dataset) -> None:
        super().__init__("Somebody else has changed this since you opened it.")
        self.current = current


def started(title: str, period: str) -> dict[str, Any]:
    """The mapping of a dataset that has no files yet."""
    return {"version": 0, "config": {"workspace": {"title": title, "period": period}}, "text": "", "files": []}


def sources(config: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The sources of one table, whether it was written as one or as several."""
    held = config.get("tables", {}).get(table, [])
    return held if isinstance(held, list) else [held]


def source_of(config: dict[str, Any], name: str) -> tuple[str, dict[str, Any]] | None:
    """The table that a file stands for, and its source."""
    for table in config.get("tables", {}):
        for one in sources(config, table):
            if one.get("path") == name:
                return table, one
    return None


def role_of(config: dict[str, Any], name: str) -> str:
    """The table, or ``wide`` for observations with a column for each number; empty for a file that is not used."""
    found = source_of(config, name)
    if found is None:
        return ""
    return "wide" if found[0] == "observations" and found[1].get("rows") != "long" and _is_wide(found[1]) else found[0]


def _is_wide(source: dict[str, Any]) -> bool:
    return bool(source.get("measures")) or "measures" in source


def set_role(config: dict[str, Any], name: str, role: str, names: tuple[str, ...], reading: dict[str, Any]) -> None:
    """Say what a file holds and how it is read; what was said of its columns stays when the table is the same."""
    before = role_of(config, name)
    held = source_of(config, name)
    kept = dict(held[1]) if held is not None and before == role else {}
    _drop(config, name)
    if not role:
        return
    made = {"path": name, **{key: value for key, value in reading.items() if value}}
    fresh = kept or guessing.source(role, names)
    made |= {key: value for key, value in fresh.items() if key not in ("path", "sheet", "skip_rows")}
    if role == "wide":
        made.setdefault("measures", [])
    table = "observations" if role == "wide" else role
    tables = config.setdefault("tables", {})
    tables[table] = [*sources(config, table), made]


def _drop(config: dict[str, Any], name: str) -> None:
    tables = config.get("tables", {})
    for table in list(tables):
        left = [one for one in sources(config, table) if one.get("path") != name]
        if left:
            tables[table] = left
        else:
            del tables[table]


def guess_file(mapping: dict[str, Any], name: str, path: Path) -> None:
    """Enter a new file by what it looks like."""
    names = previewing.preview(path, {}).names
    set_role(mapping["config"], name, guessing.role(names), names, {})


def forget_file(mapping: dict[str, Any], name: str) -> None:
    """Take a file that is gone out of the configuration."""
    _drop(mapping["config"], name)
    mapping["version"] += 1
    mapping["text"] = ""


def take_toml(mapping: dict[str, Any], told: Iterable[tuple[str, str]]) -> list[str]:
    """An uploaded holdfast.toml becomes the configuration; policy.toml and studies go into it. What was noticed."""
    notes: list[str] = []
    for name, text in sorted(told, key=lambda pair: pair[0] != NAME):
        try:
            held = toml.read(text)
        except tomllib.TOMLDecodeError as error:
            notes.append(f"{name} was passed over: it is not TOML ({error}).")
            continue
        if name == NAME:
            mapping["config"] = {"workspace": mapping["config"].get("workspace", {}), **held}
            notes += _at_home(mapping)
        elif name == "policy.toml":
            mapping["config"]["policy"] = held
        else:
            study = {"study": name.removesuffix(".toml"), **held}
            others = [one for one in mapping["config"].get("studies", []) if one.get("study") != study["study"]]
            mapping["config"]["studies"] = [*others, study]
    mapping["text"] = ""
    return notes


def _at_home(mapping: dict[str, Any]) -> list[str]:
    """Paths that led elsewhere on somebody's machine lead to the uploaded file of that name."""
    here = {file["name"] for file in mapping["files"]}
    notes = []
    for one in _all_sources(mapping["config"]):
        path = str(one.get("path", ""))
        last = path.replace("\\", "/").rsplit("/", 1)[-1]
        if path not in here and last in here:
            one["path"] = last
            notes.append(f"“{path}” is read from the uploaded {last}.")
    return notes


def _all_sources(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    tables = config.get("tables", {})
    for table in tables if isinstance(tables, dict) else ():
        yield from (one for one in sources(config, table) if isinstance(one, dict))


def problems_of(config: dict[str, Any], text: str, files: Iterable[str]) -> list[Problem]:
    """Everything that the library would say of the configuration by itself, and paths that lead out of the dataset."""
    report = Report()
    parse_config(config, report, text)
    here = list(files)
    for one in _all_sources(config):
        path = str(one.get("path", ""))
        if path and path not in here and not _matches(path, here):
            fix = f"{did_you_mean(path, here)} Only files of this dataset are read."
            report.problem(NAME, f"there is no file “{path}” here", fix, column="path")
    return report.problems


def _matches(path: str, here: list[str]) -> bool:
    """A pattern of names, without folders."""
    from fnmatch import fnmatchcase

    return "/" not in path and "\\" not in path and any(fnmatchcase(name, path) for name in here)


@transaction.atomic
def change(
    actor: Any, dataset: Dataset, read_at: int, what: str, edit: Callable[[dict[str, Any]], None], text: str = ""
) -> Dataset:
    """Save an edit of the configuration as its next version. Raises ConflictError when it was saved since it was read.

    Raises RefusedError while a run uses the tables.
    """
    from holdfast.web.evidence.bringing import refuse_while_busy

    held = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if held.mapping["version"] != read_at:
        raise ConflictError(held)
    refuse_while_busy(held)
    edit(held.mapping["config"])
    held.mapping["version"] += 1
    held.mapping["text"] = text
    held.title = str(held.mapping["config"].get("workspace", {}).get("title") or held.title)[:200]
    held.save(update_fields=["mapping", "title"])
    audit.record(actor, "evidence.run", "dataset", held.pk, f"{what}: {held.title}", version=held.mapping["version"])
    write(held)
    return held


def write(dataset: Dataset) -> None:
    """The configuration as the file that the library reads. The dataset's own record is the original."""
    write_whole(dataset.path / NAME, text_of(dataset))


def text_of(dataset: Dataset) -> str:
    """holdfast.toml as a person reads it."""
    if dataset.served:
        return (dataset.path / NAME).read_text("utf-8-sig", errors="replace")
    return str(dataset.mapping["text"] or toml.written(dataset.mapping["config"]))
