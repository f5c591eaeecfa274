"""A SELECT over protected rows: rows kept with their unit, folded by unit, or released as a statistic."""

from collections.abc import Iterable
from dataclasses import replace

from catalog.model import Use
from sandbox.gate import bare, flows, layers, release
from sandbox.gate.binding import Binding, walk
from sandbox.gate.block import Block, all_joins, conjunction, read
from sandbox.gate.joins import Side
from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Field,
    Flow,
    Grouping,
    Literal,
    LiteralKind,
    Nested,
    Operation,
    Relation,
    Role,
    Select,
    Unit,
    Window,
    children,
)
from sandbox.gate.vocabulary import OVER_PROTECTED, WINDOWS

OPERATORS = flows.CONDITIONS | flows.PRESENCE | frozenset(
    {"+", "-", "*", "/", "//", "%", "**", "||", "neg", "case", "cast", "try_cast", "current_date"}
)  # fmt: skip


def block(binding: Binding, found: Block, side: Side) -> Relation:
    """The relation of a SELECT whose rows are about `side.units`."""
    check_rows(binding, found)
    if found.distinct_on:
        binding.refuse("rows-picked", subject="DISTINCT ON", at=found.at)
    if found.distinct and not found.aggregated:
        found.grouping = Grouping(tuple(dict.fromkeys(found.shown)), (tuple(range(len(set(found.shown)))),))
        found.distinct = False
    if not found.aggregated:
        return rows(binding, found, side)
    keys = found.grouping.keys if found.grouping is not None else ()
    if any(identified(binding, key) is not None for key in keys):
        return folded(binding, found, side)
    return release.released(binding, found, side)


def check_rows(binding: Binding, found: Block) -> None:
    """Row-level conditions and functions stay within what may run over protected rows."""
    for part in found.where:
        if isinstance(part, Operation) and frozenset(part.arguments) in binding.linked:
            continue
        flows.require(binding, (as_filter(flow) for flow in flows.flows(binding, part)), value=Use.FILTER)
    everywhere = [*found.where, *all_joins(found.source), *found.shown]
    everywhere += [part for part in (found.having, found.qualify) if part is not None]
    everywhere += list(found.grouping.keys) if found.grouping is not None else []
    for part in everywhere:
        check_functions(binding, part)


def as_filter(flow: Flow) -> Flow:
    """A bare boolean column decides too."""
    return replace(flow, role=Role.CONDITION) if flow.role is Role.VALUE else flow


def check_functions(binding: Binding, expression: Expression) -> None:
    """Functions and operators on protected rows are a list of their own; over aggregates all are free."""
    for piece in row_level(expression):
        if isinstance(piece, Call) and piece.function not in OVER_PROTECTED | WINDOWS:
            binding.refuse("function-over-protected", subject=piece.function)
        if isinstance(piece, Operation) and not (piece.operator in OPERATORS or constant_list(piece) or cut(piece)):
            binding.refuse("function-over-protected", subject=piece.operator)


def cut(node: Operation) -> bool:
    """A slice of a text column, or an element of it, at places written out."""
    inner, *places = node.arguments
    return (
        node.operator in {"slice", "index"}
        and isinstance(inner, Column)
        and inner.family == "text"
        and all(
            isinstance(place, Literal) or (isinstance(place, Operation) and place.operator == "neg") for place in places
        )
    )


def constant_list(node: Operation) -> bool:
    """A list of constants, such as the points of a quantile."""
    return node.operator == "list" and all(isinstance(part, Literal) for part in node.arguments)


def row_level(expression: Expression) -> Iterable[Expression]:
    """The parts evaluated on protected rows: what stands outside any aggregate, and the insides of aggregates."""
    if isinstance(expression, Aggregate):
        inside = (*cells(expression), *((expression.condition,) if expression.condition is not None else ()))
        return [piece for part in inside for piece in walk(part)]
    if flows.aggregates(expression):
        return [piece for part in children(expression) for piece in row_level(part)]
    return list(walk(expression))


def cells(node: Aggregate) -> tuple[Expression, ...]:
    """The arguments of an aggregate; of `count(DISTINCT (a, b))` the cells of the row."""
    match node:
        case Aggregate(function="count", distinct=True, arguments=(Call(function="row", arguments=parts),)):
            return parts
        case _:
            return node.arguments


