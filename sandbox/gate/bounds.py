"""Contributors and contributions bounded in the one grouping pass, at little more than the cost of the bare query.

Each row knows in how many rows of its resource its unit stands (`r0`, ...). Of m rows whose units stand in no more than
M each, at least m / M units are distinct; a unit's rows number M at the most, and what they add up to is no more than
the greatest (argument times rows) of any of its rows. Besides, `bit_count(bit_or(mask)) <= distinct units <= count(*)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.gate.aggregated import beside
from sandbox.gate.measured_rows import MAGNITUDES, Measurement, Row
from sandbox.gate.sheet import Sheet, key_sum, least, plainly
from sandbox.gate.tree import Unit
from sandbox.plan import MeasureKind

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification


def bounded(unit: Unit) -> bool:
    """Whether the number of units and their rows is known by bounds alone."""
    return unit.column is not None and not unit.unique


def boundable(wanted: Measurement) -> bool:
    """Whether there is something to bound, and every unit can be."""
    units = [unit for unit in wanted.units if bounded(unit)]
    if any(unit.most is None or unit.mask is None for unit in units):
        return False
    counting = [each for each in wanted.specifications if each.counts_units]
    if units and counting and (len(wanted.units) > 1 or any(each.key != units[0].key for each in counting)):
        return False
    return bool(units) or any(each.kind in MAGNITUDES for each in wanted.specifications)


@dataclass
class Bounds(Sheet):
    """Columns that bound: no more units than there are, and no smaller contributions."""

    def behind(self, prefix: str, flag: str | None, key: str, *, number: str = "n") -> None:
        """Rows, all their record keys, units. Keys of rows are told from keys of units by a negative number, unless
        every unit stands in one row; else an exact answer over the same rows would share its chances with this one."""
        filtered = self.filtered_by(flag)
        self.give(f"{prefix}{number}", self.rows(flag))
        self.give(f"{prefix}s", key_sum(key))
        most = [self.most(index, filtered) for index, unit, _ in self.units() if bounded(unit)]
        if most:
            single = " AND ".join(f"{each} = 1" for each in most)
            self.give(f"{prefix}h", f"CASE WHEN {single} THEN {self.rows(flag)} ELSE - {self.rows(flag)} END")
        for index, unit, name in self.units():
            self.contributors(f"{prefix}c_{name}", index, unit, flag)

    def contributors(self, prefix: str, index: int, unit: Unit, flag: str | None) -> None:
        """At least so many units; by the mask as well where no figure wants more than their number."""
        filtered = self.filtered_by(flag)
        by_mask = not any(each.kind in {*MAGNITUDES, MeasureKind.COUNT} for each in self.wanted.specifications)
        plain = plainly(unit, index, filtered=filtered, rows=self.rows(flag))
        self.give(prefix, plain or self.lower(index, filtered, by_mask=by_mask))

    def lower(self, index: int, filtered: str, *, by_mask: bool) -> str:
        """A lower bound of the distinct units that may stand in several rows."""
        by_rows = f"coalesce(CAST(ceil(count(r{index}){filtered} / {self.most(index, filtered)}) AS BIGINT), 0)"
        return f"greatest({by_rows}, coalesce(bit_count(bit_or(b{index}){filtered}), 0))" if by_mask else by_rows

    def most(self, index: int, filtered: str) -> str:
        """No unit stands in more rows."""
        return f"max(r{index}){filtered}"

    def greatest(self, specification: "Specification", value: str) -> str:
        """The greatest argument."""
        return f"max({value})"

    def largest(
        self, prefix: str, specification: "Specification", figure: Row, parts: Sequence[tuple[str, str]]
    ) -> None:
        """No unit contributes more; the second largest is taken to be as large."""
        filtered = self.filtered_by(figure.contributes)
        for index, unit, name in self.units():
            if unit.column is None:
                continue
            sums = [
                (f"max({part})" if unit.unique else f"max({part} * coalesce(r{index}, 1))", infix)
                for part, infix in parts
            ]
            if specification.kind is MeasureKind.COUNT and not specification.counts_units and not unit.unique:
                sums.append((f"CAST({self.most(index, filtered)} AS BIGINT)", ""))
            for text, infix in sums:
                for rank in (1, 2):
                    self.give(f"{prefix}{infix}t{rank}_{name}", f"coalesce({text}, 0)")
            if specification.kind in {MeasureKind.MOMENT, MeasureKind.QUANTILE} and not unit.unique:
                self.give(f"{prefix}most_{name}", f"coalesce(CAST({self.most(index, filtered)} AS BIGINT), 0)")
            if specification.kind is MeasureKind.QUANTILE:
                rows = self.rows(figure.contributes) if unit.unique else f"count(r{index}){filtered}"
                most = "1" if unit.unique else f"greatest({self.most(index, filtered)}, 1)"
                for text, side in beside(specification, count=rows, most_rows=most):
                    self.give(f"{prefix}{side}_{name}", text)

    def values(self, prefix: str, figure: Row) -> None:
        """At least, and at the most, so many units behind each value."""
        plain = [(index, plainly(unit, index, filtered="", rows="count(*)")) for index, unit, _ in self.units()]
        lower = [text or self.lower(index, "", by_mask=True) for index, text in plain]
        upper = [text or "count(*)" for _, text in plain]
        self.listed(prefix, figure, v=least(lower), w=least(upper))
