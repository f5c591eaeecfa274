"""Dominance, equal values and the noise of sums: what an argument's shape may and may not change."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sandbox.disclosure.cell_key import CellKeys
from sandbox.disclosure.magnitude import Sums, Thresholds, dominated, lopsided, significant, sum_noise
from sandbox.disclosure.rules import DisclosureRules
from tests.sandbox.disclosure.rows import SECRET

RULES = DisclosureRules()
KEYS = CellKeys(SECRET)
EXACT = Thresholds(rest=np.array([0.1]), top=np.array([0.9]), spread=np.array([0.5]))


def sums_of(values: list[float]) -> Sums:
    """The sums of one cell in which every unit holds one row."""
    one = [
        np.array([number], dtype=np.float64)
        for number in (sum(values), min(values), max(values), max(map(abs, values)))
    ]
    rows = np.array([len(values)])
    return Sums(*one, rows=rows, units=rows)


def noise_of(values: list[float], key_sum: int = 12345678) -> float:
    sums = sums_of(values)
    sets = KEYS.of_sets(np.array([key_sum]), sums.rows)
    with np.errstate(all="ignore"):
        return float(sum_noise(sums, keys=KEYS, sets=sets, rules=RULES).added[0])


@pytest.mark.parametrize(
    ("contributions", "fails"),
    [
        ([100, 90, 80, 70, 60], False),
        ([1000, 50, 40, 30], True),  # the two largest hold more than 90 %
        ([100, 80, 8], True),  # the third cannot hide the first within 10 %
        ([100, 100, 22.3], False),  # both just met
        ([100, 0, 0], True),
        ([0, 0, 0], True),  # a zero total
    ],
)
def test_dominance_is_the_p_percent_and_the_two_largest_rule(contributions: list[float], *, fails: bool) -> None:
    first, second, *_ = sorted(contributions, reverse=True)

    assert dominated(
        *(np.array([number]) for number in (sum(contributions), first, second)), RULES, EXACT
    ).tolist() == [fails]


def test_a_figure_without_known_contributions_fails_dominance() -> None:
    assert dominated(np.array([np.nan]), np.array([1.0]), np.array([0.0]), RULES, EXACT).tolist() == [True]


@pytest.mark.parametrize(
    ("values", "fails"),
    [
        ([5.0] * 12, True),
        ([5.0] * 11 + [6.0], True),  # one stands out above
        ([5.0] * 11 + [4.0], True),  # one stands out below
        ([5.0] * 9 + [6.0] * 3, False),
        ([float(number) for number in range(12)], False),
    ],
)
def test_a_group_of_equal_or_all_but_one_equal_values_is_lopsided(values: list[float], *, fails: bool) -> None:
    assert lopsided(sums_of(values), EXACT).tolist() == [fails]


@given(floor=st.one_of(st.floats(0, 350), st.floats(360, 999)))
def test_searching_for_a_maximum_by_a_rising_floor_under_the_argument_ends_before_it(floor: float) -> None:
    values = [100.0, 200.0, 300.0, 350.0, 400.0, 420.0, 450.0, 470.0, 500.0, 520.0, 999.0]

    raised = [max(value, floor) for value in values]

    assert lopsided(sums_of(raised), EXACT)[0] == (floor > 355)


exact = st.lists(st.integers(-1000, 1000).map(float), min_size=10, max_size=40)


@given(values=exact, factor=st.sampled_from([-4.0, -1.0, 0.5, 2.0, 1024.0]), shift=st.integers(-4096, 4096))
def test_stretching_shifting_and_turning_the_argument_does_the_same_to_the_noise(
    values: list[float], factor: float, shift: int
) -> None:
    middle = 2 * sum(values) == len(values) * (min(values) + max(values))
    assume(max(values) > min(values) and not middle)

    changed = noise_of([factor * value + shift for value in values])

    assert changed == pytest.approx(factor * noise_of(values), rel=1e-9)


@given(values=exact, key_sum=st.integers(1, 2**40))
def test_noise_is_never_zero_and_never_beyond_its_bound(values: list[float], key_sum: int) -> None:
    reach = max(values) - min(values)
    assume(reach > 0)

    noise = abs(noise_of(values, key_sum))

    assert RULES.least * reach * 0.999 <= noise <= 3**0.5 * (RULES.by_set + RULES.by_argument) * reach


def test_another_argument_over_the_same_set_shares_only_half_of_the_noise() -> None:
    chance = np.random.default_rng(2)
    base = np.arange(40.0) ** 2
    pairs = []
    for key_sum in chance.integers(1, 2**40, 2000).tolist():
        other = base + (base == 400) * 0.5
        pairs.append((noise_of(base.tolist(), key_sum), noise_of(other.tolist(), key_sum)))
    one, two = np.array(pairs).T / 39**2

    assert np.corrcoef(one, two)[0, 1] == pytest.approx(0.5, abs=0.06)
    assert one.std() == pytest.approx((RULES.by_set**2 + RULES.by_argument**2) ** 0.5, rel=0.05)
    assert (one - two).std() == pytest.approx(2**0.5 * RULES.by_argument, rel=0.08)


def test_where_a_unit_holds_many_rows_its_whole_contribution_sets_the_scale() -> None:
    single = sums_of([float(number) for number in range(1, 21)])

    several = replace(single, first=np.array([150.0]), units=np.array([12]))

    assert single.reach.tolist() == [19.0]
    assert several.reach.tolist() == [150.0]


@pytest.mark.parametrize(("value", "digits", "rounded"), [(123456.0, 3, 123000.0), (-0.0012345, 2, -0.0012), (0, 3, 0)])
def test_significant_digits(value: float, digits: int, rounded: float) -> None:
    assert significant(np.array([value]), digits).tolist() == [rounded]


def test_thresholds_are_no_laxer_than_the_rules_differ_by_set_and_stay_within_bounds() -> None:
    sets = KEYS.of_sets(np.arange(1, 4001), np.full(4000, 12))

    bounds = Thresholds.of(RULES, KEYS.of_secrets(sets))

    for found, low, high in ((bounds.rest, 0.1, 0.2), (bounds.top, 0.8, 0.9), (bounds.spread, 0.4, 0.5)):
        assert low <= found.min() < low + 0.001
        assert high - 0.001 < found.max() <= high
        assert len(np.unique(found)) == 4000


def test_what_is_too_small_to_change_the_noise_does_not_show_either() -> None:
    values = np.arange(1_000_000, dtype=np.float64) % 50_000
    marked = values + 0.01 * (np.arange(1_000_000) == 7)
    one, two = (
        Sums(*(np.array([number]) for number in (each.sum(), each.min(), each.max(), each.max())),
             rows=np.array([1_000_000]), units=np.array([1_000_000]))
        for each in (values, marked)
    )  # fmt: skip

    assert two.value - one.value == pytest.approx(0.01, abs=1e-4)
    assert one.position == two.position
    assert one.settled == two.settled
    assert one.settled == pytest.approx(one.value, rel=1e-9)
