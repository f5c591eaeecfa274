"""Contributors and contributions measured exactly: distinct units counted, contributions added up by unit first.

Where one kind of unit alone bears record keys, everything about it comes out of one grouping by unit; that costs less
than counting it distinct for every figure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.gate.aggregated import beside
from sandbox.gate.measured_rows import Once, Row
from sandbox.gate.sheet import Sheet, key_sum, least, plainly
from sandbox.gate.spelling import quoted
from sandbox.gate.tree import Unit
from sandbox.plan import MeasureKind

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification


@dataclass
class ByUnit:
    """What is added up per unit first (`own`), and what is made of it in each cell (`outer`)."""

    own: Once = field(default_factory=lambda: Once("t"))
    outer: Once = field(default_factory=lambda: Once("p"))


@dataclass
class Exactly(Sheet):
    """Exact columns; `beside_bounds`: they take the place of bounds, and so have the same columns."""

    beside_bounds: bool = False
    by_unit: dict[int, ByUnit] = field(default_factory=dict)

    @property
    def keyed(self) -> int | None:
        """The unit whose record keys the rows bear, where it is the only one with keys and may stand in several."""
        keyed = [index for index, unit, _ in self.units() if unit.key is not None]
        if len(keyed) != 1 or not self.repeated or self.wanted.units[keyed[0]].column is None:
            return None
        return keyed[0]

    @property
    def beside(self) -> Sequence[str]:
        """The passes by unit and by value."""
        return [*(f"u{index}_" for index in self.by_unit), *super().beside]

    def definitions(self) -> Iterator[str]:
        """The passes by unit and by value."""
        for index, pass_ in self.by_unit.items():
            key = ["min(rk) AS rk"] if index == self.keyed else []
            inner = ", ".join([*self.cells.shown(), f"u{index}", *key, *pass_.own.shown()])
            per_unit = f"SELECT {inner} FROM src WHERE u{index} IS NOT NULL{self.cells.group_by(f'u{index}')}"
            outer = ", ".join([*self.cells.columns, *pass_.outer.shown()])
            yield f"u{index}_ AS (SELECT {outer} FROM ({per_unit}) AS q{self.cells.again()})"
        yield from super().definitions()

    def own(self, index: int, aggregate: str) -> str:
        """What is added up per unit, by name."""
        return self.by_unit.setdefault(index, ByUnit()).own(aggregate)

    def give_by_unit(self, index: int, name: str, aggregate: str) -> None:
        """A measured column that the pass by unit gives."""
        outer = self.by_unit.setdefault(index, ByUnit()).outer
        self.shown.append(f"u{index}_.{outer(aggregate)} AS {quoted(name)}")

    def having(self, index: int, flag: str | None) -> str:
        """The FILTER for units with a row flagged."""
        return "" if flag is None else f" FILTER (WHERE {self.own(index, self.rows(flag))} > 0)"

    def behind(self, prefix: str, flag: str | None, key: str, *, number: str = "n") -> None:
        """Rows, record keys each once, units."""
        self.give(f"{prefix}{number}", self.rows(flag))
        if not self.repeated:
            self.give(f"{prefix}s", key_sum(key))
            if self.beside_bounds:
                self.give(f"{prefix}h", self.rows(flag))
        elif self.keyed is not None:
            having = self.having(self.keyed, flag)
            self.give_by_unit(self.keyed, f"{prefix}s", f"CAST(coalesce(sum(rk){having}, 0) AS BIGINT)")
            self.give_by_unit(self.keyed, f"{prefix}h", f"count(rk){having}")
        else:
            self.give(f"{prefix}s", key_sum(key, distinct="DISTINCT "))
            self.give(f"{prefix}h", f"count(DISTINCT {key})")
        for index, unit, name in self.units():
            self.contributors(f"{prefix}c_{name}", index, unit, flag)

    def contributors(self, prefix: str, index: int, unit: Unit, flag: str | None) -> None:
        """Distinct units; never more than there are."""
        if index == self.keyed:
            self.give_by_unit(index, prefix, f"count(*){self.having(index, flag)}")
        else:
            self.give(prefix, self.distinct(unit, index, flag))

    def greatest(self, specification: "Specification", value: str) -> str:
        """The greatest argument, out of the two largest where they are wanted anyway."""
        return f"max({value}, 2)[1]" if specification.positive else f"max({value})"

    def largest(
        self, prefix: str, specification: "Specification", figure: Row, parts: Sequence[tuple[str, str]]
    ) -> None:
        """The two largest contributions, added up per unit."""
        for index, unit, name in self.units():
            if unit.unique:
                for part, infix in parts:
                    for rank in (1, 2):
                        self.give(f"{prefix}{infix}t{rank}_{name}", f"coalesce(max({part}, 2)[{rank}], 0)")
                if specification.kind is MeasureKind.QUANTILE:
                    for text, side in beside(specification, count=f"count({figure.value})"):
                        self.give(f"{prefix}{side}_{name}", text)
            elif unit.column is not None:
                self.added_up(prefix, specification, figure, parts, unit=(index, name))

    def added_up(
        self,
        prefix: str,
        specification: "Specification",
        figure: Row,
        parts: Sequence[tuple[str, str]],
        *,
        unit: tuple[int, str],
    ) -> None:
        """The largest contributions of a kind of unit that may stand in several rows."""
        index, name = unit
        sums = [(f"coalesce(sum({part}), 0)", infix) for part, infix in parts]
        if specification.kind is MeasureKind.COUNT and not specification.counts_units:
            sums.append((self.rows(figure.contributes), ""))
        for text, infix in sums:
            own = self.own(index, text)
            for rank in (1, 2):
                self.give_by_unit(index, f"{prefix}{infix}t{rank}_{name}", f"coalesce(max({own}, 2)[{rank}], 0)")
        if specification.kind in {MeasureKind.MOMENT, MeasureKind.QUANTILE}:
            own = self.own(index, f"count({figure.value})")
            self.give_by_unit(index, f"{prefix}most_{name}", f"coalesce(max({own}), 0)")
        if specification.kind is MeasureKind.QUANTILE:
            own = self.own(index, f"count({figure.value})")
            for text, side in beside(specification, count=f"sum({own})", most_rows=f"greatest(max({own}), 1)"):
                self.give_by_unit(index, f"{prefix}{side}_{name}", text)

    def values(self, prefix: str, figure: Row) -> None:
        """Distinct units behind each value."""
        self.listed(prefix, figure, v=least([self.distinct(unit, index, None) for index, unit, _ in self.units()]))

    def distinct(self, unit: Unit, index: int, flag: str | None) -> str:
        """How many distinct units stand behind the rows flagged."""
        filtered = self.filtered_by(flag)
        plain = plainly(unit, index, filtered=filtered, rows=self.rows(flag))
        return plain or f"count(DISTINCT u{index}){filtered}"
