"""How each kind of figure is protected: one function a kind, from measured columns to what may be shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sandbox.disclosure.cell_key import CellKeys, Slice
from sandbox.disclosure.contributors import Contributors
from sandbox.disclosure.expected import ExpectedError, of_counts, of_digits, of_shares
from sandbox.disclosure.magnitude import (
    Sums,
    dominated,
    lopsided,
    moment_noise,
    perturbed_moment,
    significant,
    sum_noise,
)
from sandbox.disclosure.measured import Mask, Measured, Numbers
from sandbox.disclosure.perturbation import perturbation_table
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import Measure, MeasureKind

LARGEST_WHOLE = 2.0**62


@dataclass(frozen=True)
class Workings:
    """What a figure is protected with: the measured table, its contributors where `open`, the rules and the keys."""

    measured: Measured
    measure: Measure
    who: Contributors
    open: Mask
    rules: DisclosureRules
    keys: CellKeys

    def numbers(self, suffix: str) -> Numbers:
        """A measured column of this measure."""
        return self.measured.numbers(f"{self.measure.name}_{suffix}")

    def largest(self, suffix: str) -> Numbers:
        """A measured column of contributions by unit kind, the greatest of the kinds."""
        columns = [self.numbers(f"{suffix}_{unit}") for unit in self.measured.release.units]
        return np.asarray(np.max(np.stack(columns), axis=0), dtype=np.float64)

    @property
    def dominated(self) -> Mask:
        """Whether any kind of unit fails the dominance rules."""
        total = self.numbers("a")
        failed = np.zeros(len(total), dtype=np.bool_)
        for unit in self.measured.release.units:
            failed |= dominated(total, self.numbers(f"t1_{unit}"), self.numbers(f"t2_{unit}"), self.rules)
        return failed

    @property
    def minimum(self) -> int:
        """The largest of the minima of the units concerned."""
        return max(self.rules.minimum(unit) for unit in self.measured.release.units)


@dataclass(frozen=True)
class Figure:
    """A protected column, where it is shown, and the error to expect of it."""

    values: pa.Array
    shown: Mask
    error: ExpectedError


def count(work: Workings) -> Figure:
    """Rows or units, perturbed by cell key; never between 1 and the minimum less 1."""
    exact = work.measured.whole(f"{work.measure.name}_v")
    values = work.who.perturbed(exact)
    shown = work.open & (exact > 0) & (values >= work.minimum)
    error = of_counts(work.measure.name, exact, work.who, shown, work.rules)
    return Figure(pa.array(values, mask=~shown), shown, error)


def distinct(work: Workings) -> Figure:
    """Distinct values, each of which met the minimum already; a single one says that all are equal."""
    exact = work.measured.whole(f"{work.measure.name}_v")
    table = perturbation_table(variance=work.rules.variance, deviation=work.rules.deviation, least=1)
    values = table.results(exact, work.who.words[:, Slice.DISTINCT])
    shown = work.open & (exact > 1) & (values > 0)
    error = ExpectedError(work.measure.name, absolute=round(work.rules.variance**0.5, 1))
    return Figure(pa.array(values, mask=~shown), shown, error)


def magnitude(work: Workings) -> Figure:
    """A sum, or a mean as the ratio of its perturbed parts: dominance, then noise of the top contribution's order."""
    sums = Sums(
        value=work.numbers("v"),
        low=work.numbers("lo"),
        high=work.numbers("hi"),
        first=work.largest("t1"),
        rows=work.who.rows,
        units=work.who.fewest,
    )
    failed = work.dominated | lopsided(sums, work.rules)
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
    """Variance, correlation, regression: enough residual degrees of freedom, relative noise, few digits."""
    value = work.numbers("v")
    failed = work.who.fewest - work.measure.parameters < work.rules.residual
    influence = 1 / np.maximum(work.who.fewest, 1)
    if work.measured.has(f"{work.measure.name}_a"):
        failed |= work.dominated
        influence = np.maximum(influence, work.largest("t1") / work.numbers("a"))
    if work.measured.has(f"{work.measure.name}_lo"):
        failed |= work.measured.same(f"{work.measure.name}_lo", f"{work.measure.name}_hi")
    noise = moment_noise(value, influence, keys=work.keys, sets=work.who.words, rules=work.rules)
    values = perturbed_moment(value, noise.added)
    shown = work.open & ~failed & np.isfinite(values)
    error = of_shares(work.measure.name, noise.told, shown)
    return written(work, significant(values, fewer(work.measure.digits, work.rules.moment_digits)), shown, error)


def quantile(work: Workings) -> Figure:
    """One quantile or a list of them: the minimum on each side, not all equal, few digits."""
    name = work.measure.name
    shown = work.open & ~work.measured.same(f"{name}_lo", f"{name}_hi")
    for unit in work.measured.release.units:
        for side in ("below", "above"):
            shown &= work.measured.whole(f"{name}_{side}_{unit}") >= work.rules.minimum(unit)
    digits = fewer(work.measure.digits, work.rules.quantile_digits)
    error = of_digits(name, digits)
    if work.measured.is_list(f"{name}_v"):
        lists = work.measured.lists(f"{name}_v")
        shown &= np.array([values is not None for values in lists], dtype=np.bool_)
        rounded = [
            significant(np.array(values, dtype=np.float64), digits).tolist() if visible else None
            for values, visible in zip(lists, shown.tolist(), strict=True)
        ]
        return Figure(pa.array(rounded, type=pa.list_(pa.float64())), shown, error)
    values = work.numbers("v")
    return written(work, significant(values, digits), shown & np.isfinite(values), error)


def written(work: Workings, values: Numbers, shown: Mask, error: ExpectedError) -> Figure:
    """The figure as a column: whole numbers as int64, others as float64, null where it is hidden."""
    if not work.measure.whole:
        return Figure(pa.array(values, mask=~shown), shown, error)
    shown = shown & (np.abs(values) < LARGEST_WHOLE)
    whole = np.rint(np.where(shown, values, 0)).astype(np.int64)
    return Figure(pa.array(whole, mask=~shown), shown, error)


def fewer(asked: int | None, most: int) -> int:
    """Significant digits: what the measure asks for, never more than the rules allow."""
    return most if asked is None else min(asked, most)


PROTECTIONS: Mapping[MeasureKind, Callable[[Workings], Figure]] = {
    MeasureKind.COUNT: count,
    MeasureKind.SUM: magnitude,
    MeasureKind.MEAN: magnitude,
    MeasureKind.DISTINCT: distinct,
    MeasureKind.QUANTILE: quantile,
    MeasureKind.MOMENT: moment,
}
