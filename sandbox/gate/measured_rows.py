"""The protected rows with everything computed on them once, and the cells they are grouped into.

A figure's value on a row is null where the row does not contribute, so that plain aggregates do, and each expression is
computed once however many figures need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.gate.printer import Printer
from sandbox.gate.tree import Expression, From, Grouping, Unit
from sandbox.plan import MeasureKind

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification

MAGNITUDES = frozenset({MeasureKind.SUM, MeasureKind.MEAN, MeasureKind.MOMENT})
NUMERIC = MAGNITUDES | {MeasureKind.QUANTILE}


@dataclass(frozen=True)
class Measurement:
    """What a release measures: figures over a protected FROM and WHERE, by cell, with the units behind them."""

    source: From | None
    where: Sequence[Expression]
    grouping: Grouping
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    specifications: tuple["Specification", ...]

    @property
    def cells(self) -> "Cells":
        """The grouping over `src`."""
        grouping = self.grouping
        return Cells(tuple(f"k{index}" for index in range(len(grouping.keys))), grouping.sets, grouping.plain)


@dataclass(frozen=True)
class Cells:
    """The grouping as printed over `src`: key columns, their marks when there are several sets, GROUP BY clauses."""

    keys: tuple[str, ...]
    sets: tuple[tuple[int, ...], ...]
    plain: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """What identifies a cell."""
        return (*self.keys, *(() if self.plain else (f"g{index}" for index in range(len(self.keys)))))

    def shown(self) -> list[str]:
        """The cell columns of a SELECT that groups `src`."""
        marks = [] if self.plain else [f"grouping({key}) AS g{index}" for index, key in enumerate(self.keys)]
        return [*self.keys, *marks]

    def group_by(self, *more: str) -> str:
        """GROUP BY the cells, and by what is given besides."""
        if self.plain:
            return f" GROUP BY {', '.join((*self.keys, *more)) or '()'}"
        sets = (f"({', '.join((*(self.keys[index] for index in chosen), *more))})" for chosen in self.sets)
        return f" GROUP BY GROUPING SETS ({', '.join(sets)})"

    def again(self) -> str:
        """GROUP BY the cells of a relation already grouped."""
        return f" GROUP BY {', '.join(self.columns) or '()'}"

    def same(self, one: str, other: str) -> str:
        """The condition that two rows are of one cell."""
        return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in self.columns) or "TRUE"


@dataclass
class Once:
    """Expressions given a name once, however often they are asked for."""

    prefix: str
    names: dict[str, str] = field(default_factory=dict)

    def __call__(self, expression: str) -> str:
        """The name of an expression."""
        return self.names.setdefault(expression, f"{self.prefix}{len(self.names)}")

    def shown(self) -> list[str]:
        """All of them as select items."""
        return [f"{expression} AS {name}" for expression, name in self.names.items()]


@dataclass(frozen=True)
class Row:
    """A figure on a row: its value and second value (null where the row does not contribute), what a mean divides by,
    the condition that it contributes (`None`: always), and its record key."""

    value: str
    second: str | None
    eligible: str | None
    contributes: str | None
    key: str


def rows(printer: Printer, wanted: Measurement, columns: Once) -> str:
    """The protected rows with everything computed on them: keys, units, record key, the figures' values."""
    shown = [f"{printer.top(key)} AS k{index}" for index, key in enumerate(wanted.grouping.keys)]
    for index, unit in enumerate(wanted.units):
        for letter, part in zip("unrb", (unit.column, unit.carried, unit.most, unit.mask), strict=True):
            if part is not None:
                shown.append(f"{printer.expression(part)} AS {letter}{index}")
    shown += [f"{record_key(printer, wanted.units)} AS rk", *columns.shown()]
    clause = f" FROM {printer.from_(wanted.source)}" if wanted.source is not None else ""
    filtered = " AND ".join(printer.condition(part) for part in wanted.where)
    where = f" WHERE {filtered}" if filtered else ""
    return f"SELECT {', '.join(shown)}{clause}{printer.joined_values()}{where}"


def row(printer: Printer, columns: Once, specification: "Specification") -> Row:
    """A figure on a row, its expressions added to the columns of `src`."""
    condition = (
        None if specification.condition is None else columns(f"({printer.top(specification.condition)} IS TRUE)")
    )
    if specification.argument is None:
        key = "rk" if condition is None else columns(f"CASE WHEN {condition} THEN rk END")
        return Row("", None, condition, condition, key)
    if specification.kind not in NUMERIC:
        value = columns(when(condition, printer.top(specification.argument)))
        own_key = "rk" if specification.key is None else f"({printer.expression(specification.key)})"
        key = columns(f"CASE WHEN {value} IS NOT NULL THEN {own_key} END")
        return Row(value, None, f"{value} IS NOT NULL", f"{value} IS NOT NULL", key)
    second = None
    plain = columns(when(condition, number(printer, specification)))
    if specification.more:
        other = columns(when(condition, finite(printer, specification.more[0])))
        second = columns(f"CASE WHEN {plain} IS NOT NULL THEN {other} END")
        plain = columns(f"CASE WHEN {other} IS NOT NULL THEN {plain} END")
    nonzero = specification.kind in {MeasureKind.SUM, MeasureKind.MEAN}
    value = columns(f"nullif({plain}, 0)") if nonzero else plain
    key = columns(f"CASE WHEN {value} IS NOT NULL THEN rk END")
    return Row(value, second, f"{plain} IS NOT NULL", f"{value} IS NOT NULL", key)


def when(condition: str | None, value: str) -> str:
    """The value where the condition holds."""
    return value if condition is None else f"CASE WHEN {condition} THEN {value} END"


def number(printer: Printer, specification: "Specification") -> str:
    """The argument as a finite number; one held within declared bounds is finite already."""
    argument = specification.argument
    if argument is None:
        return "NULL"
    if specification.bounds is not None:
        return f"TRY_CAST({printer.top(argument)} AS DOUBLE)"
    return finite(printer, argument)


def finite(printer: Printer, argument: Expression) -> str:
    """An argument as a number, null where it is none or beyond any magnitude."""
    cast = f"TRY_CAST({printer.top(argument)} AS DOUBLE)"
    return f"CASE WHEN isfinite({cast}) AND abs({cast}) < 1e30 THEN {cast} END"


def record_key(printer: Printer, units: tuple[Unit, ...]) -> str:
    """The row's record key: of the unit that stands in one row, else of the first that has one."""
    keyed = sorted((unit for unit in units if unit.key is not None), key=lambda unit: not unit.unique)
    parts = [printer.expression(unit.key) for unit in keyed if unit.key is not None]
    if not parts:
        return "0"
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
