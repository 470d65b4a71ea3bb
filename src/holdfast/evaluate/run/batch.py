"""Outcomes that share sites, adoption and design are answered together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.answerable import Verdict
from holdfast.evaluate.run.cuts import Cut, as_counted
from holdfast.records import Measure, Population, Study

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """O outcomes over the same m sites (``sites``: their positions in the panel of ``panel_sites``) and T periods.

    ``y`` (O × m × T), ``weight`` (O × m), ``on`` (m × T), ``dose`` (m × T or None), ``first`` (m, T: never).
    ``quartiles`` are the lower and upper of the dose over all the panel's sites.
    ``measures`` has one entry per outcome; ``covariates`` (m × k) are adjusted for.
    """

    study: Study
    design: str
    cuts: tuple[Cut, ...]
    measures: tuple[Measure, ...]
    verdict: Verdict
    sites: Ints
    panel_sites: int
    y: Floats
    weight: Floats
    on: Bools
    dose: Floats | None
    first: Ints
    period: str
    covariates: Floats | None = None
    quartiles: tuple[float, float] | None = None

    @property
    def complete(self) -> bool:
        """Whether every site is observed in every period for every outcome."""
        return bool(np.isfinite(self.y).all())

    @property
    def adopters(self) -> int:
        """Sites that adopt inside the window."""
        return int((self.first < self.on.shape[1]).sum())

    @property
    def seed(self) -> int:
        """A seed fixed by the study and the sites, so that runs repeat exactly."""
        text = f"{self.study.study}|{self.design}|{self.sites.tolist()}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

    @property
    def counted(self) -> Batch | None:
        """Who is counted: the denominators of everyone's ratios as outcomes of their own; None where none ever moves.

        Smaller groups are left out: none of them is held surer than everyone.
        """
        start = int(self.first.min())
        pairs = zip(self.cuts, self.measures, strict=True)
        made = [
            (as_counted(cut, start), replace(measure, kind="count"))
            for cut, measure in pairs
            if cut.key.population == Population() and measure.kind != "count" and self._moves(cut)
        ]
        if not made:
            return None
        cuts, measures = zip(*made, strict=True)
        y, weight = ([getattr(cut, name)[self.sites] for cut in cuts] for name in ("y", "weight"))
        return replace(self, cuts=cuts, measures=measures, y=np.stack(y), weight=np.stack(weight))

    def _moves(self, cut: Cut) -> bool:
        """Whether the denominator differs between two periods of any site; a number of residents may not."""
        held = cut.denominator[self.sites]
        return bool((np.fmax.reduce(held, axis=1) > np.fmin.reduce(held, axis=1)).any())

    def at_panel(self, psi: Floats) -> Floats:
        """Site contributions (A × m) placed at the panel's sites, zero elsewhere."""
        placed = np.zeros((len(psi), self.panel_sites))
        placed[:, self.sites] = psi
        return placed


def batches(
    study: Study,
    judged: Iterable[tuple[Cut, Measure, Verdict]],
    on: Bools,
    dose: Floats | None,
    period: str,
    covariates: Floats | None = None,
) -> list[Batch]:
    """Group the answerable cuts by design, sites used, and whether anything is missing among them."""
    groups: dict[tuple[str, bytes, bytes], list[tuple[Cut, Measure, Verdict]]] = defaultdict(list)
    for cut, measure, verdict in judged:
        used = sites_used(cut, verdict)
        holes = np.isnan(cut.y[used])
        groups[verdict.design, used.tobytes(), holes.tobytes() if holes.any() else b""].append((cut, measure, verdict))
    return [_batch(study, members, on, dose, period, covariates) for members in groups.values()]


def sites_used(cut: Cut, verdict: Verdict) -> Bools:
    """The panel's sites that take part in a cell's estimate; a verdict's facts are over the sites that belong."""
    facts = verdict.facts
    used = facts.adopter | facts.never
    if verdict.design == "synthetic difference-in-differences":
        used = used & facts.complete
    placed = np.zeros(len(cut.belongs), dtype=bool)
    placed[cut.belongs] = used
    return placed


def _batch(
    study: Study,
    members: list[tuple[Cut, Measure, Verdict]],
    on: Bools,
    dose: Floats | None,
    period: str,
    covariates: Floats | None,
) -> Batch:
    cut, _, verdict = members[0]
    sites = np.flatnonzero(sites_used(cut, verdict))
    first = np.where(on.any(axis=1), on.argmax(axis=1), on.shape[1])
    return Batch(
        study=study,
        design=verdict.design,
        cuts=tuple(cut for cut, _, _ in members),
        measures=tuple(measure for _, measure, _ in members),
        verdict=verdict,
        sites=sites,
        panel_sites=len(on),
        y=np.stack([cut.y[sites] for cut, _, _ in members]),
        weight=np.stack([cut.weight[sites] for cut, _, _ in members]),
        on=on[sites],
        dose=None if dose is None else dose[sites],
        first=first[sites].astype(np.int64),
        period=period,
        covariates=None if covariates is None else covariates[sites],
        quartiles=None if dose is None else _quartiles(mean_dose(on, dose)),
    )


def mean_dose(on: Bools, dose: Floats | None) -> Floats:
    """(n,) each site's mean dose while on; NaN where none is known."""
    if dose is None:
        raise ValueError("no dose is recorded for this change; add a dose to its adoptions")
    held = on & np.isfinite(dose)
    count = held.sum(axis=1)
    mean = np.where(held, dose, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, mean, np.nan))


def _quartiles(dose: Floats) -> tuple[float, float] | None:
    known = dose[np.isfinite(dose)]
    return (float(np.quantile(known, 0.25)), float(np.quantile(known, 0.75))) if known.size else None
