"""The SQL of a release: cells with their figures, contributors, largest contributions and sums of record keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.gate.joins import conjuncts
from sandbox.gate.printer import Printer
from sandbox.gate.spelling import quoted
from sandbox.gate.tree import Expression, From, Grouping, Unit
from sandbox.plan import MeasureKind, Statement

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification

MAGNITUDES = frozenset({MeasureKind.SUM, MeasureKind.MEAN, MeasureKind.MOMENT})
NUMERIC = MAGNITUDES | {MeasureKind.QUANTILE}


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

    def same(self, one: str, other: str) -> str:
        """The condition that two rows are of one cell."""
        return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in self.columns) or "TRUE"


@dataclass(frozen=True)
class Measurement:
    """What a release measures: figures over a protected FROM and WHERE, by cell, with the units behind them."""

    source: From | None
    where: Sequence[Expression]
    grouping: Grouping
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    specifications: tuple["Specification", ...]


def measured(wanted: Measurement) -> Statement:
    """The statement of a release; the measured columns are those `sandbox.plan` names."""
    printer = Printer(guarded=True)
    units, names, specifications = wanted.units, wanted.names, wanted.specifications
    grouping = wanted.grouping
    cells = Cells(tuple(f"k{index}" for index in range(len(grouping.keys))), grouping.sets, grouping.plain)
    main = [*cells.shown(), "count(*) AS n", "CAST(coalesce(sum(rk), 0) AS BIGINT) AS s"]
    main += [f"{contributors(unit, index, None)} AS {quoted(f'c_{names[index]}')}" for index, unit in enumerate(units)]
    for number, specification in enumerate(specifications):
        main += figures(specification, number, units, names)
    src = f"src AS ({rows(printer, wanted)})"
    with_ = [src, f"main AS (SELECT {', '.join(main)} FROM src{cells.group_by()})"]
    shown, joins = ["main.*"], ""
    for index, unit in enumerate(units):
        apart = list(largest(specifications, names[index]))
        if apart and not unit.unique and unit.column is not None:
            with_.append(by_unit(cells, index, apart))
            shown += [f"t{index}.{quoted(name)}" for name, _, _ in apart]
            joins += f" LEFT JOIN t{index} ON {cells.same('main', f't{index}')}"
    for number, specification in enumerate(specifications):
        if specification.kind is MeasureKind.DISTINCT:
            with_.append(values(cells, units, number))
            shown.append(f"d{number}.m{number}_v")
            joins += f" LEFT JOIN d{number} ON {cells.same('main', f'd{number}')}"
    return printer.statement(f"SELECT {', '.join(shown)} FROM main{joins}", with_)


def rows(printer: Printer, wanted: Measurement) -> str:
    """The protected rows with everything computed on them: keys, arguments, contribution flags, units, record key."""
    shown = [f"{printer.top(key)} AS k{index}" for index, key in enumerate(wanted.grouping.keys)]
    for number, specification in enumerate(wanted.specifications):
        shown += row_columns(printer, specification, number)
    for index, unit in enumerate(wanted.units):
        if unit.column is not None:
            shown.append(f"{printer.expression(unit.column)} AS u{index}")
        if unit.carried is not None:
            shown.append(f"{printer.expression(unit.carried)} AS n{index}")
    shown.append(f"{record_key(printer, wanted.units)} AS rk")
    clause = f" FROM {printer.from_(wanted.source)}" if wanted.source is not None else ""
    parts = [part for condition in wanted.where for part in conjuncts(condition)]
    filtered = " AND ".join(printer.top(part) for part in parts)
    return f"SELECT {', '.join(shown)}{clause}{f' WHERE {filtered}' if filtered else ''}"


def row_columns(printer: Printer, specification: "Specification", number: int) -> Iterator[str]:
    """A row's argument (`a`), second argument (`b`), distinct value (`x`), eligibility (`e`) and contribution (`f`)."""
    condition = specification.condition
    eligible = "TRUE" if condition is None else f"({printer.top(condition)} IS TRUE)"
    if specification.kind in NUMERIC and specification.argument is not None:
        for letter, part in (("a", specification.argument), *(("b", more) for more in specification.more)):
            cast = f"TRY_CAST({printer.top(part)} AS DOUBLE)"
            yield f"CASE WHEN isfinite({cast}) AND abs({cast}) < 1e100 THEN {cast} END AS {letter}{number}"
        eligible += f" AND a{number} IS NOT NULL"
        if specification.more:
            eligible += f" AND b{number} IS NOT NULL"
    elif specification.argument is not None:
        yield f"{printer.top(specification.argument)} AS x{number}"
        if specification.counts_units and specification.key is not None:
            yield f"{printer.expression(specification.key)} AS y{number}"
        eligible += f" AND x{number} IS NOT NULL"
    yield f"{eligible} AS e{number}"
    nonzero = specification.kind in {MeasureKind.SUM, MeasureKind.MEAN}
    yield f"e{number}{f' AND a{number} <> 0' if nonzero else ''} AS f{number}"


