"""Which cells bounds leave undecided, and a second, exact look at those.

Bounds decide where nothing exact could change what is shown. A figure is hidden for certain where fewer rows than the
minimum stand behind it; it is shown for certain where so many units do that no perturbation can take them below the
minimum, and where it passes dominance although every contribution is taken to be as large as it can be.

Noise has to be of the order of the top contribution. Where a unit may stand in several rows only an upper bound of that
is known: it serves as long as it is under 1 % of the figure, which is then called *wide*; others are looked at exactly.
Width is told by rows, arguments and resource alone, so that the same rows always get the same answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.disclosure.differences import spelled
from sandbox.disclosure.magnitude import Thresholds, dominated
from sandbox.disclosure.measured import Mask, Measured, Numbers, Whole
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import Measure, MeasureKind, Release, Statement

WIDE = 100
NOISY = frozenset(MeasureKind) - {MeasureKind.DISTINCT}

Run = Callable[[Statement, Mapping[str, pa.Table]], pa.Table]
"""Runs a statement over the raw data, with safe tables given to it besides those of earlier releases."""


def measured(release: Release, rules: DisclosureRules, run: Run, *, exactly: bool = False) -> pa.Table:
    """The measured table of a release: in one pass, and a second one over the cells that the first leaves undecided.

    `exactly`: everything that bounds concern is looked at exactly, for whoever needs the units' exact number.
    """
    first = run(release.statement, {})
    if release.exact is None or not first.num_rows:
        return first
    found: Mapping[str, Mask]
    if (exactly or rules.rounds) and release.bounded:
        found = {name: np.ones(first.num_rows, dtype=np.bool_) for name in ("", *(m.name for m in release.measures))}
    else:
        found = undecided(first, release, rules)
    left: Mask = np.any(np.stack(list(found.values())), axis=0)
    if not left.any():
        return first
    listed = {}
    if release.undecided in release.exact.releases:
        listed[release.undecided] = first.select(list(release.keys)).filter(pa.array(left))
    return merged(first, run(release.exact, listed), release, found)


def undecided(table: pa.Table, release: Release, rules: DisclosureRules) -> Mapping[str, Mask]:
    """By figure (empty: the cell itself) the cells in which bounds decide nothing."""
    look = Bounds(Measured(table, release), rules)
    with np.errstate(all="ignore"):
        gone = look.too_few("", look.cells.whole("n"))
        found = {"": ~gone & ~look.enough("", look.cells.whole("n"))}
        found |= {measure.name: ~gone & look.of_figure(measure) for measure in release.measures}
    return found


@dataclass(frozen=True)
class Bounds:
    """A measured table of bounds."""

    cells: Measured
    rules: DisclosureRules

    def too_few(self, prefix: str, rows: Whole, letter: str = "c") -> Mask:
        """Where some kind of unit is under its minimum for certain."""
        found = np.zeros(self.cells.cells, dtype=np.bool_)
        for unit in self.cells.release.units:
            bounded = unit in self.cells.release.bounded
            most = rows if bounded else self.cells.whole(f"{prefix}{letter}_{unit}") if letter == "c" else rows
            found |= most < self.rules.minimum(unit)
        return found

    def enough(self, prefix: str, rows: Whole, letter: str = "c") -> Mask:
        """Where every bounded kind of unit is above its minimum, whatever the perturbation, or counted exactly."""
        found = np.ones(self.cells.cells, dtype=np.bool_)
        for unit in self.cells.release.bounded:
            least = self.cells.whole(f"{prefix}{letter}_{unit}")
            found &= (least >= self.rules.minimum(unit) + self.margin) | (least == rows)
        return found

    @property
    def margin(self) -> int:
        """By how much a number of units is moved at the most."""
        return self.rules.deviation + (self.rules.base if self.rules.rounds else 0)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The strictest bounds that chance can draw for the dominance rules."""
        every = np.ones(self.cells.cells)
        share = self.rules.share / 100
        return Thresholds(2 * self.rules.p_percent / 100 * every, (2 * share - 1) * every, every)

    def of_figure(self, measure: Measure) -> Mask:
        """The cells in which bounds do not decide about a figure."""
        prefix = f"{measure.name}_"
        rows = self.cells.whole(f"{prefix}n")
        gone, sure = self.too_few(prefix, rows), self.enough(prefix, rows)
        if measure.conditional:
            left = self.cells.whole("n") - rows
            told = all(self.cells.has(f"{prefix}o_{unit}") for unit in self.cells.release.bounded)
            gone |= self.too_few(prefix, left, "o")
            if told:
                sure &= self.enough(prefix, left, "o")
        for infix in ("", "b_"):
            sure &= self.undominated(prefix, infix)
        if measure.kind in NOISY:
            sure &= self.wide(prefix, rows)
        sure &= self.sides(prefix) & self.same_values(prefix)
        return ~gone & ~sure

    def tops(self, prefix: str, infix: str) -> Iterator[tuple[str, Numbers, Numbers]]:
        """Bounds of the two largest contributions by kind of unit."""
        for unit in self.cells.release.units:
            first, second = (f"{prefix}{infix}t{rank}_{unit}" for rank in (1, 2))
            if self.cells.has(first):
                yield unit, self.cells.numbers(first), self.cells.numbers(second)

    def undominated(self, prefix: str, infix: str) -> Mask:
        """Where dominance passes even so."""
        found = np.ones(self.cells.cells, dtype=np.bool_)
        for _, first, second in self.tops(prefix, infix):
            total = self.cells.numbers(f"{prefix}{infix}a")
            found &= ~dominated(total, first, second, self.rules, self.thresholds)
        return found

    def wide(self, prefix: str, rows: Whole) -> Mask:
        """Where the largest contribution of a unit is under 1 % for certain, or every unit stands in one row."""
        found = np.ones(self.cells.cells, dtype=np.bool_)
        for infix in ("", "b_"):
            for unit, first, _ in self.tops(prefix, infix):
                if unit in self.cells.release.bounded:
                    least = self.cells.whole(f"{prefix}c_{unit}")
                    broad = (first * WIDE <= self.cells.numbers(f"{prefix}{infix}a")) & (least >= WIDE)
                    found &= broad | (least == rows)
        for unit in self.cells.release.bounded:
            if self.cells.has(f"{prefix}most_{unit}"):
                least = self.cells.whole(f"{prefix}c_{unit}")
                found &= (least >= WIDE) | (least == rows)
            if self.cells.has(f"{prefix}d"):
                least = self.cells.whole(f"{prefix}dc_{unit}")
                found &= (least >= WIDE) | (least == self.cells.whole(f"{prefix}d"))
        return found

    def sides(self, prefix: str) -> Mask:
        """Where enough units lie on either side of a quantile for certain."""
        found = np.ones(self.cells.cells, dtype=np.bool_)
        for unit in self.cells.release.bounded:
            for side in ("below", "above"):
                if self.cells.has(f"{prefix}{side}_{unit}"):
                    found &= self.cells.whole(f"{prefix}{side}_{unit}") >= self.rules.minimum(unit)
        return found

    def same_values(self, prefix: str) -> Mask:
        """Where bounds agree how many distinct values meet the minimum."""
        if not (self.cells.release.bounded and self.cells.has(f"{prefix}w")):
            return np.ones(self.cells.cells, dtype=np.bool_)
        minimum = max(self.rules.minimum(unit) for unit in self.cells.release.units)
        lower, upper = (
            np.array([sum(units >= minimum for units in cell) for cell in self.cells.lists(f"{prefix}{name}")])
            for name in ("v", "w")
        )
        return np.asarray(lower == upper, dtype=np.bool_)


def merged(first: pa.Table, second: pa.Table, release: Release, found: Mapping[str, Mask]) -> pa.Table:
    """The first table with the figures left undecided, and all that is measured about them, taken from the second."""
    places = dict(zip(_cells(second, release), range(second.num_rows), strict=True))
    taken = pa.array([places.get(cell) for cell in _cells(first, release)], pa.int64())
    columns = {}
    for name in first.column_names:
        owner = name.partition("_")[0] if name[0] == "m" else ""
        known = first.column(name)
        if name in release.keys or not found[owner].any() or name not in second.column_names:
            columns[name] = known
            continue
        exact = second.column(name).cast(known.type).take(taken)
        columns[name] = pc.if_else(pa.array(found[owner]), exact, known)
    return pa.table(columns)


def _cells(table: pa.Table, release: Release) -> list[tuple[str, ...]]:
    if not release.keys:
        return [()] * table.num_rows
    columns = (table.column(key).to_pylist() for key in release.keys)
    return [tuple(map(spelled, row)) for row in zip(*columns, strict=True)]
