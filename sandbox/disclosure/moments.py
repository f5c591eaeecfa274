"""How far one unit can move a moment: variance, covariance, correlation, regression and their kin.

The noise of a moment is of that size whatever its value. Noise that were a share of the value alone would vanish where
an argument is shifted, or a multiple of the regressor subtracted from it, until the value is near zero; and a regressor
that is the same for all but one unit makes a slope that unit's own value (leverage).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sandbox.disclosure.expected import of_shares
from sandbox.disclosure.magnitude import moment_noise, significant
from sandbox.disclosure.measured import Numbers, Whole
from sandbox.disclosure.workings import Figure, Spread, Workings, fewer, written


@dataclass(frozen=True, slots=True)
class Cells:
    """What a function was computed from, over the cells; `second` is the first argument again where it has but one."""

    value: Numbers
    rows: Whole
    first: Spread
    second: Spread


def _slope(cells: Cells) -> Numbers:
    return np.asarray(cells.first.reach * cells.second.reach / (cells.rows * cells.second.variance), dtype=np.float64)


def _correlation(cells: Cells) -> Numbers:
    return np.asarray(cells.first.leverage * cells.second.leverage / cells.rows, dtype=np.float64)


MOVED: Mapping[str, Callable[[Cells], Numbers]] = {
    **dict.fromkeys(("var_samp", "var_pop", "variance"), lambda cells: cells.first.reach**2 / cells.rows),
    **dict.fromkeys(
        ("stddev", "stddev_samp", "stddev_pop", "sem"),
        lambda cells: cells.value * cells.first.leverage**2 / (2 * cells.rows),
    ),
    "skewness": lambda cells: cells.first.leverage**3 / cells.rows,
    **dict.fromkeys(("kurtosis", "kurtosis_pop"), lambda cells: cells.first.leverage**4 / cells.rows),
    "regr_syy": lambda cells: cells.first.reach**2,
    "regr_sxx": lambda cells: cells.second.reach**2,
    "regr_sxy": lambda cells: cells.first.reach * cells.second.reach,
    **dict.fromkeys(("covar_samp", "covar_pop"), lambda cells: cells.first.reach * cells.second.reach / cells.rows),
    "regr_slope": _slope,
    "regr_intercept": lambda cells: cells.first.reach / cells.rows + _slope(cells) * np.abs(cells.second.mean),
    "corr": _correlation,
    "regr_r2": lambda cells: _correlation(cells) * (2 * np.sqrt(cells.value) + _correlation(cells)),
}
"""By how much the outermost unit moves the function, for every function there is."""

TWO_ARGUMENTS = frozenset(
    {"regr_sxx", "regr_sxy", "covar_samp", "covar_pop", "regr_slope", "regr_intercept", "corr", "regr_r2"}
)
NEVER_NEGATIVE = frozenset(
    {"var_samp", "var_pop", "variance", "stddev", "stddev_samp", "stddev_pop", "sem", "regr_syy", "regr_sxx"}
)
"""Functions that no shift brings near zero; their noise stays within half of the value."""

RANGE: Mapping[str, tuple[float, float]] = {"corr": (-1, 1), "regr_r2": (0, 1)}
"""What lies within a range is cut to it after the noise."""


def moment(work: Workings) -> Figure:
    """Enough residual degrees of freedom, no dominance, noise of what one unit moves, few digits.

    A function of two arguments needs the contributions of both; one that is not known here is hidden.
    """
    value, function = work.numbers("v"), work.measure.label
    failed = work.dominated() | (work.who.fewest - work.measure.parameters < work.rules.residual)
    failed |= work.measured.same(work.name("lo"), work.name("hi"))
    paired = function in TWO_ARGUMENTS and work.measured.has(work.name("b_a"))
    if paired:
        failed |= work.dominated("b_")
    if function not in MOVED or (function in TWO_ARGUMENTS and not paired):
        return written(work, value, np.zeros_like(failed), of_shares(work.measure.name, value, np.zeros_like(failed)))
    first = work.spread()
    cells = Cells(value, work.who.rows, first, work.spread("b_") if paired else first)
    moved = MOVED[function](cells) * work.most_rows
    most = np.where(function in NEVER_NEGATIVE, np.abs(value) / 2, np.inf)
    noise = moment_noise(
        value, moved, most, units=work.who.fewest, keys=work.keys, sets=work.who.words, rules=work.rules
    )
    values = np.clip(value + noise.added, *RANGE.get(function, (-np.inf, np.inf)))
    shown = work.open & ~failed & np.isfinite(values)
    error = of_shares(work.measure.name, noise.told / np.abs(values), shown)
    return written(work, significant(values, fewer(work.measure.digits, work.rules.moment_digits)), shown, error)
