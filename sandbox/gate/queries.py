"""Queries of every form to relations: WITH, set operations, VALUES, subqueries with modifiers, PIVOT."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from sandbox.gate import expressions, pivots, selects
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.rules import Finding
from sandbox.gate.tree import (
    Column,
    Expression,
    Field,
    Flow,
    Literal,
    LiteralKind,
    Order,
    Relation,
    Select,
    SetOperation,
    Values,
)

OPERATORS: dict[type[exp.SetOperation], str] = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}
HUNDRED = 100
MODIFIERS = ("order", "limit", "offset")


def query(
    binding: Binding,
    node: exp.Expr,
    *,
    ctes: Mapping[str, Relation],
    outer: Scope | None = None,
    reached: set[Column] | None = None,
) -> Relation:
    """The relation a query node stands for."""
    ctes = with_(binding, node, ctes)
    match node:
        case exp.Select():
            return selects.select(binding, node, ctes=ctes, outer=outer, reached=reached)
        case exp.SetOperation():
            return set_operation(binding, node, ctes=ctes, outer=outer, reached=reached)
        case exp.Subquery():
            allow(binding, node, {"this", "with_", "alias", *MODIFIERS})
            inner = query(binding, node.this, ctes=ctes, outer=outer, reached=reached)
            return modified(binding, node, inner, ctes=ctes)
        case exp.Values():
            allow(binding, node, {"expressions", "alias", *MODIFIERS})
            return modified(binding, node, values(binding, node, ctes=ctes), ctes=ctes)
        case exp.Pivot():
            return pivots.pivot(binding, node, ctes=ctes, outer=outer)
        case exp.Table():
            star = exp.Select(expressions=[exp.Star()], from_=exp.From(this=node))
            return selects.select(binding, star, ctes=ctes, outer=outer, reached=reached)
        case _:
            raise Finding("not-supported", subject=expressions.label(node))


def allow(binding: Binding, node: exp.Expr, parts: set[str]) -> None:
    """Refuse any part of a node that is not among those understood."""
    for name, value in node.args.items():
        if value and name not in parts:
            rule = {"sample": "sample", "recursive": "recursive"}.get(name, "not-supported")
            binding.refuse(rule, subject=f"{expressions.label(node)} {name.strip('_')}", node=node)


def with_(binding: Binding, node: exp.Expr, ctes: Mapping[str, Relation]) -> Mapping[str, Relation]:
    """The common table expressions visible inside, the node's own added one by one."""
    clause = node.args.get("with_")
    if clause is None:
        return ctes
    allow(binding, clause, {"expressions", "recursive"})
    if clause.args.get("recursive"):
        raise Finding("recursive")
    known = dict(ctes)
    for cte in clause.expressions:
        allow(binding, cte, {"this", "alias", "materialized"})
        inner = query(binding, cte.this, ctes=known)
        labels = [part.name for part in cte.args["alias"].args.get("columns") or []]
        known[cte.alias.lower()] = replace(renamed(binding, inner, labels, cte), shared=binding.number())
    return known


def renamed(binding: Binding, relation: Relation, labels: list[str], node: exp.Expr) -> Relation:
    """The relation with the caller's column names for its first columns."""
    if len(labels) > len(relation.fields):
        binding.refuse("column-count", node=node)
        labels = labels[: len(relation.fields)]
    fields = tuple(replace(field, name=label) for field, label in zip(relation.fields, labels, strict=False))
    return replace(relation, fields=(*fields, *relation.fields[len(labels) :]))


