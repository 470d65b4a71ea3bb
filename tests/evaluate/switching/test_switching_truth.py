"""Pattern F and its relatives: truth, carry-over, restarts, exclusions, size, errors."""

import numpy as np
import pytest

from holdfast.evaluate.estimate.switching import OFF_TRENDS, ON_TRENDS, PERSISTING, did_m, switching_effects
from holdfast.evaluate.estimate.switching.permute import history_orders
from holdfast.evaluate.estimate.switching.spells import ALWAYS, find_switches, read_histories


def pattern_f(rng, switchers, sites=100, months=36, length=4):
    status = np.zeros((sites, months))
    for i in range(switchers):
        g = rng.integers(8, months - 12)
        status[i, g : g + length] = 1
    return status


def ar1(rng, shape, rho=0.5):
    e = rng.standard_normal(shape)
    for t in range(1, shape[1]):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1 - rho**2) * e[:, t]
    return e


def test_pattern_f_on_and_off(rng):
    """Switched off after four months, true 1.0 while on: about 1 on, about 0 after, about −1 for stopping."""
    status = pattern_f(rng, 40)
    y = ar1(rng, status.shape) + rng.normal(size=(100, 1)) + np.sin(np.arange(36)) + status
    result = switching_effects(y, status)
    on, after, stopping = (result.effect(kind) for kind in ("on", "after", "stopping"))
    for effect, truth in ((on, 1), (after, 0), (stopping, -1)):
        assert effect.estimate == pytest.approx(truth, abs=0.4)
        assert effect.lower < truth < effect.upper
        assert effect.inference == "welch"
    assert on.p_value < 0.001
    assert after.p_value > 0.05
    assert on.since == (0, 3)
    assert result.effect("before").p_value > 0.01
    assert result.carry_over.p_value == after.p_value
    assert "no carry-over was seen" in result.carry_over.sentence
    assert (result.starts, result.stops, result.restarts) == (40, 40, 0)
    assert {"on/later", "on/lasting"} <= set(result.not_reached)
    assert stopping.against == "off"
    assert result.assumptions == (OFF_TRENDS, PERSISTING)


def test_exact_without_noise_for_every_kind(quiet, rng):
    """Effect 1 while on, 0.3 left after, 0.7 on restarting: read back exactly, with missing months and weights."""
    status = np.zeros((40, 40))
    for i in range(12):
        g = 8 + i
        status[i, g : g + 5] = 1
        if i < 6:
            status[i, g + 12 :] = 1
    status[30:35, 4:] = 1
    started = np.cumsum(status, axis=1) > 0
    runs = np.cumsum((np.diff(status, axis=1, prepend=0) == 1), axis=1)
    y = quiet(40, 40) + np.where(status == 1, np.where(runs > 1, 0.7, 1.0), np.where(started, 0.3, 0.0))
    y[rng.random(y.shape) < 0.05] = np.nan
    weights = rng.uniform(1, 10, 40)
    result = switching_effects(y, status, weights=weights)
    for kind, truth in (("on", 1.0), ("after", 0.3), ("restarted", 0.4), ("stopping", -0.7), ("before", 0.0)):
        assert result.effect(kind).estimate == pytest.approx(truth, abs=1e-6), kind
    assert result.effect("stopping").against == "on"
    assert ON_TRENDS in result.assumptions
    assert result.carry_over.share_of_on == pytest.approx(0.3, abs=1e-6)
    assert result.restarts == 6


def test_carry_over_is_said(rng):
    status = pattern_f(rng, 40)
    left = (np.cumsum(status, axis=1) > 0) & (status == 0)
    y = 0.5 * ar1(rng, status.shape) + status + 0.8 * left
    carry = switching_effects(y, status).carry_over
    assert carry.p_value < 0.01
    assert carry.share_of_on == pytest.approx(0.8, abs=0.25)
    assert "something carried over" in carry.sentence


def test_settled_keeps_carry_over_out_of_the_comparison(quiet):
    """A site off for two months, still carrying an effect that fades, must not be a comparison yet."""
    status = np.zeros((6, 30))
    status[0, 5:10] = 1
    status[1, 11:] = 1
    y = quiet(6, 30) + status
    y[0, 10:16] += np.linspace(1, 0, 6)
    contaminated = {m.since[0]: m for m in switching_effects(y, status, settled=0).months if m.kind == "on"}
    clean = {m.since[0]: m for m in switching_effects(y, status, settled=6).months if m.kind == "on"}
    assert clean[5].estimate == pytest.approx(1, abs=1e-6)
    assert contaminated[5].estimate > 1.05