def rows(binding: Binding, found: Block, side: Side) -> Relation:
    """Rows stay rows, each with its unit; nothing may pick among them."""
    if found.limit is not None or found.offset is not None:
        binding.refuse("rows-picked", subject="LIMIT", at=found.at)
    instances = {binding.canonical(unit.instance) for unit in side.units}
    within_unit(binding, found, instances)
    bare.check_windows(binding, found.after)
    known = known_units(binding, found, instances)
    found.projections = [(name, layers.replaced(part, known)) for name, part in found.projections]
    found.qualify = None if found.qualify is None else layers.replaced(found.qualify, known)
    if found.qualify is not None:
        flows.require(binding, map(as_filter, flows.flows(binding, found.qualify)), value=Use.FILTER)
    asked = [*found.shown, *(() if found.qualify is None else (found.qualify,))]
    over = layers.windows(asked)
    if over and not all(isinstance(part, Window | Column) for part in asked):
        return rows(binding, *layered(binding, found, side, [*over, *layers.outside(asked)], where=found.where))
    body = Select(
        found.source,
        tuple(bounded(binding, part) for part in found.shown),
        where=conjunction([*found.where, *(() if found.qualify is None else (found.qualify,))]),
        hidden=hidden(side.units),
    )
    fields = tuple(
        field(binding, name, part, index, side.units) for index, (name, part) in enumerate(found.projections)
    )
    return Relation(body, fields, units=outward(side.units), touches=touched(found))


def layered(
    binding: Binding,
    found: Block,
    side: Side,
    pieces: list[Expression],
    *,
    where: list[Expression],
    grouping: Grouping | None = None,
) -> tuple[Block, Side]:
    """The SELECT around an inner one that computes `pieces` bare, with the units carried through."""
    body = Select(
        found.source,
        tuple(piece if isinstance(piece, Column) else release.clipped(binding, piece) for piece in pieces),
        where=conjunction(where),
        grouping=grouping,
        hidden=hidden(side.units),
    )
    fields = tuple(field(binding, f"c{index}", piece, index, side.units) for index, piece in enumerate(pieces))
    inner = Relation(body, fields, units=outward(side.units), touches=touched(found))
    source = binding.source(inner)
    standing: dict[Expression, Expression] = {
        piece: Column(source.id, known.inner, family=known.family) for piece, known in zip(pieces, fields, strict=True)
    }
    after = [part for part in (found.having, found.qualify) if part is not None]
    around = Block(
        source,
        projections=[(name, layers.replaced(part, standing)) for name, part in found.projections],
        where=[part for part in (layers.replaced(each, standing) for each in after) if not layers.windows([part])],
        qualify=next((p for p in (layers.replaced(each, standing) for each in after) if layers.windows([p])), None),
        distinct=found.distinct,
        at=found.at,
    )
    return around, Side(binding.units[source.id], frozenset({source.id}))


def folded(binding: Binding, found: Block, side: Side) -> Relation:
    """GROUP BY a unit: a row a unit, still protected."""
    grouping = found.grouping
    if grouping is None or not grouping.plain:
        binding.refuse("not-supported", subject="ROLLUP", at=found.at)
        grouping = Grouping((), ((),))
    if found.limit is not None or found.offset is not None:
        binding.refuse("rows-picked", subject="LIMIT", at=found.at)
    aggregates = list(dict.fromkeys(one for part in found.after for one in flows.aggregates(part)))
    for aggregate in aggregates:
        bare.check_aggregate(binding, aggregate)
    for part in found.after:
        for column in ungrouped(part, grouping.keys):
            known = binding.field_of(column)
            binding.refuse("not-grouped", subject=known.name if known else "", at=column.at)
    for clause in (found.having, found.qualify):
        if clause is not None:
            flows.require(binding, map(as_filter, flows.flows(binding, clause)), value=Use.FILTER)
    units = Side(fold_units(binding, grouping, side), side.sources)
    around, own = layered(binding, found, units, [*grouping.keys, *aggregates], where=found.where, grouping=grouping)
    return block(binding, around, own)


def fold_units(binding: Binding, grouping: Grouping, side: Side) -> tuple[Unit, ...]:
    """The units of a folded relation: those in the keys stay, of the others their number is carried along."""
    own = {binding.canonical(unit.instance): unit for unit in side.units}
    kept: list[Unit] = []
    for key in grouping.keys:
        instance = identified(binding, key)
        known = binding.field_of(key) if isinstance(key, Column) else None
        if instance is None or known is None or any(one.instance == instance for one in kept):
            continue
        unit = own.get(instance)
        unique = unit is not None and unit.unique and len(grouping.keys) == 1
        own_key = any_value(unit.key if unit is not None else None)
        own_key = own_key or Operation("unit key", (key,))
        most, mask = (any_value(part) for part in ((None, None) if unit is None or unique else (unit.most, unit.mask)))
        kept.append(Unit(known.refers or "", key, own_key, unique, instance=instance, most=most, mask=mask))
    rows_are_units = any(own[unit.instance].unique for unit in kept if unit.instance in own)
    gone = [(instance, unit) for instance, unit in own.items() if all(instance != one.instance for one in kept)]
    return (*kept, *(folded_away(unit, instance, alone=rows_are_units) for instance, unit in gone))


