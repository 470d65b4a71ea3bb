"""Many questions at once: false-discovery control across a portfolio and simultaneous intervals within a study."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]
DRAWS = 20_000


def q_values(p: ArrayLike, method: Literal["bh", "by"] = "bh") -> Floats:
    """False-discovery q values of every p value in an array of any shape; NaN (not tested) stays NaN.

    "bh" is Benjamini & Hochberg (1995), right for independent or positively dependent tests, as effects of one
    change on related measures usually are; "by" is Benjamini & Yekutieli (2001), right whatever the dependence.
    """
    values = np.asarray(p, dtype=np.float64)
    tested = np.isfinite(values)
    if np.any((values[tested] < 0) | (values[tested] > 1)):
        raise ValueError("p values lie between 0 and 1; some given do not.")
    q = np.full(values.shape, np.nan)
    if tested.any():
        q[tested] = stats.false_discovery_control(values[tested], method=method)
    return q


def simultaneous_critical(cov: ArrayLike, alpha: float = 0.05, df: float = np.inf, draws: int = DRAWS) -> float:
    """The sup-t critical value: the 1 - alpha quantile of the largest |t| among correlated estimates.

    cov   : (k, k) covariance or correlation; rows with zero variance are left out
    df    : degrees of freedom of a covariance estimated from as many sites less one; each draw then has a Wishart
            covariance of its own, as the estimates have (one common scale would give too small a value)
    draws : seeded Gaussian draws, so the value is the same at every call
    """
    v = np.asarray(cov, dtype=np.float64)
    sd = np.sqrt(np.diag(v))
    used = sd > 0
    if not used.any():
        return float("nan")
    correlation = v[np.ix_(used, used)] / np.outer(sd[used], sd[used])
    if len(correlation) == 1:
        return float(stats.t.ppf(1 - alpha / 2, df))
    values, vectors = np.linalg.eigh(correlation)
    rank = values > 1e-12 * values[-1]
    rng = np.random.default_rng(20190131)
    root = vectors[:, rank] * np.sqrt(values[rank])
    size = np.abs(root @ rng.standard_normal((root.shape[1], draws)))
    if np.isfinite(df):
        size /= _standard_errors(root, df, rng, draws)
    return float(np.quantile(size.max(axis=0), 1 - alpha))


def _standard_errors(root: Floats, df: float, rng: np.random.Generator, draws: int) -> Floats:
    """(k, draws) square roots of the diagonal of a Wishart covariance over its expectation.

    By Bartlett's (1933) triangle, or term by term when there are more directions than degrees of freedom.
    """
    rank = root.shape[1]
    total = np.zeros((len(root), draws))
    if rank > df:
        for _ in range(count := max(int(df), 1)):
            total += (root @ rng.standard_normal((rank, draws))) ** 2
        few: Floats = np.sqrt(total / count)
        return few
    for column in range(rank):
        # Row `column` of root @ T, T lower triangular with chi on its diagonal and normals below.
        part = np.outer(root[:, column], np.sqrt(rng.chisquare(df - column, draws)))
        if column + 1 < rank:
            part += root[:, column + 1 :] @ rng.standard_normal((rank - column - 1, draws))
        total += part**2
    result: Floats = np.sqrt(total / df)
    return result
