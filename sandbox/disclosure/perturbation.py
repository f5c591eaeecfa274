"""The perturbation table of counts, built by maximum entropy (Giessing 2016; Marley and Leaver 2011).

A row says with what probability a true count `i` becomes `i + v`. Every row from the minimum frequency up has mean
zero, the given variance, no deviation beyond the bound and no negative result, and among those the greatest entropy.
A result below the minimum is never shown: it becomes 0, which reads *withheld*.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

GRID = 2**24  # probabilities are kept as multiples of 1/GRID, so that every machine builds the same table
CLOSE = 1e-12  # how exactly mean and variance are met before rounding to the grid
SHORT = 1e-9  # the shortest step of the search
Counts = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class PerturbationTable:
    """Rows for true counts `first`, `first + 1`, ...; the last row serves every larger count.

    `least` is the smallest result shown, `rows[r][d]` the probability (in 1/GRID) that count `first + r` deviates by
    `d - deviation`.
    """

    variance: float
    deviation: int
    least: int
    rows: tuple[tuple[int, ...], ...]

    @property
    def first(self) -> int:
        """The least true count that is looked up at all; smaller ones are withheld."""
        return self.least

    @cached_property
    def _bounds(self) -> npt.NDArray[np.uint64]:
        """Upper ends of the key intervals of each deviation, shape (rows, 2 * deviation + 1), of 2**32."""
        return np.cumsum(np.array(self.rows, dtype=np.uint64), axis=1) * np.uint64(2**32 // GRID)

    def deviations(self, counts: Counts, keys: Keys) -> Counts:
        """The deviation of each count under its uniform 32-bit key, before anything is withheld."""
        rows = np.clip(counts - self.first, 0, len(self.rows) - 1)
        passed = keys.astype(np.uint64)[:, None] >= self._bounds[rows]
        return np.asarray(passed.sum(axis=1) - self.deviation, dtype=np.int64)

    def results(self, counts: Counts, keys: Keys) -> Counts:
        """Perturbed counts: 0 (withheld) or at least `least`."""
        perturbed = counts + self.deviations(counts, keys)
        return np.where((counts < self.least) | (perturbed < self.least), 0, perturbed)


@lru_cache(maxsize=64)
def perturbation_table(*, variance: float, deviation: int, least: int) -> PerturbationTable:
    """The table of these parameters; cached, the same on every machine.

    >>> table = perturbation_table(variance=2, deviation=5, least=10)
    >>> [round(100 * share / GRID, 1) for share in table.rows[0]]
    [0.1, 0.5, 3.0, 10.4, 22.0, 28.2, 22.0, 10.4, 3.0, 0.5, 0.1]
    """
    last = max(least, deviation)
    rows = tuple(_row(count, variance=variance, deviation=deviation) for count in range(least, last + 1))
    return PerturbationTable(variance, deviation, least, rows)


def _row(count: int, *, variance: float, deviation: int) -> tuple[int, ...]:
    """Probabilities, in 1/GRID, of the deviations -deviation..deviation of one true count."""
    down = min(count, deviation)
    steps = np.arange(-down, deviation + 1, dtype=np.float64)
    shares = most_even(steps, variance=min(variance, 0.75 * down * deviation))
    ends = np.rint(np.cumsum(shares) * GRID).astype(np.int64)
    ends[-1] = GRID
    row = np.diff(ends, prepend=0)
    return (0,) * (deviation - down) + tuple(int(share) for share in row)


def most_even(steps: npt.NDArray[np.float64], *, variance: float) -> npt.NDArray[np.float64]:
    """The distribution of greatest entropy on `steps` with mean zero and that variance.

    It has the form exp(a v + b v²); a and b solve the convex dual by Newton's method.
    """
    features = np.stack([steps, steps**2])
    wanted = np.array([0.0, variance])
    at = np.array([0.0, -0.5 / variance])
    for _ in range(200):
        shares = _tilted(features, at)
        gap = features @ shares - wanted
        if np.abs(gap).max() < CLOSE:
            break
        spread = (features * shares) @ features.T - np.outer(features @ shares, features @ shares)
        step = np.linalg.solve(spread, gap)
        length = 1.0
        while length > SHORT and _dual(features, at - length * step, wanted) > _dual(features, at, wanted):
            length /= 2
        at = at - length * step
    return _tilted(features, at)


def _tilted(features: npt.NDArray[np.float64], at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    weights = np.exp(at @ features - (at @ features).max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _dual(features: npt.NDArray[np.float64], at: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> float:
    exponents = at @ features
    top = exponents.max()
    return float(top + np.log(np.exp(exponents - top).sum()) - at @ wanted)
