"""Many readers and a few writers at once, in a process of their own: `python web_clients.py plan.json` prints JSON.

The plan names the port, the account, the pages with their weights, and how many read and write for how long. Each
reader asks for a page, reads all of it, pauses, and asks for the next; a writer records a change or amends one.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from web_server import Account, Browser

Deed = Callable[[Browser, random.Random, int], None]
OPENING = 5.0
"""Seconds over which the readers arrive."""


class Crowd:
    """The readers and writers of one plan, and what they saw."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.account = Account(**plan["account"])
        self.seen: list[tuple[str, float]] = []
        self.faults: Counter[str] = Counter()
        self.begin = time.perf_counter() + OPENING
        self.end = self.begin + plan["seconds"]

    def run(self) -> dict[str, Any]:
        """Everybody, until the end. Gives seconds by page, and faults by kind."""
        jobs: list[tuple[Deed, int]] = [(self._read, n) for n in range(self.plan["readers"])]
        jobs += [(self._write, n) for n in range(self.plan["writers"])]
        threads = [threading.Thread(target=self._sit, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        by_page: dict[str, list[float]] = {}
        for name, seconds in self.seen:
            by_page.setdefault(name, []).append(seconds)
        return {"pages": by_page, "faults": dict(self.faults), "seconds": self.plan["seconds"]}

    def _sit(self, deed: Deed, number: int) -> None:
        draw = random.Random(f"{getattr(deed, '__name__', '')}{number}")
        time.sleep(draw.uniform(0, OPENING))
        browser = Browser(self.plan["port"], self.account)
        while time.perf_counter() < self.end:
            try:
                deed(browser, draw, number)
            except Exception as problem:
                self.faults[f"{type(problem).__name__}: {problem}"[:200]] += 1
            if self.plan["pause"]:
                time.sleep(draw.uniform(0, 2 * self.plan["pause"]))
        browser.close()

    def _read(self, browser: Browser, draw: random.Random, _number: int) -> None:
        pages = self.plan["pages"]
        name, _weight, paths = draw.choices(pages, [page[1] for page in pages])[0]
        path = draw.choice(paths)
        if path.startswith("/api/v1/"):
            self._timed(name, 200, lambda: browser.call("GET", path.removeprefix("/api/v1/"))[0])
        else:
            self._timed(name, 200, lambda: browser.get(path)[0])

    def _write(self, browser: Browser, draw: random.Random, number: int) -> None:
        if draw.random() < 0.5:
            told = {"told": f"Writer {number} changed the {draw.random():.9f} clinic.", "once": uuid.uuid4().hex}
            self._timed("write: capture", 302, lambda: browser.post("/changes/new", told)[0])
            return
        mine = self.plan["amended"][number :: self.plan["writers"]]  # no two writers at the same record
        path = f"changes/{draw.choice(mine)}"
        _status, headers, _held = browser.call("GET", path)
        fields = {"needs": f"A quiet room, {draw.random():.9f}"}
        tag = {"If-Match": headers["ETag"]}
        self._timed("write: amend", 200, lambda: browser.call("PATCH", path, fields, **tag)[0])

    def _timed(self, name: str, wanted: int, deed: Callable[[], int]) -> None:
        start = time.perf_counter()
        status = deed()
        if status != wanted:
            self.faults[f"{name}: {status}"] += 1
        elif start >= self.begin:
            self.seen.append((name, time.perf_counter() - start))


if __name__ == "__main__":
    print(json.dumps(Crowd(json.loads(Path(sys.argv[1]).read_text("utf-8"))).run()))
