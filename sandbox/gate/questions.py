"""What a release asks of whom, in a form that does not change with the way it is written, and who is in its cells.

The differencing ledger lets the same question pass and holds different questions about nearly the same units against
each other. Whether two questions are the same is decided here without the data: subqueries that only filter and rename
are merged into the FROM above them, conditions on one column become regions, names of sources are numbered anew.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.model import ColumnType
from sandbox.gate.joins import conjuncts
from sandbox.gate.measured_rows import Measurement, Once, row, rows
from sandbox.gate.printer import Printer
from sandbox.gate.regions import Unfit, columns_of, only_column, region
from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    From,
    Join,
    Lambda,
    Literal,
    Nested,
    Operation,
    Relation,
    Select,
    Source,
    Window,
    children,
)
from sandbox.plan import Asked, Condition, Key, Members, Release

if TYPE_CHECKING:
    from sandbox.gate.measures import Specification

NAMES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\b[swz]\d+\b""")
Types = Callable[[Column], ColumnType | None]
SCALE = frozenset({"*", "/", "neg", "cast", "try_cast"})


def asked(wanted: Measurement, types: Types, releases: Mapping[str, Release]) -> tuple[Asked, ...]:
    """What a release asks: of all rows of its cells, and of the rows of each figure with a condition of its own.

    `releases` are earlier ones, by their SQL, that it may read.
    """
    source, where, standing = merged(wanted.source, list(wanted.where))
    form = Form(source, standing, types, {release.name: sql for sql, release in releases.items()})
    keys = tuple(form.key(key) for key in wanted.grouping.keys)
    found = []
    own: Sequence[Expression] | None
    for number, specification in enumerate([None, *wanted.specifications]):
        own = () if specification is None else particular(specification)
        if own is None or (specification is not None and not own):
            continue
        conditions = form.conditions([*where, *own])
        figure = "" if specification is None else f"m{number - 1}"
        found.append((figure, conditions, members(wanted, specification)))
    text = form.source()
    return tuple(Asked(figure, text, conditions, keys, listed) for figure, conditions, listed in found)


Merged = tuple[From | None, list[Expression], Mapping[Column, Expression]]


def merged(source: From | None, where: list[Expression]) -> Merged:
    """The FROM with subqueries that only filter and rename taken up into it, all conditions, and what the subqueries'
    columns stand for."""
    standing: dict[Column, Expression] = {}

    def take(node: From, *, inner: bool) -> From:
        match node:
            case Join(left=left, right=right, kind=kind, on=on):
                plain = inner and kind == "INNER"
                left, right = take(left, inner=plain), take(right, inner=plain)
                return replace(node, left=left, right=right, on=None if on is None else resolved(on, standing))
            case Source(id=number, relation=Relation(body=Select(source=Source() | Join() as below) as body) as known):
                if not (inner and only_filters(body)):
                    return node
                below = take(below, inner=True)
                where.extend(conjuncts(body.where))
                for each, part in zip(known.fields, body.projections, strict=True):
                    standing[Column(number, each.inner)] = part
                return below
        return node

    taken = None if source is None else take(source, inner=True)
    return taken, where, standing


def resolved(node: Expression, standing: Mapping[Column, Expression]) -> Expression:
    """The expression with the columns of merged subqueries replaced by what they stand for."""
    match node:
        case Column():
            found = standing.get(node)
            return node if found is None else resolved(found, standing)
        case Call() | Operation() | Nested():
            return replace(node, arguments=tuple(resolved(part, standing) for part in node.arguments))
        case Lambda():
            return replace(node, body=resolved(node.body, standing))
    return node


def only_filters(body: Select) -> bool:
    """Whether a query only filters and renames."""
    folds = body.grouping or body.having or body.qualify or body.distinct or body.distinct_on
    cuts = body.order or body.limit or body.offset
    return not (folds or cuts) and not any(
        isinstance(piece, Window | Aggregate | Nested) for part in body.projections for piece in walked(part)
    )


def walked(node: Expression) -> Iterator[Expression]:
    """An expression and everything in it."""
    yield node
    for part in children(node):
        yield from walked(part)


def particular(specification: "Specification") -> Sequence[Expression] | None:
    """The conditions of a figure's own on its rows; `None` where it takes the cell's, whatever is null or zero."""
    conditions = [] if specification.condition is None else list(conjuncts(specification.condition))
    if not specification.conditional:
        bare = all(
            isinstance(each, Operation) and each.operator == "is not null" and isinstance(each.arguments[0], Column)
            for each in conditions
        )
        return None if bare else conditions
    match specification.argument:
        case Operation(operator="case", arguments=(when, then, Literal(text="0") | Literal(text="NULL"))) if scaled(
            then
        ):
            return [*conditions, *conjuncts(when)]
        case None:
            return conditions
        case argument if specification.counts_units or scaled(argument):
            return conditions
        case argument:
            return [*conditions, argument]


