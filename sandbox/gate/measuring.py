"""The SQL of a release: cells with their figures, contributors, largest contributions and sums of record keys.

`src` holds the protected rows with all that is computed on them; one grouping pass makes `main`; only what must be
added up per unit first, or per distinct value, is a pass of its own. A figure's value on a row is null where the row
does not contribute, so that plain aggregates do, and each is computed once however many figures need it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.gate.aggregated import NUMERIC, beside, exact, magnitudes, spread
from sandbox.gate.printer import Printer
from sandbox.gate.spelling import quoted
from sandbox.gate.tree import Expression, From, Grouping, Unit
from sandbox.plan import MeasureKind, Statement

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification


@dataclass(frozen=True)
class Measurement:
    """What a release measures: figures over a protected FROM and WHERE, by cell, with the units behind them."""

    source: From | None
    where: Sequence[Expression]
    grouping: Grouping
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    specifications: tuple["Specification", ...]


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


def measured(wanted: Measurement) -> Statement:
    """The statement of a release; the measured columns are those `sandbox.plan` names."""
    printer = Printer(guarded=True)
    grouping, units = wanted.grouping, wanted.units
    cells = Cells(tuple(f"k{index}" for index in range(len(grouping.keys))), grouping.sets, grouping.plain)
    columns, passes = Once("x"), Once("q")
    printer.beside_rows.append({})
    figures = [row(printer, columns, specification) for specification in wanted.specifications]
    shown = [f"main.{name}" for name in cells.columns]
    once_each = "" if any(unit.unique for unit in units) else "DISTINCT "
    shown += [f"main.{passes('count(*)')} AS n", f"main.{passes(key_sum('rk', distinct=once_each))} AS s"]
    if once_each:
        shown.append(f"main.{passes('count(DISTINCT rk)')} AS h")
    for index, unit in enumerate(units):
        shown.append(f"main.{passes(contributors(unit, index, None))} AS {quoted(f'c_{wanted.names[index]}')}")
    for number, (specification, figure) in enumerate(zip(wanted.specifications, figures, strict=True)):
        for expression, name in one_pass(specification, figure, number, wanted):
            shown.append(f"main.{passes(expression)} AS {quoted(name)}")
    with_, joins = [], ""
    for index, unit in enumerate(units):
        if unit.unique or unit.column is None:
            continue
        apart = Once("t")
        largest = list(by_unit(wanted, figures, apart, wanted.names[index]))
        if largest:
            with_.append(unit_pass(cells, index, apart, largest))
            shown += [f"u{index}_.{quoted(name)}" for name, _ in largest]
            joins += f" LEFT JOIN u{index}_ ON {cells.same('main', f'u{index}_')}"
    for number, (specification, figure) in enumerate(zip(wanted.specifications, figures, strict=True)):
        if specification.kind is MeasureKind.DISTINCT:
            with_.append(value_pass(cells, units, number, figure))
            shown.append(f"d{number}_.m{number}_v")
            joins += f" LEFT JOIN d{number}_ ON {cells.same('main', f'd{number}_')}"
    main = f"main AS (SELECT {', '.join([*cells.shown(), *passes.shown()])} FROM src{cells.group_by()})"
    body = f"SELECT {', '.join(shown)} FROM main{joins}"
    return printer.statement(body, [f"src AS ({rows(printer, wanted, columns)})", main, *with_])


def rows(printer: Printer, wanted: Measurement, columns: Once) -> str:
    """The protected rows with everything computed on them: keys, units, record key, the figures' values."""
    shown = [f"{printer.top(key)} AS k{index}" for index, key in enumerate(wanted.grouping.keys)]
    for index, unit in enumerate(wanted.units):
        if unit.column is not None:
            shown.append(f"{printer.expression(unit.column)} AS u{index}")
        if unit.carried is not None:
            shown.append(f"{printer.expression(unit.carried)} AS n{index}")
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
    plain = columns(when(condition, number(printer, specification.argument, bounded=specification.bounds is not None)))
    if specification.more:
        other = columns(when(condition, number(printer, specification.more[0], bounded=False)))
        second = columns(f"CASE WHEN {plain} IS NOT NULL THEN {other} END")
        plain = columns(f"CASE WHEN {other} IS NOT NULL THEN {plain} END")
    nonzero = specification.kind in {MeasureKind.SUM, MeasureKind.MEAN}
    value = columns(f"nullif({plain}, 0)") if nonzero else plain
    key = columns(f"CASE WHEN {value} IS NOT NULL THEN rk END")
    return Row(value, second, f"{plain} IS NOT NULL", f"{value} IS NOT NULL", key)


