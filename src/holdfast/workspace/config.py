"""Reads ``holdfast.toml``, the studies and the policy, and says everything that is wrong with them."""

from __future__ import annotations

import re
import tomllib
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from holdfast.workspace.report import Report
from holdfast.workspace.settings import Config
from holdfast.workspace.suggest import did_you_mean

NAME = "holdfast.toml"


def read_config(folder: Path, report: Report) -> Config | None:
    """The configuration of a workspace folder, or None with the problems in the report."""
    path = folder / NAME
    if not path.is_file():
        report.problem(str(path), "this file is missing", _no_config(folder))
        return None
    told = _toml(path, NAME, report)
    if told is None:
        return None
    for study in sorted(folder.glob("studies/*.toml")):
        found = _toml(study, f"studies/{study.name}", report)
        if found is not None:
            told.setdefault("studies", []).append({"study": study.stem, **found})
    if (folder / "policy.toml").is_file():
        found = _toml(folder / "policy.toml", "policy.toml", report)
        if found is not None and "policy" in told:
            report.problem("policy.toml", f"{NAME} has a [policy] as well", "Keep one of the two.", column="policy")
        elif found is not None:
            told["policy"] = found
    return parse_config(told, report, path.read_text("utf-8-sig", errors="replace"))


def parse_config(told: dict[str, Any], report: Report, text: str = "") -> Config | None:
    """A configuration from plain data, or None with the problems in the report."""
    try:
        return Config.model_validate(told)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            _add(report, fault, text)
        return None


def _toml(path: Path, where: str, report: Report) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        report.problem(where, "this is not UTF-8 text", "Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*) \(at line (\d+), column \d+\)$", str(error))
        rule = found.group(1) if found else str(error)
        row = int(found.group(2)) if found else None
        report.problem(where, f"this is not TOML: {rule.lower()}", "Texts need quotation marks; see docs.", row=row)
    return None


def _no_config(folder: Path) -> str:
    if not folder.is_dir():
        return "The folder does not exist; `holdfast new FOLDER` makes one."
    here = sorted(item.name for item in folder.iterdir() if not item.name.startswith("."))
    there = f"The folder holds {', '.join(here[:12])}. " if here else "The folder is empty. "
    return there + "`holdfast new FOLDER` makes a workspace to start from."


def _add(report: Report, fault: Any, text: str) -> None:
    place = [part for part in fault["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    column = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in place)
    last = str(place[-1]) if place else ""
    row = _row_of(text, last)
    if fault["type"] == "extra_forbidden":
        allowed = _fields_at(Config, place[:-1])
        report.problem(NAME, "this key is not known", did_you_mean(last, allowed), column=column, row=row)
    elif fault["type"] == "missing":
        report.problem(NAME, "this key is needed and is missing", f"Add `{last} = …`.", column=column)
    else:
        rule = str(fault["msg"])
        rule = rule.removeprefix("Value error, ")
        report.problem(NAME, rule[:1].lower() + rule[1:], "Correct the value.", column=column, row=row)


def _row_of(text: str, key: str) -> int | None:
    """The line that sets ``key``, when only one does."""
    pattern = re.compile(rf"^\s*(\[+.*\b)?{re.escape(key)}\b\s*[]=]")
    rows = [number for number, line in enumerate(text.splitlines(), 1) if key and pattern.match(line)]
    return rows[0] if len(rows) == 1 else None


def _fields_at(model: type[BaseModel], place: list[Any]) -> list[str]:
    """The keys allowed at a place of the configuration."""
    current: Any = model
    for part in place:
        current = _step(current, part)
    inner = _model_in(current)
    return list(inner.model_fields) if inner else []


def _step(current: Any, part: object) -> Any:
    if typing.get_origin(current) is dict:
        return typing.get_args(current)[1]
    inner = _model_in(current)
    if isinstance(part, int) or inner is None:
        return current
    field = inner.model_fields.get(str(part))
    return field.annotation if field else None


def _model_in(hint: Any) -> type[BaseModel] | None:
    """The one model inside ``X``, ``X | None``, ``list[X]`` or ``dict[str, X]``."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    if typing.get_origin(hint) in (list, dict, typing.Union, types.UnionType, typing.Annotated):
        for part in typing.get_args(hint):
            found = _model_in(part)
            if found is not None:
                return found
    return None
