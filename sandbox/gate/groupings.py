"""GROUP BY: keys by position, alias or expression; ALL, ROLLUP, CUBE and grouping sets as sets of keys."""

from itertools import combinations, product
from math import prod

from sqlglot import exp

from sandbox.gate import flows, queries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Expression, Grouping, Literal

MOST_SETS = 256


def grouping(binding: Binding, scope: Scope, node: exp.Expr | None, shown: list[Expression]) -> Grouping | None:
    """The grouping of a SELECT whose projections are `shown`; `None` without GROUP BY."""
    if node is None:
        return None
    queries.allow(binding, node, {"expressions", "all", "rollup", "cube", "grouping_sets"})
    keys: list[Expression] = []

    def key(part: exp.Expr) -> int:
        bound = queries.key_expression(binding, scope, part, shown, aliases_first=not is_column(scope, part))
        if bound not in keys:
            keys.append(bound)
        return keys.index(bound)

    def element(part: exp.Expr) -> tuple[int, ...]:
        if isinstance(part, exp.Tuple):
            return tuple(key(inner) for inner in part.expressions)
        if isinstance(part, exp.Paren):
            return element(part.this)
        return (key(part),)

    if node.args.get("all"):
        for expression in shown:
            if not flows.aggregates(expression) and not isinstance(expression, Literal) and expression not in keys:
                keys.append(expression)
        return Grouping(tuple(keys), (tuple(range(len(keys))),))
    factors: list[list[tuple[int, ...]]] = []
    parts = [*node.expressions, *(node.args.get("rollup") or []), *(node.args.get("cube") or [])]
    for part in [*parts, *(node.args.get("grouping_sets") or [])]:
        match part:
            case exp.Rollup() | exp.Cube() | exp.GroupingSets():
                factors.append(sets_of(part, element))
            case _:
                factors.append([element(part)])
    if prod(len(factor) for factor in factors) > MOST_SETS:
        raise Finding("too-many-figures", subject=str(MOST_SETS))
    sets = [tuple(dict.fromkeys(index for chosen in choice for index in chosen)) for choice in product(*factors)]
    return Grouping(tuple(keys), tuple(dict.fromkeys(sets)))


def sets_of(node: exp.Expr, element) -> list[tuple[int, ...]]:  # type: ignore[no-untyped-def]
    """The grouping sets of ROLLUP, CUBE or GROUPING SETS."""
    if isinstance(node, exp.GroupingSets):
        found: list[tuple[int, ...]] = []
        for part in node.expressions:
            nested = isinstance(part, exp.Rollup | exp.Cube | exp.GroupingSets)
            found.extend(sets_of(part, element) if nested else [element(part)])
        return found
    parts = [element(part) for part in node.expressions]
    if isinstance(node, exp.Cube) and 2 ** len(parts) > MOST_SETS:
        raise Finding("too-many-figures", subject=str(MOST_SETS))
    if isinstance(node, exp.Rollup):
        chosen = [parts[:size] for size in range(len(parts), -1, -1)]
    else:
        chosen = [list(some) for size in range(len(parts), -1, -1) for some in combinations(parts, size)]
    return [tuple(index for part in some for index in part) for some in chosen]


def is_column(scope: Scope, node: exp.Expr) -> bool:
    """Whether a bare name is a column in scope: in GROUP BY columns come before aliases."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    if not isinstance(inner, exp.Column) or len(inner.parts) != 1:
        return False
    name = inner.name.lower()
    return name in scope.merged or any(name in seen.columns for seen in scope.visible)
