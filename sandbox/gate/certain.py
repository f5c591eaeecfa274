"""What is known of an expression for certain: which values it compares with, and whether it can fail on a row."""

from sandbox.gate.tree import Aggregate, Call, Column, Expression, Literal, LiteralKind, Operation, Window

COMPARING = frozenset({"=", "<>", ">", ">=", "<", "<=", "is not distinct from", "is distinct from", "in", "between"})
LOGICAL = frozenset(
    {"and", "or", "not", "is null", "is not null", "is true", "is false", "is not true", "is not false"}
)
NULL = Literal("NULL", LiteralKind.NULL)


def family(expression: Expression) -> str | None:
    """Which values an expression compares with without a cast; `None` when that is not known."""
    match expression:
        case Column():
            return expression.family
        case Literal(kind=LiteralKind.NUMBER):
            return "number"
        case Literal(kind=LiteralKind.TEXT):
            return "text"
        case Operation(operator="neg", arguments=(inner,)):
            return family(inner) if isinstance(inner, Literal) else None
        case _:
            return None


def cannot_raise(expression: Expression) -> bool:
    """Whether evaluating it succeeds on any row for certain: columns, constants, comparisons of one kind, logic."""
    match expression:
        case Column() | Literal() | Aggregate() | Window():
            return True
        case Operation(operator="neg", arguments=(Literal(),)) | Call(function="unnest"):
            return True  # what makes rows is no value that TRY could take
        case Operation(operator=operator, arguments=parts) if operator in COMPARING:
            kinds = {family(part) for part in parts}
            return len(kinds) == 1 and None not in kinds and all(map(cannot_raise, parts))
        case Operation(operator=operator, arguments=parts) if operator in LOGICAL:
            return all(map(cannot_raise, parts))
        case Operation(operator="case", arguments=(*branches, default)):
            kinds = {family(part) for part in (*branches[1::2], default) if part != NULL}
            return len(kinds) <= 1 and None not in kinds and all(map(cannot_raise, (*branches, default)))
        case _:
            return False
