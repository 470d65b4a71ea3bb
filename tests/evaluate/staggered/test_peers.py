"""Beside diff-diff on a simulated panel: 1e-8, on group-time effects, their errors and the event study."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from holdfast.evaluate.estimate.staggered import att_gt

from .worlds import world

pd = pytest.importorskip("pandas")
diff_diff = pytest.importorskip("diff_diff")
pytestmark = pytest.mark.peers


def panel(n: int = 300) -> Any:
    w = world(n=n, T=12, cohorts=(4, 7, 9), seed=5)
    first = np.where(np.isinf(w.cohort), 0, w.cohort).astype(int)
    x = np.random.default_rng(2).normal(size=n)
    frame = {"site": np.repeat(np.arange(n), 12), "t": np.tile(np.arange(1, 13), n), "first": np.repeat(first, 12)}
    return pd.DataFrame({**frame, "x": np.repeat(x, 12), "y": w.Y[0].ravel() + 0.2 * np.repeat(x, 12)})


@pytest.mark.parametrize(
    ("ours", "theirs", "covariates"),
    [
        ({}, {}, []),
        ({"comparison": "not_yet"}, {"control_group": "not_yet_treated"}, []),
        ({"base": "universal"}, {"base_period": "universal"}, []),
        ({"method": "reg"}, {"estimation_method": "reg"}, ["x"]),
    ],
)
def test_group_time_effects_and_event_study(
    ours: dict[str, Any], theirs: dict[str, Any], covariates: list[str]
) -> None:
    frame = panel()
    fit = att_gt(frame, "y", "site", "t", "first", covariates=covariates, **ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = diff_diff.CallawaySantAnna(**theirs).fit(
            frame,
            outcome="y",
            unit="site",
            time="t",
            first_treat="first",
            covariates=covariates or None,
            aggregate="event_study",
        )
    cells = {(g, t): i for i, (g, t) in enumerate(zip(fit.group, fit.period, strict=True))}
    compared = 0
    for (g, t), made in peer.group_time_effects.items():
        i = cells[float(g), float(t)]
        assert fit.att[i] == pytest.approx(made["effect"], abs=1e-8)
        if np.isfinite(made["se"]) and made["se"] > 0:
            assert fit.se[i] == pytest.approx(made["se"], rel=1e-8)
            compared += 1
    assert compared >= 30
    event = fit.aggregate("event", band=False)
    for label, value, se in zip(event.labels, event.estimate, event.se, strict=True):
        made = peer.event_study_effects.get(int(label))
        if made is None or not np.isfinite(made["se"]) or made["se"] == 0:
            continue
        assert value == pytest.approx(made["effect"], abs=1e-8)
        assert se == pytest.approx(made["se"], rel=1e-8)
