"""Reading a measured table: columns by name as arrays, failing closed on what is missing or of the wrong type."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.disclosure.errors import NotMeasured
from sandbox.plan import Release

Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Measured:
    """The measured table of a release, one row a cell (columns: `sandbox.plan.Measure`)."""

    table: pa.Table
    release: Release

    @property
    def cells(self) -> int:
        """How many cells were measured."""
        return int(self.table.num_rows)

    def has(self, name: str) -> bool:
        """Whether the column was measured."""
        return bool(self.table.schema.get_field_index(name) >= 0)

    def column(self, name: str) -> pa.ChunkedArray:
        """The column as Arrow holds it."""
        if not self.has(name):
            raise NotMeasured(self.release.name, name)
        return self.table.column(name)

    def whole(self, name: str) -> Whole:
        """A column of whole numbers; where it is null, 0."""
        values = self._cast(name, pa.int64())
        return np.asarray(pc.fill_null(values, 0).to_numpy(zero_copy_only=False), dtype=np.int64)

    def numbers(self, name: str) -> Numbers:
        """A column of numbers of any type; where it is null, NaN."""
        values = self._cast(name, pa.float64())
        return np.asarray(pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)

    def is_list(self, name: str) -> bool:
        """Whether each cell holds a list of values."""
        kind = self.column(name).type
        return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))

    def lists(self, name: str) -> list[list[float]]:
        """A column of lists of numbers; an empty list where it is null or holds a null."""
        column = self.column(name)
        if not (self.is_list(name) and _is_number(column.type.value_type)):
            raise NotMeasured(self.release.name, name)
        return [
            [] if values is None or None in values else [float(value) for value in values]
            for values in column.to_pylist()
        ]

    def same(self, left: str, right: str) -> Mask:
        """Where two columns of one type, whatever it is, hold the same value or nothing to compare."""
        equal = pc.fill_null(pc.equal(self.column(left), self.column(right)), True)
        return np.asarray(equal.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def units(self, pattern: str) -> dict[str, Whole]:
        """Whole numbers by unit kind, `{}` in the pattern standing for the unit."""
        return {unit: self.whole(pattern.format(unit)) for unit in self.release.units}

    def _cast(self, name: str, wanted: pa.DataType) -> pa.ChunkedArray:
        column = self.column(name)
        if not (_is_number(column.type) or pa.types.is_null(column.type)):
            raise NotMeasured(self.release.name, name)
        try:
            return pc.cast(column, wanted, safe=pa.types.is_integer(wanted))
        except pa.ArrowInvalid:  # its text quotes a value
            raise NotMeasured(self.release.name, name) from None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
