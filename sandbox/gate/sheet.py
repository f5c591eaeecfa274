"""The measured columns of a release as they are drawn up, whichever way contributors and contributions are measured."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.gate.measured_rows import Cells, Measurement, Once, Row
from sandbox.gate.spelling import quoted
from sandbox.gate.tree import Unit

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification

PRESENT = re.compile(r"(\w+) IS NOT NULL")


@dataclass
class Sheet(ABC):
    """Columns measured so far: `passes` are the aggregates of the one grouping pass, `beside` names what joins it."""

    wanted: Measurement
    passes: Once = field(default_factory=lambda: Once("q"))
    shown: list[str] = field(default_factory=list)
    by_value: list[str] = field(default_factory=list)

    @abstractmethod
    def behind(self, prefix: str, flag: str | None, key: str, *, number: str = "n") -> None:
        """Who stands behind the rows flagged: rows `number`, sum of record keys `s`, how many keys `h`, units `c_`."""

    @abstractmethod
    def contributors(self, prefix: str, index: int, unit: Unit, flag: str | None) -> None:
        """How many distinct units of one kind stand behind the rows flagged, as the column `prefix` and the unit."""

    @abstractmethod
    def greatest(self, specification: "Specification", value: str) -> str:
        """The greatest argument."""

    @abstractmethod
    def largest(
        self, prefix: str, specification: "Specification", figure: Row, parts: Sequence[tuple[str, str]]
    ) -> None:
        """The two largest contributions of one unit, of each kind; of quantiles the units on either side."""

    @abstractmethod
    def values(self, prefix: str, figure: Row) -> None:
        """For each distinct value of a cell the least number of units of any kind that hold it, as a list."""

    @property
    def cells(self) -> Cells:
        """The grouping."""
        return self.wanted.cells

    @property
    def repeated(self) -> bool:
        """Whether no kind of unit stands in one row each."""
        return not any(unit.unique for unit in self.wanted.units)

    @property
    def beside(self) -> Sequence[str]:
        """The relations that are joined to the one pass, cell by cell."""
        return [f"d{place}_" for place in range(len(self.by_value))]

    def definitions(self) -> Iterator[str]:
        """Those relations."""
        yield from self.by_value

    def units(self) -> Iterator[tuple[int, Unit, str]]:
        """Each unit with its number and name."""
        for index, (unit, name) in enumerate(zip(self.wanted.units, self.wanted.names, strict=True)):
            yield index, unit, name

    def give(self, name: str, aggregate: str) -> None:
        """A measured column that the one pass gives."""
        self.shown.append(f"main.{self.passes(aggregate)} AS {quoted(name)}")

    def contribute(self, prefix: str, specification: "Specification", figure: Row) -> None:
        """Who contributes to a figure, and of a conditional one who has a row that it leaves out."""
        flag = figure.contributes
        if specification.counts_units:
            apart = "" if specification.unit_unique else "DISTINCT "
            self.give(f"{prefix}n", f"count({apart}{figure.value})")
            self.give(f"{prefix}s", key_sum(figure.key, distinct=apart))
            for index, unit, name in self.units():
                self.contributors(f"{prefix}c_{name}", index, unit, flag)
        else:
            self.behind(prefix, flag, figure.key)
        for index, unit, name in self.units():
            if specification.conditional and flag is not None and unit.column is not None and not unit.unique:
                self.contributors(f"{prefix}o_{name}", index, unit, f"NOT ({flag})")

    def listed(self, prefix: str, figure: Row, **held: str) -> None:
        """Lists, one item for each distinct value of a cell: measured column (without its figure) to aggregate."""
        place = f"d{len(self.by_value)}_"
        inner = ", ".join([*self.cells.shown(), figure.value, *(f"{text} AS {name}" for name, text in held.items())])
        per_value = f"SELECT {inner} FROM src WHERE {figure.contributes}{self.cells.group_by(figure.value)}"
        outer = ", ".join([*self.cells.columns, *(f"list({name}) AS {prefix}{name}" for name in held)])
        self.by_value.append(f"{place} AS (SELECT {outer} FROM ({per_value}) AS q{self.cells.again()})")
        self.shown += [f"{place}.{prefix}{name}" for name in held]

    @staticmethod
    def filtered_by(flag: str | None) -> str:
        """An aggregate's FILTER."""
        return "" if flag is None else f" FILTER (WHERE {flag})"

    def rows(self, flag: str | None) -> str:
        """The number of rows flagged; counting what is not null takes less than a FILTER."""
        present = None if flag is None else PRESENT.fullmatch(flag)
        return f"count(*){self.filtered_by(flag)}" if present is None else f"count({present.group(1)})"


def key_sum(key: str, *, distinct: str = "") -> str:
    """The sum of record keys, as 64 bits."""
    return f"CAST(coalesce(sum({distinct}{key}), 0) AS BIGINT)"


def plainly(unit: Unit, index: int, *, filtered: str, rows: str) -> str | None:
    """The number of units where it takes no counting of distinct ones; `None` where it does."""
    if unit.column is None:
        return f"coalesce({'sum' if unit.disjoint else 'max'}(n{index}){filtered}, 0)"
    return rows if unit.unique else None


def least(counts: Sequence[str]) -> str:
    """The least of several numbers."""
    return counts[0] if len(counts) == 1 else f"least({', '.join(counts)})"
