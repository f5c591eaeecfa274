"""The checked tree: what the gate understood, and all that can ever be printed for the engine.

Every name in it is either a granted name or one the gate made up (`s3.c1`), so a caller's identifier cannot reach the
engine except as the name of an output column.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Union

from catalog.model import ColumnType
from masking.techniques import Technique


class LiteralKind(StrEnum):
    """How a literal is printed."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    NULL = "null"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation in scope; `at` is the offset in the caller's text, for reasons.

    `family` says which values compare with it without a cast: `text`, `number`, `date`, ...; `None` is unknown.
    """

    source: int
    name: str
    at: int | None = field(default=None, compare=False)
    family: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. `text` is its value without quotes."""

    text: str
    kind: LiteralKind


@dataclass(frozen=True, slots=True)
class Call:
    """A scalar function of the allow-list; `words` are argument names where the function takes named ones."""

    function: str
    arguments: tuple["Expression", ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, by its name in the printer's table; `words` are type names or field names, checked before."""

    operator: str
    arguments: tuple["Expression", ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A sort key; the direction of nulls is always printed, so that no setting decides it."""

    by: "Expression"
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate of the allow-list. No argument at all means `count(*)`."""

    function: str
    arguments: tuple["Expression", ...] = ()
    distinct: bool = False
    condition: Union["Expression", None] = None
    order: tuple[Order, ...] = ()
    at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """A window frame; offsets are printed expressions or the words of the standard."""

    unit: str
    start: tuple[Union["Expression", str], str]
    end: tuple[Union["Expression", str], str]
    exclude: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A window function or an aggregate over a window."""

    of: Aggregate | Call
    partition: tuple["Expression", ...] = ()
    order: tuple[Order, ...] = ()
    frame: Frame | None = None
    ignore_nulls: bool = False
    at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Nested:
    """A subquery in an expression: `scalar`, `exists`, `in`, or a comparison with `any` / `all`."""

    form: str
    arguments: tuple["Expression", ...]
    relation: "Relation"
    outer: tuple[Column, ...] = ()  # columns of enclosing queries it refers to
    at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Lambda:
    """An anonymous function over list elements."""

    parameters: tuple[str, ...]
    body: "Expression"


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter of an enclosing `Lambda`."""

    name: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A column through its desensitisation technique; it stands in a scan alone, and nothing above sees the column."""

    column: Column
    technique: Technique


Expression = Union[Column, Literal, Call, Operation, Aggregate, Window, Nested, Lambda, Variable, Masked]  # noqa: UP007


FAMILIES = {
    ColumnType.BOOLEAN: "boolean",
    ColumnType.INTEGER: "number",
    ColumnType.DOUBLE: "number",
    ColumnType.DECIMAL: "number",
    ColumnType.TEXT: "text",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
}


class Role(StrEnum):
    """What a column contributes to an expression."""

    VALUE = "value"
    CONDITION = "condition"
    PRESENCE = "presence"  # whether it is null, and nothing else


@dataclass(frozen=True, slots=True)
class Flow:
    """A granted column that flows into an expression, and as what."""

    resource: str
    column: str
    role: Role
    at: int | None = field(default=None, compare=False)

    @property
    def path(self) -> str:
        """`resource.column`."""
        return f"{self.resource}.{self.column}"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a relation. `name` is the caller's, `inner` the one printed."""

    name: str
    inner: str
    flows: frozenset[Flow] = frozenset()
    lineage: frozenset[str] = frozenset()
    steps: tuple[str, ...] = ()  # the releases it comes through, for the trace
    plain: Flow | None = None  # exactly that column, unchanged
    unit: int | None = None  # identifies the relation's unit of this index
    refers: str | None = None  # the unit kind its values identify
    bounds: tuple[float, float] | None = None
    type: ColumnType | None = None

    @property
    def family(self) -> str | None:
        """Which values compare with it without a cast."""
        return None if self.type is None else FAMILIES[self.type]


@dataclass(frozen=True, slots=True)
class Unit:
    """A privacy unit that the rows of a relation are about.

    `column` identifies it, `key` is its record key; both `None` for a unit that an inner grouping folded away, of which
    only `carried` is left: how many distinct ones stand behind a row (`disjoint`: no two rows share one).
    `unique`: it stands in one row at the most, and no row is without it; else in no more than `most`, and `mask` is one
    of 64 bits for it, where known. `instance` tells two uses of one resource apart; columns are of the sources.
    """

    kind: str
    column: Expression | None
    key: Expression | None = None
    unique: bool = False
    carried: Expression | None = None
    disjoint: bool = False
    instance: int = 0
    most: Expression | None = None
    mask: Expression | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A stored relation: `data.<resource>` inside the domain, `safe.<release>` behind disclosure control."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Values:
    """Rows the caller wrote down."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class TableFunction:
    """`range`, `generate_series` or `unnest` as a relation."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A relation in a FROM clause under the gate's own alias `s<id>`."""

    id: int
    relation: "Relation"


@dataclass(frozen=True, slots=True)
class Join:
    """Two sources; `kind` is the printed keyword."""

    left: "From"
    right: "From"
    kind: str
    on: Expression | None = None


From = Union[Source, Join]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Grouping:
    """GROUP BY: the keys, and which of them form each grouping set (one set of all of them when plain)."""

    keys: tuple[Expression, ...]
    sets: tuple[tuple[int, ...], ...]

    @property
    def plain(self) -> bool:
        """Whether there is but the one set of all keys."""
        return self.sets == (tuple(range(len(self.keys))),)


@dataclass(frozen=True, slots=True)
class Select:
    """One SELECT block."""

    source: From | None
    projections: tuple[Expression, ...]
    where: Expression | None = None
    grouping: Grouping | None = None
    having: Expression | None = None
    qualify: Expression | None = None
    distinct: bool = False
    distinct_on: tuple[Expression, ...] = ()
    order: tuple[Order, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    hidden: tuple[tuple[str, Expression], ...] = ()  # unit columns carried along, by printed name


@dataclass(frozen=True, slots=True)
class SetOperation:
    """UNION, INTERSECT, EXCEPT, with or without ALL."""

    operator: str
    left: "Relation"
    right: "Relation"


Body = Union[Select, SetOperation, Values, TableFunction, Scan]  # noqa: UP007


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A bound relation: how it is computed, its columns, and whom its rows are about (nobody: open or released).

    Its columns are its own printed names; `single`: it has one row; `determined`: columns no two rows agree on.
    """

    body: Body
    fields: tuple[Field, ...]
    units: tuple[Unit, ...] = ()
    shared: int | None = None
    single: bool = False
    determined: tuple[str, ...] | None = None
    released: bool = False
    touches: frozenset[str] = frozenset()  # protected resources behind it

    @property
    def protected(self) -> bool:
        """Whether a row of it is about a privacy unit."""
        return bool(self.units)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of an expression, subqueries left out."""
    match expression:
        case Call() | Operation() | Nested():
            return expression.arguments
        case Aggregate():
            condition = () if expression.condition is None else (expression.condition,)
            return (*expression.arguments, *condition, *(key.by for key in expression.order))
        case Window():
            frame = expression.frame
            offsets = (
                ()
                if frame is None
                else tuple(edge[0] for edge in (frame.start, frame.end) if not isinstance(edge[0], str))
            )
            return (expression.of, *expression.partition, *(key.by for key in expression.order), *offsets)
        case Lambda():
            return (expression.body,)
        case Masked():
            return (expression.column,)
        case Column() | Literal() | Variable():
            return ()
