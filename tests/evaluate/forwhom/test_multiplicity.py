"""False discovery and simultaneous intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from holdfast.evaluate.forwhom.multiplicity import q_values, simultaneous_critical


def by_hand(p, harmonic=1.0):
    """Benjamini-Hochberg step-up, written from the paper."""
    order = np.argsort(p)
    q = np.empty(len(p))
    smallest = 1.0
    for rank in range(len(p), 0, -1):
        smallest = min(smallest, p[order[rank - 1]] * len(p) / rank * harmonic)
        q[order[rank - 1]] = smallest
    return q


def test_q_values_by_hand_with_gaps():
    p = np.array([[0.01, np.nan, 0.04], [0.03, 0.005, 0.8]])
    tested = np.isfinite(p)
    q = q_values(p)
    assert q.shape == p.shape
    assert np.isnan(q[0, 1])
    assert q[tested] == pytest.approx(by_hand(p[tested]))
    assert q_values(p, "by")[tested] == pytest.approx(by_hand(p[tested], sum(1 / k for k in range(1, 6))))
    assert np.isnan(q_values([np.nan])).all()
    with pytest.raises(ValueError, match="between 0 and 1"):
        q_values([1.2])


@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 1)))
def test_q_values_keep_order_and_never_fall_below_p(p):
    q = q_values(p)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p)]) >= -1e-12).all()


def test_critical_values_at_the_extremes():
    """Independent: Sidak's exact value. Identical: one test's. 20,000 draws put 0.015 on the quantile."""
    sidak = stats.norm.ppf(1 - (1 - 0.95 ** (1 / 6)) / 2)
    assert simultaneous_critical(np.eye(6)) == pytest.approx(sidak, abs=0.04)
    assert simultaneous_critical(4 * np.ones((6, 6))) == pytest.approx(1.96, abs=0.04)
    assert simultaneous_critical([[3.0]], df=4) == pytest.approx(stats.t.ppf(0.975, 4))
    assert simultaneous_critical(np.eye(6), df=5) > simultaneous_critical(np.eye(6))
    assert np.isnan(simultaneous_critical(np.zeros((2, 2))))


def test_false_discovery_rate_of_a_portfolio():
    rng = np.random.default_rng(6)
    shares = []
    for _ in range(400):
        z = rng.standard_normal(100)
        z[:20] += 3
        found = q_values(2 * stats.norm.sf(np.abs(z))) <= 0.1
        shares.append(found[20:].sum() / max(found.sum(), 1))
    assert np.mean(shares) < 0.1
