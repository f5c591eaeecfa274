"""What of a release would be shown, as sets of units for the ledger; taking cells back that it does not let pass."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.disclosure.differences import CellSets, Mask, form, mark, spelled
from sandbox.disclosure.measured import Measured
from sandbox.disclosure.protect import ProtectedTable
from sandbox.plan import Asked, Members, Release

Hidden = Mapping[str, Collection[int]]
"""By figure (empty: those that take every row of the cell) the places of cells that may not be shown."""


@dataclass(frozen=True)
class Question:
    """Cells of one release, for one figure or for all without a condition, as sets of one kind of unit."""

    asked: Asked
    members: Members
    cells: CellSets


def questions(release: Release, measured: pa.Table, protected: ProtectedTable, *, secret: bytes) -> Iterator[Question]:
    """What of the release would be shown, as the ledger compares it."""
    cells = Measured(measured, release)
    placed = places(measured, release.keys, secret=secret)
    visible = {each.figure: shown(release, each, protected, secret=secret) for each in release.asked}
    keys = [key for key in release.keys if key.startswith("k")]
    values = _rows(measured, keys)
    grouped = [key for key in release.keys if key.startswith("g")]
    marks = _rows(measured, grouped) if grouped else [(0,) * len(keys)] * measured.num_rows
    for asked in release.asked:
        prefix = f"{asked.figure}_" if asked.figure else ""
        taken = np.isin(placed, np.array(sorted(visible[asked.figure]), dtype=np.uint64))
        rows = np.flatnonzero(taken).tolist()
        forms = np.array([form(asked, values[row], marks[row], secret=secret) for row in rows], dtype=np.uint64)
        for members in asked.members:
            counts = cells.whole(f"{prefix}c_{members.unit}")[taken]
            sums = cells.whole(f"{prefix}s")[taken]
            sets = CellSets(counts, sums, forms, placed[taken], members.keyed, members.unique)
            yield Question(asked, members, sets)


def shown(release: Release, asked: Asked, protected: ProtectedTable, *, secret: bytes) -> frozenset[int]:
    """The places of the cells in which a figure of those asked for is shown."""
    table = protected.table
    placed = places(table, release.keys, secret=secret)
    figures = sharing(release, asked.figure)
    if not figures:
        return frozenset(placed.tolist()) if not release.measures else frozenset()
    visible = np.zeros(table.num_rows, dtype=np.bool_)
    for figure in figures:
        visible |= _valid(table, figure)
    return frozenset(placed[visible].tolist())


def sharing(release: Release, figure: str) -> list[str]:
    """The figures over the rows that a question is about: the one it names, or all without a question of their own."""
    if figure:
        return [figure]
    own = {asked.figure for asked in release.asked}
    return [measure.name for measure in release.measures if measure.name not in own]


def places(table: pa.Table, keys: Sequence[str], *, secret: bytes) -> npt.NDArray[np.uint64]:
    """A mark for each cell by the values of its keys."""
    rows = _rows(table, keys)
    return np.array([mark(secret, "place", *map(spelled, row)) for row in rows], dtype=np.uint64)


def withheld(protected: ProtectedTable, release: Release, hidden: Hidden, *, secret: bytes) -> ProtectedTable:
    """The table without the figures hidden; a cell in which none is left goes as well, unless it is the only one."""
    table = protected.table
    placed = places(table, release.keys, secret=secret)
    gone = 0
    for figure, cells in hidden.items():
        taken: Mask = np.isin(placed, np.array(sorted(cells), dtype=np.uint64))
        for name in sharing(release, figure):
            gone += int((taken & _valid(table, name)).sum())
            index = table.schema.get_field_index(name)
            kept = pc.if_else(pa.array(taken), pa.scalar(None, table.schema.field(index).type), table.column(index))
            table = table.set_column(index, name, kept)
    dropped = 0
    if release.keys and any(hidden.values()):
        bare = not release.measures
        left = np.zeros(table.num_rows, dtype=np.bool_)
        for measure in release.measures:
            left |= _valid(table, measure.name)
        touched = np.isin(placed, np.array(sorted({place for cells in hidden.values() for place in cells}), np.uint64))
        keep = ~touched | (left & (not bare))
        dropped = int((~keep).sum())
        table = table.filter(pa.array(keep))
    return replace(
        protected,
        table=table,
        cells_hidden=protected.cells_hidden + dropped,
        figures_hidden=protected.figures_hidden + gone,
    )


def _valid(table: pa.Table, name: str) -> Mask:
    return np.asarray(table.column(name).is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _rows(table: pa.Table, names: Sequence[str]) -> list[tuple[object, ...]]:
    """The values of some columns, row by row; as many empty rows as there are where no column is named."""
    if not names:
        return [()] * table.num_rows
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
