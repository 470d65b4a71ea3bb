"""Held to diff-diff's de Chaisemartin–D'Haultfœuille, to a hand-worked panel, and to a plain two-sample test."""

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.estimate.switching import did_m, switching_effects


def mixed_panel(rng, sites=80, months=12):
    """Joiners, leavers, always on, never on: one switch each at most."""
    status = np.zeros((sites, months))
    for i in range(65):
        t = rng.integers(3, 10)
        if i < 30:
            status[i, t:] = 1
        elif i < 50:
            status[i, :t] = 1
        else:
            status[i] = 1
    y = rng.normal(size=(sites, months)) + rng.normal(size=(sites, 1)) + 0.8 * status
    return y, status


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_did_m_is_diff_diff(rng):
    """DID_M, its joiners and leavers and its placebo are the same arithmetic: 1e-10. Our errors centre switchers on
    the pooled effect instead of their own small cohort, so they are the larger: within 40 %."""
    diff_diff = pytest.importorskip("diff_diff")
    pd = pytest.importorskip("pandas")
    y, status = mixed_panel(rng)
    sites, months = y.shape
    frame = pd.DataFrame(
        {
            "u": np.repeat(np.arange(sites), months),
            "t": np.tile(np.arange(months), sites),
            "y": y.ravel(),
            "d": status.ravel().astype(int),
        }
    )
    peer = diff_diff.ChaisemartinDHaultfoeuille(twfe_diagnostic=False)
    theirs = peer.fit(frame, outcome="y", unit="u", time="t", treatment="d")
    ours = did_m(y, status)
    assert ours.total == pytest.approx(theirs.overall_att, rel=1e-10)
    assert ours.joiners == pytest.approx(theirs.joiners_att, rel=1e-10)
    assert ours.leavers == pytest.approx(theirs.leavers_att, rel=1e-10)
    assert ours.placebo == pytest.approx(theirs.placebo_effect, rel=1e-10)
    assert ours.switches == theirs.n_switcher_cells == 50
    assert 0.95 < ours.total_se / theirs.overall_se < 1.4
    off = status[:, 0] == 0
    part = frame[frame.u.isin(np.flatnonzero(off))]
    theirs = peer.fit(part, outcome="y", unit="u", time="t", treatment="d", L_max=4)
    months_on = {
        m.since[0]: m
        for m in switching_effects(y[off], status[off], settled=0, inference="welch").months
        if m.kind in ("on", "before")
    }
    for horizon, entry in theirs.event_study_effects.items():
        assert months_on[horizon - 1].estimate == pytest.approx(entry["effect"], rel=1e-10)
    assert months_on[-2].estimate == pytest.approx(theirs.placebo_event_study[-1]["effect"], rel=1e-10)


def test_hand_worked_panel():
    """Two switchers (months 2 and 3), two stayers, numbers small enough for paper."""
    y = np.array([[1.0, 1, 4, 5, 5], [2, 2, 3, 6, 9], [0, 0, 1, 1, 1], [0, 1, 1, 2, 3]])
    status = np.array([[0, 0, 1, 1, 0], [0, 0, 0, 1, 1], [0] * 5, [0] * 5])
    result = switching_effects(y, status, settled=0, leads=0)
    first = (4 - 1) - np.mean([3 - 2, 1 - 0, 1 - 1])
    second = (6 - 3) - np.mean([1 - 1, 2 - 1])
    third = (5 - 1) - np.mean([1 - 0, 2 - 1])
    fourth = (9 - 3) - np.mean([1 - 1, 3 - 1])
    month = {m.name: m for m in result.months if m.kind == "on"}
    assert month["month 0"].estimate == pytest.approx((first + second) / 2)
    assert month["month 1"].estimate == pytest.approx((third + fourth) / 2)
    on = result.effect("on")
    assert on.estimate == pytest.approx((first + second + third + fourth) / 4)
    assert (on.switchers, on.controls, on.switcher_months) == (2, 3, 4)
    after = (5 - 1) - np.mean([1 - 0, 3 - 1])
    assert result.effect("after").estimate == pytest.approx(after)
    stopping = result.effect("stopping")
    assert stopping.against == "on"
    assert stopping.estimate == pytest.approx((5 - 5) - (9 - 6))


def test_one_switch_month_is_welch(rng):
    """All switching together, one month after: the two-sample Welch test of the changes, to 1e-9."""
    y = rng.normal(size=(60, 4)) * np.r_[np.full(25, 2.0), np.ones(35)][:, None]
    status = np.zeros((60, 4))
    status[:25, 3] = 1
    effect = switching_effects(y, status, leads=0).effect("on")
    change = y[:, 3] - y[:, 2]
    expected = stats.ttest_ind(change[:25], change[25:], equal_var=False)
    assert effect.estimate / effect.se == pytest.approx(expected.statistic, rel=1e-9)
    assert effect.df == pytest.approx(expected.df, rel=1e-9)
    assert effect.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_one_switcher_is_ranked_among_every_placement(rng):
    """One switching site among thirty: p is its rank among thirty placements, and its interval that inverted."""
    y = rng.normal(size=(30, 8))
    status = np.zeros((30, 8))
    status[11, 5:] = 1
    effect = switching_effects(y, status, leads=0).effect("on")
    # the effect found is taken out of the site when it stands in as a comparison; so is it here
    change = y[:, 5:].mean(axis=1) - y[:, 4]

    def gap(b, i):
        moved = change - b * (np.arange(30) == 11)
        return abs(moved[i] - np.delete(moved, i).mean())

    def p(b):
        return np.mean([gap(b, i) >= gap(b, 11) - 1e-12 for i in range(30)])

    assert effect.p_value == pytest.approx(p(0.0))
    assert np.isnan(effect.se)
    width = effect.upper - effect.lower
    assert p(effect.lower + 0.01 * width) > 0.05 >= p(effect.lower - 0.01 * width)
    assert p(effect.upper - 0.01 * width) > 0.05 >= p(effect.upper + 0.01 * width)
