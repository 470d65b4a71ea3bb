"""A workspace that the server was started on: listed, and with the results it already has, as a finished run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from holdfast.records import Policy
from holdfast.saving import RELEASES, RESULTS
from holdfast.share import DEFAULT, Profile, profile, release
from holdfast.share.disclosure.ledger import entries
from holdfast.web.evidence import folders, keeping, linking, working
from holdfast.web.evidence.models import DONE, RUNNING, Dataset, Run
from holdfast.web.people import audit
from holdfast.workspace import Workspace, read_findings

SERVER = "the server"


def serve_dataset(folder: str | Path) -> Dataset:
    """Enter a workspace folder and, where it holds results, a run that is done. Doing it twice changes nothing.

    Raises InputProblems when the workspace cannot be opened.
    """
    where = Path(folder).resolve()
    dataset = _entered(where)
    told = _package(where)
    if told is None:
        return dataset
    inputs = str(told.get("inputs_sha256", ""))
    if dataset.runs.filter(state=DONE, inputs_sha256=inputs).exists():
        return dataset
    space = Workspace.open(where, checked=False)
    if dataset.title != space.title[:200]:
        Dataset.objects.filter(pk=dataset.pk).update(title=space.title[:200])
    run = _begun(dataset, space.policies[0])
    fresh = settings.HOME / folders.RESULTS / f".new-{run.pk}-served"
    try:
        kept = _kept(fresh, space, where, str(told.get("disclosure", "")), inputs)
        working.finish(run, kept, linking.Workspace.of(space))
    except BaseException:
        run.delete()
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return dataset


@transaction.atomic
def _entered(where: Path) -> Dataset:
    dataset, new = Dataset.objects.get_or_create(
        folder=str(where), defaults={"title": where.name[:200], "served": True, "mapping": {"version": 1, "files": []}}
    )
    if new:
        audit.record(SERVER, "evidence.run", "dataset", dataset.pk, f"served: {where.name}")
    return dataset


def _package(where: Path) -> dict[str, Any] | None:
    """The description of the results that lie in the folder; None when there are none."""
    path = where / RESULTS / keeping.TABLES / "datapackage.json"
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


def _begun(dataset: Dataset, policy: Policy) -> Run:
    """The run as if it were under way, so that finishing it is the same deed as for any other."""
    now = timezone.now()
    return Run.objects.create(
        dataset=dataset, state=RUNNING, started_at=now, beat_at=now, attempts=2, policy=policy.model_dump(mode="json")
    )


def _kept(fresh: Path, space: Workspace, where: Path, line: str, inputs: str) -> keeping.Kept:
    """The released results as pages and files. They pass through the same rule again, which leaves them as they are."""
    rule, reason = _rule(where)
    released = release(
        read_findings(where / RESULTS), rule, measures=space.measures.values(), inputs=inputs, reason=reason
    )
    kept = keeping.keep_released(
        fresh,
        space,
        released,
        tell=lambda *_: None,
        policy=space.policies[0],
        title=space.title,
        command="holdfast learn",
        line=line,
    )
    return keeping.Kept(kept.folder, kept.findings, kept.line, inputs, kept.studies, kept.judged)


def _rule(where: Path) -> tuple[Profile, str]:
    """The rule and reason under which the results were last released."""
    ledger = where / RELEASES
    last = entries(ledger)[-1:] if ledger.is_file() else []
    if not last:
        return profile(DEFAULT), ""
    return Profile(**last[0]["profile"]), str(last[0].get("reason", ""))
