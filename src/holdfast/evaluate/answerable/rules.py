"""Thresholds of the evaluability verdict, as data, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """What a design needs before it may be used.

    Periods are months unless the workspace says otherwise; ``for_period`` rescales the long ones.
    """

    before: int = 6
    """Periods before adoption that a comparison design needs: fewer cannot show whether the paths ran alongside."""
    before_synthetic: int = 12
    """Periods before adoption to fit a synthetic comparison (Arkhangelsky et al. 2021 use many more)."""
    before_series: int = 24
    """Periods before an interruption: two seasons, so that season and trend can be told from level."""
    after_series: int = 6
    """Periods after an interruption."""
    after: int = 1
    """Periods after adoption that a comparison design needs."""
    few: int = 9
    """Up to this many adopters a synthetic comparison is preferred to cohort averages."""
    donors: int = 10
    """Comparison sites a synthetic comparison is built from."""
    comparison: int = 5
    """Comparison sites a difference-in-differences needs: with fewer, their chance is in every number."""
    smallest_p: float = 0.05
    """A permutation that cannot reach this p value cannot answer at the usual level."""
    stable: int = 3
    """Sites that keep their status while others switch."""
    dose_sites: int = 15
    """Sites across which a dose must vary."""
    dose_spread: float = 0.1
    """Smallest coefficient of variation of the dose that can carry an answer."""
    together: float = 0.95
    """Share of adopters within one period that counts as everyone at once."""
    divergence_p: float = 0.005
    """A pre-adoption divergence this unlikely by chance, and large enough to matter, refuses the design."""

    def for_period(self, period: str) -> Rules:
        """The same rules for other period lengths: 24 months are 8 quarters, 12 months 4, two years 2…"""
        per_year = {"week": 52, "month": 12, "quarter": 4, "year": 1}[period]
        if per_year == 12:
            return self
        return Rules(
            before=max(4, round(self.before * per_year / 12)),
            before_synthetic=max(6, round(self.before_synthetic * per_year / 12)),
            before_series=max(12, round(self.before_series * per_year / 12)),
            after_series=max(4, round(self.after_series * per_year / 12)),
        )
