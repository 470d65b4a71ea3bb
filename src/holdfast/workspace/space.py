"""The workspace: what a learning run reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.records import Adoption, AdoptionRule, Change, Measure, Panel, Policy, Study
from holdfast.records.heard import Heard
from holdfast.records.panel import Floats
from holdfast.workspace import adopting, check, panels
from holdfast.workspace.config import NAME, parse_config, read_config
from holdfast.workspace.engine import Engine
from holdfast.workspace.hearing import hear
from holdfast.workspace.loading import (
    TABLES,
    Loaded,
    fingerprint,
    from_frame,
    from_rows,
    hash_file,
    hash_frame,
    observe,
    open_tables,
    read_registers,
    settle_studies,
    to_arrow,
)
from holdfast.workspace.registers import Site
from holdfast.workspace.report import Report
from holdfast.workspace.settings import Config, ObservationSource, TableSource


class Workspace:
    """Sites, changes, adoptions, measures and observations, checked and ready to be studied.

    Make one with :meth:`open` (a folder) or :meth:`from_tables` (frames). Both raise
    :class:`holdfast.records.InputProblems` with every problem found.
    """

    def __init__(self, engine: Engine, loaded: Loaded, report: Report, folder: Path | None) -> None:
        self._engine = engine
        self._loaded = loaded
        self.folder = folder
        self.title: str = loaded.config.workspace.title
        self.changes: dict[str, Change] = loaded.changes
        self.measures: dict[str, Measure] = loaded.measures
        self.sites: dict[str, Site] = loaded.sites
        self.studies: tuple[Study, ...] = loaded.studies
        self.policies: tuple[Policy, ...] = loaded.policies
        self.heard: Heard = loaded.heard
        self.notes: tuple[str, ...] = tuple(report.notes)
        self.inputs_sha256: str = loaded.inputs_sha256

    @classmethod
    def open(cls, folder: str | Path, *, checked: bool = True) -> Workspace:
        """The workspace in a folder with a ``holdfast.toml``.

        ``checked=False`` leaves the checks of single rows out, for files that were checked before.
        """
        where = Path(folder)
        report = Report()
        config = read_config(where, report)
        if config is None:
            report.raise_if_any()
        assert config is not None
        engine = Engine()
        loaded = open_tables(engine, where, config, report)
        paths = {path for sources in loaded.sources.values() for source in sources for path in source.paths}
        texts = [
            path for path in (where / NAME, where / "policy.toml", *where.glob("studies/*.toml")) if path.is_file()
        ]
        named = [(path.name, hash_file(path)) for path in (*sorted(paths), *texts)]
        loaded.inputs_sha256 = fingerprint(named)
        return cls._settled(engine, loaded, report, where, checked)

    @classmethod
    def from_tables(
        cls,
        *,
        changes: object,
        measures: object,
        observations: object,
        sites: object | None = None,
        adoptions: object | None = None,
        participants: object | None = None,
        statements: object | None = None,
        votes: object | None = None,
        preferences: object | None = None,
        assumptions: object | None = None,
        makeup: object | None = None,
        studies: Sequence[Study | Mapping[str, Any]] = (),
        policy: Policy | Mapping[str, Any] | None = None,
        policies: Sequence[Policy | Mapping[str, Any]] = (),
        adoption_rules: Sequence[AdoptionRule | Mapping[str, Any]] = (),
        populations: Mapping[str, Mapping[str, Any]] | None = None,
        config: Mapping[str, Any] | None = None,
        checked: bool = True,
    ) -> Workspace:
        """The same from pandas, polars or Arrow frames, or lists of rows.

        ``observations`` may be a list of frames. ``config`` holds what ``holdfast.toml`` would, as a dict; in it
        ``tables`` maps column names and describes wide tables, without paths.
        """
        report = Report()
        told: dict[str, Any] = {**(config or {})}
        told["studies"] = [*told.get("studies", []), *map(_plain, studies)]
        told["policies"] = [*told.get("policies", []), *map(_plain, policies)]
        told["adoption_rules"] = [*told.get("adoption_rules", []), *map(_plain, adoption_rules)]
        told["populations"] = {**told.get("populations", {}), **(populations or {})}
        if policy is not None:
            told["policy"] = _plain(policy)
        settings = parse_config(told, report)
        if settings is None:
            report.raise_if_any()
        assert settings is not None
        engine = Engine()
        frames = {
            "sites": sites,
            "changes": changes,
            "adoptions": adoptions,
            "measures": measures,
            "observations": observations,
            "participants": participants,
            "statements": statements,
            "votes": votes,
            "preferences": preferences,
            "assumptions": assumptions,
            "makeup": makeup,
        }
        loaded = _from_frames(engine, settings, frames, report)
        return cls._settled(engine, loaded, report, None, checked)

    @classmethod
    def _settled(cls, engine: Engine, loaded: Loaded, report: Report, folder: Path | None, checked: bool) -> Workspace:
        check.small_tables(engine, loaded, report, checked)
        read_registers(loaded)
        observe(loaded)
        settle_studies(loaded, report)
        check.references(engine, loaded, report)
        if checked:
            check.observations(engine, loaded, report)
        report.raise_if_any()
        loaded.heard = hear(engine, loaded, report)
        return cls(engine, loaded, report, folder)

    @property
    def config(self) -> Config:
        """The configuration as read."""
        return self._loaded.config

    def panel(self, study: Study) -> Panel:
        """The grid on which a study is done: its measures, populations, settings and periods."""
        return panels.panel(self._engine, self._loaded, study)

    def adoption(self, study: Study, panel: Panel) -> Adoption:
        """Adoption of the study's change on the sites and periods of its panel."""
        return self._adoption_of(study.change, study.rule, panel)

    def other_adoptions(self, study: Study, panel: Panel) -> Floats:
        """For every other change, the place of the period in which each site first has it (sites × changes).

        NaN where a site never has it. Changes that no site of the panel adopts are left out.
        """
        rules = {other.change: other.rule for other in self.studies if other.rule is not None}
        names = [name for name in self.changes if name != study.change]
        found = [self._adoption_of(name, rules.get(name), panel).on for name in names]
        firsts = [np.where(on.any(axis=1), on.argmax(axis=1), np.nan) for on in found if on.any()]
        return np.stack(firsts, axis=1) if firsts else np.zeros((len(panel.sites), 0))

    def _adoption_of(self, change: str, rule: AdoptionRule | None, panel: Panel) -> Adoption:
        stated = rule or next((r for r in self.config.adoption_rules if r.change == change), None)
        if stated is not None:
            return panels.adoption_by_rule(self._engine, self._loaded, stated, panel)
        unit = self.config.workspace.period
        return adopting.from_spells(change, self._loaded.spells, panel.sites, panel.periods, unit)


