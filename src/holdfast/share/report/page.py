"""The living report as one self-contained page of HTML."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.records import Change, Measure
from holdfast.share.charts import Table
from holdfast.share.disclosure import Released, require_released
from holdfast.share.report.index import Index
from holdfast.share.report.matrix import Mark, Matrix, mark, matrices, who
from holdfast.share.report.meta import Meta
from holdfast.share.report.overview import SYMBOLS, TONES, Brief, briefs, by_population, by_verdict, counted
from holdfast.share.report.section import Section, certainty_words, section
from holdfast.share.report.voices import voices_table
from holdfast.share.words import clean, day, sentence, shortened
from holdfast.share.writing import write_once

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True)
class Told:
    """One study as the page tells it."""

    section: Section

    @property
    def tone(self) -> str:
        """The look of its label."""
        return TONES[self.section.reading.label]

    @property
    def symbol(self) -> str:
        """The sign before its label."""
        return SYMBOLS[self.section.reading.label]


@dataclass(frozen=True)
class ChangePart:
    """One change as the page tells it."""

    brief: Brief
    description: str
    displaced: tuple[str, ...]
    sections: tuple[Told, ...]
    matrices: tuple[Matrix, ...]
    voices: Table | None


def report(released: Released, changes: Iterable[Change], measures: Iterable[Measure], meta: Meta) -> str:
    """The page, from released findings. Nothing in it is fetched, and the same arguments give the same bytes."""
    index = Index.of(require_released(released), changes, measures)
    front = briefs(index)
    parts = [_part(index, change, brief, meta) for change, brief in zip(index.changes, front, strict=True)]

    def marked(cell: Any) -> Mark:
        return mark(cell, index)

    return _environment().get_template("page.html.j2").render(
        meta=meta,
        css=_css(),
        line=released.line,
        notes=(*released.notes, *meta.notes),
        briefs=front,
        counted=counted(front),
        verdicts=by_verdict(index),
        populations=by_population(index),
        changes=parts,
        mark=marked,
        who=who,
        certainty_words=certainty_words,
    )  # fmt: skip


def write_report(
    path: str | Path, released: Released, changes: Iterable[Change], measures: Iterable[Measure], meta: Meta
) -> Path:
    """Write the page whole or not at all, and enter it in the ledger of the release."""
    page = report(released, changes, measures, meta)
    return write_once(Path(path), page.encode("utf-8"), released, now=meta.made_at)


def _part(index: Index, change: Change, brief: Brief, meta: Meta) -> ChangePart:
    studies = [section(index, change, study, meta) for study in index.studies.get(change.change, [])]
    told = tuple(Told(s) for s in studies if s is not None)
    voices = voices_table(index, change.change)
    return ChangePart(brief, change.description, change.displaced, told, matrices(index, change.change), voices)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("holdfast.share.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: value if not isinstance(value, str) or isinstance(value, Markup) else clean(value),
    )
    environment.filters |= {
        "clean": clean,
        "sentence": sentence,
        "shortened": shortened,
        "capitalise": lambda text: text[:1].upper() + text[1:],
        "moment": _moment,
        "svg": Markup,
    }
    return environment


def _css() -> Any:
    from markupsafe import Markup

    return Markup(resources.files(__package__).joinpath("templates/style.css").read_text(encoding="utf-8"))


def _moment(when: dt.datetime) -> str:
    """``3 May 2024 at 09:30 UTC``."""
    utc = when.astimezone(dt.UTC) if when.tzinfo else when
    return f"{day(utc.date())} at {utc:%H:%M} UTC"
