"""How each kind of figure is protected: one function a kind, from measured columns to what may be shown."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from sandbox.disclosure.cell_key import Slice
from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.expected import of_counts, of_digits, of_shares, of_table
from sandbox.disclosure.magnitude import (
    Sums,
    count_noise,
    lopsided,
    moment_noise,
    perturbed_moment,
    significant,
    sum_noise,
)
from sandbox.disclosure.moments import FREE_OF_SCALE, OF_FIRST, influence
from sandbox.disclosure.rounding import rounded, table_of
from sandbox.disclosure.workings import Figure, Workings, fewer, written
from sandbox.plan import MeasureKind


def count(work: Workings) -> Figure:
    """Rows or units, perturbed by cell key; never between 1 and the minimum less 1.

    Where a unit may stand in several rows, a count of rows is a sum: dominance holds, and the largest unit is hidden.
    """
    exact = work.measured.whole(work.name("v"))
    values, told = work.who.perturbed(exact), np.zeros(len(exact))
    shown = work.open & (exact > 0)
    if work.units("t1_{}"):
        noise = count_noise(
            exact, work.largest(), work.who.fewest, keys=work.keys, sets=work.who.words, rules=work.rules
        )
        values, told = values + np.rint(noise.added).astype(np.int64), noise.told
        shown &= ~work.dominated()
    if work.rules.rounds:
        values = rounded(values, work.rules.base)
    shown &= values >= work.minimum
    error = of_counts(work.measure.name, exact, values, who=work.who, told=told, shown=shown, rules=work.rules)
    return Figure(pa.array(values, mask=~shown), shown, error)


def distinct(work: Workings) -> Figure:
    """Distinct values that each meet the minimum, from the units behind each; a single one says that all are equal."""
    held = work.measured.lists(work.name("v"))
    exact = np.array([sum(units >= work.minimum for units in cell) for cell in held], dtype=np.int64)
    values = table_of(work.rules, 1).results(exact, work.who.words[:, Slice.DISTINCT])
    shown = work.open & (exact > 1) & (values > 0)
    return Figure(pa.array(values, mask=~shown), shown, of_table(work.measure.name, shown, work.rules))


def magnitude(work: Workings) -> Figure:
    """A sum, or a mean as the ratio of its perturbed parts: dominance, then noise of the top contribution's order."""
    sums = Sums(
        value=work.numbers("v"),
        low=work.numbers("lo"),
        high=work.numbers("hi"),
        first=work.largest(),
        rows=work.who.rows,
        units=work.who.fewest,
    )
    failed = work.dominated() | lopsided(sums, work.rules)
    noise = sum_noise(sums, keys=work.keys, sets=work.who.words, rules=work.rules)
    values, told = sums.value * work.who.factor + noise.added, noise.told
    if work.measure.kind is MeasureKind.MEAN:
        divisor = work.numbers("d") * work.who.factor
        values, told = values / divisor, told / divisor
    shown = work.open & ~failed & np.isfinite(values)
    error = of_shares(work.measure.name, told / np.abs(values), shown)
    if work.measure.digits is None and work.measure.whole:
        return written(work, values, shown, error)
    return written(work, significant(values, fewer(work.measure.digits, work.rules.magnitude_digits)), shown, error)


def moment(work: Workings) -> Figure:
    """Variance, correlation, regression: enough residual degrees of freedom, dominance, relative noise, few digits.

    A function whose value is of its second argument's size needs that argument's contributions too (`m_b_a`, ...).
    """
    value, function = work.numbers("v"), work.measure.label
    failed = work.dominated() | (work.who.fewest - work.measure.parameters < work.rules.residual)
    failed |= work.measured.same(work.name("lo"), work.name("hi"))
    share = np.maximum(1 / np.maximum(work.who.fewest, 1), work.largest() / work.numbers("a"))
    share = np.maximum(share, influence(function, value, work.numbers("lo"), work.numbers("hi"), work.who.rows))
    if work.measured.has(work.name("b_a")):
        failed |= work.dominated("b_")
        share = np.maximum(share, work.largest("b_") / work.numbers("b_a"))
    elif function not in OF_FIRST | FREE_OF_SCALE:
        failed |= True
    noise = moment_noise(value, share, keys=work.keys, sets=work.who.words, rules=work.rules)
    values = perturbed_moment(value, noise.added)
    shown = work.open & ~failed & np.isfinite(values)
    error = of_shares(work.measure.name, noise.told, shown)
    return written(work, significant(values, fewer(work.measure.digits, work.rules.moment_digits)), shown, error)


def quantile(work: Workings) -> Figure:
    """One quantile or a list of them: the minimum on each side, not all equal, few digits."""
    shown = work.open & ~work.measured.same(work.name("lo"), work.name("hi"))
    for side in ("below_{}", "above_{}"):
        units = work.units(side)
        if not units:
            raise NotMeasured(work.measured.release.name, work.name(side.format("*")))
        for unit in units:
            shown &= work.measured.whole(work.name(side.format(unit))) >= work.rules.minimum(unit)
    digits = fewer(work.measure.digits, work.rules.quantile_digits)
    if work.measured.is_list(work.name("v")):
        lists = work.measured.lists(work.name("v"))
        shown &= np.array([bool(values) for values in lists], dtype=np.bool_)
        rounded = [
            significant(np.array(values, dtype=np.float64), digits).tolist() if visible else None
            for values, visible in zip(lists, shown.tolist(), strict=True)
        ]
        error = of_digits(work.measure.name, digits, shown)
        return Figure(pa.array(rounded, type=pa.list_(pa.float64())), shown, error)
    values = work.numbers("v")
    shown &= np.isfinite(values)
    return written(work, significant(values, digits), shown, of_digits(work.measure.name, digits, shown))


PROTECTIONS: Mapping[MeasureKind, Callable[[Workings], Figure]] = {
    MeasureKind.COUNT: count,
    MeasureKind.SUM: magnitude,
    MeasureKind.MEAN: magnitude,
    MeasureKind.DISTINCT: distinct,
    MeasureKind.QUANTILE: quantile,
    MeasureKind.MOMENT: moment,
}