def _plain(item: Any) -> Any:
    return item.model_dump() if isinstance(item, (Study, Policy, AdoptionRule)) else dict(item)


def _from_frames(engine: Engine, config: Config, frames: Mapping[str, object], report: Report) -> Loaded:
    loaded = Loaded(config, {name: [] for name in TABLES})
    digests: list[tuple[str, bytes]] = [("config", config.model_dump_json().encode())]
    for name, table in TABLES.items():
        given, before = frames[name], len(report.problems)
        several = name == "observations" and isinstance(given, (list, tuple)) and not _is_rows(given)
        parts = [] if given is None else list(given) if several else [given]  # type: ignore[call-overload]
        settings: Sequence[TableSource] = getattr(config.tables, name)
        for place, frame in enumerate(parts):
            default = ObservationSource() if name == "observations" else TableSource()
            one = settings[place] if place < len(settings) else default
            label = f" {place + 1}" if len(parts) > 1 else ""
            rows = [_record(row) for row in frame] if isinstance(frame, (list, tuple)) else to_arrow(frame)
            source = from_frame(engine, table, rows, one, config, report, label)
            digests.append((f"{name}{label}", hash_frame(to_arrow(rows))))
            loaded.sources[name] += [source] if source is not None else []
        inline = getattr(config, name, None) if name in ("measures", "changes") else None
        if inline:
            extra = from_rows(engine, table, inline, config, report)
            loaded.sources[name] += [extra] if extra is not None else []
        loaded.unsound |= {name} if len(report.problems) > before else set()
    loaded.inputs_sha256 = fingerprint(digests)
    return loaded


def _is_rows(given: Sequence[Any]) -> bool:
    return bool(given) and (isinstance(given[0], (Mapping, Measure, Change)))


def _record(row: Any) -> dict[str, Any]:
    """A row as a dict; records of ours are written as their table has them."""
    if isinstance(row, Measure):
        plain = dict(vars(row))
        plain["smallest_important"] = row.smallest_important * (row.per if row.kind == "rate" else 1.0)
        return plain
    if isinstance(row, Change):
        plain = {name: value for name, value in vars(row).items() if name not in ("displaced", "details")}
        return {**plain, "displaced": ";".join(row.displaced), **dict(row.details)}
    return dict(row)
