"""Several models climb side by side as each would alone, and one step is what the definition says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from holdfast.involve.classes.climbing import Abreast, begun, expected, improved, log_prior
from holdfast.involve.classes.em import Model, climb, everybody, rough, tilted
from holdfast.involve.classes.manner import grid, sheet_of
from holdfast.involve.classes.sheets import Floats, Sheet, counted, laid_out

K, PEOPLE, STATEMENTS = 3, 80, 12
Conversation = tuple[sparse.csr_array, Sheet, Floats]


@pytest.fixture(scope="module")
def said() -> Conversation:
    """The design, the sheet and everybody's rates of random votes, about two in three given."""
    rng = np.random.default_rng(3)
    kind = rng.integers(0, 3, (PEOPLE, STATEMENTS))
    who, what = np.nonzero(rng.random((PEOPLE, STATEMENTS)) < 0.66)
    column = kind[who, what] * STATEMENTS + what
    ones = np.ones(len(who), np.float32)
    seen = sparse.csr_array((ones, (who, column)), shape=(PEOPLE, 3 * STATEMENTS))
    prior = everybody(counted(seen))
    return seen, sheet_of(seen, prior), prior


def guesses(models: int, seed: int = 0) -> Floats:
    """P × M·k memberships."""
    each = np.random.default_rng(seed).dirichlet(np.ones(K), (PEOPLE, models))
    return each.reshape(PEOPLE, -1).astype(np.float32)


def test_chances_are_what_bayes_gives_vote_by_vote(said: Conversation) -> None:
    seen, sheet, prior = said
    models = begun(guesses(1), 1, sheet, prior.T, 10.0)
    share, likely = expected(models, sheet)
    rate = models.rate.reshape(3, STATEMENTS, K).transpose(2, 1, 0).astype(float)
    by_habit = tilted(rate, sheet.tilt)
    total = 0.0
    for person in range(PEOPLE):
        kind, statement = np.divmod(seen.indices[seen.indptr[person] : seen.indptr[person + 1]], STATEMENTS)
        habit = sheet.manner[person]
        each = models.size[0] * by_habit[habit][:, statement, kind].prod(axis=1)
        np.testing.assert_allclose(share[person], each / each.sum(), atol=1e-4)
        total += np.log(each.sum()) - np.log(sheet.tilt[habit][kind]).sum()
    assert likely[0] == pytest.approx(total, abs=0.01)


def test_without_habits_the_rates_are_the_smoothed_counts(said: Conversation) -> None:
    seen, _, prior = said
    plain = laid_out(seen, np.zeros(PEOPLE, np.int64), np.ones((1, 3)))
    share = guesses(1)
    models = begun(share, 1, plain, prior.T, 10.0)
    counts = (seen.T @ share.astype(float)).reshape(3, STATEMENTS, K) + 10 * prior.T[:, :, None]
    np.testing.assert_allclose(models.rate, counts / counts.sum(axis=0), rtol=1e-4)
    np.testing.assert_allclose(models.size[0], (share.sum(axis=0) + 1) / (PEOPLE + K), rtol=1e-5)


def test_models_side_by_side_are_what_each_is_alone(said: Conversation) -> None:
    _, sheet, prior = said
    share = guesses(4)
    together = rough(share, 4, sheet, prior, 5)
    alone = [rough(share[:, m * K : (m + 1) * K], 1, sheet, prior, 5)[0] for m in range(4)]
    alone.sort(key=lambda model: -model.objective)
    for one, other in zip(together, alone, strict=True):
        assert one.objective == pytest.approx(other.objective, abs=0.01)
        np.testing.assert_allclose(one.rate, other.rate, atol=1e-4)
        np.testing.assert_allclose(one.size, other.size, atol=1e-4)


def test_every_round_climbs(said: Conversation) -> None:
    _, sheet, prior = said
    assert len(sheet.tilt) > 1, "the test is of scalings that habits make necessary"
    models: Abreast = begun(guesses(2, seed=1), 2, sheet, prior.T, 10.0)
    last = np.full(2, -np.inf)
    for _ in range(40):
        share, likely = expected(models, sheet)
        now = likely + log_prior(models, prior.T, 10.0)
        assert (now > last - 0.01).all()
        last, models = now, improved(share, sheet, prior.T, 10.0, models)


def test_a_climb_goes_on_until_little_is_gained(said: Conversation) -> None:
    _, sheet, prior = said
    first = rough(guesses(1), 1, sheet, prior, 1)[0]
    near, share = climb(first, sheet, prior, 1e-3)
    top, _ = climb(near, sheet, prior, 1e-6)
    assert first.objective < near.objective <= top.objective + 0.01 and near.settled
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-5)
    assert isinstance(top, Model) and top.k == K and len(grid()) >= len(sheet.tilt)
