"""What the access lines of the evidence room stand for: a dataset that was brought, and a run of it that is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from holdfast.web.evidence import bringing, checking, toml
from holdfast.web.evidence.models import DONE, Dataset, Run
from holdfast.workspace import new_workspace


def uploads(folder: Path) -> list[SimpleUploadedFile]:
    """The files of a workspace folder as a browser would send them: tables, configuration and studies."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in (".csv", ".toml", ".gz")]
    return [SimpleUploadedFile(path.name, path.read_bytes()) for path in files]


def brought(actor: Any, folder: Path) -> Dataset:
    """The workspace that ``holdfast new`` makes, uploaded and checked."""
    made = bringing.bring(actor, "Call back", "month", uploads(new_workspace(folder)))
    return checking.ask(actor, made.dataset)


def make(person: Callable[..., Any], made: dict[str, str]) -> None:
    """A dataset as it is after its upload, and a run whose files are gone. Made by hand, as every address makes one."""
    from django.conf import settings

    folder = new_workspace(settings.HOME / "workspaces" / "things")
    config = toml.read((folder / "holdfast.toml").read_text("utf-8"))
    files = [{"name": path.name, "bytes": path.stat().st_size, "sha256": path.name} for path in folder.glob("*.csv")]
    mapping = {"version": 1, "config": config, "text": "", "files": files}
    actor = person("analyst")
    dataset = Dataset.objects.create(title="Call back", folder="workspaces/things", by=actor, mapping=mapping)
    run = Run.objects.create(dataset=dataset, state=DONE, results="results/none", ended_at=dataset.made_at)
    made |= {"dataset": str(dataset.pk), "run": str(run.pk)}
