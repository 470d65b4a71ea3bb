"""Tests of difference between groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.forwhom.heterogeneity import heterogeneity


def test_two_groups_are_a_t_test():
    cov = np.array([[0.04, 0.01], [0.01, 0.09]])
    found = heterogeneity([1.0, 0.4], cov, df=12)
    t = 0.6 / np.sqrt(0.04 + 0.09 - 0.02)
    assert found.statistic == pytest.approx(t**2)
    assert found.p == pytest.approx(2 * stats.t.sf(t, 12))
    assert found.critical == pytest.approx(stats.t.ppf(0.975, 12))
    assert (found.contrasts[0].first, found.contrasts[0].second) == (0, 1)


def test_groups_without_an_estimate_are_left_out_by_index():
    cov = np.diag([0.01, np.nan, 0.01])
    found = heterogeneity([0.0, np.nan, 1.0], cov)
    assert found.groups == (0, 2)
    assert (found.contrasts[0].first, found.contrasts[0].second) == (0, 2)
    assert found.verdict == "differ"
    assert heterogeneity([1.0, np.nan], np.eye(2)).verdict == "not enough to say"


def test_three_verdicts():
    tight, loose = 0.0001 * np.eye(3), np.eye(3)
    same = [1.0, 1.0, 1.005]
    assert heterogeneity(same, tight, smallest_important=0.1).verdict == "similar"
    assert heterogeneity(same, tight).verdict == "not enough to say"
    assert heterogeneity(same, loose, smallest_important=0.1).verdict == "not enough to say"
    assert heterogeneity([1.0, 1.0, 2.0], tight, smallest_important=0.1).verdict == "differ"
    assert heterogeneity([1.0, 1.0, 2.0], 0.01 * np.eye(3), df=1).verdict == "not enough to say"


def test_joint_size_and_simultaneous_coverage_with_15_sites():
    """Five groups measured at the same 15 sites: 5 % rejections, 95 % of studies have every contrast covered."""
    rng = np.random.default_rng(2)
    root = rng.normal(size=(5, 5))
    reject = covered = 0
    for _ in range(200):
        x = rng.normal(size=(15, 5)) @ root
        found = heterogeneity(x.mean(axis=0), np.cov(x.T) / 15, df=14)
        reject += found.p < 0.05
        covered += all(c.lower <= 0 <= c.upper for c in found.contrasts)
    # Two standard errors of 200 studies; the calibration runs ten times as many.
    assert reject / 200 < 0.085
    assert covered / 200 > 0.915
