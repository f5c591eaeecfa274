"""Subqueries inside expressions. Only what is open or released may be looked into row by row."""

from sqlglot import exp

from sandbox.gate import decorrelate, expressions, queries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.parse import offset
from sandbox.gate.tree import Column, Expression, Nested, Relation


def bound(binding: Binding, scope: Scope, node: exp.Expr) -> tuple[Relation, tuple[Column, ...]]:
    """The relation of a subquery and the outer columns it refers to."""
    reached: set[Column] = set()
    inner = queries.query(binding, node, ctes=scope.ctes, outer=scope, reached=reached)
    for column in reached:
        own = {seen.source for seen in scope.visible}
        if column.source not in own:
            scope.reached.add(column)
    return inner, tuple(sorted(reached, key=lambda column: (column.source, column.name)))


def one_column(binding: Binding, relation: Relation, node: exp.Expr) -> None:
    """A subquery used as a value has one column."""
    if len(relation.fields) != 1:
        binding.refuse("column-count", node=node)


def scalar(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`(SELECT ...)` as a value."""
    before = list(binding.findings)
    relation, outer = bound(binding, scope, node)
    if len(binding.findings) > len(before) and binding.findings[-1].rule == "correlated":
        rewritten = decorrelate.lookup(binding, scope, node.this if isinstance(node, exp.Subquery) else node)
        if rewritten is not None:
            binding.findings[:] = before
            relation, outer = bound(binding, scope, rewritten)
    one_column(binding, relation, node)
    if relation.protected:
        return binding.refuse("raw-rows", subject=", ".join(sorted(relation.touches)), node=node)
    return Nested("scalar", (), relation, outer, offset(node))


def exists(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`EXISTS (SELECT ...)`."""
    before = list(binding.findings)
    relation, outer = bound(binding, scope, node.this)
    if relation.protected or len(binding.findings) > len(before):
        rewritten = decorrelate.membership(binding, scope, node.this)
        if rewritten is not None:
            binding.findings[:] = before
            return membership(binding, scope, rewritten)
    if relation.protected:
        return binding.refuse("correlated", node=node)
    return Nested("exists", (), relation, outer, offset(node))


def membership(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`x IN (SELECT ...)`; over protected rows it becomes a semi join, or is refused."""
    argument = expressions.expression(binding, scope, node.this)
    relation, outer = bound(binding, scope, node.args["query"])
    one_column(binding, relation, node)
    return Nested("in", (argument,), relation, outer, offset(node))


def quantified(binding: Binding, scope: Scope, node: exp.Expr, operator: str) -> Expression:
    """`x = ANY (SELECT ...)`, `x > ALL (SELECT ...)`."""
    right = node.expression
    word = "any" if isinstance(right, exp.Any) else "all"
    inside = right.this.unnest() if isinstance(right.this, exp.Subquery | exp.Paren) else right.this
    if not isinstance(inside, exp.Query):
        return binding.refuse("not-supported", subject=word.upper(), node=node)
    argument = expressions.expression(binding, scope, node.this)
    relation, outer = bound(binding, scope, inside)
    one_column(binding, relation, node)
    if relation.protected:
        return binding.refuse("correlated", node=node)
    if (operator, word) == ("=", "any"):
        return Nested("in", (argument,), relation, outer, offset(node))
    return Nested(f"{operator} {word}", (argument,), relation, outer, offset(node))
