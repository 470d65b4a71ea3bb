"""A small workspace that was brought and checked; a run of it that waits."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def kit() -> ModuleType:
    """``uploads`` and ``brought``."""
    spec = importlib.util.spec_from_file_location("evidence_things", Path(__file__).with_name("things.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def checked_once() -> dict[str, Any]:
    """The dataset as it was after its first check, so that the others need not be checked again."""
    return {}


@pytest.fixture
def brought(
    kit: ModuleType,
    checked_once: dict[str, Any],
    person: Callable[..., Any],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """The small workspace, uploaded by an analyst and checked."""
    from holdfast.web.evidence.models import Dataset

    if not checked_once:
        dataset = kit.brought(person("analyst"), tmp_path / "new")
        kept = tmp_path_factory.mktemp("brought") / "folder"
        shutil.copytree(dataset.path, kept)
        checked_once |= {"folder": kept, "mapping": deepcopy(dataset.mapping), "checked": deepcopy(dataset.checked)}
        return dataset
    shutil.copytree(checked_once["folder"], tmp_path / "workspaces" / "copy")
    told = {key: deepcopy(checked_once[key]) for key in ("mapping", "checked")}
    return Dataset.objects.create(title="Call back", folder="workspaces/copy", by=person("analyst"), **told)


@pytest.fixture
def asked(brought: Any, person: Callable[..., Any]) -> Any:
    """A run of it that waits: the protocol is fixed."""
    from holdfast.web.evidence import asking, protocols

    protocols.fix(person("analyst"), brought, "call-back")
    return asking.ask(person("analyst"), brought)
