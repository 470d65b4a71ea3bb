"""How long a register takes to go out as an archive and to come in elsewhere, with votes and comments in it.

    python -m benchmarks web_archive [--postgres] [--changes 2000] [--comments 5000] [--talks 100] [--quick]

Both registers are served by the real server with its worker, and everything is asked for as a browser asks: the
archive is taken out, sent to an empty register, looked at by its worker, brought in, and sent again, which adds
nothing. While the worker is at it, one reader asks for a page now and then. All words are made up.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from web_register import BATCH, WHAT, WHOM, WHY, fill
from web_server import Account, Browser, account, ready, serving, until, used

PEOPLE, STATEMENTS = 40, 6
MADE_OF = {
    "digital": ["video call", "online booking", "the app", "telephone clinic"],
    "team": ["the nurses", "kind staff", "the whole team", "the ward sister"],
    "access": ["parking", "the bus", "a long wait", "the lift"],
}
"""What made-up comments speak of. The first two are themes of the first list; the third is what nobody coded."""
WARDS = [f"Ward {n}" for n in range(1, 13)]
AGES = ("under 18", "18 to 64", "65 and over")


def comments(count: int, actor: Any, *, seed: int = 2) -> None:
    """So many comments, made up, each with a place, a day and an age, and each coded by somebody."""
    from django.db import transaction

    from holdfast.web.insight.models import Coding, Comment, Delivery, SentFile
    from holdfast.web.register.models import Vocabulary

    draw, themes = random.Random(seed), Vocabulary.objects.get(code="seven_themes")
    known = list(themes.terms.filter(retired=False).values_list("code", flat=True))[:2]
    sent = Delivery.objects.create(
        kind=Delivery.COMMENTS, name="Made up", once=uuid.uuid4().hex, state="done", by=actor
    )
    file = SentFile.objects.create(delivery=sent, name="made.csv", kept_as="made.csv", sha256=sent.once * 2)
    for start in range(0, count, BATCH):
        about = [draw.choice(list(MADE_OF)) for _ in range(min(BATCH, count - start))]
        with transaction.atomic():
            made = Comment.objects.bulk_create(
                Comment(file=file, row=start + n, digest=uuid.uuid4().hex, text=_comment(draw, one),
                        setting=draw.choice(WARDS), population={"age_band": draw.choice(AGES)},
                        said_on=dt.date(2021, 1, 1) + dt.timedelta(days=draw.randrange(1_400)))
                for n, one in enumerate(about)
            )  # fmt: skip
            said = {"digital": [known[0]], "team": [known[1]], "access": []}
            Coding.objects.bulk_create(
                Coding(deed=uuid.uuid4().hex, comment=one, vocabulary=themes, themes=said[of], by=actor, coder="A")
                for one, of in zip(made, about, strict=True)
            )


def learned(actor: Any) -> None:
    """What a worker would have learned from them by now."""
    from holdfast.web.insight import jobs, learning
    from holdfast.web.register.models import Vocabulary

    jobs.carry_out("learning", learning.ask(Vocabulary.objects.get(code="seven_themes"), actor).pk)


def _comment(draw: random.Random, about: str) -> str:
    words = " ".join(draw.choice(draw.choice((WHAT, WHOM, WHY))) for _ in range(draw.randint(6, 30)))
    return f"{draw.choice(MADE_OF[about])} was what I noticed, with {words}."


def talks(changes: Sequence[int], *, seed: int = 3) -> None:
    """A conversation on each of these changes: statements, people, and what each said to every statement."""
    from django.db import transaction

    from holdfast.web.register.models import Practice
    from holdfast.web.voices.models import Participant, Preference, Statement, Vote

    draw = random.Random(seed)
    for change in changes:
        practice = Practice.objects.filter(change=change).values_list("name", flat=True)[0]
        with transaction.atomic():
            asked = Statement.objects.bulk_create(
                Statement(change_id=change, text=f"The {draw.choice(WHAT)} {n} is better now.", moderated="accepted")
                for n in range(STATEMENTS)
            )
            people = Participant.objects.bulk_create(
                Participant(change_id=change, role=draw.choice(("patients", "carers", "clinicians")))
                for _ in range(PEOPLE)
            )
            Vote.objects.bulk_create(
                Vote(participant=who, statement=one, vote=draw.choice((-1, 0, 1))) for who in people for one in asked
            )
            Preference.objects.bulk_create(
                Preference(
                    change_id=change,
                    participant=who,
                    practice=practice,
                    preference=draw.choice(("retain", "adapt", "stop")),
                )
                for who in people
            )


def main(argv: list[str]) -> int:
    """Nought, or the fault is raised."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--postgres", action="store_true")
    reader.add_argument("--changes", type=int, default=2_000)
    reader.add_argument("--comments", type=int, default=5_000)
    reader.add_argument("--talks", type=int, default=100, help=f"Changes with {PEOPLE} people on each.")
    reader.add_argument("--port", type=int, default=8921)
    reader.add_argument("--quick", action="store_true", help="200 changes and comments, 10 conversations.")
    options = reader.parse_args(argv)
    if options.quick:
        options.changes, options.comments, options.talks = 200, 200, 10
    with tempfile.TemporaryDirectory() as folder:
        told = {**vars(options), "home": folder}
        for part in ("out", "come"):  # each in a process of its own: a process knows one register
            subprocess.run([sys.executable, __file__, "part", part, json.dumps(told)], check=True)
    return 0


