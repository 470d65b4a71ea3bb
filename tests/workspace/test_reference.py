"""Every key and column is documented, and the page says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.records import INPUTS, ROW_TYPES, table_of
from holdfast.workspace.reference import SECTIONS, page_with_reference

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "workspace.md"


def test_the_page_agrees_with_the_definitions() -> None:
    page = PAGE.read_text("utf-8")
    assert page_with_reference(page) == page, "run: python -m holdfast.workspace.reference docs/workspace.md"


@pytest.mark.parametrize(("title", "model"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_every_key_has_a_meaning(title: str, model: type) -> None:
    lacking = [name for name, field in model.model_fields.items() if not field.description]  # type: ignore[attr-defined]
    assert not lacking, f"{title}: {lacking}"


def test_every_column_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for table in (*INPUTS.values(), *(table_of(row_type) for row_type in ROW_TYPES.values())):
        section = page.partition(f"### `{table.name}`")[2].partition("\n### ")[0]
        lacking = [name for name in table.names if f"| `{name}` |" not in section]
        assert not lacking, f"{table.name}: {lacking}"


def test_only_the_engine_speaks_to_the_engine() -> None:
    source = ROOT / "src" / "holdfast" / "workspace"
    wanted = re.compile(r"^\s*(import|from) (ibis|duckdb)\b", re.MULTILINE)
    found = {path.name for path in source.rglob("*.py") if wanted.search(path.read_text("utf-8"))}
    assert found == {"engine.py"}
