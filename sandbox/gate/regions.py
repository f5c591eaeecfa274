"""Conditions on one column as the set of values they take, so that one question has one form however it is written.

`age > 60`, `NOT age <= 60` and, of whole numbers, `age >= 61` are one region. Nothing here looks at the data: two
conditions have one form only if they take the same values whatever the table holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sandbox.gate.tree import Column, Expression, Literal, LiteralKind, Operation

Value = Fraction | str
Truth = bool | None  # of SQL's three-valued logic

GREATEST = 2**53  # beyond, an engine that compares as floating point may take two numbers for one
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
TWO = 2


class Unfit(Exception):
    """The condition is not one of a single column with constants."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A place of the column's order: the literal of that index, or (`inside=False`) the gap before it; or null."""

    index: int
    inside: bool = False
    null: bool = False


def only_column(condition: Expression) -> Column:
    """The one column a condition speaks of; raises `Unfit`."""
    found = set(columns_of(condition))
    if len(found) != 1:
        raise Unfit
    return found.pop()


def columns_of(node: Expression) -> Iterator[Column]:
    """Every column in a condition of plain operators; raises `Unfit` for anything else."""
    match node:
        case Column():
            yield node
        case Literal():
            return
        case Operation():
            for part in node.arguments:
                yield from columns_of(part)
        case _:
            raise Unfit


def constant(node: Expression, family: str | None) -> Value:
    """The value of a literal, comparable with a column of that family; raises `Unfit`."""
    match node, family:
        case Operation(operator="neg", arguments=(inner,)), "number":
            value = constant(inner, family)
            return -value if isinstance(value, Fraction) else value
        case Literal(kind=LiteralKind.NUMBER), "number":
            number = Fraction(node.text)
            if abs(number) < GREATEST:
                return number
        case Literal(kind=LiteralKind.TEXT), "text":
            return node.text
        case Literal(kind=LiteralKind.TEXT), "date" if ISO_DATE.match(node.text):
            return node.text
        case Operation(operator="cast", arguments=(inner,), words=("DATE",)), "date":
            return constant(inner, family)
    raise Unfit


@dataclass(frozen=True)
class Line:
    """The order of a column's values, cut at the literals that conditions name."""

    column: Column
    cuts: tuple[Value, ...]

    def pieces(self) -> Iterator[Piece]:
        """Gaps and literals from left to right, then null."""
        for index in range(len(self.cuts)):
            yield Piece(index)
            yield Piece(index, inside=True)
        yield Piece(len(self.cuts))
        yield Piece(0, null=True)

    def truth(self, node: Expression, at: Piece) -> Truth:
        """What a condition says of a place; raises `Unfit` for a condition it does not know."""
        if not isinstance(node, Operation):
            raise Unfit
        match node.operator, node.arguments:
            case "and" | "or", parts:
                return _joined(node.operator == "or", [self.truth(part, at) for part in parts])
            case "not", (part,):
                inner = self.truth(part, at)
                return None if inner is None else not inner
            case "is true", (part,):
                return self.truth(part, at) is True
            case "is null", (Column(),):
                return at.null
            case "is not null", (Column(),):
                return not at.null
            case "between", (Column(), low, high):
                return _joined(
                    False, [self.compared(">=", self.value(low), at), self.compared("<=", self.value(high), at)]
                )
            case "in", (Column(), *values):
                return _joined(True, [self.compared("=", self.value(value), at) for value in values])
            case operator, (Column(), value) if operator in COMPARISONS:
                return self.compared(operator, self.value(value), at)
            case operator, (value, Column()) if operator in COMPARISONS:
                return self.compared(TURNED[operator], self.value(value), at)
        raise Unfit

    def value(self, node: Expression) -> Value:
        """A literal to compare the column with."""
        return constant(node, self.column.family)

    def compared(self, operator: str, value: Value, at: Piece) -> Truth:
        """A comparison of a place with a literal, which is one of the cuts."""
        if at.null:
            return None
        index = self.cuts.index(value)
        order = (at.index > index) - (at.index < index)
        if order == 0 and not at.inside:
            order = -1
        return COMPARISONS[operator](order)


def _joined(any_of: bool, truths: Sequence[Truth]) -> Truth:  # noqa: FBT001  # OR or AND of three-valued truths
    if any(truth is any_of for truth in truths):
        return any_of
    return None if None in truths else not any_of


def literals(node: Expression, family: str | None) -> Iterator[Value]:
    """Every literal that a condition compares with; raises `Unfit`."""
    match node:
        case Column():
            return
        case Operation(operator="and" | "or" | "not" | "is true" | "is null" | "is not null" | "between" | "in"):
            for part in node.arguments:
                yield from literals(part, family)
        case Operation(operator=operator, arguments=parts) if operator in COMPARISONS and len(parts) == TWO:
            for part in parts:
                yield from literals(part, family)
        case _:
            yield constant(node, family)


def region(column: Column, conditions: Sequence[Expression], *, whole: bool) -> str:
    """The values a column may take under all of the conditions, in writing; `whole`: they are whole numbers.

    Raises `Unfit` where a condition is not a plain comparison of that column with constants.
    """
    cuts = {value for condition in conditions for value in literals(condition, column.family)}
    line = Line(column, tuple(sorted(cuts, key=lambda value: (isinstance(value, str), value))))  # one type, in fact
    taken = {piece: all(line.truth(condition, piece) is True for condition in conditions) for piece in line.pieces()}
    spans = list(_spans(line, taken, whole=whole))
    return " ".join([*spans, *(["null"] if taken[Piece(0, null=True)] else [])])


def spelled(value: Value) -> str:
    """A value in writing, so that no two are written alike."""
    return repr(value) if isinstance(value, str) else str(value)


def _spans(line: Line, taken: Mapping[Piece, bool], *, whole: bool) -> Iterator[str]:
    """Runs of places taken as intervals; of whole numbers with their outermost numbers, those without one left out."""
    runs: list[list[Piece]] = []
    before = False
    for piece in line.pieces():
        if piece.null or (whole and _empty(line, piece)):
            continue
        if taken[piece]:
            if before:
                runs[-1].append(piece)
            else:
                runs.append([piece])
        before = taken[piece]
    for run in runs:
        yield f"{_left(line, run[0], whole=whole)},{_right(line, run[-1], whole=whole)}"


def _empty(line: Line, piece: Piece) -> bool:
    """Whether no whole number lies in a place."""
    cuts = [cut for cut in line.cuts if isinstance(cut, Fraction)]
    if piece.inside:
        return cuts[piece.index].denominator != 1
    if piece.index in (0, len(cuts)):
        return False
    return cuts[piece.index - 1].__floor__() + 1 >= cuts[piece.index]


def _left(line: Line, piece: Piece, *, whole: bool) -> str:
    if piece.inside:
        return f"[{spelled(line.cuts[piece.index])}"
    if piece.index == 0:
        return "("
    cut = line.cuts[piece.index - 1]
    return f"[{cut.__floor__() + 1}" if whole and isinstance(cut, Fraction) else f"({spelled(cut)}"


def _right(line: Line, piece: Piece, *, whole: bool) -> str:
    if piece.inside:
        return f"{spelled(line.cuts[piece.index])}]"
    if piece.index == len(line.cuts):
        return ")"
    cut = line.cuts[piece.index]
    return f"{cut.__ceil__() - 1}]" if whole and isinstance(cut, Fraction) else f"{spelled(cut)})"
