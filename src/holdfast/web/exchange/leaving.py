"""The register, its decisions and what people said as a workspace: tables to read, and every row, losslessly."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from holdfast import __version__
from holdfast.records.inputs import CHANGES
from holdfast.share.tables.text import safe
from holdfast.web.board.models import Decision
from holdfast.web.evidence import toml
from holdfast.web.evidence.models import Dataset, Run
from holdfast.web.exchange.identity import IDENTITY, PARTS, PEOPLE, links, model_of, part_of
from holdfast.web.exchange.lines import line
from holdfast.web.exchange.rows import columns, write_part
from holdfast.web.exchange.staying import NOT_TAKEN, STAYS, as_it_leaves
from holdfast.web.people import audit
from holdfast.web.people.models import User
from holdfast.web.register.models import DISPLACED, Change

MANIFEST: Final = "register/manifest.json"
README: Final = """This is a register of service changes and its decisions, taken out of Holdfast.

holdfast.toml    the workspace's settings; `holdfast check` and `holdfast learn` read the folder
changes.csv      each change: what it introduced and displaced, and what describes it
decisions.csv    what people decided, for reading
register/        every row with every version, and the results that decisions rest on; Holdfast reads it back.
                 manifest.json there says what came, with fingerprints, and what stayed behind and why

register/voices.*.jsonl and register/insight.*.jsonl, where they are here, hold what people said in their own words.
Keep this file as you would keep those words.
"""
DECISIONS: Final = (
    *("change", "practice", "role", "dimension", "level", "setting", "verdict", "reasons", "decided_by", "conditions"),
    *("review_on", "recommended", "departs_because", "dissent", "final_at", "stands"),
)


@transaction.atomic
def write(out: IO[bytes], actor: Any, dataset: Dataset | None = None, parts: Collection[str] = PARTS) -> dict[str, Any]:
    """Write the archive as the register stands at one moment; with a dataset, its tables too. Returns the manifest.

    ``parts``: which of what people said, coded and rated goes with it; who may read it is the caller's to know.
    """
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    prints: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        _put(box, "README.txt", README.encode(), prints)
        config = _tables_of(box, dataset, prints) if dataset else _bare()
        _put(box, "holdfast.toml", toml.written(config).encode(), prints)
        _put(box, "changes.csv", _csv(_change_columns(), _changes()), prints)
        _put(box, "decisions.csv", _csv(DECISIONS, _decisions()), prints)
        taken = [label for label in IDENTITY if not part_of(label) or part_of(label) in parts]
        counts = {label: write_part(box, f"register/{label}.jsonl", _rows(label), prints) for label in taken}
        for path, name in _results():
            _put(box, name, path.read_bytes(), prints)
        manifest = {"holdfast": __version__, "made_at": timezone.now().isoformat(), "rows": counts, "sha256": prints}
        manifest |= {"parts": sorted(parts), "stays": {"columns": STAYS, "tables": NOT_TAKEN}}
        box.writestr(MANIFEST, json.dumps(manifest, indent=1))
    said = "took the register out as a workspace"
    audit.record(actor, "exchange.export", "register", "", said, rows=counts, parts=sorted(parts))
    return manifest


def _put(box: zipfile.ZipFile, name: str, content: bytes, prints: dict[str, str]) -> None:
    write_part(box, name, [content], prints)


def _rows(label: str) -> Iterator[bytes]:
    """A table's rows with links by the number they have here, and people by address."""
    model = model_of(label)
    fields = columns(model)
    people = {field for field, to in links(model).items() if to == PEOPLE}
    address = dict(User.objects.values_list("pk", "email")) if people else {}
    rows = model._base_manager.order_by("pk").values_list(*(f.attname for f in fields))
    for row in rows.iterator(chunk_size=2_000):
        told = {f.name: address.get(value) if f.name in people else value for f, value in zip(fields, row, strict=True)}
        yield line(as_it_leaves(label, told))


def _results() -> Iterator[tuple[Path, str]]:
    """The released results of runs, which pages about decisions show."""
    for folder in Run.objects.exclude(results="").values_list("results", flat=True):
        where = settings.HOME / folder
        for path in sorted(where.rglob("*")) if where.is_dir() else ():
            if path.is_file():
                yield path, f"register/files/{folder}/{path.relative_to(where).as_posix()}"


def _bare() -> dict[str, Any]:
    """Settings for a register without tables of measures: what is missing is said by ``holdfast check``."""
    return {"workspace": {"title": "Register"}, "tables": {"changes": {"path": "changes.csv"}}}


def _tables_of(box: zipfile.ZipFile, dataset: Dataset, prints: dict[str, str]) -> dict[str, Any]:
    """A dataset's settings and the tables in its folder; its changes give way to the register's."""
    config = toml.read((dataset.path / "holdfast.toml").read_text("utf-8-sig"))
    tables = {**config.get("tables", {}), "changes": {"path": "changes.csv"}}
    inside = [path for path in sorted(dataset.path.rglob("*")) if _is_input(path, dataset.path)]
    for path in inside:
        _put(box, path.relative_to(dataset.path).as_posix(), path.read_bytes(), prints)
    return {**{name: held for name, held in config.items() if name != "changes"}, "tables": tables}


def _is_input(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    ours = {"results", "register", "truth", "holdfast.toml", "changes.csv", "releases.jsonl", "README.txt"}
    return path.is_file() and parts[0] not in ours and not any(part.startswith(".") for part in parts)


def _change_columns() -> tuple[str, ...]:
    extra = ("for_whom", "organisation", "objective", "mechanism", "terms")
    return (*CHANGES.names, *extra)


def _changes() -> Iterator[dict[str, Any]]:
    """Each change that stands by itself, in the columns that the library reads."""
    found = Change.objects.filter(merged_into=None, withdrawn_at=None)
    for change in found.prefetch_related("terms__vocabulary", "practices").order_by("pk").iterator(chunk_size=2_000):
        yield change_row(change)


def change_row(change: Change) -> dict[str, Any]:
    """One change as a row of the library's changes table."""
    words = [(term.vocabulary.code, term.label.lower()) for term in change.terms.all()]
    row: dict[str, Any] = {name: getattr(change, name, None) for name in _change_columns()}
    for name in ("kind", "origin", "aspect", "level"):
        allowed = CHANGES.column(name).allowed
        row[name] = next((word for code, word in words if code == name and (not allowed or word in allowed)), "")
    return row | {
        "change": change.identifier,
        "displaced": "; ".join(p.name.replace(";", ",") for p in change.practices.all() if p.role == DISPLACED),
        "terms": "; ".join(sorted(f"{term.vocabulary.code}:{term.code}" for term in change.terms.all())),
    }


def _decisions() -> Iterator[dict[str, Any]]:
    found = Decision.objects.filter(state=Decision.FINAL).select_related("cell__change", "recommendation")
    for one in found.prefetch_related("dissents").order_by("pk"):
        cell = one.cell
        place = {name: getattr(cell, name) for name in ("practice", "role", "dimension", "level", "setting")}
        yield {
            **{name: getattr(one, name, None) for name in DECISIONS},
            **place,
            "change": cell.change.identifier,
            "recommended": one.recommendation.verdict if one.recommendation else "",
            "dissent": " | ".join(f"{d.who}: {d.words}" for d in one.dissents.all()),
            "stands": "yes" if cell.decided_id == one.pk else "no",
        }


def _csv(columns: tuple[str, ...], rows: Iterator[Mapping[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row.get(name) is None else safe(str(row[name])) for name in columns])
    return out.getvalue().encode()
