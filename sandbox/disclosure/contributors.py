"""Who stands behind a cell or a figure: enough of them, and by how much their number is perturbed."""

from dataclasses import dataclass

import numpy as np

from sandbox.disclosure.cell_key import CellKeys, Slice, Words
from sandbox.disclosure.measured import Mask, Measured, Numbers, Whole
from sandbox.disclosure.rounding import Table, table_of
from sandbox.disclosure.rules import DisclosureRules


@dataclass(frozen=True)
class Contributors:
    """The units behind every cell of a table, or behind one of its figures; all arrays run over the cells.

    `enough` says that each kind of unit meets its minimum, before and after perturbation. `fewest` is the number of
    units of the scarcest kind and `deviation` what the perturbation table adds to it; rows, sums and means follow in
    proportion, so that a unit holding many rows is hidden like one holding a single row.
    """

    rows: Whole
    words: Words
    enough: Mask
    fewest: Whole
    deviation: Whole

    def perturbed(self, counts: Whole) -> Whole:
        """Counts of rows or units, moved in proportion to the scarcest units, at least as much, rounded half up."""
        fewest = np.maximum(self.fewest, 1)
        moved = np.floor_divide(2 * self.deviation * np.maximum(counts, fewest) + fewest, 2 * fewest)
        return np.asarray(counts + moved, dtype=np.int64)

    @property
    def factor(self) -> Numbers:
        """By what a figure in proportion to the units is multiplied."""
        return np.asarray(1 + self.deviation / np.maximum(self.fewest, 1), dtype=np.float64)


def contributors(
    measured: Measured, rows: str, sums: str, units: str, *, keys: CellKeys, rules: DisclosureRules
) -> Contributors:
    """Those behind a figure, from its columns of rows, key sums and units (`{}` standing for the unit kind)."""
    count, key_sum = measured.whole(rows), measured.whole(sums)
    keyed = rows.removesuffix("n") + "h"
    words = keys.of_sets(key_sum, measured.whole(keyed) if measured.has(keyed) else count)
    by_kind = measured.units(units)
    words = keys.of_kinds(words, by_kind)
    enough = (count > 0) & (key_sum > 0)  # rows without keys would all be perturbed alike
    for unit, distinct in by_kind.items():
        enough &= _table(unit, rules).results(distinct, words[:, Slice.COUNT]) > 0
    kinds, distinct = list(by_kind), np.stack(list(by_kind.values()))
    scarcest = distinct.argmin(axis=0)
    fewest = distinct.min(axis=0)
    deviation = np.zeros_like(fewest)
    for place, unit in enumerate(kinds):
        moved = _table(unit, rules).deviations(fewest, words[:, Slice.COUNT])
        deviation = np.where(scarcest == place, moved, deviation)
    return Contributors(rows=count, words=words, enough=enough, fewest=fewest, deviation=deviation)


def remaining(
    measured: Measured, name: str, cell: Contributors, who: Contributors, *, keys: CellKeys, rules: DisclosureRules
) -> Mask:
    """Whether those whom a condition leaves out are enough too: nobody and a few left out must look alike.

    A full cell tells of everyone in it as a zero cell does, so the complement is held to the minimum like a cell.
    """
    rows = cell.rows - who.rows
    rest = np.abs(measured.whole("s") - measured.whole(f"{name}_s"))
    words = keys.of_kinds(keys.of_sets(rest, np.maximum(rows, 0)), measured.release.units)
    enough = rows > 0
    for unit in measured.release.units:
        told = f"{name}_o_{unit}"
        left = measured.whole(f"c_{unit}") - measured.whole(f"{name}_c_{unit}")
        left = measured.whole(told) if measured.has(told) else left
        enough &= _table(unit, rules).results(np.maximum(left, 0), words[:, Slice.COUNT]) > 0
    return enough


def _table(unit: str, rules: DisclosureRules) -> Table:
    return table_of(rules, rules.minimum(unit))
