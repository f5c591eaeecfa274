"""FROM clauses: granted resources, common table expressions, subqueries, the caller's own rows, and their joins."""

from collections.abc import Mapping

from sqlglot import exp

from catalog.model import Use
from sandbox.gate import expressions, functions, masked, pivots, queries, workspace
from sandbox.gate.binding import Binding, Scope, Visible
from sandbox.gate.granted import GrantedResource
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import (
    Call,
    Column,
    Expression,
    Field,
    Flow,
    From,
    Join,
    Nested,
    Operation,
    Relation,
    Role,
    Scan,
    Source,
    TableFunction,
    Unit,
)
from sandbox.gate.vocabulary import RELATIONS

KEY, ROWS, MASK = "__key", "__rows", "__mask"
JOIN_KINDS = {
    ("", ""): "INNER",
    ("", "INNER"): "INNER",
    ("", "CROSS"): "CROSS",
    ("LEFT", ""): "LEFT",
    ("LEFT", "OUTER"): "LEFT",
    ("RIGHT", ""): "RIGHT",
    ("RIGHT", "OUTER"): "RIGHT",
    ("FULL", ""): "FULL",
    ("FULL", "OUTER"): "FULL",
    ("", "OUTER"): "FULL",
    ("", "SEMI"): "SEMI",
    ("", "ANTI"): "ANTI",
    ("LEFT", "SEMI"): "SEMI",
    ("LEFT", "ANTI"): "ANTI",
}
TURNED = {"this", "with_", "alias", "joins", "db", "catalog", "pivots", *("order", "limit", "offset")}
ASOF = {"INNER": "ASOF", "LEFT": "ASOF LEFT"}


def from_(binding: Binding, scope: Scope, node: exp.Select) -> From | None:
    """The FROM clause of a SELECT with all its joins; what it shows is added to the scope."""
    clause = node.args.get("from_")
    if clause is None:
        if node.args.get("joins"):
            raise Finding("not-supported", subject="JOIN")
        return None
    found = item(binding, scope, clause.this)
    for join in [*(node.args.get("laterals") or []), *(node.args.get("joins") or [])]:
        found = joined(binding, scope, found, join)
    return found


def item(binding: Binding, scope: Scope, node: exp.Expr) -> From:
    """One element of a FROM clause, with the joins written inside its parentheses."""
    alias = node.args.get("alias")
    name = alias.name if alias is not None else ""
    labels = [part.name for part in (alias.args.get("columns") or [])] if alias is not None else []
    turns = node.args.get("pivots") or []
    if turns:
        queries.allow(binding, node, TURNED)
        relation = pivots.turned(binding, node, ctes=scope.ctes)
        alias = turns[-1].args.get("alias")
        name = alias.name if alias is not None else ""
        labels = [part.name for part in (alias.args.get("columns") or [])] if alias is not None else []
        return beside(binding, scope, relation, node, name=name, labels=labels)
    match node:
        case exp.Table(this=exp.Anonymous()):
            queries.allow(binding, node, {"this", "alias", "joins"})
            relation = table_function(binding, scope, node.this.name.lower(), node.this.expressions, node)
            name = name or node.this.name
        case exp.Table():
            queries.allow(binding, node, {"this", "alias", "joins", "db", "catalog"})
            relation = stored(binding, scope.ctes, node)
            name = name or node.name
        case exp.Unnest():
            queries.allow(binding, node, {"expressions", "alias"})
            relation = table_function(binding, scope, "unnest", node.expressions, node)
        case exp.Subquery(this=exp.Table() | exp.Subquery() as inner) if name == "" and isinstance(inner, exp.Table):
            queries.allow(binding, node, {"this", "joins"})
            found = item(binding, scope, inner)
            for join in node.args.get("joins") or []:
                found = joined(binding, scope, found, join)
            return found
        case exp.Subquery():
            queries.allow(binding, node, {"this", "with_", "alias", "joins", *queries.MODIFIERS})
            bare = exp.Subquery(**{key: value for key, value in node.args.items() if key not in {"joins", "alias"}})
            relation = queries.query(binding, bare, ctes=scope.ctes)
        case exp.Values():
            relation = queries.query(binding, node, ctes=scope.ctes)
        case exp.Lateral():
            queries.allow(binding, node, {"this", "alias"})
            relation = lateral(binding, scope, node)
        case _:
            raise Finding("not-supported", subject=expressions.label(node))
    return beside(binding, scope, relation, node, name=name, labels=labels)


def beside(binding: Binding, scope: Scope, relation: Relation, node: exp.Expr, *, name: str, labels: list[str]) -> From:
    """A relation shown under its name, with the joins written inside its parentheses."""
    relation = queries.renamed(binding, relation, labels, node) if labels else relation
    source = binding.source(relation)
    scope.show(name or f"#{source.id}", source)
    found: From = source
    for join in node.args.get("joins") or []:
        found = joined(binding, scope, found, join)
    return found


def stored(binding: Binding, ctes: Mapping[str, Relation], node: exp.Table) -> Relation:
    """A common table expression or a granted resource; a qualified name is one only where the annex spells it so."""
    parts = [part.name for part in node.parts] if isinstance(node.this, exp.Identifier) else []
    name = ".".join(parts).lower()
    if len(parts) == 1 and name in ctes:
        return ctes[name]
    resource = binding.granted.resources.get(name)
    if resource is None and (kept := workspace.relation(binding, name, node)) is not None:
        return kept
    if resource is None:
        raise Finding("unknown-relation", subject=node.sql("duckdb")[:60], at=offset(node))
    return masked.scan(binding, resource, scan(resource))