def record_key(printer: Printer, units: tuple[Unit, ...]) -> str:
    """The row's record key: of the unit that stands in one row, else of the first that has one."""
    keyed = sorted((unit for unit in units if unit.key is not None), key=lambda unit: not unit.unique)
    parts = [printer.expression(unit.key) for unit in keyed if unit.key is not None]
    if not parts:
        return "0"
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def contributors(unit: Unit, index: int, flag: str | None) -> str:
    """How many distinct units stand behind the rows flagged; never more than there are."""
    condition = f" FILTER (WHERE {flag})" if flag is not None else ""
    if unit.column is None:
        return f"coalesce({'sum' if unit.disjoint else 'max'}(n{index}){condition}, 0)"
    if unit.unique:
        return f"count(*){condition}"
    return f"count(DISTINCT u{index}){condition}"


def figures(
    specification: "Specification", number: int, units: tuple[Unit, ...], names: tuple[str, ...]
) -> Iterator[str]:
    """The measured columns of one figure that one grouping pass can give."""
    flag, prefix = f"f{number}", f"m{number}"
    chosen, able = f" FILTER (WHERE {flag})", f" FILTER (WHERE e{number})"
    apart = "DISTINCT " if specification.counts_units else ""
    counted, keys = (f"DISTINCT x{number}", f"y{number}") if specification.counts_units else ("*", "rk")
    yield f"count({counted}){chosen} AS {prefix}_n"
    yield f"CAST(coalesce(sum({apart}{keys}){chosen}, 0) AS BIGINT) AS {prefix}_s"
    for index, unit in enumerate(units):
        yield f"{contributors(unit, index, flag)} AS {quoted(f'{prefix}_c_{names[index]}')}"
    if specification.kind is not MeasureKind.DISTINCT:
        yield f"{figure(specification, number)}{able} AS {prefix}_v"
    if specification.kind is MeasureKind.MEAN:
        yield f"count(*){able} AS {prefix}_d"
    if specification.kind in NUMERIC:
        yield f"min(a{number}){chosen} AS {prefix}_lo"
        yield f"max(a{number}){chosen} AS {prefix}_hi"
    for part, infix in magnitudes(specification):
        yield f"coalesce(sum(abs({part}{number})){chosen}, 0) AS {prefix}{infix}_a"
    if specification.kind is MeasureKind.COUNT and specification.argument is None:
        yield f"count(*){chosen} AS {prefix}_a"
    for index, unit in enumerate(units):
        if unit.unique:
            yield from tops(specification, number, names[index])


def figure(specification: "Specification", number: int) -> str:
    """The exact figure itself, its FILTER left to the caller."""
    match specification.kind:
        case MeasureKind.COUNT if specification.argument is None:
            return "count(*)"
        case MeasureKind.COUNT:
            return f"count(DISTINCT x{number})"
        case MeasureKind.MOMENT:
            second = f", b{number}" if specification.more else ""
            return f"{specification.function}(a{number}{second})"
        case MeasureKind.QUANTILE:
            points = ", ".join(str(fraction) for fraction in specification.fractions)
            return f"{specification.function}(a{number}, {f'[{points}]' if specification.several else points})"
        case _:
            return f"sum(a{number})"


def magnitudes(specification: "Specification") -> list[tuple[str, str]]:
    """The arguments whose contributions are tested for dominance, with what stands in the measured names for them."""
    if specification.kind not in MAGNITUDES:
        return []
    return [("a", ""), ("b", "_b")] if specification.more else [("a", "")]


