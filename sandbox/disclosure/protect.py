"""A measured release becomes a safe table: cells hidden, figures hidden, perturbed and rounded."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from logs.errors import Language
from sandbox.disclosure.cell_key import CellKeys
from sandbox.disclosure.contributors import Contributors, contributors
from sandbox.disclosure.errors import NotMeasured
from sandbox.disclosure.expected import ExpectedError
from sandbox.disclosure.figures import PROTECTIONS
from sandbox.disclosure.measured import Mask, Measured
from sandbox.disclosure.rules import DisclosureRules
from sandbox.disclosure.workings import Figure, Workings
from sandbox.plan import Measure, Release


@dataclass(frozen=True)
class ProtectedTable:
    """What may leave the domain: the safe table (columns k0.. and m0..) and what is told about it.

    `cells_hidden` and `figures_hidden` (figures missing from the cells that are shown) are exact, for the record alone;
    a developer sees `suppression`.
    """

    table: pa.Table
    rules: DisclosureRules
    cells_hidden: int
    figures_hidden: int
    errors: Mapping[str, ExpectedError]

    def suppression(self, language: Language) -> str | None:
        """How much was hidden, in bands; `None` where the rule document does not allow to say."""
        if not self.rules.say_suppression:
            return None
        cells, figures = (band(hidden, self.rules, language) for hidden in (self.cells_hidden, self.figures_hidden))
        if language == "zh":
            return f"隐藏单元格 {cells} 个，其余单元格中隐藏数值 {figures} 个"
        return f"cells hidden: {cells}; figures hidden in the others: {figures}"


def band(hidden: int, rules: DisclosureRules, language: Language) -> str:
    """A number of hidden things as a band.

    >>> [band(hidden, DisclosureRules(), "en") for hidden in (0, 3, 20, 500)]
    ['0', '1–5', '6–20', 'over 100']
    """
    if hidden == 0:
        return "0"
    for below, upper in zip(rules.bands, rules.bands[1:], strict=False):
        if hidden <= upper:
            return f"{below + 1}–{upper}"
    return f"超过 {rules.bands[-1]}" if language == "zh" else f"over {rules.bands[-1]}"


def protect(measured: pa.Table, release: Release, rules: DisclosureRules, secret: bytes) -> ProtectedTable:
    """The safe table of a measured release under the rules, with the platform's secret for cell keys.

    A cell with too few units is absent; where there are no keys its one row stays, with every figure null.
    Raises `NotMeasured` when a column that disclosure control needs is missing.
    """
    if not release.units:
        raise NotMeasured(release.name, "c_*")
    cells, keys = Measured(measured, release), CellKeys(secret)
    row = contributors(cells, "n", "s", "c_{}", keys=keys, rules=rules)
    with np.errstate(all="ignore"):
        figures = {measure.name: _figure(cells, measure, row, keys=keys, rules=rules) for measure in release.measures}
    kept = row.enough if release.keys else np.ones(cells.cells, dtype=np.bool_)
    columns = {key: cells.column(key) for key in release.keys}
    columns |= {name: figure.values for name, figure in figures.items()}
    return ProtectedTable(
        table=pa.table(columns).filter(pa.array(kept)) if columns else measured.select([]),
        rules=rules,
        cells_hidden=int((~row.enough).sum()),
        figures_hidden=sum(int((row.enough & ~figure.shown).sum()) for figure in figures.values()),
        errors={name: figure.error for name, figure in figures.items()},
    )


def _figure(cells: Measured, measure: Measure, row: Contributors, *, keys: CellKeys, rules: DisclosureRules) -> Figure:
    """One figure over all cells: its own contributors are enough, and no condition holds for everyone."""
    name = measure.name
    who = contributors(cells, f"{name}_n", f"{name}_s", f"{name}_c_{{}}", keys=keys, rules=rules)
    visible: Mask = row.enough & who.enough
    if measure.conditional:
        visible = visible & (who.rows != row.rows)
    return PROTECTIONS[measure.kind](Workings(cells, measure, who, visible, rules, keys))
