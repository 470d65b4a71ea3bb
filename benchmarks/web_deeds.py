"""What people do while the server is being killed. Each notes what it sent, and what the server acknowledged.

A deed whose answer never came is sent again, as a person would press the button again: with the same form.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from http.client import HTTPException
from typing import Any

from web_faults import Receipts, Sending
from web_server import Account, Browser

ROWS = 300
Deed = Callable[[Browser], None]


class RefusedError(Exception):
    """The server answered, and not as it should."""


def mark() -> str:
    """A word that is nowhere else; letters only, as ten digits may be taken for an NHS number and refused."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


class _Fields(HTMLParser):
    """Names and values inside ``main``, as a browser would send them if nothing were altered."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs that are hidden, typed into or chosen."""
        told = dict(attrs)
        self._inside = self._inside or tag == "main"
        chosen = told.get("type") not in {"radio", "checkbox"} or "checked" in told
        name = told.get("name") or ""
        if tag == "input" and self._inside and chosen and name not in {"", "csrfmiddlewaretoken"}:
            self.held[name] = told.get("value") or ""


def fields_of(page: str) -> dict[str, str]:
    """The fields of a page's form."""
    reader = _Fields()
    reader.feed(page)
    return reader.held


class Somebody(threading.Thread):
    """Does one kind of deed again and again until told to rest or the server goes away."""

    def __init__(self, port: int, account: Account, deed: Deed, rest: threading.Event) -> None:
        super().__init__(daemon=True)
        self._line, self._deed, self._rest = Browser(port, account, 40), deed, rest
        self.problem = ""

    def run(self) -> None:
        """Until the end of the round."""
        try:
            while not self._rest.is_set():
                self._deed(self._line)
        except (OSError, HTTPException, UnicodeDecodeError, ValueError) as gone:
            self.problem = "" if self._rest.is_set() or isinstance(gone, OSError | HTTPException) else repr(gone)
        except RefusedError as refused:
            self.problem = str(refused)
        finally:
            self._line.close()