def out(options: argparse.Namespace, home: Path) -> None:
    """Make a register, and take it out three times."""
    from web import machine

    owner = ready(home / "there", postgres=options.postgres)
    start = time.perf_counter()
    keys = fill(options.changes, owner)
    talks(keys[: options.talks])
    comments(options.comments, owner)
    learned(owner)
    who = _account(owner)
    kind, took = "PostgreSQL" if options.postgres else "SQLite", time.perf_counter() - start
    print(
        f"\n{kind}, {told_rows()} ({took:.0f} s to make); {machine()}\nwhat | times | p50 ms | p95 ms | processor",
        flush=True,
    )
    with serving(options.port, home / "there.log") as pid:
        browser, times, before = Browser(options.port, who, 600), [], used(pid)
        for _ in range(3):
            start = time.perf_counter()
            content = browser.file("/exchange/take", {"dataset": "", "parts": ["voices", "insight"]})
            times.append(time.perf_counter() - start)
        row("archive out, in the request", times, f"{(used(pid) - before) / 3:.1f} s | {len(content) / 1e6:.1f} MB")
        browser.close()
    (home / "archive.zip").write_bytes(content)


def come(options: argparse.Namespace, home: Path) -> None:
    """Send it to an empty register, look, bring it in, and send it again once what it set off has been done."""
    from web import machine

    owner = ready(home / "here", postgres=options.postgres)
    who, content = _account(owner), (home / "archive.zip").read_bytes()
    from holdfast.web.evidence import presence
    from holdfast.web.insight.models import Learning

    with serving(options.port, home / "here.log") as pid:
        until(lambda: presence.present().there)
        browser = Browser(options.port, who, 600)
        row("the page to send it on", list(_asked(browser, "/exchange/bring", 10)))
        for title in ("into an empty register", "the same once more"):
            start, before = time.perf_counter(), used(pid)
            where = _moved(browser.send("/exchange/bring", {"once": uuid.uuid4().hex}, "archive", content))
            row(f"{title}: sent, until the browser has its answer", [time.perf_counter() - start])
            for name, wanted in (("until it says what it would do", "looked"), ("until it is in", "done")):
                meanwhile = _until(browser, where, wanted)
                row(f"{title}: {name}", [time.perf_counter() - start], f"{used(pid) - before:.1f} s")
                row(f"{title}: {name}, its page meanwhile", meanwhile)
                start, before = time.perf_counter(), used(pid)
                if wanted == "looked":
                    _moved(browser.post(f"{where}/go-on", {}))
            until(lambda: not Learning.objects.exclude(state="done").exists())
        browser.close()
    print(f"here now: {told_rows()}; {machine()}")


def _moved(answer: tuple[int, Any, str]) -> str:
    if answer[0] != 302:
        raise SystemExit(f"answered {answer[0]}: {answer[2][:400]}")
    return str(answer[1]["Location"])


def _until(browser: Browser, where: str, wanted: str) -> list[float]:
    """Wait until it stands so; how long its page takes meanwhile."""
    times: list[float] = []
    while True:
        times += _asked(browser, where, 1)
        told = json.loads(browser.get(f"{where}/state")[2])
        if told["finished"]:
            break
        time.sleep(0.5)
    if told["state"] != wanted:
        raise SystemExit(f"it is {told['state']}, not {wanted}")
    return times


def _asked(browser: Browser, path: str, times: int) -> Iterator[float]:
    for _ in range(times):
        start = time.perf_counter()
        status = browser.get(path)[0]
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        yield time.perf_counter() - start


def row(name: str, times: Sequence[float], more: str = "") -> None:
    """One line of the table: how often, the median and the 95th percentile in milliseconds."""
    middle, high = np.percentile(times, [50, 95])
    print(f"{name} | {len(times)} | {1e3 * middle:,.0f} | {1e3 * high:,.0f}{' | ' + more if more else ''}", flush=True)


def _account(owner: Any) -> Account:
    from django.db import connections

    who = account(owner)
    connections.close_all()
    return who


def told_rows() -> str:
    """What the register holds."""
    from holdfast.web.insight.models import Coding, Comment
    from holdfast.web.register.models import Change
    from holdfast.web.voices.models import Vote

    counts = (model.objects.count() for model in (Change, Vote, Comment, Coding))
    names = ("changes", "votes", "comments", "codings")
    return ", ".join(f"{many:,} {name}" for many, name in zip(counts, names, strict=True))


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        given = json.loads(sys.argv[3])
        {"out": out, "come": come}[sys.argv[2]](argparse.Namespace(**given), Path(given["home"]))
    else:
        sys.exit(main(sys.argv[1:]))
