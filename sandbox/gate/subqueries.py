"""Subqueries inside expressions. Only what is open or released may be looked into row by row."""

from sqlglot import exp

from sandbox.gate import decorrelate, expressions, names, queries, rows
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.constants import ZERO
from sandbox.gate.parse import offset
from sandbox.gate.tree import Call, Column, Expression, Nested, Operation, Relation


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
    """`(SELECT ...)` as a value; a correlated one over protected rows is looked up in a release."""
    before, memberships = list(binding.findings), dict(binding.memberships)
    relation, outer = bound(binding, scope, node)
    if any(finding.rule == "correlated" for finding in binding.findings[len(before) :]):
        rewritten = decorrelate.lookup(binding, scope, node.this if isinstance(node, exp.Subquery) else node)
        if rewritten is not None:
            binding.findings[:], binding.memberships = before, memberships
            return looked_up(binding, scope, *rewritten)
    one_column(binding, relation, node)
    if relation.protected:
        return binding.refuse("raw-rows", subject=", ".join(sorted(relation.touches)), node=node)
    guard_outer(binding, outer, node)
    return Nested("scalar", (), relation, outer, offset(node))


def looked_up(binding: Binding, scope: Scope, grouped: exp.Select, keys: list[exp.Column]) -> Expression:
    """The value for the row's keys, of a release or of a row a unit: it is joined on them, each key once in it."""
    relation = queries.query(binding, grouped, ctes=scope.ctes)
    if not relation.protected and relation.determined is None:
        return binding.refuse("correlated", node=keys[0])
    source = binding.source(relation)
    pairs = [
        Operation("=", (names.column(binding, scope, key), Column(source.id, field.inner, family=field.family)))
        for key, field in zip(keys, relation.fields, strict=False)
    ]
    scope.lookups.append((source, pairs[0] if len(pairs) == 1 else Operation("and", tuple(pairs))))
    value = Column(source.id, relation.fields[-1].inner)
    figure = grouped.expressions[-1].this
    if relation.protected and isinstance(figure, exp.Anonymous) and figure.name.lower() == "count":
        return Call("coalesce", (value, ZERO))  # of no rows at all a count is zero
    return value


def guard_outer(binding: Binding, outer: tuple[Column, ...], node: exp.Expr) -> None:
    """A subquery evaluated for each protected row could fail on one of them, which would tell of it."""
    if any(binding.units.get(column.source) for column in outer):
        binding.refuse("correlated", node=node)


def exists(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`EXISTS (SELECT ...)`; over protected rows a membership, where it can be rewritten to one."""
    before, memberships = list(binding.findings), dict(binding.memberships)
    relation, outer = bound(binding, scope, node.this)
    if relation.protected or len(binding.findings) > len(before):
        rewritten = decorrelate.membership(binding, scope, node.this)
        if rewritten is not None:
            binding.findings[:], binding.memberships = before, memberships
            return membership(binding, scope, rewritten)
    if relation.protected:
        return binding.refuse("correlated", node=node)
    guard_outer(binding, outer, node)
    return Nested("exists", (), relation, outer, offset(node))


def membership(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`x IN (SELECT ...)`; over protected rows it is refused unless it becomes a semi join."""
    arguments = expressions.many(binding, scope, rows.cells(node.this) or [node.this])
    relation, outer = bound(binding, scope, node.args["query"])
    if len(relation.fields) != len(arguments):
        binding.refuse("column-count", node=node)
    if relation.protected:
        binding.memberships[id(relation)] = offset(node)
    guard_outer(binding, outer, node)
    return Nested("in", arguments, relation, outer, offset(node))


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
    guard_outer(binding, outer, node)
    if (operator, word) == ("=", "any"):
        return Nested("in", (argument,), relation, outer, offset(node))
    return Nested(f"{operator} {word}", (argument,), relation, outer, offset(node))
