"""Whom the rows of a FROM clause are about, and which joins keep that true.

Protected rows meet protected rows by unit or by a declared N:1 reference; they meet open, released or the caller's own
rows by equality of a dimension. Whatever could write one subject's row several times over ends the assumption that
rows count subjects, so that contributors are counted apart from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.model import Use
from sandbox.gate import flows, multiples
from sandbox.gate.binding import Binding, walk
from sandbox.gate.rules import Finding
from sandbox.gate.tree import (
    Call,
    Column,
    Expression,
    From,
    Join,
    Nested,
    Operation,
    Role,
    Source,
    Unit,
)

PRESERVED_LEFT = frozenset({"INNER", "LEFT", "CROSS", "ASOF", "ASOF LEFT", "SEMI", "ANTI"})
RANGES = frozenset({"between", "<", "<=", ">", ">="})
FROM_WHERE = frozenset({"INNER", "CROSS"})


@dataclass(frozen=True)
class Side:
    """One side of a join: its units, its sources, and whether it has one row at the most."""

    units: tuple[Unit, ...]
    sources: frozenset[int]
    single: bool = False
    determined: frozenset[Column] | None = None


def conjuncts(expression: Expression | None) -> tuple[Expression, ...]:
    """The parts of a condition that must all hold."""
    if expression is None:
        return ()
    if isinstance(expression, Operation) and expression.operator == "and":
        return tuple(part for argument in expression.arguments for part in conjuncts(argument))
    return (expression,)


def protection(binding: Binding, node: From, where: Iterable[Expression]) -> Side:
    """The units a FROM clause's rows are about; findings for joins that would not keep them."""
    match node:
        case Source():
            relation = node.relation
            determined = None
            if relation.determined is not None:
                determined = frozenset(Column(node.id, inner) for inner in relation.determined)
            return Side(binding.units[node.id], frozenset({node.id}), relation.single, determined)
        case Join():
            return joined(binding, node, tuple(where))


def joined(binding: Binding, node: Join, where: tuple[Expression, ...]) -> Side:
    """One join of two sides."""
    passed = where if node.kind in FROM_WHERE else ()
    left = protection(binding, node.left, passed if node.kind in FROM_WHERE else where if node.kind == "LEFT" else ())
    right = protection(binding, node.right, passed)
    sources = left.sources | right.sources
    conditions = [*conjuncts(node.on), *passed]
    if not left.units and not right.units:
        return Side((), sources, left.single and right.single)
    pairs = equalities(conditions, left, right)
    if node.kind.startswith("ASOF"):
        binding.refuse("join-multiplies", subject=node.kind)
        return Side(left.units + right.units, sources)
    if left.units and right.units:
        units = both(binding, node, pairs, left, right)
    else:
        units = one(binding, node, (left, right), pairs=pairs, conditions=conditions)
    check_condition(binding, node)
    return Side(units, sources)


def equalities(conditions: Iterable[Expression], left: Side, right: Side) -> list[tuple[Column, Column]]:
    """The plain equalities between the two sides, left column first."""
    found = []
    for part in conditions:
        match part:
            case Operation(operator="=" | "is not distinct from", arguments=(Column() as one_, Column() as other)):
                if one_.source in left.sources and other.source in right.sources:
                    found.append((one_, other))
                elif other.source in left.sources and one_.source in right.sources:
                    found.append((other, one_))
    return found


def check_condition(binding: Binding, node: Join) -> None:
    """Beside the linking equalities an ON is a condition like any other."""
    for part in conjuncts(node.on):
        if isinstance(part, Operation) and frozenset(part.arguments) in binding.linked:
            continue
        if any(isinstance(piece, Nested) for piece in walk(part)):
            binding.refuse("correlated")
        flows.require(binding, flows.condition(binding, part), value=Use.FILTER)


def both(binding: Binding, node: Join, pairs: list[tuple[Column, Column]], left: Side, right: Side) -> tuple[Unit, ...]:
    """Two protected sides: linked by one unit, or by a reference to a unit."""
    for mine, other in pairs:
        kind_mine, kind_other = refers(binding, mine), refers(binding, other)
        if kind_mine is None or kind_mine != kind_other:
            continue
        unit_mine, unit_other = unit_at(binding, left, mine), unit_at(binding, right, other)
        if unit_mine is None and unit_other is None:
            continue
        require_join(binding, mine, other)
        binding.linked.add(frozenset({mine, other}))
        if unit_mine is not None and unit_other is not None:
            return one_unit(binding, node, (left, right), mine=unit_mine, other=unit_other)
        if unit_other is not None:
            binding.referred[mine] = unit_other.instance
            return referring(node, left, right, unit_other, reference=mine)
        if unit_mine is not None:
            flipped = {"LEFT": "RIGHT", "RIGHT": "LEFT"}.get(node.kind, node.kind)
            if node.kind in {"SEMI", "ANTI"}:
                return left.units
            binding.referred[other] = unit_mine.instance
            return referring(replace(node, kind=flipped), right, left, unit_mine, reference=other)
    at = next((column.at for pair in pairs for column in pair if column.at is not None), None)
    binding.refuse("join-multiplies", subject=node.kind, at=at)
    return left.units + right.units


def require_join(binding: Binding, *columns: Column) -> None:
    """Both columns must be granted `join`."""
    for column in columns:
        for flow in flows.flows(binding, column):
            if flow.role is Role.VALUE:
                flows.require(binding, [replace(flow, at=column.at)], value=Use.JOIN)