def when(condition: str | None, value: str) -> str:
    """The value where the condition holds."""
    return value if condition is None else f"CASE WHEN {condition} THEN {value} END"


def number(printer: Printer, argument: Expression, *, bounded: bool) -> str:
    """An argument as a finite number; one held within declared bounds is finite already."""
    cast = f"TRY_CAST({printer.top(argument)} AS DOUBLE)"
    return cast if bounded else f"CASE WHEN isfinite({cast}) AND abs({cast}) < 1e30 THEN {cast} END"


def record_key(printer: Printer, units: tuple[Unit, ...]) -> str:
    """The row's record key: of the unit that stands in one row, else of the first that has one."""
    keyed = sorted((unit for unit in units if unit.key is not None), key=lambda unit: not unit.unique)
    parts = [printer.expression(unit.key) for unit in keyed if unit.key is not None]
    if not parts:
        return "0"
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def key_sum(key: str, *, distinct: str = "") -> str:
    """The sum of record keys, as 64 bits."""
    return f"CAST(coalesce(sum({distinct}{key}), 0) AS BIGINT)"


def filtered_by(flag: str | None) -> str:
    """An aggregate's FILTER."""
    return "" if flag is None else f" FILTER (WHERE {flag})"


def contributors(unit: Unit, index: int, flag: str | None) -> str:
    """How many distinct units stand behind the rows flagged; never more than there are."""
    if unit.column is None:
        return f"coalesce({'sum' if unit.disjoint else 'max'}(n{index}){filtered_by(flag)}, 0)"
    return f"count({'*' if unit.unique else f'DISTINCT u{index}'}){filtered_by(flag)}"


def one_pass(
    specification: "Specification", figure: Row, number_: int, wanted: Measurement
) -> Iterator[tuple[str, str]]:
    """The measured columns of one figure that the one grouping pass gives: (aggregate, name)."""
    prefix, kind, value = f"m{number_}", specification.kind, figure.value
    flag = figure.contributes
    repeated = not any(unit.unique for unit in wanted.units)
    apart = "DISTINCT " if (not specification.unit_unique if specification.counts_units else repeated) else ""
    if repeated and not specification.counts_units:
        yield f"count(DISTINCT {figure.key})", f"{prefix}_h"
    if specification.counts_units:
        yield f"count({apart}{value})", f"{prefix}_n"
    else:
        yield f"count(*){filtered_by(flag)}", f"{prefix}_n"
    yield key_sum(figure.key, distinct=apart), f"{prefix}_s"
    yield from behind(specification, flag, prefix, wanted)
    if kind is MeasureKind.COUNT:
        yield (
            (f"count({apart}{value})" if specification.counts_units else f"count(*){filtered_by(flag)}"),
            f"{prefix}_v",
        )
        if not specification.counts_units:
            yield f"count(*){filtered_by(flag)}", f"{prefix}_a"
    elif kind is not MeasureKind.DISTINCT:
        yield exact(specification, figure), f"{prefix}_v"
    if kind is MeasureKind.MEAN:
        yield from divisor(figure, prefix, wanted)
    if kind in NUMERIC:
        yield f"min({value})", f"{prefix}_lo"
        yield (f"max({value}, 2)[1]" if specification.positive else f"max({value})"), f"{prefix}_hi"
        yield from spread(specification, figure, prefix)
    for part, infix in magnitudes(specification, figure):
        yield f"coalesce(sum({part}), 0)", f"{prefix}{infix}_a"
    for index, unit in enumerate(wanted.units):
        if unit.unique:
            yield from largest_rows(specification, figure, number_, wanted.names[index])