class Deeds:
    """Everything that is done, and the receipts; it outlives the rounds."""

    def __init__(self, dataset: int, cells: list[int]) -> None:
        self.told = Receipts()
        self._dataset, self._cells, self._count = dataset, cells, 0
        self._pending: dict[str, dict[str, Any]] = {}

    def every(self) -> list[Deed]:
        """One of each kind."""
        return [self.capture, self.record, self.send, self.merge, self.decide, self.evaluate]

    def capture(self, line: Browser) -> None:
        """The one box."""
        form = self._held("capture", lambda: {"told": f"A told change, {mark()}.", "once": uuid.uuid4().hex})
        self.told.told.setdefault(form["told"], False)
        _moved(line.post("/changes/new", form))
        self.told.told[form["told"]] = True
        del self._pending["capture"]

    def record(self, line: Browser) -> None:
        """A program's way: record with an idempotency key, then amend what came back."""
        form = self._held("record", lambda: {"title": f"Recorded by a program, {mark()}", "key": uuid.uuid4().hex})
        self.told.recorded.setdefault(form["title"], "")
        said = {"title": form["title"], "displaced": ["What was there"]}
        status, headers, made = line.call("POST", "changes", said, **{"Idempotency-Key": form["key"]})
        _expect(status, {201}, made)
        name = self.told.recorded[form["title"]] = made["identifier"]
        del self._pending["record"]
        tag = {"If-Match": headers["ETag"]}
        status, _headers, held = line.call("PATCH", f"changes/{name}", {"needs": "A quiet room"}, **tag)
        _expect(status, {200}, held)
        self.told.amended[name] = held["version"]

    def send(self, line: Browser) -> None:
        """A bulk import of some hundred rows, from the file to the last row."""
        form = self._held("send", lambda: {"mark": f"Imported {mark()}"})
        one: Sending | None = form.get("sending")
        if one is None:
            rows = "".join(f"{form['mark']} number {n:04d}\temerging\n" for n in range(ROWS))
            to = _moved(line.post("/changes/import", {"pasted": f"title\tstatus\n{rows}"}))
            one = form["sending"] = Sending(form["mark"], ROWS, number=_number(to))
            self.told.sendings.append(one)
        if not one.mapped:
            _moved(line.post(f"/changes/import/{one.number}/columns", {"column-0": "title", "column-1": "status"}))
            one.mapped = True
        while not one.finished:
            _moved(line.post(f"/changes/import/{one.number}/run", {}))
            one.carried += 1
            status, _headers, page = line.get(f"/changes/import/{one.number}")
            _expect(status, {200}, page)
            one.finished = "/run" not in page
        del self._pending["send"]

    def merge(self, line: Browser) -> None:
        """Two records that a program made are merged, and every other time taken apart again."""
        form = self._held("merge", lambda: {"pair": self._pair(line)})
        first, second = form["pair"]
        if "fields" not in form:
            status, _headers, page = line.get(f"/changes/to-sort/record/{first}/merge/{second}")
            _expect(status, {200}, page)
            form["fields"] = fields_of(page)
        deed = form["fields"]["deed"]
        self.told.merges.setdefault(deed, False)
        _moved(line.post(f"/changes/to-sort/record/{first}/merge/{second}", form["fields"]))
        self.told.merges[deed] = True
        self._count += 1
        if self._count % 2:
            self._undo(line, form, first)
        del self._pending["merge"]

    def _undo(self, line: Browser, form: dict[str, Any], kept: str) -> None:
        if "undoing" not in form:
            page = line.get(f"/changes/c/{kept}/versions")[2]
            found = re.search(r"/changes/to-sort/merges/\d+/undo", page) or _raise(f"no way to undo a merge on {kept}")
            form["undoing"] = found.group(0)
            form["undo"] = fields_of(line.get(form["undoing"])[2])
        self.told.undone.setdefault(form["undo"]["deed"], False)
        status, _headers, page = line.post(form["undoing"], form["undo"])
        _expect(200 if "The merge is undone" in page else status, {302} if status == 302 else {200}, page)
        self.told.undone[form["undo"]["deed"]] = True

    def _pair(self, line: Browser) -> tuple[str, str]:
        names = []
        for _ in range(2):
            status, _headers, made = line.call("POST", "changes", {"title": f"To be merged, {mark()}"})
            _expect(status, {201}, made)
            names.append(made["identifier"])
        return names[0], names[1]

    def decide(self, line: Browser) -> None:
        """A decision, final, on a cell that has none."""
        if "decide" not in self._pending and not self._cells:
            threading.Event().wait(0.2)  # every cell has been decided
            return
        form = self._held("decide", lambda: {"cell": self._cells.pop()})
        path = f"/decisions/cell/{form['cell']}/decide"
        if "fields" not in form:
            status, _headers, page = line.get(path)
            _expect(status, {200}, page)
            form["fields"] = fields_of(page) | {
                "verdict": "retain", "reasons": "It helps most people.", "decided_by": "Transformation committee",
                "departs_because": "The gap matters more to us.", "final": "1",
                "review_on": (dt.date.today() + dt.timedelta(days=200)).isoformat(), "dissent_words": "I disagree.",
            }  # fmt: skip
        self.told.decided.setdefault(form["fields"]["batch"], 0)
        to = _moved(line.post(path, form["fields"]))
        self.told.decided[form["fields"]["batch"]] = _number(to)
        del self._pending["decide"]

    def evaluate(self, line: Browser) -> None:
        """A run is asked for; while it is not finished, its page is looked at."""
        status, _headers, page = line.get(f"/evidence/data/{self._dataset}/run")
        _expect(status, {200}, page)
        to = _moved(line.post(f"/evidence/data/{self._dataset}/run", fields_of(page)))
        number = _number(to)
        if number not in self.told.runs:
            self.told.runs.append(number)
        for _ in range(20):
            status, _headers, text = line.get(f"/evidence/runs/{number}/state")
            _expect(status, {200}, text)
            if '"finished": true' in text:
                return
            threading.Event().wait(0.3)

    def finish(self, line: Browser, *, seconds: float) -> None:
        """Each deed once more, what was not acknowledged first; imports and the last run come to their end."""
        for deed in self.every():
            deed(line)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            status, _headers, text = line.get(f"/evidence/runs/{self.told.runs[-1]}/state")
            _expect(status, {200}, text)
            if '"finished": true' in text:
                return
            time.sleep(0.5)
        raise RefusedError(f"run {self.told.runs[-1]} did not come to its end in {seconds:.0f} seconds")

    def _held(self, kind: str, new: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The form of this kind that has not been acknowledged yet, or a new one."""
        if kind not in self._pending:
            self._pending[kind] = new()
        return self._pending[kind]


def problems(people: list[Somebody]) -> Iterator[str]:
    """What the server answered that it should not have."""
    for one in people:
        if one.problem:
            yield one.problem


def _moved(answer: tuple[int, Any, str]) -> str:
    """Where a form led; anything else is a refusal."""
    status, headers, page = answer
    _expect(status, {302}, page)
    return str(headers["Location"])


def _expect(status: int, wanted: set[int], said: Any) -> None:
    if status not in wanted:
        text = re.sub(r"<[^>]+>|\s+", " ", said if isinstance(said, str) else repr(said))
        raise RefusedError(f"answered {status}: {' '.join(text.split())[-600:]}")


def _number(path: str) -> int:
    return int(re.findall(r"/(\d+)(?=/|$|\?)", path)[-1])


def _raise(words: str) -> Any:
    raise RefusedError(words)
