"""What the staggered engine returns: group-time effects, their aggregates, and tables of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import bands
from .aggregate import Kind, scheme
from .arrays import Floats
from .attgt import standard_error
from .backend import Backend
from .design import Design
from .frames import Axis, to_frame
from .panel import Missing
from .pretest import Pretest, wald


@dataclass(frozen=True)
class Estimate:
    """One number: the effect, its standard error, its interval, and degrees of freedom of the small-sample variance."""

    value: float
    se: float
    low: float
    high: float
    df: float


@dataclass(frozen=True)
class Effects:
    """Aggregated effects.

    kind: the aggregation; labels: (A,) event time, cohort, period or window name; estimate, se, low, high: (A,), the
    interval pointwise at `level`; band_low, band_high: (A,) simultaneous over the A effects, from `critical`; overall:
    the single-number summary, when the aggregation has one; covariance: (A, A); df: (A,) Welch–Satterthwaite degrees
    of freedom and small_sample_se: (A,) the unbiased standard error that goes with them.
    """

    kind: str
    labels: tuple[Any, ...]
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    critical: float
    band_low: Floats
    band_high: Floats
    overall: Estimate | None
    covariance: Floats
    small_sample_se: Floats
    df: Floats
    level: float
    kin: Any = None

    def to_frame(self) -> Any:
        """A table in the kind of frame the data came in (a mapping of arrays when they came as arrays)."""
        name = {"group": "cohort", "calendar": "period", "window": "window"}.get(self.kind, "event_time")
        parts = ("estimate", "se", "low", "high", "band_low", "band_high")
        return to_frame({name: np.array(self.labels), **{part: getattr(self, part) for part in parts}}, self.kin)


@dataclass(frozen=True)
class GroupTimeEffects:
    """ATT(g, t): the effect on the sites first adopting in g, in period t (Callaway & Sant'Anna 2021).

    group, period, event: (C,) cohort, period and periods since adoption of each cell; att, se: (C,), se NaN where there
    is none. n: sites by cohort (`inf` never). notes: what was relabelled or left out; missing: which site-months had no
    value, and the rule applied. path: "moments" or "influence".
    """

    backend: Backend
    n: Mapping[float, int]
    notes: tuple[str, ...]
    missing: Missing | None
    path: str
    se: Floats
    axis: Axis
    kin: Any = None

    @property
    def design(self) -> Design:
        """The cells, their base periods and comparisons."""
        return self.backend.design

    @property
    def group(self) -> Floats:
        """(C,) first adopting period."""
        return self.design.group

    @property
    def period(self) -> Floats:
        """(C,) period of the effect."""
        return self.design.period

    @property
    def event(self) -> Floats:
        """(C,) periods since adoption."""
        return self.design.event

    @property
    def att(self) -> Floats:
        """(C,) estimates."""
        return self.backend.att

    def aggregate(
        self,
        kind: Kind = "event",
        *,
        level: float = 0.95,
        band: bool = True,
        draws: int = bands.DRAWS,
        seed: int = bands.SEED,
        skip_missing: bool = False,
        **options: Any,
    ) -> Effects:
        """Overall ("simple"), by event time, cohort ("group"), calendar time, or windows of event time.

        options: balance_e, min_e, max_e, windows, weighting (`aggregate.scheme`). A cell that could not be estimated
        stops the aggregation unless skip_missing is true, since leaving it out changes what the average is of.
        """
        usable = np.isfinite(self.att)
        if not usable.all() and not skip_missing:
            raise ValueError(
                f"{int((~usable).sum())} of {len(usable)} ATT(g, t) could not be estimated; `.notes` says why. "
                "Pass skip_missing=True to average the rest."
            )
        rows = scheme(self.design, kind, usable=usable, **options)
        made = self.backend.aggregate(rows)
        se = standard_error(np.diag(made.covariance), made.rounding)
        small = standard_error(made.variance, made.rounding)
        z = float(bands.pointwise(level))
        whole = None
        if rows.overall is not None:
            o = rows.overall
            value, spread = float(made.estimate[o]), float(se[o])
            whole = Estimate(value, spread, value - z * spread, value + z * spread, float(made.df[o]))
        keep = np.array([a for a in range(len(made.estimate)) if a != rows.overall or kind == "simple"])
        estimate, se = made.estimate[keep], se[keep]
        cov = made.covariance[keep[:, None], keep]
        critical = bands.sup_t(cov, level, draws=draws, seed=seed) if band and len(keep) > 1 else z
        return Effects(
            kind,
            self._labels(kind, [rows.labels[a] for a in keep]),
            estimate,
            se,
            estimate - z * se,
            estimate + z * se,
            critical,
            estimate - critical * se,
            estimate + critical * se,
            whole,
            cov,
            small[keep],
            made.df[keep],
            level,
            self.kin,
        )

    def pretest(self) -> Pretest:
        """Joint Wald test of every effect before adoption that has a standard error."""
        cells = np.flatnonzero((self.group > self.period) & np.isfinite(self.se) & np.isfinite(self.att))
        return wald(self.att[cells], self.backend.cell_covariance(cells))

    def critical(self, level: float = 0.95, *, draws: int = bands.DRAWS, seed: int = bands.SEED) -> float:
        """Critical value of a band over every ATT(g, t) at once."""
        return bands.sup_t(self.covariance(), level, draws=draws, seed=seed)

    def covariance(self) -> Floats:
        """(C, C) covariance of the cells."""
        return self.backend.cell_covariance(np.arange(len(self.att)))

    def to_frame(self, level: float = 0.95) -> Any:
        """One row per cell, in the kind of frame the data came in."""
        z = float(bands.pointwise(level))
        columns = {
            "cohort": self.axis.decode(self.group),
            "period": self.axis.decode(self.period),
            "event_time": self.event,
            "att": self.att,
            "se": self.se,
            "low": self.att - z * self.se,
            "high": self.att + z * self.se,
        }
        return to_frame(columns, self.kin)

    def _labels(self, kind: Kind, labels: list[float | str]) -> tuple[Any, ...]:
        if kind in ("group", "calendar"):
            return tuple(self.axis.decode(np.array(labels, dtype=np.float64)).tolist())
        return tuple(labels)
