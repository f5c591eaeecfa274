"""The perturbation table: mean zero, bounded, of the given variance, most even, and never a small result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.disclosure.perturbation import GRID, most_even, perturbation_table

PARAMETERS = [(2, 5, 10), (2, 5, 3), (1, 2, 10), (4, 8, 5), (10, 5, 10), (3, 20, 10)]


@pytest.mark.parametrize(("variance", "deviation", "least"), PARAMETERS)
def test_every_row_has_mean_zero_the_variance_and_no_negative_result(
    variance: float, deviation: int, least: int
) -> None:
    table = perturbation_table(variance=variance, deviation=deviation, least=least)

    for place, row in enumerate(table.rows):
        count, steps = least + place, np.arange(-deviation, deviation + 1)
        shares = np.array(row) / GRID
        assert sum(row) == GRID
        assert min(row) >= 0
        assert shares @ steps == pytest.approx(0, abs=1e-5)
        assert shares @ steps**2 == pytest.approx(variance, rel=1e-4)
        assert all(share == 0 for share, step in zip(row, steps, strict=True) if count + step < 0)


@settings(deadline=None)  # other processes share the machine
@given(variance=st.floats(1, 9), skew=st.floats(-1, 1), bend=st.floats(-1, 1))
def test_no_other_distribution_with_the_same_mean_and_variance_is_more_even(
    variance: float, skew: float, bend: float
) -> None:
    steps = np.arange(-5, 6, dtype=np.float64)
    chosen = most_even(steps, variance=variance)
    moments = np.stack([np.ones_like(steps), steps, steps**2])
    wiggle = skew * steps**3 + bend * steps**4
    wiggle = wiggle - moments.T @ np.linalg.lstsq(moments.T, wiggle, rcond=None)[0]
    step = 0.5 * chosen.min() / (np.abs(wiggle).max() + 1e-12)
    other = chosen + step * wiggle

    assert entropy(other) <= entropy(chosen) + 1e-12


def entropy(shares: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    return float(-(shares * np.log(shares)).sum())


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 10**9), min_size=1, max_size=50), key=st.integers(0, 2**32 - 1))
def test_a_result_is_withheld_or_at_least_the_minimum_and_never_far_off(counts: list[int], key: int) -> None:
    table = perturbation_table(variance=2, deviation=5, least=10)
    exact = np.array(counts, dtype=np.int64)

    results = table.results(exact, np.full(len(counts), key, dtype=np.uint32))

    assert ((results == 0) | (results >= 10)).all()
    assert (results[exact < 10] == 0).all()
    assert (np.abs(results - exact)[results > 0] <= 5).all()


@settings(max_examples=20, deadline=None)
@given(count=st.integers(10, 30))
def test_uniform_keys_reproduce_the_table_s_probabilities(count: int) -> None:
    table = perturbation_table(variance=2, deviation=5, least=10)
    keys = np.linspace(0, 2**32 - 1, 100_000).astype(np.uint32)

    steps = table.deviations(np.full(len(keys), count, dtype=np.int64), keys)

    shares = np.bincount(steps + 5, minlength=11) / len(keys)
    assert shares == pytest.approx(np.array(table.rows[0]) / GRID, abs=1e-4)


def test_the_ends_of_the_key_range_meet_the_ends_of_the_table() -> None:
    table = perturbation_table(variance=2, deviation=5, least=10)

    steps = table.deviations(np.array([50, 50]), np.array([0, 2**32 - 1], dtype=np.uint32))

    assert steps.tolist() == [-5, 5]


def test_the_table_is_built_once_and_stays_what_was_published() -> None:
    table = perturbation_table(variance=2, deviation=5, least=10)

    assert perturbation_table(variance=2, deviation=5, least=10) is table
    assert len(table.rows) == 1
    assert table.rows[0][:6] == (9204, 87073, 499968, 1742313, 3684987, 4730126)
