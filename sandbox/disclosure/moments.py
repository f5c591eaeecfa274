"""How far one unit can move a moment: variance, covariance, correlation, regression and their kin."""

from collections.abc import Callable, Mapping

import numpy as np

from sandbox.disclosure.measured import Numbers, Whole

VARIANCES: Mapping[str, Callable[[Numbers, Whole], Numbers]] = {
    "var_samp": lambda value, rows: value,
    "var_pop": lambda value, rows: value,
    "variance": lambda value, rows: value,
    "regr_syy": lambda value, rows: value / rows,
    "stddev": lambda value, rows: value**2,
    "stddev_samp": lambda value, rows: value**2,
    "stddev_pop": lambda value, rows: value**2,
    "sem": lambda value, rows: value**2 * rows,
}
"""The variance of the first argument, out of a function's value and the rows behind it."""

ROOTS = frozenset({"stddev", "stddev_samp", "stddev_pop", "sem"})

FREE_OF_SCALE = frozenset({"corr", "regr_r2", "skewness", "kurtosis", "kurtosis_pop"})
"""Ratios that tell nothing of the size of any value."""

OF_FIRST = frozenset({*VARIANCES, "regr_avgy"})
"""Functions whose value is of the first argument's size alone; any other also needs its second argument measured."""


def influence(function: str, value: Numbers, low: Numbers, high: Numbers, rows: Whole) -> Numbers:
    """The share of a variance that the two outermost values can hold between them, 0 where the function is none.

    A unit far out holds (high - low)²/n of the variance when it is alone there; half of it is what a root shows.
    """
    if function not in VARIANCES:
        return np.zeros_like(value)
    variance = VARIANCES[function](value, rows)
    share = np.minimum((high - low) ** 2 / (4 * rows * variance), 1)
    return np.asarray(np.nan_to_num(share / 2 if function in ROOTS else share), dtype=np.float64)
