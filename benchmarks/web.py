"""How fast the web application answers with a large register: one reader alone, then fifty and five writers at once.

    python -m benchmarks web [--postgres] [--changes 100000] [--comments 20000] [--seconds 60] [--home FOLDER] [--quick]

A register is made in bulk (kept and used again with ``--home``) and served by the real server. First one reader asks
for each page in turn: seconds without queueing, and the server's own processor time. Then fifty readers who pause
between pages, with five writers; then the same without a pause, which is as much as the machine can give. Every time
is also given as a ratio to a plain page of the same run, which holds on a machine that does other things meanwhile.
The pages of insights are asked for by the one reader only: as they are kept, and anew after somebody coded a comment.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np

from web_server import Account, Browser, account, peak, processor, ready, serving

PLAIN = "help (a plain page)"
READERS, WRITERS, PAUSE = 50, 5, 5.0
Page = tuple[str, int, list[str]]
ORDER = (
    *(PLAIN, "front page", "list", "list, its last pages", "list by status", "list by term and status", "search"),
    *("search, common words", "search, misspelt", "change", "board matrix", "cell", "triage queue", "API list of 100"),
    *("API record", "insights", "insights of a theme, by setting", "insights, after a coding"),
    *("insights of a theme, by setting, after a coding", "themes, how well learned", "a comment to code"),
    *("write: capture", "write: amend"),
)
CODED = "after a coding"
ACROSS = "/insights/?theme=digital&by=setting&span=month"


def pages(identifiers: list[str], cells: list[int], changes: int) -> list[Page]:
    """Each page with its weight in the mix, and the addresses drawn from."""
    deep = [f"/changes/?page={max(1, changes // 25 - n)}" for n in range(20)]
    return [
        (PLAIN, 4, ["/help"]),
        ("front page", 8, ["/"]),
        ("list", 14, ["/changes/"]),
        ("list, its last pages", 2, deep),
        ("list by status", 6, ["/changes/?status=decided", "/changes/?status=embedded&sort=title"]),
        ("list by term and status", 6, ["/changes/?status=decided&term=kind:kind_service"]),
        ("search", 10, [f"/changes/?q={words}" for words in ("video+clinics+asthma", "nurse+led+frailty", "sepsis")]),
        ("search, common words", 2, ["/changes/?q=patients+waiting"]),
        ("search, misspelt", 8, [f"/changes/?q={words}" for words in ("vidoe+clincs+astma", "fraillty", "dialisis")]),
        ("change", 20, [f"/changes/c/{one}" for one in identifiers]),
        ("board matrix", 6, ["/decisions/", "/decisions/?state=undecided"]),
        ("cell", 6, [f"/decisions/cell/{one}" for one in cells]),
        ("triage queue", 4, ["/changes/to-sort"]),
        ("API list of 100", 3, ["/api/v1/changes"]),
        ("API record", 3, [f"/api/v1/changes/{one}" for one in identifiers]),
    ]


def insights(comments: list[int]) -> list[Page]:
    """The pages about what people said; they have no weight in the mix, so that it stays comparable."""
    names = ("insights", "insights of a theme, by setting")
    read = [*zip(names, ("/insights/", ACROSS), strict=True)]
    read += [(f"{name}, {CODED}", path) for name, path in read]
    read += [("themes, how well learned", "/insights/themes/seven_themes")]
    return [(name, 0, [path]) for name, path in read] + [
        ("a comment to code", 0, [f"/insights/themes/seven_themes/comments/{pk}" for pk in comments])
    ]


def main(argv: list[str]) -> int:
    """The number of faults seen."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--postgres", action="store_true")
    reader.add_argument("--changes", type=int, default=100_000)
    reader.add_argument("--comments", type=int, default=20_000, help="Made-up comments, each coded; 0 for none.")
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--times", type=int, default=30, help="How often the one reader asks for each page.")
    reader.add_argument("--home", type=Path, help="Where the register is kept, to be used again.")
    reader.add_argument("--port", type=int, default=8911)
    reader.add_argument("--quick", action="store_true", help="2,000 changes and comments, ten seconds.")
    options = reader.parse_args(argv)
    if options.quick:
        options.changes, options.seconds, options.times = min(options.changes, 2_000), 10.0, 5
        options.comments = min(options.comments, 2_000)
    with tempfile.TemporaryDirectory() as folder:
        return measure(options, (options.home or Path(folder)).resolve())


def measure(options: argparse.Namespace, home: Path) -> int:
    """Make, serve, ask, print."""
    owner = ready(home, postgres=options.postgres)
    seconds = filled(options.changes, options.comments, owner)
    who, told, said = account(owner), sample(options.changes), coded(400)
    from django.db import connection, connections

    kind = connection.vendor
    connections.close_all()
    print(f"\n{kind}, {options.changes:,} changes ({seconds:.0f} s to make); {machine()}", flush=True)
    mix = pages(*told, options.changes) + (insights(said) if said else [])
    faults = 0
    with serving(options.port, home / "server.log") as pid:
        alone = by_one(options, who, mix, pid, said)
        table("one reader alone", {name: one["seconds"] for name, one in alone.items()}, alone)
        for pause in (PAUSE, 0.0):
            before = processor(pid)
            seen = crowd(options, who, mix, told[0], pause, home)
            faults += sum(seen["faults"].values())
            asked = sum(len(times) for times in seen["pages"].values())
            title = f"{READERS} readers and {WRITERS} writers, " + (
                f"a pause of {pause:.0f} s" if pause else "no pause"
            )
            table(title, seen["pages"])
            rate, used = asked / seen["seconds"], (processor(pid) - before) / seen["seconds"]
            print(
                f"{asked} requests, {rate:.1f} a second; {used:.2f} cores; faults: {seen['faults'] or 'none'}",
                flush=True,
            )
        print(f"server's peak memory {peak(pid):.0f} MB; {machine()}")
    return faults


