"""The event study that a sensitivity analysis starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

# Eigenvalues below this share of the largest are rounding, not information.
RANK_TOLERANCE = 1e-12


class SingularCovarianceError(ValueError):
    """The covariance of the event-study coefficients cannot carry the method asked of it."""


@dataclass(frozen=True)
class EventStudy:
    """Event-study coefficients in time order, the reference period (e = -1) left out.

    betahat : (num_pre + num_post,) coefficients, oldest first
    sigma   : (num_pre + num_post,) squared, their covariance
    num_pre : how many of them come before the reference period, at least 1
    l_vec   : (num_post,) the effect of interest is theta = l_vec @ tau_post
    """

    betahat: Floats
    sigma: Floats
    num_pre: int
    l_vec: Floats

    @property
    def num_post(self) -> int:
        return len(self.l_vec)

    @property
    def theta(self) -> float:
        return float(self.l_vec @ self.betahat[self.num_pre :])

    @property
    def se(self) -> float:
        return float(np.sqrt(self.l_vec @ self.sigma[self.num_pre :, self.num_pre :] @ self.l_vec))

    def original_interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """The interval that takes parallel trends as given: theta -/+ z se."""
        half = float(ndtri(1 - alpha / 2)) * self.se
        return self.theta - half, self.theta + half


@dataclass(frozen=True)
class RobustSet:
    """A confidence set that allows violations of parallel trends up to `bound`."""

    lower: float
    upper: float
    bound: float
    restriction: Literal["relative magnitudes", "smoothness"]
    method: str
    alpha: float
    open_ended: bool = False

    def excludes(self, value: float = 0.0) -> bool:
        return not self.lower <= value <= self.upper


def event_study(
    betahat: ArrayLike,
    sigma: ArrayLike,
    num_pre: int,
    num_post: int,
    l_vec: ArrayLike | None = None,
    *,
    allow_singular: bool = False,
) -> EventStudy:
    """Validate and hold the inputs; `l_vec` defaults to the first period after the change.

    A singular `sigma` is refused unless `allow_singular`: with fewer sites than coefficients some
    combinations look free of noise, and only the caller can know whether that is real.
    """
    beta = np.array(betahat, dtype=np.float64).ravel()
    cov = np.array(sigma, dtype=np.float64)
    target = np.eye(1, num_post).ravel() if l_vec is None else np.array(l_vec, dtype=np.float64).ravel()
    _check_shapes(beta, cov, num_pre, num_post, target)
    cov = (cov + cov.T) / 2
    _check_covariance(cov, allow_singular)
    study = EventStudy(beta, cov, num_pre, target)
    if not study.se > 0:
        raise SingularCovarianceError(
            "The effect of interest has variance zero, so no interval can be formed. "
            "Check that sigma covers the periods after the change that l_vec picks."
        )
    return study


def _check_shapes(beta: Floats, cov: Floats, num_pre: int, num_post: int, target: Floats) -> None:
    if num_pre < 1 or num_post < 1:
        raise ValueError(
            f"num_pre = {num_pre}, num_post = {num_post}: the method compares violations after the change with "
            "those before it, so at least one coefficient on each side is needed besides the reference period."
        )
    n = num_pre + num_post
    if beta.shape != (n,) or cov.shape != (n, n):
        raise ValueError(
            f"betahat has shape {beta.shape} and sigma {cov.shape}; with num_pre = {num_pre} and "
            f"num_post = {num_post} they must be ({n},) and ({n}, {n}), without the reference period."
        )
    if target.shape != (num_post,) or not np.any(target):
        raise ValueError(f"l_vec must hold {num_post} weights, not all zero; it has shape {target.shape}.")
    if not (np.isfinite(beta).all() and np.isfinite(cov).all() and np.isfinite(target).all()):
        raise ValueError("betahat, sigma and l_vec must be finite: leave out periods that were not estimated.")
    if not np.allclose(cov, cov.T, rtol=1e-6, atol=1e-12 * float(np.abs(cov).max())):
        raise ValueError("sigma is not symmetric; give the covariance matrix of betahat.")


def _check_covariance(cov: Floats, allow_singular: bool) -> None:
    eigenvalues = np.linalg.eigvalsh(cov)
    largest = float(eigenvalues[-1])
    if largest <= 0 or eigenvalues[0] < -1e-8 * largest:
        raise SingularCovarianceError(
            "sigma is not a covariance matrix: it has a negative variance in some direction. "
            "Give the covariance of betahat, estimated from all coefficients together."
        )
    rank = int(np.sum(eigenvalues > RANK_TOLERANCE * largest))
    if rank < len(cov) and not allow_singular:
        raise SingularCovarianceError(
            f"sigma is singular: rank {rank} for {len(cov)} coefficients, which happens when there are fewer "
            "sites than periods. Use fewer periods before and after the change, or more sites; "
            "allow_singular=True goes on where the moments themselves have variance."
        )