def set_operation(
    binding: Binding,
    node: exp.SetOperation,
    *,
    ctes: Mapping[str, Relation],
    outer: Scope | None,
    reached: set[Column] | None,
) -> Relation:
    """UNION, INTERSECT, EXCEPT. Protected rows combine with rows about the same units alone."""
    allow(binding, node, {"this", "expression", "distinct", "by_name", "with_", *MODIFIERS})
    left = query(binding, node.this, ctes=ctes, outer=outer, reached=reached)
    right = query(binding, node.expression, ctes=ctes, outer=outer, reached=reached)
    if node.args.get("by_name"):
        left, right = by_name(binding, left, right)
    if len(left.fields) != len(right.fields):
        binding.refuse("column-count", node=node)
        return left
    operator = OPERATORS[type(node)] + ("" if node.args.get("distinct") else " ALL")
    if left.protected or right.protected:
        found = protected_union(binding, node, operator, left, right)
    else:
        fields = tuple(both(one, other) for one, other in zip(left.fields, right.fields, strict=True))
        found = Relation(
            SetOperation(operator, left, right), fields, released=left.released or right.released,
            touches=left.touches | right.touches,
        )  # fmt: skip
    return modified(binding, node, found, ctes=ctes)


def protected_union(binding: Binding, node: exp.Expr, operator: str, left: Relation, right: Relation) -> Relation:
    """Rows about the same units put one after the other; what compares rows would be a membership test."""
    left, right = unnumbered(left), unnumbered(right)
    alike = [(unit.kind, unit.column is None, unit.key is None, unit.carried is None) for unit in left.units]
    other_side = [(unit.kind, unit.column is None, unit.key is None, unit.carried is None) for unit in right.units]
    numbered = any(unit.most is not None for unit in (*left.units, *right.units))
    if operator != "UNION ALL" or alike != other_side or numbered:
        binding.refuse("mixed-union", node=node)
        return left
    fields = tuple(both(one, other) for one, other in zip(left.fields, right.fields, strict=True))
    units = tuple(replace(unit, unique=False, disjoint=False) for unit in left.units)
    return Relation(SetOperation(operator, left, right), fields, units=units, touches=left.touches | right.touches)


def unnumbered(relation: Relation) -> Relation:
    """The relation without how many rows a unit stands in at the most: put after one another the rows are more."""
    if not isinstance(relation.body, Select) or relation.shared is not None:
        return relation
    kept = tuple((name, part) for name, part in relation.body.hidden if name[0] not in "rb")
    units = tuple(replace(unit, most=None, mask=None) for unit in relation.units)
    return replace(relation, body=replace(relation.body, hidden=kept), units=units)


def both(one: Field, other: Field) -> Field:
    """A column fed from two sides."""
    same = one.plain is not None and one.plain == other.plain
    bounds = None
    if one.bounds is not None and other.bounds is not None:
        bounds = (min(one.bounds[0], other.bounds[0]), max(one.bounds[1], other.bounds[1]))
    found: frozenset[Flow] = one.flows | other.flows
    return replace(
        one,
        flows=found,
        lineage=one.lineage | other.lineage,
        steps=tuple(sorted({*one.steps, *other.steps})),
        plain=one.plain if same else None,
        refers=one.refers if one.refers == other.refers else None,
        unit=one.unit if one.unit == other.unit else None,
        bounds=bounds,
        type=one.type if one.type == other.type else None,
    )


def by_name(binding: Binding, left: Relation, right: Relation) -> tuple[Relation, Relation]:
    """UNION BY NAME: both sides given all names, missing ones null."""
    labels = list(dict.fromkeys([field.name.lower() for field in (*left.fields, *right.fields)]))
    return aligned(binding, left, labels), aligned(binding, right, labels)


def aligned(binding: Binding, relation: Relation, labels: list[str]) -> Relation:
    """The relation with exactly these columns in this order."""
    source = binding.source(relation)
    known = {field.name.lower(): field for field in relation.fields}
    projections: list[tuple[str, Expression]] = []
    for label in labels:
        field = known.get(label)
        null = Literal("NULL", LiteralKind.NULL)
        projections.append((field.name if field else label, Column(source.id, field.inner) if field else null))
    return selects.projected(binding, source, projections)


def values(binding: Binding, node: exp.Values, *, ctes: Mapping[str, Relation]) -> Relation:
    """Rows written down."""
    scope = Scope(ctes)
    rows = []
    for row in node.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row.unnest()]
        rows.append(expressions.many(binding, scope, cells))
    if not rows or len({len(row) for row in rows}) != 1:
        binding.refuse("column-count", node=node)
        rows = rows[:1] or [(Literal("NULL", LiteralKind.NULL),)]
    fields = tuple(Field(f"col{index}", f"c{index}") for index in range(len(rows[0])))
    return Relation(Values(tuple(rows)), fields, single=len(rows) == 1)