def scaled(node: Expression) -> bool:
    """Whether it is a column, held within bounds or multiplied by a constant: null and zero where the column is."""
    match node:
        case Column():
            return True
        case Operation(operator="case", arguments=(Operation(operator="between"), Column(), *_)):
            return True
        case Operation(operator=operator, arguments=(inner, *constants)) if operator in SCALE:
            return scaled(inner) and all(isinstance(each, Literal) and each.text.strip("0.") for each in constants)
    return False


@dataclass
class Form:
    """Writes expressions in normal form. `standing`: what the columns of merged subqueries stand for."""

    taken: From | None
    standing: Mapping[Column, Expression]
    types: Types
    releases: Mapping[str, str]

    def __post_init__(self) -> None:
        self._printer = Printer()
        self._numbers: dict[str, str] = {}
        taken = self.taken
        text = "" if taken is None else self._printed(lambda: self._printer.from_(taken))
        self._text = renumbered(text, self._numbers)

    def _printed(self, printing: Callable[[], str]) -> str:
        """What is printed, with the values that it wants joined beside the rows."""
        self._printer.beside_rows.append({})
        return printing() + self._printer.joined_values()

    def source(self) -> str:
        """The FROM, with every common table expression and every earlier release that anything refers to."""
        shared = [f"w{number} AS ({sql})" for number, sql in sorted(self._printer.definitions.items())]
        read = [self.releases.get(name, "") for name in sorted(self._printer.releases)]
        return "; ".join([self._text, *(renumbered(part, dict(self._numbers)) for part in [*shared, *read])])

    def written(self, node: Expression) -> str:
        """An expression in normal form."""
        return renumbered(self._printed(lambda: self._printer.expression(self.resolved(node))), dict(self._numbers))

    def resolved(self, node: Expression) -> Expression:
        """The expression over stored relations."""
        return resolved(node, self.standing)

    def columns(self, node: Expression) -> frozenset[str]:
        """The columns an expression speaks of, in writing; a mark that is none where a subquery speaks of more."""
        pieces = list(walked(self.resolved(node)))
        nested = {"*"} if any(isinstance(piece, Nested) for piece in pieces) else set()
        return frozenset({self.written(piece) for piece in pieces if isinstance(piece, Column)} | nested)

    def key(self, node: Expression) -> Key:
        """A grouping key."""
        return Key(self.written(node), self.columns(node), isinstance(self.resolved(node), Column))

    def conditions(self, nodes: Sequence[Expression]) -> tuple[Condition, ...]:
        """Conditions that all hold, in normal form: one for each column, and the others as they are written."""
        by_column: dict[Column, list[Expression]] = {}
        found = set()
        for node in nodes:
            for part in conjuncts(self.resolved(node)):
                try:
                    column = only_column(part)
                    region(column, [part], whole=False)
                except Unfit:
                    found.add(Condition(self.written(part), self.columns(part)))
                else:
                    by_column.setdefault(column, []).append(part)
        for parts in by_column.values():
            column = next(columns_of(parts[0]))
            values = region(column, parts, whole=self.types(column) is ColumnType.INTEGER)
            name = self.written(column)
            low, _, high = values.partition(",")
            pins = values == "null" or (low.startswith("[") and f"[{high}" == f"{low}]")
            found.add(Condition(f"{name} in {values}", frozenset({name}), pins))
        return tuple(sorted(found, key=lambda condition: condition.text))


def renumbered(text: str, numbers: dict[str, str]) -> str:
    """Printed SQL with the gate's own names numbered as they appear; what is quoted is let be."""

    def name(found: re.Match[str]) -> str:
        word = found.group()
        return word if word[0] in "'\"" else numbers.setdefault(word, f"{word[0]}_{len(numbers)}")

    return NAMES.sub(name, text)


def members(wanted: Measurement, specification: "Specification | None") -> tuple[Members, ...]:
    """Statements that list the units behind the cells, or behind one figure of them."""
    keyed = next(
        (unit for unit in sorted(wanted.units, key=lambda unit: not unit.unique) if unit.key is not None), None
    )
    return tuple(
        listing(wanted, specification, index, keyed=unit is keyed)
        for index, unit in enumerate(wanted.units)
        if unit.column is not None
    )


def listing(wanted: Measurement, specification: "Specification | None", index: int, *, keyed: bool) -> Members:
    """The statement for the unit of that index."""
    printer, columns = Printer(guarded=True), Once("x")
    printer.beside_rows.append({})
    cells = wanted.cells
    counts = f"u{index} IS NOT NULL"
    if specification is not None:
        contributes = row(printer, columns, specification).contributes
        counts += f" AND {contributes}" if contributes else ""
    shown = ", ".join([*cells.shown(), f"u{index} AS u", "count(*) AS n"])
    body = f"SELECT {shown} FROM src WHERE {counts}{cells.group_by(f'u{index}')}"
    statement = printer.statement(body, [f"src AS ({rows(printer, wanted, columns)})"])
    return Members(wanted.names[index], statement, keyed=keyed, unique=wanted.units[index].unique)