def one_unit(binding: Binding, node: Join, sides: tuple[Side, Side], *, mine: Unit, other: Unit) -> tuple[Unit, ...]:
    """Rows about the same unit: it stays one unit, unique where it is on both sides."""
    left, right = sides
    if node.kind in {"SEMI", "ANTI"}:
        return left.units
    kept = mine if node.kind != "RIGHT" else other
    if node.kind == "FULL" and mine.column is not None and other.column is not None:
        kept = replace(mine, key=coalesced(mine.key, other.key))
        binding.refuse("not-supported", subject="FULL JOIN")
    gone = other if kept is mine else mine
    binding.same[binding.canonical(gone.instance)] = binding.canonical(kept.instance)
    left_once = mine.unique and other.unique
    units = []
    for unit in (*left.units, *right.units):
        if unit.instance == gone.instance:
            continue
        unique = left_once if unit.instance == kept.instance else unit.unique and left_once
        counted = unit if (other if unit in left.units else mine).unique else None
        if unit.instance == kept.instance and unit.unique and not gone.unique:
            counted = gone
        most, mask = (None, None) if counted is None else (counted.most, counted.mask)
        unique = unique and node.kind in {"INNER", "LEFT", "RIGHT", "CROSS"}
        units.append(replace(unit, unique=unique, most=most, mask=mask))
    return tuple(units)


def coalesced(one_: Expression | None, other: Expression | None) -> Expression | None:
    """The first of two that is there."""
    return Call("coalesce", (one_, other)) if one_ is not None and other is not None else None


def referring(node: Join, many: Side, one_: Side, target: Unit, *, reference: Column) -> tuple[Unit, ...]:
    """Rows of `many` refer to at most one row of `one_` each (when its unit is unique there).

    A semi or anti join drops the columns of the other side, but what is told is about its units too: they are counted
    by the reference.
    """
    if node.kind in {"SEMI", "ANTI"}:
        told = Unit(target.kind, reference, Operation("unit key", (reference,)), instance=target.instance)
        return (*many.units, told)
    keeps = node.kind in {"INNER", "LEFT", "CROSS"} and target.unique
    return (
        *(replicated(unit, keeps=keeps) for unit in many.units),
        *(replicated(unit, keeps=False) for unit in one_.units),
    )


def one(
    binding: Binding,
    node: Join,
    sides: tuple[Side, Side],
    *,
    pairs: list[tuple[Column, Column]],
    conditions: Iterable[Expression],
) -> tuple[Unit, ...]:
    """One protected side: the other is met on dimensions by equality, is a list of bands, or has but one row."""
    left, right = sides
    protected, other = (left, right) if left.units else (right, left)
    flipped = protected is right
    if flipped and node.kind in {"SEMI", "ANTI"}:
        binding.refuse("correlated", at=pairs[0][1].at if pairs else None)
        return right.units
    dimension = []
    for pair in pairs:
        column, matched = (pair[1], pair[0]) if flipped else pair
        dimension.append(matched)
        binding.linked.add(frozenset(pair))
        for flow in flows.flows(binding, column):
            if flow.role is Role.VALUE and Use.GROUP not in uses(binding, flow.resource, flow.column):
                allowed = tuple(sorted(uses(binding, flow.resource, flow.column)))
                binding.note(Finding("use-join", subject=flow.column, at=column.at, allowed=allowed))
            else:
                flows.require(binding, [flow], value=Use.GROUP, at=column.at)
    met = node.left if flipped else node.right
    few = node.kind in {"SEMI", "ANTI"} or multiples.few(met, frozenset(column.name for column in dimension))
    if not (other.single or (pairs and few) or banded(met, conditions, protected)):
        binding.refuse("join-multiplies", subject=node.kind, at=pairs[0][0].at if pairs else None)
    preserved = node.kind in PRESERVED_LEFT if not flipped else node.kind in {"INNER", "CROSS", "RIGHT"}
    at_most_one = other.single or (other.determined is not None and other.determined <= set(dimension))
    keeps = preserved and (at_most_one or node.kind in {"SEMI", "ANTI"})
    return tuple(replicated(unit, keeps=keeps) for unit in protected.units)


def replicated(unit: Unit, *, keeps: bool) -> Unit:
    """The unit after a join, which keeps what is known of its rows where no row comes out of it several times."""
    return unit if keeps else replace(unit, unique=False, disjoint=False, most=None, mask=None)


def banded(other: From, conditions: Iterable[Expression], protected: Side) -> bool:
    """Whether the other side is a short list of bands written down, met by comparing a column with their edges."""
    if not isinstance(other, Source) or multiples.rows_written(other.relation) > multiples.MOST_BANDS:
        return False
    return any(
        isinstance(part, Operation)
        and part.operator in RANGES
        and {piece.source for piece in part.arguments if isinstance(piece, Column)} >= {other.id}
        and any(isinstance(piece, Column) and piece.source in protected.sources for piece in part.arguments)
        for part in conditions
    )


def uses(binding: Binding, resource: str, column: str) -> frozenset[Use]:
    """The uses the annex allows on a column."""
    return binding.granted.resources[resource.lower()].columns[column.lower()].uses


def refers(binding: Binding, column: Column) -> str | None:
    """The kind of unit a column's values identify."""
    known = binding.field_of(column)
    return None if known is None else known.refers


def unit_at(binding: Binding, side: Side, column: Column) -> Unit | None:
    """The unit of a side that a column identifies."""
    instance = binding.unit_of(column)
    if instance is None:
        return None
    return next((unit for unit in side.units if binding.canonical(unit.instance) == instance), None)
