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

from sandbox.disclosure.cell_key import CellKeys, Secret, Slice, Words, share, uniform
from sandbox.disclosure.rules import DisclosureRules

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FINE = 2**36  # ratios of arguments are told apart down to 1/FINE, far above the last bits of a float sum
UNIT_DEVIATION = 3**0.5  # stretches a uniform number on (-1, 1) to standard deviation one


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The bounds of the dominance rules over the cells, as shares: no laxer than the rules, and stricter by chance.

    They hang on the set of units alone and are nobody's to know. Against exact ones, figure after figure with the
    argument shifted a little each time reads the largest contribution off where hiding begins.
    """

    rest: Numbers  # p% rule: what remains must be this share of the largest
    top: Numbers  # (n,k) rule: the n largest hold no more than this share of the total
    spread: Numbers  # one value's distance is no more than this share of all distances

    @classmethod
    def of(cls, rules: DisclosureRules, secrets: Words) -> "Thresholds":
        """The thresholds of these cells."""
        p_percent, most, spread = (share(secrets[:, word]) for word in (Secret.P_PERCENT, Secret.SHARE, Secret.SPREAD))
        return cls(
            rest=rules.p_percent / 100 * (1 + p_percent),
            top=rules.share / 100 - (1 - rules.share / 100) * most,
            spread=rules.spread / 100 * (1 - spread / 5),
        )


def dominated(total: Numbers, first: Numbers, second: Numbers, rules: DisclosureRules, bounds: Thresholds) -> Mask:
    """Whether the p% or the (n,k) rule fails; all three are absolute contributions, so a zero total fails too.

    p%: what remains beside the two largest must be at least p % of the largest, else the second largest could estimate
    the largest within p %. (n,k): the n largest must not hold more than k % of the total.
    """
    top = first + second if rules.largest > 1 else first
    rest = total - first - second
    passes = (total > 0) & (rest >= bounds.rest * first) & (top <= bounds.top * total)
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

    @property
    def position(self) -> Whole:
        """Where the mean lies between the least and the greatest argument, in steps of 1/FINE."""
        return fine((self.value / self.rows - self.low) / self.spread)

    @property
    def settled(self) -> Numbers:
        """The sum as its position tells it. What is too small to change the position changes no noise either, and would
        otherwise show as it is between two sums of the same noise."""
        return self.rows * (self.low + self.spread * self.position / FINE)


def lopsided(sums: Sums, bounds: Thresholds) -> Mask:
    """Whether all values are equal, or nearly all with one standing out: its distance holds most of all distances.

    Distances are measured from the least and from the greatest value, so that searching for a maximum by
    `greatest(x, t)` ends well before it.
    """
    bound = bounds.spread
    above, below = sums.value - sums.rows * sums.low, sums.rows * sums.high - sums.value
    return ~((sums.spread > 0) & (sums.spread <= bound * above) & (sums.spread <= bound * below))


@dataclass(frozen=True, slots=True)
class Noise:
    """What is added to each cell, and its standard deviation as it may be told.

    The exact deviation would give the top contribution away, and so would any fixed rounding of it (shifting the
    argument until the rounding tips measures it); it is therefore told within a secret factor of 1/2 to 2, one for each
    set of units (many arguments would average many factors away).
    """

    added: Numbers
    told: Numbers


def sum_noise(sums: Sums, *, keys: CellKeys, sets: Words, rules: DisclosureRules) -> Noise:
    """Noise for a sum: never zero, the same for the same set and argument, following `a * x + b` and `-x` exactly."""
    position = sums.position
    tie = np.where(sums.value < 0, -1, 1)
    turned = np.where(2 * position == FINE, tie, np.where(2 * position > FINE, -1, 1))
    folded = np.minimum(position, FINE - position)
    many = np.where(sums.rows == sums.units, 0, mantissa(sums.first / sums.spread))
    drawn = keys.of_arguments(sets, folded, many)
    return _noise(turned * sums.reach, Slice.MAGNITUDE, sets, drawn, keys=keys, rules=rules)


def count_noise(
    rows: Whole, first: Numbers, units: Whole, *, keys: CellKeys, sets: Words, rules: DisclosureRules
) -> Noise:
    """Noise for a count of rows, over its units' own: by how many rows the largest unit exceeds the mean unit."""
    mean = rows / np.maximum(units, 1)
    excess = np.maximum(first - mean, 0)
    drawn = keys.of_arguments(sets, mantissa(excess / mean), np.zeros_like(rows))
    return _noise(excess, Slice.MAGNITUDE, sets, drawn, keys=keys, rules=rules)


def moment_noise(
    value: Numbers, moved: Numbers, most: Numbers, *, units: Whole, keys: CellKeys, sets: Words, rules: DisclosureRules
) -> Noise:
    """Noise for a moment that one unit may move by `moved`: a multiple of that, or of its share of the value where that
    is more; at most `most`. Only what shifting and stretching leave alone decides the chance and the size."""
    share = np.clip(rules.moment / np.maximum(units, 1), rules.moment_least, 0.5)
    reach = np.minimum(np.maximum(rules.moment * moved, share * np.abs(value)), most)
    drawn = keys.of_arguments(sets, mantissa(np.abs(value) / moved), np.zeros_like(units))
    return _noise(reach, Slice.MOMENT, sets, drawn, keys=keys, rules=rules)


def rank_noise(position: Numbers, moved: Numbers, *, keys: CellKeys, sets: Words, rules: DisclosureRules) -> Noise:
    """By which share of all ranks a quantile is moved: as many units as a count is, each moving it by `moved`."""
    drawn = keys.of_arguments(sets, fine(position), np.zeros(len(position), dtype=np.int64))
    return _noise(rules.variance**0.5 * moved, Slice.MOMENT, sets, drawn, keys=keys, rules=rules)


def _noise(
    reach: Numbers, by_set: Slice, sets: Words, drawn: Words, *, keys: CellKeys, rules: DisclosureRules
) -> Noise:
    """Both parts of the noise, stretched to the reach of each cell and kept away from zero."""
    chance = UNIT_DEVIATION * (rules.by_set * uniform(sets[:, by_set]) + rules.by_argument * uniform(drawn[:, 0]))
    away = np.where(chance < 0, -1, 1) * np.maximum(np.abs(chance), rules.least)
    deviation = np.abs(reach) * (rules.by_set**2 + rules.by_argument**2) ** 0.5
    return Noise(added=reach * away, told=deviation * 2 ** uniform(keys.of_secrets(sets)[:, Secret.TOLD]))


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
