"""Released findings as the evidence pages show them: plain data in words, and pictures. Made once, when a run ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from holdfast.records import Change, Measure
from holdfast.records.vocabularies import ALL_SETTINGS
from holdfast.share import Meta, Released
from holdfast.share.charts import Chart, Table
from holdfast.share.charts.forest import reading as reading_of
from holdfast.share.report.index import WHOLE, Index, Place
from holdfast.share.report.overview import SYMBOLS, TONES
from holdfast.share.report.reading import population
from holdfast.share.report.section import Section, certainty_words, section
from holdfast.share.words import amount, clean, effect_in_full, inside, listed, sentence, size

_PICTURES: Final = ("for_whom", "event_time", "levels", "adoption", "gap")
_TABLES: Final = ("gap_figures", "other_gaps", "horizons", "measures", "groups", "checks", "exclusions")
_WATCHED: Final = {
    "balancing": "No balancing measure was watched, so harm elsewhere would not be seen.",
    "experience": "Nothing was measured of people’s experience.",
}


@dataclass(frozen=True)
class Told:
    """Every study of every change, in order."""

    index: Index
    about: Meta
    studies: tuple[tuple[Change, str], ...]

    @staticmethod
    def of(released: Released, changes: Iterable[Change], measures: Iterable[Measure], about: Meta) -> Told:
        """Look up released findings."""
        index = Index.of(released, changes, measures)
        pairs = [(change, study) for change in index.changes for study in index.studies.get(change.change, [])]
        return Told(index, about, tuple(pair for pair in pairs if index.measures_of(pair[1])))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The library's account of each study."""
        made = [section(self.index, change, study, self.about) for change, study in self.studies]
        return tuple(one for one in made if one is not None)

    def lines(self) -> list[dict[str, Any]]:
        """Each study in a line, as the database keeps it."""
        return [self._line(place, one) for place, one in enumerate(self.sections, start=1)]

    def _line(self, place: int, one: Section) -> dict[str, Any]:
        latest = one.protocols[-1] if one.protocols else None
        return {
            "change": self.studies[place - 1][0].change,
            "study": one.study,
            "place": place,
            "measure": clean(one.primary.label)[:300],
            "label": one.reading.label,
            "tone": TONES[one.reading.label],
            "symbol": SYMBOLS[one.reading.label],
            "sentences": [clean(said) for said in one.reading.sentences],
            "design": one.evaluability.design if one.evaluability else "",
            "certainty": one.certainty.certainty if one.certainty else "",
            "protocol_version": latest.version if latest else None,
            "protocol_sha256": latest.sha256 if latest else "",
        }

    def page(self, place: int) -> tuple[dict[str, Any], dict[str, str]]:
        """One study whole, and its pictures by file name."""
        one, change = self.sections[place - 1], self.studies[place - 1][0]
        pictures: dict[str, str] = {}
        told = {
            **self._line(place, one),
            "title": clean(change.title),
            "description": clean(change.description),
            "displaced": [clean(name) for name in change.displaced],
            "unit": self.about.period,
            "answerable": one.answerable,
            "evaluability": _evaluability(one),
            "certainty_words": certainty_words(one.certainty),
            "certainty_reasons": [sentence(said) for said in one.certainty.reasons] if one.certainty else [],
            "whom": self._whom(one),
            "differences": [clean(row.meaning) for row in one.differences],
            "ecological": list(one.ecological),
            "gap_words": one.gap_words,
            "gap_version": clean(one.gaps[0].version) if one.gaps else "",
            "gap_missing": [clean(name) for name in one.gaps[0].missing] if one.gaps else [],
            "other_checks": one.other_checks,
            "method": list(one.method),
            "facts": list(one.facts),
            "intervals": list(one.intervals),
            "protocols": [_protocol(row) for row in one.protocols],
            "missing": self._missing(one),
        }
        for name in _PICTURES:
            told[name] = _chart(getattr(one, name), f"{place}-{name.replace('_', '-')}.svg", pictures)
        for name in _TABLES:
            told[name] = _table(getattr(one, name))
        return told, pictures

    def _whom(self, one: Section) -> list[dict[str, str]]:
        """Each population and setting: the effect, the same as people in so many, and how it reads."""
        return [self._group(one, place) for place in self.index.places(one.study, one.primary.measure)]

    def _group(self, one: Section, place: Place) -> dict[str, str]:
        measure, index = one.primary, self.index
        found = index.headline(one.study, measure.measure, place)
        who = clean(population(place))
        told = {"who": who[:1].upper() + who[1:], "where": "" if place[2] == ALL_SETTINGS else clean(place[2])}
        if found is not None and found.estimate is not None:
            value = effect_in_full(measure, found.estimate, found.low, found.high)
            return {**told, "effect": value, "words": size(measure, found), "reading": reading_of(measure, found)}
        if found is not None and index.released.is_withheld(found, "estimate"):
            return {**told, "effect": "–", "words": "Not shown: too few people.", "reading": "not shown"}
        row = index.evaluability(one.study, measure.measure, place)
        why = "; ".join(clean(said).rstrip(".") for said in row.reasons) if row else ""
        return {**told, "effect": "–", "words": sentence(why), "reading": "cannot tell yet"}

    def _missing(self, one: Section) -> list[str]:
        """What is not known, said plainly."""
        said = []
        measures = self.index.measures_of(one.study)
        silent = [g["who"] for g in self._whom(one) if g["reading"] == "cannot tell yet" and g["who"] != "Everyone"]
        if not one.answerable:
            said.append(f"We cannot tell yet what it did to {inside(one.primary.label)}.")
        if silent:
            more = f" and {len(silent) - 6} more groups" if len(silent) > 6 else ""
            said.append(f"We cannot tell yet for {listed(silent[:6])}{more}.")
        if not one.gaps:
            said.append("We do not know what it did to the gap between groups: no ordered group could be compared.")
        families = {measure.family for measure in measures}
        return [*said, *(words for family, words in _WATCHED.items() if family not in families)]


def _evaluability(one: Section) -> dict[str, Any]:
    row = one.evaluability
    if row is None:
        return {}
    return {
        "reasons": [sentence(said) for said in row.reasons],
        "remedies": [sentence(said) for said in row.remedies],
        "refused": [sentence(said) for said in row.refused],
        "detectable": "" if row.detectable is None else amount(one.primary, row.detectable),
    }


def _protocol(row: Any) -> dict[str, Any]:
    return {"version": row.version, "sha256": row.sha256, "fixed_at": row.fixed_at.isoformat(), "text": row.text}


def _chart(chart: Chart | None, name: str, pictures: dict[str, str]) -> dict[str, Any] | None:
    if chart is None:
        return None
    pictures[name] = _alone(chart.svg)
    box = re.search(r'viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"', chart.svg)
    width, height = (round(float(part)) for part in box.groups()) if box else (600, 320)
    return {
        "file": name,
        "width": width,
        "height": height,
        "title": chart.title,
        "description": chart.description,
        "key": chart.key,
        "table": _table(chart.table),
    }


def _alone(svg: str) -> str:
    """A picture in a file of its own: its size comes from the page, and no style stands in it."""
    return re.sub(r'(<svg\b[^>]*?) style="[^"]*"', r"\1", svg, count=1)


def _table(table: Table | None) -> dict[str, Any] | None:
    if table is None or not table.rows:
        return None
    rows: Sequence[Sequence[str]] = [[clean(cell) for cell in row] for row in table.rows]
    return {"caption": clean(table.caption), "columns": list(table.columns), "rows": rows}


__all__ = ["WHOLE", "Told"]
