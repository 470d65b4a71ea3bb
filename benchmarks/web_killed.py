"""The server is killed again and again while people work; afterwards nothing acknowledged is lost, nothing half there.

    python -m benchmarks web_killed [--rounds 200] [--postgres] [--seed 1] [--quick]

In each round a real server, with the worker beside it, is used by six people at once (captures, a program's records,
bulk imports, merges taken apart again, final decisions, evaluations) until it is killed by SIGKILL at a random moment,
alone or with its worker; sometimes the worker is killed before it. Every fourth round begins as ``holdfast serve``
does, and lasts until an evaluation is under way; the others begin from a process that has the application loaded, so
that a round is short. Then everything is sent again that was not acknowledged, imports and runs come to their end, and
what must hold is looked at once more. Prints what was acknowledged and every fault, and ends with their number.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from web_deeds import Deeds, Somebody, problems
from web_faults import faults
from web_register import fill
from web_server import HOST, Account, Browser, account, kill, ready, session_of, start, wait_until_it_answers

FRESH = 4
STALE = 8
"""Seconds after which the server takes a silent run for abandoned: 30 in use, fewer here so that rounds are short."""


class Served:
    """The server of a round. Its worker may outlive it, as it would on a real machine."""

    def __init__(self, port: int, log: Path, *, fresh: bool) -> None:
        self.process = start(port, log) if fresh else None
        self.pid = self.process.pid if self.process else _forked(port, log)

    def kill(self, *, worker: bool) -> int:
        """The server at once, and its worker where asked for. How many processes went."""
        pids = session_of(self.pid)
        gone = pids if worker else pids[:1]
        kill(gone)
        if self.process:
            self.process.wait()
        else:
            os.waitpid(self.pid, 0)
        return len(gone)

    def kill_worker(self) -> int:
        """The worker alone; the server begins another."""
        pids = session_of(self.pid)[1:]
        kill(pids)
        return len(pids)


def _forked(port: int, log: Path) -> int:
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(out, 1)
            os.dup2(out, 2)
            from holdfast.web.serving import serve

            serve(HOST, port, lambda: None)
        finally:
            os._exit(1)
    wait_until_it_answers(port)
    return pid


def prepared(owner: Any, home: Path, changes: int) -> Deeds:
    """Changes on the board with their duties answered, and tables whose protocol is fixed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from holdfast.web.board.duties import duties_for
    from holdfast.web.board.models import Cell, DutyAnswer
    from holdfast.web.evidence import bringing, checking, protocols, recovery
    from holdfast.workspace import new_workspace

    recovery.STALE = STALE  # type: ignore[misc]  # shorter than in use
    keys = fill(changes, owner, judged=1.0, decided=0.0)
    met = {"verdict": "retain", "answer": "met", "reference": "Board paper 12", "by_name": str(owner)}
    DutyAnswer.objects.bulk_create(
        DutyAnswer(change_id=key, duty=duty.code, **met) for key in keys for duty in duties_for("retain")
    )
    folder = new_workspace(home / "brought")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".csv", ".toml")]
    sent = [SimpleUploadedFile(path.name, path.read_bytes()) for path in files]
    dataset = checking.ask(owner, bringing.bring(owner, "Call back", "month", sent).dataset)
    for standing in protocols.standings(dataset):
        protocols.fix(owner, dataset, standing.study.study)
    cells = Cell.objects.filter(role="introduced").order_by("-pk").values_list("pk", flat=True)
    return Deeds(dataset.pk, list(cells))


