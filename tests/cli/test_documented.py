"""Every verb and option is in docs/command-line.md, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from holdfast.cli import app
from holdfast.workspace.importers import IMPORTERS

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text("utf-8")
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
COMMON = {"--debug", "--help", "--version"}


def _section(verb: str) -> str:
    found = re.search(rf"^## `holdfast {verb}\b.*?(?=^## |\Z)", DOCS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/command-line.md has no section on {verb}"
    return found.group()


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_documented_and_exists(verb: str) -> None:
    options = {
        name for parameter in VERBS[verb].params for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    }  # fmt: skip
    told = set(re.findall(r"--[a-z][a-z-]+", _section(verb)))
    assert options - COMMON == told


def test_what_every_verb_has_is_documented() -> None:
    assert all(option in DOCS for option in COMMON)


def test_every_documented_verb_exists() -> None:
    assert set(re.findall(r"^## `holdfast (\w+)", DOCS, re.MULTILINE)) == set(VERBS)


def test_every_kind_of_import_is_documented() -> None:
    assert all(kind in _section("import") for kind in IMPORTERS)
    text = " ".join(str(parameter.help) for parameter in VERBS["import"].params if parameter.name == "kind")
    assert all(kind in text for kind in IMPORTERS)