def divisor(figure: Row, prefix: str, wanted: Measurement) -> Iterator[tuple[str, str]]:
    """What a mean divides by: all rows that have the argument, with who is behind them, those of a zero as well."""
    yield f"count(*){filtered_by(figure.eligible)}", f"{prefix}_d"
    key = f"CASE WHEN {figure.eligible} THEN rk END"
    repeated = not any(unit.unique for unit in wanted.units)
    yield key_sum(key, distinct="DISTINCT " if repeated else ""), f"{prefix}_ds"
    if repeated:
        yield f"count(DISTINCT {key})", f"{prefix}_dh"
    for index, unit in enumerate(wanted.units):
        yield contributors(unit, index, figure.eligible), f"{prefix}_dc_{wanted.names[index]}"


def behind(
    specification: "Specification", flag: str | None, prefix: str, wanted: Measurement
) -> Iterator[tuple[str, str]]:
    """The units that contribute, and of a conditional figure those with a row it leaves out."""
    for index, unit in enumerate(wanted.units):
        yield contributors(unit, index, flag), f"{prefix}_c_{wanted.names[index]}"
        if specification.conditional and flag is not None and unit.column is not None and not unit.unique:
            yield contributors(unit, index, f"NOT ({flag})"), f"{prefix}_o_{wanted.names[index]}"


def largest_rows(specification: "Specification", figure: Row, number_: int, name: str) -> Iterator[tuple[str, str]]:
    """The largest contributions where every row is another unit's."""
    for part, infix in magnitudes(specification, figure):
        for rank in (1, 2):
            yield f"coalesce(max({part}, 2)[{rank}], 0)", f"m{number_}{infix}_t{rank}_{name}"
    if specification.kind is MeasureKind.QUANTILE:
        yield from beside(specification, number_, name, count=f"count({figure.value})")


def by_unit(wanted: Measurement, figures: Sequence[Row], apart: Once, name: str) -> Iterator[tuple[str, str]]:
    """What is added up per unit first: (measured column, aggregate over the units of a cell)."""
    for number_, (specification, figure) in enumerate(zip(wanted.specifications, figures, strict=True)):
        for part, infix in magnitudes(specification, figure):
            own = apart(f"coalesce(sum({part}), 0)")
            for rank in (1, 2):
                yield f"m{number_}{infix}_t{rank}_{name}", f"coalesce(max({own}, 2)[{rank}], 0)"
        if specification.kind is MeasureKind.COUNT and not figure.value:
            own = apart(f"count(*){filtered_by(figure.contributes)}")
            for rank in (1, 2):
                yield f"m{number_}_t{rank}_{name}", f"coalesce(max({own}, 2)[{rank}], 0)"
        if specification.kind in {MeasureKind.MOMENT, MeasureKind.QUANTILE}:
            own = apart(f"count({figure.value})")
            yield f"m{number_}_most_{name}", f"coalesce(max({own}), 0)"
        if specification.kind is MeasureKind.QUANTILE:
            own = apart(f"count({figure.value})")
            for expression, column in beside(
                specification, number_, name, count=f"sum({own})", most_rows=f"greatest(max({own}), 1)"
            ):
                yield column, expression


def unit_pass(cells: Cells, index: int, apart: Once, largest: list[tuple[str, str]]) -> str:
    """Contributions added up per unit, then the largest of each cell."""
    inner = ", ".join([*cells.shown(), f"u{index}", *apart.shown()])
    outer = ", ".join([*cells.columns, *(f"{expression} AS {quoted(name)}" for name, expression in largest)])
    per_unit = f"SELECT {inner} FROM src WHERE u{index} IS NOT NULL{cells.group_by(f'u{index}')}"
    return f"u{index}_ AS (SELECT {outer} FROM ({per_unit}) AS q{cells.again()})"


def value_pass(cells: Cells, units: tuple[Unit, ...], number_: int, figure: Row) -> str:
    """For each distinct value of a cell the least number of units of any kind that hold it, as a list."""
    counts = [contributors(unit, index, None) for index, unit in enumerate(units)]
    least = counts[0] if len(counts) == 1 else f"least({', '.join(counts)})"
    inner = ", ".join([*cells.shown(), figure.value, f"{least} AS held"])
    per_value = f"SELECT {inner} FROM src WHERE {figure.contributes}{cells.group_by(figure.value)}"
    outer = ", ".join([*cells.columns, f"list(held) AS m{number_}_v"])
    return f"d{number_}_ AS (SELECT {outer} FROM ({per_value}) AS q{cells.again()})"