def warmed(who: Account) -> None:
    """Pages looked at in this process, so that what is forked from it need not make them for the first time."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": HOST})
    client.cookies[settings.SESSION_COOKIE_NAME] = who.session
    for path in ("/changes/new", "/changes/to-sort", "/changes/import", "/decisions/", "/evidence/", "/api/v1/changes"):
        client.get(path)


def rounds(options: argparse.Namespace, deeds: Deeds, who: Account, log: Path) -> tuple[int, list[str]]:
    """Every round: how many processes were killed, and what went wrong on the way."""
    draw, killed, wrong = random.Random(options.seed), 0, list[str]()
    before: Served | None = None
    for number in range(options.rounds):
        whole = number % FRESH == 0
        if before and whole:
            kill(session_of(before.pid))
            abandoned()
        served = Served(options.port, log, fresh=whole)
        if before:
            kill(session_of(before.pid))  # its worker worked on for a while beside the new one
        rest = threading.Event()
        people = [Somebody(options.port, who, deed, rest) for deed in deeds.every()]
        for one in people:
            one.start()
        if whole:
            until_a_run_is_under_way()
        length = draw.uniform(0.05, options.longest)
        first = draw.uniform(0, length) if draw.random() < 0.4 else None
        if first is not None:
            time.sleep(first)
            killed += served.kill_worker()
        time.sleep(length - (first or 0))
        killed += served.kill(worker=whole or draw.random() < 0.4)
        rest.set()
        for one in people:
            one.join()
        wrong += [f"round {number}: {words}" for words in problems(people)]
        if options.every and number % options.every == options.every - 1:
            found = faults(deeds.told, resting=False)
            wrong += [f"after round {number}: {words}" for words in found]
            print(f"{number + 1} rounds, {killed} killed, {len(wrong)} faults; {deeds.told.acknowledged()}", flush=True)
        before = served
    if before:
        kill(session_of(before.pid))
    return killed, wrong


def abandoned() -> None:
    """What the server does once a run has been silent for long: nobody is alive, so nobody need be waited for."""
    from holdfast.web.evidence import recovery

    recovery.STALE = 0  # type: ignore[misc]  # for this moment only
    recovery.recover()
    recovery.STALE = STALE  # type: ignore[misc]  # as before


def until_a_run_is_under_way(seconds: float = 25) -> None:
    """So that evaluations are killed in their midst too, a worker needs time to begin; at most so many seconds."""
    from django.utils import timezone

    from holdfast.web.evidence.models import RUNNING, Run

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        lately = timezone.now() - dt.timedelta(seconds=2)
        if Run.objects.filter(state=RUNNING, beat_at__gt=lately).exists():
            return
        time.sleep(0.1)


def settled(options: argparse.Namespace, deeds: Deeds, who: Account, log: Path) -> list[str]:
    """Everything begun is brought to its end: what was not acknowledged is sent again, imports and runs finish."""
    served = Served(options.port, log, fresh=True)
    line = Browser(options.port, who, 60)
    try:
        deeds.finish(line, seconds=options.patience)
    finally:
        line.close()
        served.kill(worker=True)
    return [f"import {one.number} could not be brought to its end" for one in deeds.told.sendings if not one.finished]


def main(argv: list[str]) -> int:
    """The number of faults."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--rounds", type=int, default=200)
    reader.add_argument("--postgres", action="store_true")
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--longest", type=float, default=3.0, help="The most seconds that a server lives.")
    reader.add_argument("--every", type=int, default=20, help="Look for faults every so many rounds; 0: at the end.")
    reader.add_argument("--patience", type=float, default=120.0, help="Seconds that a run may take at the end.")
    reader.add_argument("--changes", type=int, default=0, help="Changes to decide on; about six a round if not said.")
    reader.add_argument("--port", type=int, default=8931)
    reader.add_argument("--home", type=Path)
    reader.add_argument("--quick", action="store_true")
    options = reader.parse_args(argv)
    if options.quick:
        options.rounds, options.longest, options.every = min(options.rounds, 12), 2.0, 0
    with tempfile.TemporaryDirectory() as folder:
        return _all(options, (options.home or Path(folder)).resolve())


def _all(options: argparse.Namespace, home: Path) -> int:
    from django.db import connection

    begun = time.perf_counter()
    owner = ready(home, postgres=options.postgres)
    deeds = prepared(owner, home, options.changes or 6 * options.rounds)
    who, log = account(owner), home / "server.log"
    warmed(who)
    killed, wrong = rounds(options, deeds, who, log)
    meanwhile = deeds.told.acknowledged()
    abandoned()
    wrong += faults(deeds.told)
    wrong += settled(options, deeds, who, log)
    abandoned()
    wrong += faults(deeds.told)
    from holdfast.web.evidence.models import Run

    said = {
        "database": connection.vendor, "rounds": options.rounds, "processes killed": killed,
        "acknowledged meanwhile": meanwhile, "and at the end": deeds.told.acknowledged(),
        "runs begun twice": Run.objects.filter(attempts=2).count(),
        "runs interrupted": Run.objects.filter(state="interrupted").count(),
        "seconds": round(time.perf_counter() - begun), "faults": wrong,
    }  # fmt: skip
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return len(wrong)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