def filled(count: int, said: int, owner: Any) -> float:
    """The register brought to its size; how many seconds it took."""
    from django.db import connection

    from holdfast.web.insight.models import Comment
    from holdfast.web.register.models import Change
    from web_archive import comments, learned
    from web_register import fill

    start, held, spoken = time.perf_counter(), Change.objects.count(), Comment.objects.count()
    if spoken < said:
        comments(said - spoken, owner)
        learned(owner)
    if held < count:
        fill(count - held, owner, told=lambda done: None if done % 10_000 else print(f"{done:,} made", flush=True))
        if connection.vendor == "postgresql":  # as its own housekeeping does within minutes
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - start


def sample(count: int) -> tuple[list[str], list[int]]:
    """Identifiers of changes and keys of cells to ask for, drawn over the whole register."""
    from holdfast.web.board.models import Cell
    from holdfast.web.register.models import Change

    draw = random.Random(7)
    identifiers = list(Change.objects.order_by("pk").values_list("identifier", flat=True))
    cells = list(Cell.objects.order_by("pk").values_list("pk", flat=True))
    return draw.sample(identifiers, min(400, count)), draw.sample(cells, min(200, len(cells)))


def coded(most: int) -> list[int]:
    """Keys of comments, drawn over all of them."""
    from holdfast.web.insight.models import Comment

    every = list(Comment.objects.order_by("pk").values_list("pk", flat=True))
    return random.Random(8).sample(every, min(most, len(every)))


def by_one(options: argparse.Namespace, who: Account, mix: list[Page], pid: int, comments: list[int]) -> dict[str, Any]:
    """Each page by itself: seconds of the clock for each time, milliseconds of the server's processor on average."""
    browser, out = Browser(options.port, who), {}
    for name, _weight, paths in mix:
        for path in paths[:2]:
            ask(browser, path)
        used, times = 0.0, []
        for n in range(options.times):
            if name.endswith(CODED):
                code(browser, comments[n % len(comments)])
            start, before = time.perf_counter(), processor(pid)
            ask(browser, paths[n % len(paths)])
            times.append(time.perf_counter() - start)
            used += processor(pid) - before
        out[name] = {"seconds": times, "processor": 1e3 * used / options.times}
    browser.close()
    return out


def code(browser: Browser, comment: int) -> None:
    """Somebody says that a comment is about a theme, so that everything counted so far is out of date."""
    said = {"list": "seven_themes", "theme": "digital", "right": "yes", "once": uuid.uuid4().hex}
    status = browser.post(f"/insights/comments/{comment}/correct", said)[0]
    if status != 302:
        raise SystemExit(f"coding comment {comment} answered {status}")


def ask(browser: Browser, path: str) -> None:
    """One page; anything but 200 ends the run."""
    api = path.startswith("/api/v1/")
    status = browser.call("GET", path.removeprefix("/api/v1/"))[0] if api else browser.get(path)[0]
    if status != 200:
        raise SystemExit(f"{path} answered {status}")


def crowd(
    options: argparse.Namespace, who: Account, mix: list[Page], amended: list[str], pause: float, home: Path
) -> dict[str, Any]:
    """Everybody at once, in another process."""
    plan = home / "plan.json"
    told = {"port": options.port, "account": dataclasses.asdict(who), "readers": READERS, "writers": WRITERS}
    told |= {"seconds": options.seconds, "pause": pause, "pages": mix, "amended": amended}
    plan.write_text(json.dumps(told), "utf-8")
    script = Path(__file__).with_name("web_clients.py")
    done = subprocess.run([sys.executable, str(script), str(plan)], check=True, capture_output=True, text=True)
    out: dict[str, Any] = json.loads(done.stdout)
    return out


def table(title: str, seconds: dict[str, list[float]], alone: dict[str, Any] | None = None) -> None:
    """Median and 95th percentile in milliseconds, and the median as a ratio to the plain page's."""
    plain = float(np.median(seconds[PLAIN])) if PLAIN in seconds else float("nan")
    own = alone[PLAIN]["processor"] if alone else 0.0
    print(f"\n{title}\npage | times | p50 ms | p95 ms | p50 ÷ plain" + (" | server ms | ÷ plain" if alone else ""))
    for name in sorted(seconds, key=ORDER.index):
        times = seconds[name]
        middle, high = np.percentile(times, [50, 95])
        more = f" | {alone[name]['processor']:.0f} | {alone[name]['processor'] / own:.1f}" if alone and own else ""
        print(f"{name} | {len(times)} | {1e3 * middle:.0f} | {1e3 * high:.0f} | {middle / plain:.1f}{more}", flush=True)


def machine() -> str:
    """What this was measured on, and what else it was doing."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, load {load:.1f} just now"


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
