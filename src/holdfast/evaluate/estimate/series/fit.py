"""`interrupted_series`: a change in one series, with or without a control series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from . import words
from .arms import fit_arm, fit_difference
from .design import Phase, Segments
from .effects import effects_of, paths_of, wanted_effects
from .glm import Family, link_name
from .months import read_months
from .result import Inference, SeriesEffect, SeriesResult

HORIZONS: tuple[tuple[str, int, int | None], ...] = (("early", 0, 5), ("later", 6, 11), ("lasting", 12, None))


def interrupted_series(
    y: ArrayLike,
    month: ArrayLike,
    start: int,
    *,
    denominator: ArrayLike | None = None,
    family: Family = "quasi-poisson",
    slope: bool = True,
    phase_in: int = 0,
    phase: Phase = "excluded",
    harmonics: int = 0,
    period: float = 12.0,
    control: ArrayLike | None = None,
    control_denominator: ArrayLike | None = None,
    control_as: Literal["arm", "offset"] = "arm",
    inference: Inference = "integrated",
    at: Sequence[int] = (),
    horizons: Sequence[tuple[str, int, int | None]] = HORIZONS,
    level: float = 0.95,
) -> SeriesResult:
    """Segmented regression of a monthly series interrupted at `start` (Lopez Bernal et al. 2017, 2018).

    y (n,): counts (poisson), numerators (binomial) or values (gaussian); NaN where missing. month (n,):
    whole month numbers, increasing; absent months are missing months. denominator (n,): exposure,
    trials, or precision weights. start: first month under the change. slope, phase_in, phase, harmonics,
    period: see `Segments`. control (n,): a series the change did not touch, read on the same months and
    in the same family; as a second `arm` (difference in level and slope, the arms' trends free) or as an
    `offset` (the treated rate relative to the control's). at, horizons: months since the start at which,
    and over which, to report.

    inference: `integrated` (autocorrelation integrated out: the default, calibrated in
    benchmarks/calibrate_series.py), `prais-winsten` (plug-in bias-corrected autocorrelation), or
    `published` (independent months, normal quantiles: what most papers print, and over-confident).
    ValueError where the series cannot carry the model, saying what is needed.
    """
    segments = Segments(start, slope, phase_in, phase, harmonics, period)
    months = read_months(segments, family, y, month, denominator, control, control_denominator, control_as == "offset")
    seen, when = months.treated, months.month
    x = segments.matrix(when)
    wanted, not_reached = wanted_effects(segments, when, at, horizons)
    controlled = control is not None and control_as == "arm"
    alone = fit_arm(family, inference, x, when, seen)
    given = seen.extra
    held = inference != "published"
    fitted = alone
    uncontrolled: tuple[SeriesEffect, ...] = ()
    if controlled and months.control is not None:
        fitted, given = fit_difference(family, inference, x, when, seen, months.control)
        paths = paths_of(family, alone.mixture, segments, when, seen, seen.extra, level, held)
        uncontrolled = effects_of(family, alone.mixture, wanted, paths, seen, start, level)
    mixture = fitted.mixture
    paths = paths_of(family, mixture, segments, when, seen, given, level, held)
    rows = np.array([row for _, _, row in wanted])
    covariance = mixture.covariance
    return SeriesResult(
        effects=effects_of(family, mixture, wanted, paths, seen, start, level),
        covariance=rows @ covariance @ rows.T,
        effect_rows=rows,
        names=segments.names,
        coefficients=mixture.mean,
        coefficient_covariance=covariance,
        df=mixture.df,
        paths=paths,
        diagnostics=fitted.diagnostics,
        family=family,
        link=link_name(family),
        inference=inference,
        months_before=int(np.sum(when < start)),
        months_after=int(np.sum(when >= start)),
        left_out=months.left_out,
        not_reached=tuple(not_reached),
        method=words.method(segments, family, inference, None if control is None else control_as),
        assumption=words.assumption(control is not None),
        uncontrolled=uncontrolled,
    )
