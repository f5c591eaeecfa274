"""What a figure is protected with, and what comes of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from sandbox.disclosure.cell_key import CellKeys
from sandbox.disclosure.contributors import Contributors, contributors
from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.expected import ExpectedError
from sandbox.disclosure.magnitude import Thresholds, dominated
from sandbox.disclosure.measured import Mask, Measured, Numbers
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import Measure

LARGEST_WHOLE = 2.0**62


@dataclass(frozen=True, slots=True)
class Spread:
    """How an argument lies: its least and greatest value, its mean, its variance."""

    low: Numbers
    high: Numbers
    mean: Numbers
    variance: Numbers

    @property
    def reach(self) -> Numbers:
        """How far the outermost value lies from the mean."""
        return np.maximum(self.high - self.mean, self.mean - self.low)

    @property
    def leverage(self) -> Numbers:
        """The same in standard deviations."""
        return np.asarray(self.reach / np.sqrt(self.variance), dtype=np.float64)


@dataclass(frozen=True)
class Workings:
    """What a figure is protected with: the measured table, its contributors where `open`, the rules and the keys."""

    measured: Measured
    measure: Measure
    who: Contributors
    open: Mask
    rules: DisclosureRules
    keys: CellKeys

    def name(self, suffix: str) -> str:
        """A measured column of this measure, by name."""
        return f"{self.measure.name}_{suffix}"

    def numbers(self, suffix: str) -> Numbers:
        """A measured column of this measure."""
        return self.measured.numbers(self.name(suffix))

    def units(self, suffix: str) -> tuple[str, ...]:
        """The kinds of unit a column was measured for, `{}` standing for the unit."""
        return tuple(unit for unit in self.measured.release.units if self.measured.has(self.name(suffix.format(unit))))

    def largest(self, argument: str = "") -> Numbers:
        """The largest contribution of one unit, of any kind."""
        return np.asarray(np.max(np.stack([first for first, _ in self.tops(argument)]), axis=0), dtype=np.float64)

    def dominated(self, argument: str = "") -> Mask:
        """Whether any kind of unit fails the dominance rules."""
        total = self.numbers(f"{argument}a")
        failed = [dominated(total, first, second, self.rules, self.thresholds) for first, second in self.tops(argument)]
        return np.asarray(np.any(np.stack(failed), axis=0), dtype=np.bool_)

    @cached_property
    def divided(self) -> Contributors:
        """Those behind the rows that a mean divides by, whose number is perturbed as their own count is.

        Were it perturbed as the contributors are, a mean over many with the argument zero for most would tell, beside
        the sum, by how much the number of the others is perturbed.
        """
        names = (self.name("d"), self.name("ds"), self.name("dc_{}"))
        return contributors(self.measured, *names, keys=self.keys, rules=self.rules)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The bounds of dominance in these cells."""
        return Thresholds.of(self.rules, self.keys.of_secrets(self.who.words))

    def tops(self, argument: str) -> list[tuple[Numbers, Numbers]]:
        """Largest and second largest contributions by kind of unit.

        A kind that an inner grouping folded into another has none: its contributions lie within the other's.
        """
        units = self.units(f"{argument}t1_{{}}")
        if not units:
            raise NotMeasured(self.measured.release.name, self.name(f"{argument}t1_*"))
        return [(self.numbers(f"{argument}t1_{unit}"), self.numbers(f"{argument}t2_{unit}")) for unit in units]

    def spread(self, argument: str = "") -> Spread:
        """How an argument lies."""
        return Spread(*(self.numbers(f"{argument}{name}") for name in ("lo", "hi", "mid", "var")))

    @property
    def most_rows(self) -> Numbers:
        """The most contributing rows of one unit, of any kind; one where every row is another unit's."""
        held = [self.numbers(f"most_{unit}") for unit in self.units("most_{}")]
        return np.asarray(np.max(np.stack(held), axis=0) if held else np.ones(self.measured.cells), dtype=np.float64)

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
