"""One SELECT block: bound, then taken as open, as protected rows, as an aggregation by unit, or as a release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from catalog.model import Use
from sandbox.gate import columns, expressions, flows, groupings, joins, labels, names, protected, queries, sources
from sandbox.gate.binding import Binding, Scope, walk
from sandbox.gate.block import Block, all_joins, fields_of, finished, one_row, read
from sandbox.gate.parse import offset
from sandbox.gate.tree import (
    Call,
    Column,
    Expression,
    Flow,
    Join,
    Nested,
    Operation,
    Relation,
    Source,
    Window,
    children,
)
from sandbox.gate.vocabulary import WINDOWS

PARTS = {
    "expressions", "from_", "joins", "where", "group", "having", "qualify", "windows", "distinct", "order", "limit",
    "offset", "with_", "laterals", "kind", "hint",
}  # fmt: skip


def select(
    binding: Binding,
    node: exp.Select,
    *,
    ctes: Mapping[str, Relation],
    outer: Scope | None = None,
    reached: set[Column] | None = None,
) -> Relation:
    """The relation of a SELECT."""
    queries.allow(binding, node, PARTS)
    if node.args.get("kind") or node.args.get("hint"):
        binding.refuse("not-supported", subject=f"SELECT {node.args.get('kind') or 'hint'}", node=node)
    scope = Scope(ctes, outer=outer, reached=set() if reached is None else reached)
    block = bound(binding, scope, node)
    for source, on in scope.lookups:
        block.source = source if block.source is None else Join(block.source, source, "LEFT", on)
    semi_joined(binding, block)
    check_windows(binding, block)
    check_unnest(binding, block)
    where = tuple(block.where)
    side = joins.Side((), frozenset()) if block.source is None else joins.protection(binding, block.source, where)
    if not side.units:
        return open_block(binding, block, released=released(block), single_source=side.single or block.source is None)
    if any(column.source not in sources.source_ids(block.source) for column in scope.reached):
        binding.refuse("correlated", node=node)
    return protected.block(binding, block, side)


def bound(binding: Binding, scope: Scope, node: exp.Select) -> Block:
    """Every clause bound in the order in which names become visible."""
    block = Block(sources.from_(binding, scope, node), at=offset(node))
    for window in node.args.get("windows") or []:
        scope.windows[window.name.lower()] = window
    for projection in node.expressions:
        block.projections.extend(projected_items(binding, scope, projection))
    where = node.args.get("where")
    if where is not None:
        for _, condition in columns.written_out(binding, scope, where.this) or [("", where.this)]:
            block.where += joins.conjuncts(expressions.expression(binding, scope, condition))
        for aggregate in (found for part in block.where for found in flows.aggregates(part)):
            binding.refuse("aggregate-in-where", subject=aggregate.function, at=aggregate.at)
    shown = list(block.shown)
    block.grouping = groupings.grouping(binding, scope, node.args.get("group"), shown)
    for name in ("having", "qualify"):
        clause = node.args.get(name)
        if clause is not None:
            setattr(block, name, expressions.expression(binding, scope, clause.this))
    distinct = node.args.get("distinct")
    if distinct is not None:
        on = distinct.args.get("on")
        block.distinct = on is None
        if on is not None:
            keys = on.expressions if isinstance(on, exp.Tuple) else [on]
            block.distinct_on = tuple(queries.key_expression(binding, scope, key, shown) for key in keys)
    block.order = queries.ordering(binding, scope, node.args.get("order"), shown)
    block.limit, block.offset = queries.limits(binding, node, scope)
    return block


def projected_items(binding: Binding, scope: Scope, node: exp.Expr) -> Iterable[tuple[str, Expression]]:
    """The columns one item of the select list stands for, with their names."""
    table = node.args.get("table") if isinstance(node, exp.Column) and isinstance(node.this, exp.Star) else None
    star = node if isinstance(node, exp.Star) else node.this if table is not None else None
    if star is not None and not star.args.get("ilike"):
        return starred(binding, scope, star, table.name if table is not None else None)
    chosen = columns.liked(node)
    if chosen is not None:
        table = chosen[0].table if isinstance(chosen[0], exp.Column) else None
        return columns.matching(binding, scope, node, chosen[1], table=table)
    several = columns.written_out(binding, scope, node)
    if several is not None:
        return [(name, expressions.expression(binding, scope, part)) for name, part in several]
    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(node, exp.Aliases):
        binding.refuse("not-supported", subject="ALIASES", node=node)
    expression = expressions.expression(binding, scope, inner)
    if isinstance(node, exp.PositionalColumn) and (numbered := names.at_number(scope, node)) is not None:
        return [numbered]
    if isinstance(node, exp.Alias):
        scope.aliases.setdefault(node.alias.lower(), expression)
        return [(node.alias, expression)]
    return [(labels.default_name(inner), expression)]


def starred(binding: Binding, scope: Scope, star: exp.Expr, table: str | None) -> Iterable[tuple[str, Expression]]:
    """`*`, `t.*`, with EXCLUDE, REPLACE and RENAME."""
    queries.allow(binding, star, {"except_", "replace", "rename"})
    found = names.star(scope, table)
    if found is None:
        binding.refuse("unknown-relation", subject=table or "*", node=star)
        return []
    left_out = {part.name.lower() for part in star.args.get("except_") or []}
    replaced = {
        part.alias.lower(): expressions.expression(binding, scope, part.this) for part in star.args.get("replace") or []
    }
    renamed = {part.this.name.lower(): part.alias for part in star.args.get("rename") or []}
    return [
        (renamed.get(name.lower(), name), replaced.get(name.lower(), expression))
        for name, expression in found
        if name.lower() not in left_out
    ]


def semi_joined(binding: Binding, block: Block) -> None:
    """Memberships in protected subqueries turned into semi joins; elsewhere they are refused."""
    kept: list[Expression] = []
    for part in block.where:
        inner, kind = part, "SEMI"
        if isinstance(part, Operation) and part.operator == "not":
            inner, kind = part.arguments[0], "ANTI"
        if isinstance(inner, Nested) and inner.form == "in" and inner.relation.protected and block.source is not None:
            if inner.outer:
                binding.refuse("correlated", at=inner.at)
            binding.memberships.pop(id(inner.relation), None)
            block.source = sources.add_semi(binding, block.source, inner, kind)
        else:
            kept.append(part)
    block.where = kept
    on = [part for join in all_joins(block.source) for part in joins.conjuncts(join)]
    for part in (*kept, *block.after, *on, *(block.grouping.keys if block.grouping else ())):
        for piece in walk(part):
            if isinstance(piece, Nested) and piece.relation.protected:
                binding.refuse("correlated", at=piece.at)


def check_windows(binding: Binding, block: Block) -> None:
    """A window function needs its OVER."""
    for part in (*block.after, *block.where):
        over = {id(piece.of) for piece in walk(part) if isinstance(piece, Window)}
        for piece in walk(part):
            if isinstance(piece, Call) and piece.function in WINDOWS and id(piece) not in over:
                binding.refuse("not-supported", subject=f"{piece.function} OVER")


def check_unnest(binding: Binding, block: Block) -> None:
    """`unnest` makes rows: it stands directly in the select list, and nothing there folds rows at the same time."""
    for part in (*block.after, *block.where, *all_joins(block.source)):
        inside = children(part) if part in block.shown else (part,)
        calls = [piece for whole in inside for piece in walk(whole) if is_unnest(piece)]
        if calls or (is_unnest(part) and block.folds):
            binding.refuse("unnest-place", at=block.at)


def is_unnest(part: Expression) -> bool:
    """Whether it is a call that makes rows."""
    return isinstance(part, Call) and part.function == "unnest"


def released(block: Block) -> bool:
    """Whether anything the block reads came through disclosure control."""
    return any(relation.released for relation in read(block.source))


def open_block(binding: Binding, block: Block, *, released: bool, single_source: bool) -> Relation:
    """A SELECT over open and released rows: everything is allowed that the uses of the columns allow."""
    conditions = [*block.where, *all_joins(block.source)]
    for part in conditions:
        if isinstance(part, Operation) and frozenset(part.arguments) in binding.linked:
            continue
        flows.require(binding, joined_or_filtered(binding, part), value=Use.FILTER)
    touches = frozenset().union(*(relation.touches for relation in read(block.source)))
    makes_rows = any(is_unnest(part) for part in block.shown)
    single = (block.aggregated and block.grouping is None) or (single_source and not block.aggregated)
    fields = fields_of(binding, block.projections)
    if block.aggregated:
        fields = tuple(replace(known, flows=frozenset()) for known in fields)
        check_open_grouping(binding, block)
    deciding = [key.by for key in block.order] + [part for part in (block.qualify, block.having) if part is not None]
    deciding += [piece for part in block.after for piece in walk(part) if isinstance(piece, Window)]
    for part in (*deciding, *block.distinct_on):
        flows.require(binding, flows.condition(binding, part), value=Use.FILTER, at=block.at)
    relation = finished(block, fields, released=released)
    determined = None
    if block.grouping is not None and block.grouping.plain:
        inner = {expression: f"c{index}" for index, expression in enumerate(block.shown)}
        if all(key in inner for key in block.grouping.keys):
            determined = tuple(inner[key] for key in block.grouping.keys)
    return replace(
        relation, single=(single and not makes_rows) or one_row(block), determined=determined, touches=touches
    )


def check_open_grouping(binding: Binding, block: Block) -> None:
    """Over open rows too, keys need `group` and arguments `aggregate`, unless the column may be shown anyway."""
    for key in block.grouping.keys if block.grouping is not None else ():
        flows.require(binding, flows.flows(binding, key), value=Use.GROUP, at=block.at)
    for part in block.after:
        for aggregate in flows.aggregates(part):
            need = Use.GROUP if aggregate.function == "count" else Use.AGGREGATE
            flows.require(binding, flows.flows(binding, aggregate), value=need, at=aggregate.at)


def joined_or_filtered(binding: Binding, part: Expression) -> Iterable[Flow]:
    """What flows into a condition, open identifiers compared for equality left out."""
    match part:
        case Operation(operator="=", arguments=(Column() as left, Column() as right)):
            found = flows.flows(binding, left) | flows.flows(binding, right)
            return [flow for flow in found if Use.JOIN not in joins.uses(binding, flow.resource, flow.column)]
        case _:
            return flows.condition(binding, part)


def projected(binding: Binding, source: Source, projections: Sequence[tuple[str, Expression]]) -> Relation:
    """A plain projection of a source; protected rows stay so."""
    block = Block(source, projections=list(projections))
    side = joins.protection(binding, source, ())
    if side.units:
        return protected.block(binding, block, side)
    return finished(block, fields_of(binding, projections), released=source.relation.released)
