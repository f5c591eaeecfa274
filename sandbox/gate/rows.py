"""Row values: `(a, b) = (c, d)` and `(a, b) IN ((c, d), ...)` compare column by column, null equal to null."""

from sqlglot import exp

from sandbox.gate import expressions
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.tree import Expression, Operation

EQUAL = frozenset({exp.EQ, exp.NEQ})


def compared(left: exp.Expr, right: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]] | None:
    """The pairs that two row values compare; `None` where they are no row values of one length."""
    one, other = cells(left), cells(right)
    if one is None or other is None or len(one) != len(other):
        return None
    return list(zip(one, other, strict=True))


def cells(node: exp.Expr) -> list[exp.Expr] | None:
    """The cells of a row value written down."""
    if isinstance(node, exp.Tuple) or (isinstance(node, exp.Anonymous) and node.name.lower() == "row"):
        return list(node.expressions)
    return None


def equal(binding: Binding, scope: Scope, pairs: list[tuple[exp.Expr, exp.Expr]]) -> Expression:
    """Every pair is equal, as the engine compares rows: null equals null."""
    parts = tuple(Operation("is not distinct from", expressions.many(binding, scope, list(pair))) for pair in pairs)
    return parts[0] if len(parts) == 1 else Operation("and", parts)