def test_base_months_are_averaged(rng):
    """A longer base cuts noise when months are independent: variance (1 + 1/6)/(1 + 1) of the single month's."""
    status = pattern_f(rng, 50, sites=200)
    y = rng.normal(size=status.shape)
    one, six = (switching_effects(y, status, base_months=k).effect("on", "early") for k in (1, 6))
    assert six.se / one.se == pytest.approx(np.sqrt((0.25 + 1 / 6) / 1.25), rel=0.15)


def test_influence_is_the_covariance(rng):
    status = pattern_f(rng, 30)
    y = ar1(rng, status.shape)
    result = switching_effects(y, status)
    np.testing.assert_allclose(np.sqrt(np.diag(result.covariance)), [e.se for e in result.effects], rtol=1e-9)
    assert result.influence.shape == (len(result.effects), 100)
    lone = switching_effects(y, pattern_f(rng, 1))
    assert np.all(np.isnan(lone.covariance))


def test_who_is_left_out(rng):
    status = pattern_f(rng, 8, sites=20)
    status[15] = np.nan
    status[16, :9] = 1
    status[17, 0] = np.nan
    status[17, 1:] = 1
    weights = np.ones(20)
    weights[18] = 0
    result = switching_effects(ar1(rng, status.shape), status, weights=weights)
    said = {one.reason.split(":")[0]: one.sites for one in result.left_out}
    assert said["status never known"] == (15,)
    assert said["already on when first seen"] == (16, 17)
    assert said["no weight"] == (18,)


def test_runs_and_switches():
    status = np.array([[0, 1, 1, 0, 1, np.nan, 0], [1, 1, 0, 0, np.nan, 1, 1]])
    histories = read_histories(status)
    assert [(s.site, s.month, s.kind) for s in find_switches(histories)] == [
        (0, 1, "start"),
        (1, 2, "stop"),
        (0, 3, "stop"),
        (0, 4, "restart"),
    ]
    assert histories.last[0].tolist() == [0, 2, 2, 3, 4, -1, 6]
    assert histories.first[1].tolist() == [0, 0, 2, 2, -1, 5, 5]
    assert histories.steady[0, 0] == ALWAYS
    assert histories.steady[0, 6] == 0


def test_all_placements_of_few_histories(rng):
    orders, exact = history_orders(pattern_f(rng, 2, sites=12))
    assert exact
    assert len(orders) == 12 * 11
    assert list(orders[0]) == list(range(12))
    assert np.all(np.sort(orders, axis=1) == np.arange(12))
    many, exact = history_orders(pattern_f(rng, 10, sites=40))
    assert not exact
    assert len(many) == 1000


@pytest.mark.parametrize("switchers", [1, 3, 25])
def test_size_while_on_and_after(rng, switchers):
    """Nothing happens; 120 studies, Monte Carlo error 2 %. The larger table is in benchmarks."""
    rejected = np.zeros(2)
    for _ in range(120):
        status = pattern_f(rng, switchers, sites=40, months=24)
        y = ar1(rng, status.shape) + rng.normal(size=(40, 1))
        result = switching_effects(y, status, leads=0, horizons=())
        rejected += [result.effect("on").p_value < 0.05, result.effect("after").p_value < 0.05]
    assert np.all(rejected / 120 <= 0.10)


def test_did_m_without_leavers(rng):
    status = np.zeros((30, 10))
    status[:10, 5:] = 1
    found = did_m(rng.normal(size=status.shape) + status, status)
    assert np.isnan(found.leavers)
    assert found.total == pytest.approx(found.joiners)
    assert found.total_se == pytest.approx(found.joiners_se)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": np.zeros((20, 12))}, "no site switches"),
        ({"status": np.full((20, 12), 0.5)}, "dose–response"),
        ({"status": np.zeros(12)}, "sites × months"),
        ({"y": np.zeros((20, 11))}, "same sites and months"),
        ({"weights": np.ones(3)}, "each of the 20 sites"),
        ({"status": np.tile(np.arange(12) > 5, (20, 1)).astype(float)}, "no switch has a comparison"),
    ],
)
def test_errors_say_what_to_do(rng, change, says):
    status = pattern_f(rng, 5, sites=20, months=12 + 12)[:, :12]
    with pytest.raises(ValueError, match=says):
        switching_effects(**({"y": np.zeros((20, 12)), "status": status} | change))
