"""Secondary suppression: an attacker with the margins and a linear programme learns no hidden count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from holdfast.share.disclosure.margins import determined, protect_table, secondary
from holdfast.share.disclosure.profiles import profile
from holdfast.share.disclosure.rounding import hidden

NHS = profile("nhs_secondary_care")
COUNTS = st.one_of(st.just(0), st.integers(1, 12), st.integers(8, 500))
TABLES = st.tuples(st.integers(2, 5), st.integers(2, 5)).flatmap(lambda s: arrays(np.int64, s, elements=COUNTS))


def with_totals(inner: np.ndarray) -> np.ndarray:
    table = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([table, table.sum(axis=0)]).astype(float)


def reach(counts: np.ndarray, mask: np.ndarray, i: int, j: int) -> tuple[float, float]:
    """Lowest and highest value of a hidden cell that the shown cells and their totals allow, without any rounding."""
    R, C = counts.shape
    index = {tuple(c): k for k, c in enumerate(np.argwhere(mask))}
    rows, right = [], []
    lines = [[(r, c) for c in range(C)] for r in range(R)] + [[(r, c) for r in range(R)] for c in range(C)]
    for line in lines:
        row, known = np.zeros(len(index)), 0.0
        for place, cell in enumerate(line):
            sign = -1.0 if place == len(line) - 1 else 1.0
            if cell in index:
                row[index[cell]] = sign
            else:
                known += sign * counts[cell]
        rows.append(row)
        right.append(-known)
    aim = np.zeros(len(index))
    aim[index[i, j]] = 1.0
    ends = []
    for sense in (1.0, -1.0):
        found = linprog(sense * aim, A_eq=np.array(rows), b_eq=right, bounds=(0, None))
        ends.append(np.inf if found.status == 3 else sense * found.fun)
    return ends[0], ends[1]


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_no_hidden_count_can_be_worked_out(inner: np.ndarray) -> None:
    counts = with_totals(inner)
    primary = hidden(counts, NHS)
    mask = primary | secondary(counts, primary)
    for i, j in np.argwhere(primary):
        low, high = reach(counts, mask, int(i), int(j))
        assert high - low > 1e-6, (counts, mask)


def test_one_hidden_cell_in_a_row_takes_a_second_with_it_in_row_and_column() -> None:
    counts = with_totals(np.array([[3, 40, 50], [60, 70, 80], [90, 20, 30]]))
    extra = secondary(counts, hidden(counts, NHS))
    assert extra[0, 1:3].sum() == 1
    assert extra[1:3, 0].sum() == 1
    assert not extra[-1].any()
    assert not extra[:, -1].any(), "totals stay while other cells can cover"


def test_a_zero_covers_nothing() -> None:
    counts = with_totals(np.array([[3, 0, 50], [60, 0, 80], [90, 0, 30]]))
    extra = secondary(counts, hidden(counts, NHS))
    assert not extra[:, 1].any()
    assert extra[0, 2]


def test_one_column_with_a_total_needs_one_cover_the_smallest() -> None:
    counts = np.array([[4.0], [83.0], [900.0], [987.0]])
    extra = secondary(counts, hidden(counts, NHS))
    assert extra.ravel().tolist() == [False, True, False, False]


def test_what_is_not_published_is_cover_enough() -> None:
    counts = np.array([[4.0], [np.nan], [900.0], [987.0]])
    assert not secondary(counts, hidden(counts, NHS)).any()


def test_cells_in_a_loop_are_not_determined_and_a_lone_cell_is() -> None:
    mask = np.zeros((4, 4), dtype=bool)
    mask[0, 0] = True
    assert determined(mask)[0, 0]
    mask[0, 1] = mask[1, 0] = mask[1, 1] = True
    assert not determined(mask).any()


def test_a_bridge_between_two_loops_is_determined_though_each_line_hides_two() -> None:
    """Two in every line is not enough: the cell that joins two loops can be worked out."""
    mask = np.zeros((5, 5), dtype=bool)
    mask[:2, :2] = mask[2:4, 2:4] = True
    mask[1, 2] = True
    assert mask.sum(axis=0)[:4].min() >= 2
    assert mask.sum(axis=1)[:4].min() >= 2
    assert determined(mask)[1, 2]
    assert determined(mask).sum() == 1


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_totals_after_rounding_add_up_and_hide_what_they_hide(inner: np.ndarray) -> None:
    shown = protect_table(with_totals(inner), profile("opensafely"))
    assert np.allclose(np.nansum(shown[:-1, :-1], axis=1), shown[:-1, -1])
    assert np.nansum(shown[:-1, :-1]) == shown[-1, -1]
    assert not ((shown > 0) & (shown <= 7)).any()


@pytest.mark.parametrize("name", ["nhs_secondary_care", "strict10"])
def test_totals_before_rounding_are_rounded_themselves(name: str) -> None:
    shown = protect_table(with_totals(np.array([[22, 33], [44, 58]])), profile(name))
    base = profile(name).base
    assert shown[-1, -1] == base * np.floor(157 / base + 0.5)
