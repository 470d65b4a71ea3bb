"""Tables in and out: three kinds of frame, any order of rows, dates, text, and refusals that say what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from holdfast.evaluate.estimate.staggered import att_gt

from .worlds import world

pd = pytest.importorskip("pandas")

NAMES = {"outcome": "y", "site": "site", "period": "t", "cohort": "first"}


def long(n: int = 40, **columns: Any) -> Any:
    w = world(n=n)
    T = len(w.periods)
    first = np.where(np.isinf(w.cohort), 0, w.cohort).astype(int)
    frame = {"site": np.repeat(np.arange(n) + 7, T), "t": np.tile(w.periods.astype(int), n)}
    frame |= {"first": np.repeat(first, T), "y": w.Y[0].ravel()}
    return pd.DataFrame({**frame, **columns})


@pytest.mark.parametrize("order", ["site", "period", "shuffled"])
def test_the_order_of_rows_does_not_matter(order: str) -> None:
    frame = long()
    known = att_gt(frame, **NAMES)
    if order == "shuffled":
        frame = frame.sample(frac=1, random_state=3)
    else:
        frame = frame.sort_values(["t", "site"] if order == "period" else ["site", "t"], ascending=True)
    found = att_gt(frame, **NAMES)
    np.testing.assert_allclose(found.att, known.att, atol=1e-12)
    np.testing.assert_allclose(found.se, known.se, rtol=1e-12)


def test_every_kind_of_frame_comes_back_as_it_came() -> None:
    import polars as pl
    import pyarrow as pa

    frame = long()
    known = att_gt(frame, **NAMES)
    for kin, made in (
        (pl.DataFrame, pl.DataFrame(frame.to_dict("list"))),
        (pa.Table, pa.Table.from_pandas(frame, preserve_index=False)),
        (pd.DataFrame, frame),
    ):
        fit = att_gt(made, **NAMES)
        np.testing.assert_array_equal(fit.att, known.att)
        assert isinstance(fit.to_frame(), kin)
        assert isinstance(fit.aggregate("event").to_frame(), kin)
    table = known.to_frame()
    assert table.columns.tolist() == ["cohort", "period", "event_time", "att", "se", "low", "high"]
    assert (table["period"] - table["cohort"] == table["event_time"]).all()


@pytest.mark.parametrize("never", [0, None, np.inf, np.nan])
def test_never_is_zero_missing_or_infinite(never: Any) -> None:
    frame = long()
    known = att_gt(frame, **NAMES)
    frame["first"] = pd.Series([never if g == 0 else float(g) for g in frame["first"]], dtype=object)
    np.testing.assert_array_equal(att_gt(frame, **NAMES).att, known.att)


def test_zero_that_is_also_a_period_is_not_guessed_at() -> None:
    frame = long()
    frame["t"] -= 1
    with pytest.raises(ValueError, match="0 is also a period"):
        att_gt(frame, **NAMES)


def test_dates_and_text_identifiers() -> None:
    frame = long()
    known = att_gt(frame, **NAMES)
    month = {t: pd.Timestamp(2021, 1, 1) + pd.DateOffset(months=t - 1) for t in range(1, 11)}
    dated = frame.assign(
        t=frame["t"].map(month),
        first=frame["first"].map(lambda g: month.get(g, pd.NaT)),
        site="S" + frame["site"].astype(str),
    )
    for made in (dated, dated.sample(frac=1, random_state=0)):
        fit = att_gt(made, **NAMES)
        np.testing.assert_allclose(fit.att, known.att, atol=1e-12)
        np.testing.assert_array_equal(fit.event, known.event)
        cohorts = fit.to_frame()["cohort"]
        assert cohorts.iloc[0] == np.datetime64("2021-04-01")
        assert fit.aggregate("calendar").labels[0].isoformat() == "2021-04-01"


def test_text_covariates_become_groups() -> None:
    rng = np.random.default_rng(0)
    kind = np.repeat(rng.choice(["acute", "community", "mental health"], 40), 10)
    frame = long(kind=kind)
    hot = {f"k{i}": (kind == k).astype(float) for i, k in enumerate(["community", "mental health"])}
    text = att_gt(frame, **NAMES, covariates=["kind"], method="reg")
    columns = att_gt(frame.assign(**hot), **NAMES, covariates=list(hot), method="reg")
    np.testing.assert_allclose(text.att, columns.att, atol=1e-12)


def test_repeated_cross_sections_need_no_site() -> None:
    """Each row its own person; the effect is the difference of differences of cell means."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"t": rng.integers(1, 3, 400), "first": rng.choice([0, 2], 400)})
    frame["y"] = rng.normal(size=400) + 2.0 * ((frame["t"] == 2) & (frame["first"] == 2))
    fit = att_gt(frame, **{**NAMES, "site": None})
    mean = frame.groupby(["first", "t"])["y"].mean()
    assert fit.att[0] == pytest.approx(mean[2, 2] - mean[2, 1] - mean[0, 2] + mean[0, 1], abs=1e-12)
    parts = frame.groupby(["first", "t"])["y"].agg(lambda y: y.var(ddof=0) / len(y))
    assert fit.se[0] == pytest.approx(np.sqrt(parts.sum()), rel=1e-10)


def _misspelt() -> tuple[Any, dict[str, Any]]:
    return long(), {**NAMES, "outcome": "Y"}


def _twice() -> tuple[Any, dict[str, Any]]:
    frame = long()
    return pd.concat([frame, frame.iloc[[15]]]), NAMES


def _changing() -> tuple[Any, dict[str, Any]]:
    frame = long()
    frame.loc[frame.index[3], "first"] = 9
    return frame, NAMES


def _text() -> tuple[Any, dict[str, Any]]:
    return long().assign(y="high"), NAMES


def _negative() -> tuple[Any, dict[str, Any]]:
    return long(w=-1.0), {**NAMES, "weights": "w"}


def _everyone() -> tuple[Any, dict[str, Any]]:
    return long().assign(first=5), NAMES


def _empty() -> tuple[Any, dict[str, Any]]:
    return long().iloc[:0], NAMES


def _mixed() -> tuple[Any, dict[str, Any]]:
    return long().assign(first=pd.Timestamp(2021, 1, 1)), NAMES


def _unnamed() -> tuple[Any, dict[str, Any]]:
    return long().assign(site=lambda d: d["site"].where(d.index != 4)), NAMES


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_misspelt, "no column 'Y'.*Did you mean 'y'"),
        (_twice, "1 site-months have more than one row"),
        (_changing, "'first' changes within 1 of 40 sites"),
        (_text, "holds text"),
        (_negative, "negative weights"),
        (_everyone, "No cohort can be evaluated"),
        (_empty, "no rows"),
        (_mixed, "dates while the periods are numbers"),
        (_unnamed, "no site identifier"),
    ],
)
def test_bad_tables_are_refused_with_the_way_out(make: Any, says: str) -> None:
    frame, names = make()
    with pytest.raises(ValueError, match=says):
        att_gt(frame, **names)


def test_only_tables_are_read() -> None:
    with pytest.raises(TypeError, match="pandas, polars or Arrow"):
        att_gt([1, 2, 3], **NAMES)  # type: ignore[arg-type]
