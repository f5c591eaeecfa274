"""Sums, means and moments: dominance, equal values, and noise of the order of the top contribution.

The noise of a cell has two parts. One hangs on the set of units alone, so that asking for the same set with many
arguments does not average it away. The other hangs on the set and the argument as seen through ratios that shifting and
stretching leave alone, so that two arguments over one set (`x`, and `x` plus one for a single person) do not share all
their noise, while `x`, `x + 1` and `2 * x` do.

`-x` must get the negative of what `x` gets, or their difference would cancel the noise. So the noise turns its sign
where the mean passes the middle of the range, and many arguments chosen around that point average both parts away; the
perturbation of the count, which multiplies the sum, stays (docs/disclosure.md).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.disclosure.cell_key import CellKeys, Keys, Slice, Words, uniform
from sandbox.disclosure.rules import DisclosureRules

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FINE = 2**36  # ratios of arguments are told apart down to 1/FINE, far above the last bits of a float sum
UNIT_DEVIATION = 3**0.5  # stretches a uniform number on (-1, 1) to standard deviation one


def dominated(total: Numbers, first: Numbers, second: Numbers, rules: DisclosureRules) -> Mask:
    """Whether the p% or the (n,k) rule fails; all three are absolute contributions, so a zero total fails too.

    p%: what remains beside the two largest must be at least p % of the largest, else the second largest could estimate
    the largest within p %. (n,k): the n largest must not hold more than k % of the total.
    """
    top = first + second if rules.largest > 1 else first
    rest = total - first - second
    passes = (total > 0) & (rest >= rules.p_percent / 100 * first) & (top <= rules.share / 100 * total)
    return ~passes  # a NaN passes nothing


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact sums of an argument over the cells: least and greatest argument, the largest contribution of one unit, the
    contributing rows and the units of the scarcest kind."""

    value: Numbers
    low: Numbers
    high: Numbers
    first: Numbers
    rows: Whole
    units: Whole

    @property
    def spread(self) -> Numbers:
        """The range of the argument; no shift of the argument changes it."""
        return self.high - self.low

    @property
    def reach(self) -> Numbers:
        """How much one unit can move the sum: the order of the top contribution.

        The range where every unit holds one row, since a shift of the argument moves nothing unknown; otherwise the
        largest contribution of one unit where that is more.
        """
        return np.where(self.rows == self.units, self.spread, np.maximum(self.spread, self.first))


def lopsided(sums: Sums, rules: DisclosureRules) -> Mask:
    """Whether all values are equal, or nearly all with one standing out: its distance holds most of all distances.

    Distances are measured from the least and from the greatest value, so that searching for a maximum by
    `greatest(x, t)` ends well before it.
    """
    bound = rules.spread / 100
    above, below = sums.value - sums.rows * sums.low, sums.rows * sums.high - sums.value
    return ~((sums.spread > 0) & (sums.spread <= bound * above) & (sums.spread <= bound * below))


@dataclass(frozen=True, slots=True)
class Noise:
    """What is added to each cell, and its standard deviation as it may be told.

    The exact deviation would give the top contribution away, and so would any fixed rounding of it (shifting the
    argument until the rounding tips measures it); it is therefore told within a secret factor of 1/2 to 2.
    """

    added: Numbers
    told: Numbers


def sum_noise(sums: Sums, *, keys: CellKeys, sets: Words, rules: DisclosureRules) -> Noise:
    """Noise for a sum: never zero, the same for the same set and argument, following `a * x + b` and `-x` exactly."""
    position = fine((sums.value / sums.rows - sums.low) / sums.spread)
    tie = np.where(sums.value < 0, -1, 1)
    turned = np.where(2 * position == FINE, tie, np.where(2 * position > FINE, -1, 1))
    folded = np.minimum(position, FINE - position)
    many = np.where(sums.rows == sums.units, 0, mantissa(sums.first / sums.spread))
    drawn = keys.of_arguments(sets, folded, many)
    return _noise(turned * sums.reach, sets[:, Slice.MAGNITUDE], drawn, rules)


def count_noise(
    rows: Whole, first: Numbers, units: Whole, *, keys: CellKeys, sets: Words, rules: DisclosureRules
) -> Noise:
    """Noise for a count of rows, over its units' own: by how many rows the largest unit exceeds the mean unit."""
    mean = rows / np.maximum(units, 1)
    excess = np.maximum(first - mean, 0)
    drawn = keys.of_arguments(sets, mantissa(excess / mean), np.zeros_like(rows))
    return _noise(excess, sets[:, Slice.MAGNITUDE], drawn, rules)


def moment_noise(value: Numbers, influence: Numbers, *, keys: CellKeys, sets: Words, rules: DisclosureRules) -> Noise:
    """Relative noise for a moment: a multiple of its top contributor's influence, never tiny, at most a half."""
    drawn = keys.of_arguments(sets, mantissa(np.abs(value)), mantissa(influence))
    reach = np.clip(rules.moment * influence, rules.moment_least, 0.5)
    return _noise(reach, sets[:, Slice.MOMENT], drawn, rules)


def _noise(reach: Numbers, by_set: Keys, drawn: Words, rules: DisclosureRules) -> Noise:
    """Both parts of the noise, stretched to the reach of each cell and kept away from zero."""
    chance = UNIT_DEVIATION * (rules.by_set * uniform(by_set) + rules.by_argument * uniform(drawn[:, 0]))
    away = np.where(chance < 0, -1, 1) * np.maximum(np.abs(chance), rules.least)
    deviation = np.abs(reach) * (rules.by_set**2 + rules.by_argument**2) ** 0.5
    return Noise(added=reach * away, told=deviation * 2 ** uniform(drawn[:, 1]))


def perturbed_moment(value: Numbers, noise: Numbers) -> Numbers:
    """The moment with its relative noise; what lies within ±1 (a correlation, a share) stays there."""
    noisy = value * (1 + noise)
    return np.where((np.abs(value) <= 1) & (np.abs(noisy) > 1), value / (1 + np.abs(noise)), noisy)


def fine(ratio: Numbers) -> Whole:
    """A ratio between 0 and 1 as a whole number of 1/FINE."""
    return np.rint(np.clip(np.nan_to_num(ratio), 0, 1) * FINE).astype(np.int64)


def mantissa(value: Numbers) -> Whole:
    """A number's leading 30 bits with sign and exponent, as one whole number."""
    part, exponent = np.frexp(np.nan_to_num(value))
    return np.asarray(np.rint(part * 2**30).astype(np.int64) * 4096 + exponent, dtype=np.int64)


def significant(value: Numbers, digits: int) -> Numbers:
    """Rounded to so many significant digits.

    >>> significant(np.array([123456.0, -0.0012345, 0.0]), 3).tolist()
    [123000.0, -0.00123, 0.0]
    """
    return np.array([float(f"{number:.{digits - 1}e}") for number in value.tolist()], dtype=np.float64)