def tops(specification: "Specification", number: int, name: str) -> Iterator[str]:
    """The largest contributions where every row is another unit's."""
    for part, infix in magnitudes(specification):
        largest_two = f"max(abs({part}{number}), 2) FILTER (WHERE f{number})"
        for rank in (1, 2):
            yield f"coalesce({largest_two}[{rank}], 0) AS {quoted(f'm{number}{infix}_t{rank}_{name}')}"
    if specification.kind is MeasureKind.QUANTILE:
        yield from beside(specification, number, name, count=f"count(*) FILTER (WHERE e{number})")


def beside(
    specification: "Specification", number: int, name: str, *, count: str, most_rows: str = "1"
) -> Iterator[str]:
    """At least so many units lie at or below the least, and at or above the greatest quantile asked for."""
    low, high = min(specification.fractions), max(specification.fractions)
    yield (
        f"CAST(ceil((floor({low} * greatest({count} - 1, 0)) + least({count}, 1)) / {most_rows}) AS BIGINT)"
        f" AS {quoted(f'm{number}_below_{name}')}"
    )
    yield (
        f"CAST(ceil(({count} - ceil({high} * greatest({count} - 1, 0))) / {most_rows}) AS BIGINT)"
        f" AS {quoted(f'm{number}_above_{name}')}"
    )


def largest(specifications: tuple["Specification", ...], name: str) -> Iterator[tuple[str, str, str]]:
    """What must be added up per unit first: (measured column, over the units of a cell, per unit)."""
    for number, specification in enumerate(specifications):
        flag = f" FILTER (WHERE f{number})"
        for part, infix in magnitudes(specification):
            per_unit = f"coalesce(sum(abs({part}{number})){flag}, 0) AS v{number}{part}"
            for rank in (1, 2):
                yield f"m{number}{infix}_t{rank}_{name}", f"coalesce(max(v{number}{part}, 2)[{rank}], 0)", per_unit
        if specification.kind is MeasureKind.COUNT and specification.argument is None:
            per_unit = f"count(*){flag} AS v{number}"
        elif specification.kind is MeasureKind.QUANTILE:
            per_unit = f"count(*){flag} AS v{number}"
            most = f"greatest(max(v{number}), 1)"
            for line in beside(specification, number, name, count=f"sum(v{number})", most_rows=most):
                expression, _, column = line.rpartition(" AS ")
                yield column.strip('"').replace('""', '"'), expression, per_unit
            continue
        else:
            continue
        for rank in (1, 2):
            yield f"m{number}_t{rank}_{name}", f"coalesce(max(v{number}, 2)[{rank}], 0)", per_unit


def by_unit(cells: Cells, index: int, apart: list[tuple[str, str, str]]) -> str:
    """Contributions added up per unit, then the largest of each cell."""
    inner = ", ".join(dict.fromkeys([*cells.shown(), f"u{index}", *(per_unit for _, _, per_unit in apart)]))
    outer = ", ".join([*cells.columns, *(f"{expression} AS {quoted(name)}" for name, expression, _ in apart)])
    grouped = f" GROUP BY {', '.join(cells.columns) or '()'}"
    rows_ = f"SELECT {inner} FROM src WHERE u{index} IS NOT NULL{cells.group_by(f'u{index}')}"
    return f"t{index} AS (SELECT {outer} FROM ({rows_}) AS q{grouped})"


def values(cells: Cells, units: tuple[Unit, ...], number: int) -> str:
    """For each distinct value of a cell the least number of units of any kind that hold it, as a list."""
    counts = [contributors(unit, index, None) for index, unit in enumerate(units)]
    least = counts[0] if len(counts) == 1 else f"least({', '.join(counts)})"
    inner = ", ".join([*cells.shown(), f"x{number}", f"{least} AS held"])
    rows_ = f"SELECT {inner} FROM src WHERE f{number}{cells.group_by(f'x{number}')}"
    outer = ", ".join([*cells.columns, f"list(held) AS m{number}_v"])
    return f"d{number} AS (SELECT {outer} FROM ({rows_}) AS q GROUP BY {', '.join(cells.columns) or '()'})"
