"""A measured release becomes a safe table: cells hidden, figures hidden, perturbed and rounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from logs.errors import Language
from sandbox.disclosure.cell_key import CellKeys, uniform
from sandbox.disclosure.contributors import Contributors, contributors, remaining
from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.expected import ExpectedError
from sandbox.disclosure.figures import PROTECTIONS
from sandbox.disclosure.measured import Mask, Measured, Whole
from sandbox.disclosure.rules import DisclosureRules
from sandbox.disclosure.workings import Figure, Workings
from sandbox.plan import Measure, Release


@dataclass(frozen=True)
class ProtectedTable:
    """What may leave the domain: the safe table (columns k0.. and m0..) and what is told about it.

    `cells_hidden` and `figures_hidden` (figures missing from the cells that are shown) are exact and stay inside; a
    developer sees `suppression`, whose bands are found from the perturbed numbers `told`, so that no edge of a band
    tells one cell from none.
    """

    table: pa.Table
    rules: DisclosureRules
    cells_hidden: int
    figures_hidden: int
    told: tuple[int, int]
    errors: Mapping[str, ExpectedError]

    def suppression(self, language: Language) -> str | None:
        """How much was hidden, in bands; `None` where the rule document does not allow to say."""
        if not self.rules.say_suppression:
            return None
        cells, figures = (band(hidden, self.rules, language) for hidden in self.told)
        if language == "zh":
            return f"隐藏单元格 {cells} 个，其余单元格中隐藏数值 {figures} 个"
        return f"cells hidden: {cells}; figures hidden in the others: {figures}"


def band(hidden: int, rules: DisclosureRules, language: Language) -> str:
    """A number of hidden things as a band.

    >>> [band(hidden, DisclosureRules(), "en") for hidden in (0, 3, 20, 500)]
    ['under 20', 'under 20', '20–99', '100 or more']
    """
    first, last = rules.bands[0], rules.bands[-1]
    if hidden < first:
        return f"不足 {first}" if language == "zh" else f"under {first}"
    for below, upper in pairwise(rules.bands):
        if hidden < upper:
            return f"{below}–{upper - 1}"
    return f"{last} 及以上" if language == "zh" else f"{last} or more"


def told(hidden: tuple[int, int], sums: Whole, keys: CellKeys, rules: DisclosureRules) -> tuple[int, int]:
    """How many cells and figures were hidden, each moved by up to half the first band by the keys of the hidden."""
    words = keys.of_sets(np.array([int(sums.sum())]), np.array([max(hidden[0], 1)]))[0]
    half = rules.bands[0] // 2
    cells, figures = (
        max(0, number + round(half * float(uniform(words[place : place + 1])[0])))
        for place, number in enumerate(hidden)
    )
    return cells, figures


def protect(measured: pa.Table, release: Release, rules: DisclosureRules, secret: bytes) -> ProtectedTable:
    """The safe table of a measured release under the rules, with the platform's secret for cell keys."""
    return protected(measured, release, rules, CellKeys(secret))


def protected(measured: pa.Table, release: Release, rules: DisclosureRules, keys: CellKeys) -> ProtectedTable:
    """The safe table of a measured release under the rules, with the chances that these keys draw.

    A cell with too few units is absent; where there are no keys its one row stays, with every figure null.
    Raises `NotMeasured` when a column that disclosure control needs is missing.
    """
    if not release.units:
        raise NotMeasured(release.name, "c_*")
    cells = Measured(measured, release)
    row = contributors(cells, "n", "s", "c_{}", keys=keys, rules=rules)
    with np.errstate(all="ignore"):
        figures = {measure.name: _figure(cells, measure, row, keys=keys, rules=rules) for measure in release.measures}
    kept = row.enough if release.keys else np.ones(cells.cells, dtype=np.bool_)
    columns = {key: cells.column(key) for key in release.keys}
    columns |= {name: figure.values for name, figure in figures.items()}
    hidden = int((~row.enough).sum()), sum(int((row.enough & ~figure.shown).sum()) for figure in figures.values())
    return ProtectedTable(
        table=pa.table(columns).filter(pa.array(kept)) if columns else measured.select([]),
        rules=rules,
        cells_hidden=hidden[0],
        figures_hidden=hidden[1],
        told=told(hidden, cells.whole("s")[~row.enough], keys, rules),
        errors={name: figure.error for name, figure in figures.items()},
    )


def _figure(cells: Measured, measure: Measure, row: Contributors, *, keys: CellKeys, rules: DisclosureRules) -> Figure:
    """One figure over all cells: its own contributors are enough, and no condition holds for everyone."""
    name = measure.name
    who = contributors(cells, f"{name}_n", f"{name}_s", f"{name}_c_{{}}", keys=keys, rules=rules)
    visible: Mask = row.enough & who.enough
    if measure.conditional:
        visible = visible & remaining(cells, name, row, who, keys=keys, rules=rules)
    return PROTECTIONS[measure.kind](Workings(cells, measure, who, visible, rules, keys))