def scan(resource: GrantedResource) -> Relation:
    """The granted columns of a resource, and whom its rows are about."""
    fields = []
    for column in resource.columns.values():
        flow = Flow(resource.name, column.name, Role.VALUE)
        own = column.name == resource.privacy_unit
        fields.append(
            Field(
                name=column.name,
                inner=column.name,
                flows=frozenset({flow}),
                lineage=frozenset({flow.path}),
                plain=flow,
                unit=0 if own else None,
                refers=column.refers,
                bounds=column.bounds if Use.AGGREGATE in column.uses else None,
                type=column.type,
            )
        )
    if resource.privacy_unit is None or resource.unit_kind is None:
        return Relation(Scan("data", resource.name), tuple(fields))
    counted = resource.unit_rows and not resource.unit_unique
    unit = Unit(
        kind=resource.unit_kind,
        column=Column(0, resource.privacy_unit),
        key=Column(0, KEY),
        unique=resource.unit_unique,
        most=Column(0, ROWS) if counted else None,
        mask=Column(0, MASK) if counted else None,
    )
    return Relation(Scan("data", resource.name), tuple(fields), units=(unit,), touches=frozenset({resource.name}))


def table_function(binding: Binding, scope: Scope, name: str, arguments: list[exp.Expr], node: exp.Expr) -> Relation:
    """`range`, `generate_series`, `unnest` over constants."""
    if name not in RELATIONS:
        raise Finding("unknown-function", subject=name[:60], at=offset(node))
    bound = expressions.many(binding, Scope(scope.ctes), arguments)
    if name != "unnest" and not all(functions.constant_span(part) for part in bound):
        binding.refuse("size-not-literal", subject=name, node=node)
    label = "unnest" if name == "unnest" else name
    return Relation(TableFunction(name, bound), (Field(label, "c0"),))


def lateral(binding: Binding, scope: Scope, node: exp.Lateral) -> Relation:
    """LATERAL over open or released relations alone."""
    inside = node.this.this if isinstance(node.this, exp.Subquery) else node.this
    if not isinstance(inside, exp.Query):
        raise Finding("not-supported", subject="LATERAL", at=offset(node))
    reached: set[Column] = set()
    relation = queries.query(binding, inside, ctes=scope.ctes, outer=scope, reached=reached)
    protected_outside = any(binding.units.get(column.source) for column in reached)
    if reached and (relation.protected or relation.touches or protected_outside):
        binding.refuse("correlated", node=node)
    return relation


def joined(binding: Binding, scope: Scope, left: From, node: exp.Expr) -> From:
    """One join; whether protected rows may be joined so is asked when the whole FROM is known."""
    if isinstance(node, exp.Lateral):
        return Join(left, item(binding, scope, node), "CROSS")
    queries.allow(binding, node, {"this", "side", "kind", "method", "on", "using"})
    side, kind = (str(node.args.get(name) or "").upper() for name in ("side", "kind"))
    method = str(node.args.get("method") or "").upper()
    before = list(scope.visible)
    right = item(binding, scope, node.this)
    after = [seen for seen in scope.visible if seen not in before]
    printed = JOIN_KINDS.get((side, kind))
    using = [part.name for part in node.args.get("using") or []]
    if method == "NATURAL":
        shared = {key for seen in before for key in seen.columns}
        using = [label for seen in after for key, label in seen.labels.items() if key in shared]
    elif method == "ASOF":
        printed = ASOF.get(printed or "")
    elif method:
        printed = None
    if printed is None:
        binding.refuse("not-supported", subject=f"{method} {side} {kind} JOIN".strip(), node=node)
        printed = "INNER"
    on = node.args.get("on")
    if on is not None:
        condition: Expression | None = expressions.expression(binding, scope, on)
    else:
        condition = merged(binding, scope, (before, after), using=using, kind=printed)
    if condition is None and printed == "INNER":
        printed = "CROSS"
    if printed in {"SEMI", "ANTI"}:
        scope.visible[:] = before
    return Join(left, right, printed, condition)


def merged(
    binding: Binding, scope: Scope, sides: tuple[list[Visible], list[Visible]], *, using: list[str], kind: str
) -> Expression | None:
    """The condition of USING, its columns seen once from now on."""
    before, after = sides
    conditions: list[Expression] = []
    for name in using:
        key = name.lower()
        left = scope.merged[key][0] if key in scope.merged else None
        if left is None:
            left = next((seen.columns[key] for seen in before if key in seen.columns), None)
        right = next((seen.columns[key] for seen in after if key in seen.columns), None)
        if left is None or right is None:
            binding.refuse("unknown-column", subject=name)
            continue
        conditions.append(Operation("=", (left, right)))
        shown = {"RIGHT": right, "FULL": Call("coalesce", (left, right))}.get(kind, left)
        sources = {seen.source for seen in (*before, *after) if key in seen.columns}
        if kind not in {"SEMI", "ANTI"}:
            scope.merged[key] = (shown, frozenset(sources))
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else Operation("and", tuple(conditions))


def add_semi(binding: Binding, left: From, asked: Nested, kind: str) -> Join:
    """`x IN (SELECT y ...)` as a semi join, `NOT IN` as an anti join; in rows of several columns null equals null."""
    source = binding.source(asked.relation)
    operator = "=" if len(asked.arguments) == 1 else "is not distinct from"
    pairs = tuple(
        Operation(operator, (argument, Column(source.id, known.inner)))
        for argument, known in zip(asked.arguments, asked.relation.fields, strict=False)
    )
    return Join(left, source, kind, pairs[0] if len(pairs) == 1 else Operation("and", pairs))


def source_ids(node: From | None) -> set[int]:
    """The numbers of all sources in a FROM clause."""
    match node:
        case Source():
            return {node.id}
        case Join():
            return source_ids(node.left) | source_ids(node.right)
        case None:
            return set()
