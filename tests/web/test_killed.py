"""The server is killed while people work: nothing acknowledged is lost and nothing is half there.

The killing itself is ``benchmarks/web_killed.py``, run here for a few rounds (it runs two hundred by itself). The
checks that it relies on are held to registers that were broken on purpose.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.web_faults import Receipts, Sending, faults
from benchmarks.web_register import fill
from tests.web.board import making

from holdfast.web.board import deciding
from holdfast.web.board.models import Cell, Decision, Message
from holdfast.web.register import importing, merging, saving
from holdfast.web.register.importing_reading import read_pasted
from holdfast.web.register.models import Change, ChangeVersion, Practice
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.tables import Import, ImportRow, SearchText

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 12


def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--quick", "--rounds", str(ROUNDS), "--home", str(tmp_path), "--port", str(port)]
    words += ["--postgres"] if os.environ.get("HOLDFAST_TEST_POSTGRES") else []
    told = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
    told |= {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    script = ROOT / "benchmarks" / "web_killed.py"
    done = subprocess.run([sys.executable, str(script), *words], env=told, capture_output=True, text=True, check=False)
    assert done.stdout.strip(), done.stderr[-3_000:]
    said = json.loads(done.stdout[done.stdout.index("{") :])
    assert said["faults"] == [] and done.returncode == 0
    assert said["rounds"] == ROUNDS and said["processes killed"] >= ROUNDS
    assert sum(said["acknowledged meanwhile"].values()) >= ROUNDS // 4, said
    assert all(said["and at the end"].values()), said


@pytest.fixture
def register(person: Callable[..., Any]) -> Receipts:
    """A small register in which everything has happened once, with the receipts for it; there is nothing wrong."""
    by = person("all")
    fill(4, by, judged=0.0)
    kept, other = saving.create(by, {"title": "A walk"}), saving.create(by, {"title": "Walking"})
    merging.merge(kept, other, by, read_at=(1, 1), deed="merged")
    text = "title\tstatus\nRow one\temerging\nRow two\temerging\n"
    held = importing.begin(by, "Pasted text", text.encode(), read_pasted(text))
    importing.carry_on(importing.map_columns(held, held.mapping), by)
    cell = making.board(by)
    making.answer_duties(cell, "retain", by)
    seen = [deciding.Seen.of(cell, None)]
    from uuid import uuid4

    batch = uuid4()
    made = deciding.decide(by, making.words(verdict="retain"), seen=seen, batch=batch, final=True)
    told = Receipts(
        recorded={"A walk": kept.identifier},
        merges={"merged": True},
        decided={str(batch): made[0].pk},
        sendings=[Sending("Row ", 2, number=held.pk, mapped=True, carried=1, finished=True)],
    )
    assert faults(told) == []
    return told


def _half_decided() -> None:
    Decision.objects.filter(state="final").update(duties=[])


BREAKS: dict[str, Callable[[], object]] = {
    "holds versions": lambda: ChangeVersion.objects.latest("pk").delete(),
    "is not as its version": lambda: Change.objects.filter(title="Row one").update(needs="Altered"),
    "introduced practice": lambda: Practice.objects.filter(role="introduced").latest("pk").delete(),
    "search does not know": lambda: SearchText.objects.order_by("pk").last().delete(),
    "recorded 0 times by the audit log": lambda: Change.objects.filter(title="Row one").update(identifier="HF-9"),
    "never given its identifier": lambda: Change.objects.filter(title="Row one").update(identifier="new-1"),
    "the merges that hold": lambda: Change.objects.exclude(merged_into=None).update(merged_into=None),
    "merge merged was acknowledged": lambda: MergeEvent.objects.update(deed="another"),
    "left no version": lambda: MergeEvent.objects.update(kept_before={"version": 99}),
    "half undone": lambda: MergeEvent.objects.update(undone_deed="undone"),
    "and its change is None": lambda: ImportRow.objects.filter(number=2).update(change=None),
    "made 2 changes": lambda: ImportRow.objects.filter(number=2).update(state="waiting", change=None),
    "done while rows wait": lambda: ImportRow.objects.filter(number=2).update(state="waiting"),
    "was sent 2 rows": lambda: ImportRow.objects.filter(number=2).delete(),
    "lost what its columns hold": lambda: Import.objects.update(state="columns"),
    "kept the checklist": _half_decided,
    "its cell stands at": lambda: Cell.objects.exclude(decided=None).update(decided=None, chosen=""),
    "its change is still": lambda: Change.objects.filter(status="decided").update(status="emerging"),
    "letters waiting or sent": lambda: Message.objects.all().delete(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("words", BREAKS)
def test_what_is_half_there_is_found(register: Receipts, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if words == "kept the checklist":
        _without_guard()
    BREAKS[words]()
    found = faults(register)
    assert any(words in fault for fault in found), found


@pytest.mark.django_db
def test_what_is_lost_or_twice_is_found(register: Receipts, person: Callable[..., Any]) -> None:
    register.told["Nobody kept this"] = True
    register.recorded["Gone"] = "HF-GONE"
    register.runs.append(4_000)
    saving.create(person("all"), {"title": "Row one"})
    found = " ".join(faults(register))
    for words in ("Nobody kept this", "HF-GONE", "run 4000", "is there 2 times"):
        assert words in found


@pytest.mark.django_db
def test_a_run_that_nobody_works_on_is_found() -> None:
    from holdfast.web.evidence.models import DONE, INTERRUPTED, RUNNING, WAITING, Dataset, Run

    dataset = Dataset.objects.create(title="Made", folder="somewhere")
    for state in (DONE, INTERRUPTED, RUNNING, WAITING):
        Run.objects.create(dataset=dataset, state=state)
    found = " ".join(faults(Receipts()))
    for words in ("results are not there", "does not say why", "nobody is", "nobody will come"):
        assert words in found
    assert "nobody" not in " ".join(faults(Receipts(), resting=False))


def _without_guard() -> None:
    """Let a final decision be altered, as the database otherwise refuses."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'board_decision'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("ALTER TABLE board_decision DISABLE TRIGGER USER")
