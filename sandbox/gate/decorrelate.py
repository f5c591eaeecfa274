"""Correlated subqueries over protected rows, rewritten to what is lawful: a semi join, or a lookup in a release.

`EXISTS (SELECT 1 FROM e WHERE e.uscc = p.uscc AND rest)` is `p.uscc IN (SELECT e.uscc FROM e WHERE
rest)`; `(SELECT avg(x) FROM t WHERE t.k = o.k AND rest)` looks `o.k` up in `SELECT k, avg(x) FROM t WHERE rest GROUP BY
k`, which is a release of its own.
"""

from sqlglot import exp

from sandbox.gate import sources
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.rules import Finding

PLAIN = frozenset({"expressions", "from_", "joins", "where", "kind"})


def membership(binding: Binding, scope: Scope, node: exp.Expr) -> exp.In | None:
    """An EXISTS with correlated equalities as an IN of rows; `None` when it is anything else."""
    split = correlated(binding, scope, node)
    if not isinstance(node, exp.Select) or split is None or not split[0]:
        return None
    pairs, rest = split
    inner: list[exp.Expr] = [pair[0].copy() for pair in pairs]
    outer: list[exp.Expr] = [pair[1].copy() for pair in pairs]
    if len(pairs) == 1:
        return exp.In(this=outer[0], query=exp.Subquery(this=without(node, inner, rest)))
    there = [exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null())) for column in inner]
    asked = without(node, inner, [*rest, *there])  # an equality never holds of null, rows compare null with null
    return exp.In(this=exp.Tuple(expressions=outer), query=exp.Subquery(this=asked))


def lookup(binding: Binding, scope: Scope, node: exp.Expr) -> tuple[exp.Select, list[exp.Column]] | None:
    """A correlated scalar aggregate as a grouped SELECT and the outer columns to look its keys up by."""
    split = correlated(binding, scope, node)
    if not isinstance(node, exp.Select) or split is None or not split[0] or len(node.expressions) != 1:
        return None
    pairs, rest = split
    keys: list[exp.Expr] = [inner.copy() for inner, _ in pairs]
    value = exp.Alias(this=unaliased(node.expressions[0]), alias=exp.to_identifier("looked_up"))
    grouped = without(node, [*keys, value], rest)
    grouped.set("group", exp.Group(expressions=[inner.copy() for inner, _ in pairs]))
    return grouped, [outer for _, outer in pairs]


def without(node: exp.Select, shown: list[exp.Expr], rest: list[exp.Expr]) -> exp.Select:
    """The SELECT with other projections and only the uncorrelated conditions."""
    bare = node.copy()
    bare.set("expressions", shown)
    bare.set("where", exp.Where(this=exp.and_(*(part.copy() for part in rest), copy=False)) if rest else None)
    return bare


def unaliased(node: exp.Expr) -> exp.Expr:
    """A projection without its name."""
    return node.this.copy() if isinstance(node, exp.Alias) else node.copy()


def correlated(
    binding: Binding, scope: Scope, node: exp.Expr
) -> tuple[list[tuple[exp.Column, exp.Column]], list[exp.Expr]] | None:
    """The equalities (inner column, outer column) of a plain SELECT's WHERE, and its other conditions."""
    if not isinstance(node, exp.Select) or any(value for name, value in node.args.items() if name not in PLAIN):
        return None
    where = node.args.get("where")
    if where is None:
        return None
    inside = Scope(scope.ctes)
    before = len(binding.findings)
    try:
        sources.from_(binding, inside, node)
    except Finding:
        return None
    finally:
        del binding.findings[before:]
    pairs: list[tuple[exp.Column, exp.Column]] = []
    rest: list[exp.Expr] = []
    for part in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        left, right = (part.this, part.expression) if isinstance(part, exp.EQ) else (None, None)
        if (
            isinstance(left, exp.Column)
            and isinstance(right, exp.Column)
            and known(inside, left) != known(inside, right)
        ):
            pairs.append((left, right) if known(inside, left) else (right, left))
        else:
            rest.append(part)
    return pairs, rest


def known(scope: Scope, node: exp.Column) -> bool:
    """Whether a column name means something among these sources alone."""
    name, table = node.name.lower(), node.table.lower()
    if not table and name in scope.merged:
        return True
    return any(name in seen.columns and table in {"", seen.name} for seen in scope.visible)
