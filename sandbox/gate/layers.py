"""A protected SELECT taken apart: what the engine may compute only bare goes into an inner SELECT of its own.

Aggregates and windows cannot be guarded against errors inside one expression with arithmetic, so they are computed
first, and the arithmetic over them, guarded, in the SELECT around.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sandbox.gate.binding import walk
from sandbox.gate.tree import Call, Column, Expression, Lambda, Nested, Operation, Order, Window


def replaced(node: Expression, standing: Mapping[Expression, Expression]) -> Expression:
    """The expression with every part that has a stand-in replaced by it."""
    if node in standing:
        return standing[node]
    match node:
        case Call() | Operation() | Nested():
            return replace(node, arguments=tuple(replaced(part, standing) for part in node.arguments))
        case Lambda():
            return replace(node, body=replaced(node.body, standing))
        case Window():
            of = node.of
            inside = replace(of, arguments=tuple(replaced(part, standing) for part in of.arguments))
            return replace(
                node,
                of=inside,
                partition=tuple(replaced(part, standing) for part in node.partition),
                order=tuple(Order(replaced(key.by, standing), key.descending, key.nulls_first) for key in node.order),
            )
        case _:
            return node


def windows(parts: Iterable[Expression]) -> list[Window]:
    """The windows in some expressions, each once."""
    return list(dict.fromkeys(piece for part in parts for piece in walk(part) if isinstance(piece, Window)))


def outside(parts: Iterable[Expression]) -> list[Column]:
    """The columns that stand outside any window, each once."""
    found: dict[Column, None] = {}
    pending = list(parts)
    while pending:
        current = pending.pop()
        if isinstance(current, Window):
            continue
        if isinstance(current, Column):
            found[current] = None
        pending.extend(current.arguments if isinstance(current, Call | Operation | Nested) else ())
    return list(found)
