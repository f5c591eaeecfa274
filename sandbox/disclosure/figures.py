"""How each kind of figure is protected: one function a kind, from measured columns to what may be shown."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from sandbox.disclosure.cell_key import Slice
from sandbox.disclosure.expected import of_counts, of_shares, of_table
from sandbox.disclosure.magnitude import Sums, count_noise, lopsided, significant, sum_noise
from sandbox.disclosure.moments import moment
from sandbox.disclosure.quantiles import quantile
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
    failed = work.dominated() | lopsided(sums, work.thresholds)
    noise = sum_noise(sums, keys=work.keys, sets=work.who.words, rules=work.rules)
    values, told = sums.settled * work.who.factor + noise.added, noise.told
    if work.measure.kind is MeasureKind.MEAN:
        divisor = np.maximum(work.divided.perturbed(work.measured.whole(work.name("d"))), 1)
        values, told = values / divisor, told / divisor
    shown = work.open & ~failed & np.isfinite(values)
    error = of_shares(work.measure.name, told / np.abs(values), shown)
    if work.measure.digits is None and work.measure.whole:
        return written(work, values, shown, error)
    return written(work, significant(values, fewer(work.measure.digits, work.rules.magnitude_digits)), shown, error)


PROTECTIONS: Mapping[MeasureKind, Callable[[Workings], Figure]] = {
    MeasureKind.COUNT: count,
    MeasureKind.SUM: magnitude,
    MeasureKind.MEAN: magnitude,
    MeasureKind.DISTINCT: distinct,
    MeasureKind.QUANTILE: quantile,
    MeasureKind.MOMENT: moment,
}
