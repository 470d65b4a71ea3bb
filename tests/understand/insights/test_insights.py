"""Insights: counts that add up, small numbers withheld, trends that are there and none that are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from holdfast.understand.insights import Mention, counts, mentions, moving, passages
from holdfast.understand.insights.trend import trend
from holdfast.understand.redact import redact
from holdfast.understand.themes import OFFLINE, Coding, Comment, Suggestion

PERIODS = tuple(f"2021-{month:02d}" for month in range(1, 13))


def _mention(i: int, themes: str, people: bool = True, **facts: str) -> Mention:
    held = frozenset(themes.split())
    return Mention(str(i), held if people else frozenset(), frozenset() if people else held, facts)


def _suggestion(comment: str, theme: str) -> Suggestion:
    return Suggestion(comment, "f", theme, True, OFFLINE, "m", 0.9)


def test_a_persons_word_stands_above_a_machines() -> None:
    comments = [Comment(c, "words", "acute") for c in "abcd"]
    codings = [
        Coding("a", "f", ("x",), "Ann"),
        Coding("b", "f", (), "Ann", refused=("y",), complete=False),
        Coding("d", "f", ("x",), "Ann"),
        Coding("d", "f", (), "Ben"),
    ]
    offered = [_suggestion(c, t) for c in "abcd" for t in "xy"]
    found = {m.comment: m for m in mentions(comments, {}, "f", iter(codings), iter(offered))}
    assert found["a"].themes == {"x"} and not found["a"].suggested
    assert found["b"].themes == {"x"} and found["b"].suggested == {"x"}
    assert found["c"].suggested == {"x", "y"}
    assert found["d"].themes == frozenset()  # two people differ, so nobody's word is counted
    assert found["a"].facts == {"setting": "acute"}


def test_a_coding_with_a_code_that_is_not_listed_settles_nothing_else() -> None:
    comments, coding = [Comment("c", "Words")], Coding("c", "f", ("Digital",), "ann", complete=True)
    offered = [_suggestion("c", "digital")]
    (sure,) = mentions(comments, {}, "f", [coding], offered)
    (held,) = mentions(comments, {}, "f", [coding], offered, listed=("digital", "access"))
    assert not sure.suggested and held.suggested == {"digital"}


def test_counts_are_out_of_every_comment_of_the_group_and_say_who_coded() -> None:
    found = [_mention(i, "x" if i < 30 else "", people=i < 20, setting="acute") for i in range(60)]
    found += [_mention(100 + i, "x", setting="") for i in range(20)]
    (acute, unknown) = counts(found, ["x"], by=["setting"])
    assert (acute.group, acute.count, acute.out_of, acute.by_people) == ((("setting", "acute"),), 30, 60, 20)
    assert acute.share == 0.5 and acute.low is not None and acute.low < 0.5
    assert unknown.group == (("setting", "not known"),) and unknown.high == 1.0


@pytest.mark.parametrize(("hits", "of", "hidden"), [(0, 50, False), (1, 50, True), (7, 50, True), (8, 50, False)])
def test_small_counts_are_hidden_at_both_ends(hits: int, of: int, hidden: bool) -> None:
    found = [_mention(i, "x" if i < hits else "") for i in range(of)]
    other = [_mention(i, "" if i < hits else "x") for i in range(of)]
    assert counts(found, ["x"])[0].hidden is hidden
    assert counts(other, ["x"])[0].hidden is hidden


def test_a_small_group_shows_nothing_but_that_it_exists() -> None:
    (cell,) = counts([_mention(i, "x") for i in range(7)], ["x"])
    assert cell.hidden and cell.out_of is None and cell.count is None


def test_how_many_people_coded_cannot_be_read_off_when_few_were_or_few_were_not() -> None:
    found = [_mention(i, "x", people=i < 3) for i in range(20)] + [_mention(i, "") for i in range(20, 50)]
    (cell,) = counts(found, ["x"])
    assert cell.count == 20 and cell.by_people is None


def _months(rng: np.random.Generator, start: float, end: float, each: int = 80) -> list[Mention]:
    shares = np.linspace(start, end, len(PERIODS))
    return [
        _mention(0, "x" if rng.random() < share else "", period=period)
        for period, share in zip(PERIODS, shares, strict=True)
        for _ in range(each)
    ]


@pytest.mark.parametrize(("start", "end", "said"), [(0.1, 0.4, "rising"), (0.4, 0.1, "falling")])
def test_a_share_that_moves_is_found(start: float, end: float, said: str) -> None:
    (found,) = moving(_months(np.random.default_rng(1), start, end), ["x"], PERIODS)
    assert found.verdict == said and found.q <= 0.05
    assert (found.low > 1) == (said == "rising")


def test_shares_that_do_not_move_are_seldom_said_to_and_intervals_cover() -> None:
    """150 draws: coverage within three standard errors of 0.95; false verdicts below 0.05 plus three."""
    found = [moving(_months(np.random.default_rng(s), 0.2, 0.2, each=40), ["x"], PERIODS)[0] for s in range(150)]
    assert np.mean([f.low <= 1 <= f.high for f in found]) >= 0.89
    assert np.mean([f.verdict != "cannot tell yet" for f in found]) <= 0.105


ALL_AT_ONCE = {
    "six months of nothing, six of everything": ([0] * 6 + [100] * 6, "rising"),
    "the last month alone": ([0] * 11 + [60], "rising"),
    "everything, then nothing": ([100] * 6 + [0] * 6, "falling"),
    "one month in the middle": ([0] * 5 + [60] + [0] * 6, "cannot tell yet"),
}


@pytest.mark.parametrize(("hits", "said"), ALL_AT_ONCE.values(), ids=list(ALL_AT_ONCE))
def test_a_theme_that_comes_or_goes_all_at_once_is_seen(hits: list[int], said: str) -> None:
    found = [
        _mention(0, "x" if i < hit else "", period=period)
        for period, hit in zip(PERIODS, hits, strict=True)
        for i in range(100)
    ]
    (told,) = moving(found, ["x"], PERIODS)
    assert told.verdict == said
    assert 1e-7 < told.low < told.odds < told.high < 1e7, "no end blows up"
    assert (told.low > 1) == (said == "rising") and (told.high < 1) == (said == "falling")


def _wrong(rng: np.random.Generator, shares: str) -> bool:
    chance = rng.beta(4, 12, 12) if shares == "scattered" else np.full(12, 0.2)
    return trend(rng.binomial(60, chance).astype(float), np.full(12, 60.0)).p < 0.05


@pytest.mark.parametrize("shares", ["flat", "scattered"])
def test_a_series_without_a_trend_seldom_shows_one(shares: str) -> None:
    """300 draws; at most 0.05 plus three standard errors. A plain binomial test errs in half of the scattered ones."""
    assert np.mean([_wrong(np.random.default_rng(seed), shares) for seed in range(300)]) <= 0.05 + 3 * 0.0126


@pytest.mark.parametrize(("shares", "at_least"), [(np.linspace(0.1, 0.3, 12), 0.7), (np.repeat([0.0, 0.3], 6), 0.99)])
def test_a_clear_rise_is_seen_and_the_interval_covers_a_true_slope(shares: np.ndarray, at_least: float) -> None:
    """100 draws of 40 comments a month; measured over 300: 0.83 and 1.00."""
    drawn = [np.random.default_rng(seed).binomial(40, shares).astype(float) for seed in range(100)]
    assert np.mean([trend(hits, np.full(12, 40.0)).p < 0.05 for hits in drawn]) >= at_least


def test_intervals_cover_the_true_slope() -> None:
    """200 draws with a slope of 0.15: coverage within three standard errors of 0.95, and above it without scatter."""
    truth = 1 / (1 + np.exp(1.5 - 0.15 * np.arange(12)))
    drawn = [np.random.default_rng(seed).binomial(50, truth).astype(float) for seed in range(200)]
    told = [trend(hits, np.full(12, 50.0)) for hits in drawn]
    assert np.mean([one.low <= 0.15 <= one.high for one in told]) >= 0.95 - 3 * 0.0154
    assert abs(np.mean([one.slope for one in told]) - 0.15) < 0.01


@pytest.mark.parametrize("draw", ["scattered", "nearly all at once"])
def test_slope_test_and_interval_are_those_of_statsmodels(draw: str) -> None:
    """Its GLM on the same counts with the two comments of Clogg et al. added; the profile by an offset.

    A little short of all at once, for statsmodels keeps chances 2e-16 from nought and one. 1e-5 on everything: the
    ends are found to 1e-7 of the root of the fall there, the slope to what that can alter.
    """
    import statsmodels.api as sm
    from scipy import stats

    rng = np.random.default_rng(2)
    seen = rng.integers(50, 200, 12).astype(float)
    chance = rng.beta(4, 12, 12) if draw == "scattered" else np.r_[[0.0] * 5, 0.3, 0.7, [1.0] * 5]
    hits = rng.binomial(seen.astype(int), chance).astype(float)
    share, when = hits.sum() / seen.sum(), np.arange(12.0)
    both = np.c_[hits + 2 * share / 12, seen - hits + 2 * (1 - share) / 12]

    def fitted(design: np.ndarray, offset: np.ndarray) -> Any:
        return sm.GLM(both, design, family=sm.families.Binomial(), offset=offset).fit(tol=1e-14, maxiter=200)

    whole = fitted(sm.add_constant(when), 0 * when)
    expected = seen * whole.fittedvalues
    dispersion = max(np.sum((hits - expected) ** 2 / (expected * (1 - whole.fittedvalues))) / 10, 1.0)
    found = trend(hits, seen)
    assert dispersion > 1
    assert found.slope == pytest.approx(whole.params[1], abs=1e-5)
    assert found.dispersion == pytest.approx(dispersion, rel=1e-5)
    fall = fitted(np.ones(12), 0 * when).deviance - whole.deviance
    assert found.p == pytest.approx(stats.f.sf(fall / dispersion, 1, 10), rel=1e-5)
    for end in (found.low, found.high):
        at_end = (fitted(np.ones(12), end * when).deviance - whole.deviance) / dispersion
        assert at_end == pytest.approx(stats.f.ppf(0.95, 1, 10), rel=1e-5)


def test_whatever_the_series_the_interval_holds_the_slope_and_agrees_with_the_test() -> None:
    """300 wild series of 4 to 39 periods, with shares that leap and counts up to 10,000."""
    for seed in range(300):
        rng = np.random.default_rng(seed)
        length = rng.integers(4, 40)
        seen = rng.integers(1, 10 ** rng.integers(1, 5), length).astype(float) + 3
        leap = 1 / (1 + np.exp(-rng.normal(0, 3) * (np.arange(length) - rng.uniform(0, length))))
        chance = leap if seed % 2 else rng.beta(*10 ** rng.uniform(-1.5, 1.5, 2), length)
        hits = rng.binomial(seen.astype(int), chance).astype(float)
        if 0 < hits.sum() < seen.sum():
            told = trend(hits, seen)
            assert told.low <= told.slope <= told.high
            assert (told.p < 0.05) == (not told.low <= 0 <= told.high)


def test_many_themes_looked_at_are_paid_for() -> None:
    rng = np.random.default_rng(8)
    found = [
        Mention("c", frozenset(str(t) for t in range(40) if rng.random() < 0.2), frozenset(), {"period": p})
        for p in PERIODS
        for _ in range(60)
    ]
    told = moving(found, [str(t) for t in range(40)], PERIODS)
    assert all(one.q >= one.p for one in told)
    assert sum(one.verdict != "cannot tell yet" for one in told) <= 1


def test_too_little_says_so() -> None:
    few = [_mention(i, "x" if i % 2 else "", period=PERIODS[i % 3]) for i in range(60)]
    assert "periods" in moving(few, ["x"], PERIODS)[0].reason
    rare = [_mention(i, "x" if i < 9 else "", period=PERIODS[i % 12]) for i in range(120)]
    assert "fewer than 10" in moving(rare, ["x"], PERIODS)[0].reason
    tiny = [_mention(i, "x" if i < 3 else "", period=PERIODS[i % 12]) for i in range(120)]
    assert moving(tiny, ["x"], PERIODS)[0].comments == 0
    assert moving([], ["x"], PERIODS) == []


def test_passages_are_redacted_different_and_the_same_every_time() -> None:
    told = "Call me on 07700 900123, the nurse was kind. Postcode M1 1AE."
    comments = [Comment(str(i), told if i < 10 else f"Kind staff number word{'a' * i}") for i in range(40)]
    found = [_mention(i, "kind" if i < 20 else "") for i in range(40)]
    shown = passages(comments, found, "kind", redact)
    assert len(shown) == 5 and len({p.text for p in shown}) == 5
    assert shown == passages(comments, found[::-1], "kind", redact)
    whole = passages(comments, found, "kind", redact, most=99)
    (call,) = [p for p in whole if p.text.startswith("Call")]
    assert "07700" not in call.text and "M1 1AE" not in call.text and call.removed["phone"] == 1


def test_no_passage_comes_from_a_small_group_and_people_come_first() -> None:
    comments = [Comment(str(i), f"words {i} and more") for i in range(40)]
    found = [_mention(i, "x" if i < 20 else "", people=i == 13, ward="A" if i < 5 else "B") for i in range(40)]
    assert passages(comments, found, "x", redact, where={"ward": "A"}) == []
    shown = passages(comments, found, "x", redact, where={"ward": "B"}, most=3)
    assert shown[0].comment == "13" and shown[0].by_people and not shown[1].by_people


def test_a_long_passage_is_redacted_before_it_is_cut() -> None:
    text = "kind " * 118 + " 07700 900123 and so on " + "and on " * 15_000
    comments = [Comment(str(i), text + str(i)) for i in range(9)]
    found = [_mention(i, "x") for i in range(9)]
    (first, *_) = passages(comments, found, "x", redact)
    assert first.cut and len(first.text) <= 600 and "0770" not in first.text