def modified(binding: Binding, node: exp.Expr, relation: Relation, *, ctes: Mapping[str, Relation]) -> Relation:
    """ORDER BY, LIMIT and OFFSET around a query that is not a plain SELECT."""
    if not any(node.args.get(name) for name in MODIFIERS):
        return relation
    limit, offset = limits(binding, node, Scope(ctes))
    if relation.protected:
        if limit is not None or offset is not None:
            binding.refuse("rows-picked", subject="LIMIT", node=node)
        return relation
    source = binding.source(relation)
    scope = Scope(ctes)
    scope.show("", source)
    projections = [(field.name, Column(source.id, field.inner)) for field in relation.fields]
    shown = selects.projected(binding, source, projections)
    order = ordering(binding, scope, node.args.get("order"), [column for _, column in projections])
    body = shown.body
    if not isinstance(body, Select):
        return shown
    single = relation.single or literal_one(limit)
    return replace(shown, body=replace(body, order=order, limit=limit, offset=offset), single=single)


def literal_one(limit: Expression | None) -> bool:
    """Whether a limit is the literal 1."""
    return isinstance(limit, Literal) and limit.text == "1"


def limits(binding: Binding, node: exp.Expr, scope: Scope) -> tuple[Expression | None, Expression | None]:
    """LIMIT and OFFSET as numbers written out, LIMIT also as a share of the rows."""
    found: list[Expression | None] = []
    for name in ("limit", "offset"):
        clause = node.args.get(name)
        if clause is None:
            found.append(None)
            continue
        options = clause.args.get("limit_options")
        count = clause.args.get("count" if isinstance(clause, exp.Fetch) else "expression")
        share = bool(options is not None and options.args.get("percent"))
        if clause.args.get("expressions") or count is None or (options is not None and options.args.get("with_ties")):
            found.append(binding.refuse("limit-form", subject="WITH TIES", node=clause))
            continue
        bound = expressions.expression(binding, scope, count)
        if not isinstance(bound, Literal) or not bound.text.isdecimal() or (share and int(bound.text) > HUNDRED):
            bound = binding.refuse("limit-form", subject=name.upper(), node=clause)
        found.append(replace(bound, text=f"{bound.text}%") if share and isinstance(bound, Literal) else bound)
    return found[0], found[1]


def ordering(binding: Binding, scope: Scope, node: exp.Expr | None, projections: list[Expression]) -> tuple[Order, ...]:
    """ORDER BY keys: positions, ALL, aliases before columns."""
    if node is None:
        return ()
    allow(binding, node, {"expressions"})
    found: list[Order] = []
    for key in node.expressions:
        descending, nulls_first = bool(key.args.get("desc")), bool(key.args.get("nulls_first"))
        if key.args.get("with_fill"):
            binding.refuse("not-supported", subject="WITH FILL", node=key)
        if isinstance(key.this, exp.Var) and key.this.name.upper() == "ALL":
            found.extend(Order(projection, descending, nulls_first) for projection in projections)
            continue
        found.append(Order(key_expression(binding, scope, key.this, projections), descending, nulls_first))
    return tuple(found)


def key_expression(
    binding: Binding, scope: Scope, node: exp.Expr, projections: list[Expression], *, aliases_first: bool = True
) -> Expression:
    """A grouping or sort key: the number of an output column, its alias, or an expression."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(inner, exp.Literal) and not inner.is_string:
        if inner.name.isdigit() and 1 <= int(inner.name) <= len(projections):
            return projections[int(inner.name) - 1]
        return binding.refuse("position", subject=inner.name, node=node)
    if isinstance(inner, exp.Column) and len(inner.parts) == 1:
        name = inner.name.lower()
        if aliases_first and name in scope.aliases:
            return binding.substitute(scope.aliases[name])
    return expressions.expression(binding, scope, inner)