def folded_away(unit: Unit, instance: int, *, alone: bool) -> Unit:
    """A unit not among the keys: itself where every group is one row, else how many of it stand behind the group."""
    if alone:
        column, key, carried = (any_value(part) for part in (unit.column, unit.key, unit.carried))
        return Unit(unit.kind, column, key, carried=carried, instance=instance)
    if unit.column is not None:
        counted = Aggregate("count", (unit.column,), distinct=True)
        return Unit(unit.kind, None, carried=counted, disjoint=unit.unique, instance=instance)
    parts = () if unit.carried is None else (unit.carried,)
    number = Aggregate("sum" if unit.disjoint else "max", parts)
    return Unit(unit.kind, None, carried=number, disjoint=unit.disjoint, instance=instance)


def any_value(part: Expression | None) -> Expression | None:
    """The value that all rows of a one-row group share."""
    return None if part is None else Aggregate("any_value", (part,))


def identified(binding: Binding, key: Expression) -> int | None:
    """The unit instance a grouping key identifies; a reference to another unit counts as one of its own (negative)."""
    instance = binding.unit_of(key)
    if instance is None and isinstance(key, Column):
        instance = binding.referred.get(key)
    if instance is not None:
        return binding.canonical(instance)
    known = binding.field_of(key) if isinstance(key, Column) else None
    if known is not None and known.refers is not None and known.plain is not None and isinstance(key, Column):
        return -key.source * 10_000 - int(known.inner[1:] if known.inner[1:].isdigit() else len(known.inner))
    return None


def within_unit(binding: Binding, found: Block, instances: set[int]) -> None:
    """Windows over protected rows must stay within a unit."""
    for part in found.after:
        for piece in walk(part):
            if isinstance(piece, Window) and not any(identified(binding, key) in instances for key in piece.partition):
                binding.refuse("window-over-protected", subject=piece.of.function, at=piece.at)


def known_units(binding: Binding, found: Block, instances: set[int]) -> dict[Expression, Expression]:
    """What stands for each window: null where nobody is named, since those rows are one partition of many people."""
    standing: dict[Expression, Expression] = {}
    for window in layers.windows(found.after):
        named = [key for key in window.partition if identified(binding, key) in instances]
        known = conjunction(Operation("is not null", (key,)) for key in named)
        if known is not None:
            standing[window] = Operation("case", (known, window, Literal("NULL", LiteralKind.NULL)))
    return standing


def ungrouped(expression: Expression, keys: tuple[Expression, ...]) -> Iterable[Column]:
    """The columns of an expression that are neither grouped nor aggregated."""
    if expression in keys or isinstance(expression, Aggregate):
        return []
    if isinstance(expression, Column):
        return [expression]
    inner = list(expression.outer) if isinstance(expression, Nested) else []
    if isinstance(expression, Window) and isinstance(expression.of, Aggregate):
        parts: tuple[Expression, ...] = (*expression.of.arguments, *expression.partition)
    else:
        parts = children(expression)
    return [column for part in (*parts, *inner) for column in ungrouped(part, keys)]


def bounded(binding: Binding, expression: Expression) -> Expression:
    """The expression with columns clipped to their bounds where they are computed with, not merely passed on."""
    return expression if isinstance(expression, Column | Window) else release.clipped(binding, expression)


def hidden(units: tuple[Unit, ...]) -> tuple[tuple[str, Expression], ...]:
    """The unit columns carried along, by printed name."""
    found: list[tuple[str, Expression]] = []
    for index, unit in enumerate(units):
        parts = (unit.column, unit.key, unit.carried, unit.most, unit.mask)
        for letter, part in zip("uknrb", parts, strict=True):
            if part is not None:
                found.append((f"{letter}{index}", part))
    return tuple(found)


def outward(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """The units as the finished relation shows them: by its own printed names."""
    return tuple(
        replace(
            unit,
            column=None if unit.column is None else Column(0, f"u{index}"),
            key=None if unit.key is None else Column(0, f"k{index}"),
            carried=None if unit.carried is None else Column(0, f"n{index}"),
            most=None if unit.most is None else Column(0, f"r{index}"),
            mask=None if unit.mask is None else Column(0, f"b{index}"),
            instance=0,
        )
        for index, unit in enumerate(units)
    )


def field(binding: Binding, name: str, expression: Expression, index: int, units: tuple[Unit, ...]) -> Field:
    """What is known of a projected expression over protected rows."""
    known = binding.field_of(expression) if isinstance(expression, Column) else None
    instance = identified(binding, expression)
    positions = {unit.instance: position for position, unit in enumerate(units)}
    return Field(
        name=name,
        inner=f"c{index}",
        flows=flows.flows(binding, expression),
        lineage=flows.lineage(binding, expression),
        plain=None if known is None else known.plain,
        unit=positions.get(instance) if instance is not None else None,
        refers=None if known is None else known.refers,
        bounds=None if known is None else known.bounds,
        type=None if known is None else known.type,
    )


def touched(found: Block) -> frozenset[str]:
    """The protected resources a block reads."""
    return frozenset().union(*(relation.touches for relation in read(found.source)))
