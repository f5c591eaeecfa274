"""What is computed bare on protected rows, where no TRY reaches: aggregates by unit, and windows within a unit.

An argument that could make the engine fail on one row (a negative count of rows, a place below one, a default of
another type) would tell of that row by the failure. So what is not data must be written out there.
"""

import re
from collections.abc import Iterable

from sandbox.gate.binding import Binding, walk
from sandbox.gate.certain import family
from sandbox.gate.tree import Aggregate, Call, Column, Expression, Frame, Literal, LiteralKind, Operation, Window

FOLDING = frozenset(
    {
        "count", "count_if", "countif", "sum", "avg", "mean", "min", "max", "any_value", "median", "quantile_cont",
        "quantile_disc", "bool_and", "bool_or",
    }
)  # fmt: skip
QUANTILES = frozenset({"quantile_cont", "quantile_disc"})
OFFSETS = frozenset({"lag", "lead"})
PLACES = frozenset({"ntile", "nth_value"})
RULE = "not-written-out"
WHOLE = re.compile(r"\d{1,9}")


def check_aggregate(binding: Binding, node: Aggregate) -> None:
    """An aggregate by unit: of those that fold, with one argument and, of a quantile, a place written out."""
    if node.function not in FOLDING:
        binding.refuse("value-returning", subject=node.function, at=node.at)
        return
    _, *more = node.arguments or (None,)
    if node.function in QUANTILES and len(more) == 1 and is_share(more[0]):
        return
    if more or node.function in QUANTILES:
        binding.refuse(RULE, subject=node.function, at=node.at)


def check_windows(binding: Binding, parts: Iterable[Expression]) -> None:
    """Every window in some expressions."""
    for window in (piece for part in parts for piece in walk(part) if isinstance(piece, Window)):
        of = window.of
        if isinstance(of, Aggregate):
            check_aggregate(binding, of)
        elif not written_out(of):
            binding.refuse(RULE, subject=of.function, at=window.at)
        if window.frame is not None and not steady(window.frame, window):
            binding.refuse(RULE, subject=f"{of.function} OVER", at=window.at)


def written_out(node: Call) -> bool:
    """Whether what a window function counts by is a literal, and a default of its argument's own kind."""
    arguments = node.arguments
    if node.function in OFFSETS:
        _, offset, default = (*arguments, None, None)[:3]
        known = isinstance(default, Literal) and family(default) == family(arguments[0])
        return (default is None or known or is_null(default)) and (offset is None or is_whole(offset))
    if node.function in PLACES:
        return is_whole(arguments[-1]) and arguments[-1] != Literal("0", LiteralKind.NUMBER)
    return True


def steady(frame: Frame, window: Window) -> bool:
    """Whether a frame's offsets are literals and, of a RANGE, reckoned from a column's own values."""
    offsets = [edge[0] for edge in (frame.start, frame.end) if not isinstance(edge[0], str)]
    own = all(isinstance(key.by, Column) and key.by.family is not None for key in window.order)
    return not offsets or (all(map(is_constant, offsets)) and (frame.unit != "RANGE" or own))


def is_constant(node: Expression) -> bool:
    """A number or a span of time, written out."""
    return isinstance(node, Literal) and node.kind in {LiteralKind.NUMBER, LiteralKind.INTERVAL}


def is_whole(node: Expression) -> bool:
    """A whole number, written out, and not a huge one."""
    return isinstance(node, Literal) and node.kind is LiteralKind.NUMBER and WHOLE.fullmatch(node.text) is not None


def is_share(node: Expression) -> bool:
    """A number between 0 and 1, or a list of them, written out."""
    match node:
        case Operation(operator="list", arguments=parts):
            return all(map(is_share, parts))
        case Literal(kind=LiteralKind.NUMBER):
            return 0 <= float(node.text) <= 1
        case _:
            return False


def is_null(node: Expression) -> bool:
    """NULL."""
    return isinstance(node, Literal) and node.kind is LiteralKind.NULL
