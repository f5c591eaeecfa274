"""The release: a protected SELECT split into what is measured inside and what the free stage may do with it."""

from dataclasses import dataclass, field, replace

from catalog.model import ColumnType, Use
from sandbox.gate import flows, measures
from sandbox.gate.binding import Binding, walk
from sandbox.gate.block import Block, fields_of, finished, one_row
from sandbox.gate.bounds import bounded
from sandbox.gate.joins import Side
from sandbox.gate.measured_rows import Measurement
from sandbox.gate.measuring import measured
from sandbox.gate.questions import asked
from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Field,
    Grouping,
    Lambda,
    Literal,
    LiteralKind,
    Nested,
    Operation,
    Order,
    Relation,
    Scan,
    Source,
    Unit,
    Window,
)
from sandbox.plan import Release, undecided

MOST_FIGURES = 100
MOST_RELEASES = 40


@dataclass
class Drawing:
    """A release being drawn up: the measured columns so far, and the safe columns standing for figures."""

    binding: Binding
    units: tuple[Unit, ...]
    safe: int
    specifications: list[measures.Specification] = field(default_factory=list)
    lineage: dict[str, frozenset[str]] = field(default_factory=dict)

    def figure(self, specification: measures.Specification) -> Column:
        """The safe column of a figure, asked for once."""
        if specification not in self.specifications:
            self.specifications.append(specification)
        name = f"m{self.specifications.index(specification)}"
        parts = [part for part in (specification.argument, specification.condition, *specification.more) if part]
        self.lineage[name] = frozenset().union(*(flows.lineage(self.binding, part) for part in parts))
        return Column(self.safe, name)


def released(binding: Binding, found: Block, side: Side) -> Relation:
    """The relation of a protected SELECT that folds its rows over units: computed from a safe table alone."""
    grouping = found.grouping or Grouping((), ((),))
    for key in grouping.keys:
        flows.require(binding, flows.flows(binding, key), value=Use.GROUP, at=found.at)
        for piece in walk(key):
            if isinstance(piece, Aggregate | Window):
                binding.refuse("not-supported", subject="GROUP BY", at=found.at)
    safe = binding.number()
    drawing = Drawing(binding, side.units, safe)
    standing = {key: Column(safe, f"k{index}") for index, key in enumerate(grouping.keys)}
    rewrite = Rewrite(drawing, grouping, standing)
    projections = [(name, rewrite.expression(part)) for name, part in found.projections]
    having = [] if found.having is None else [rewrite.expression(found.having)]
    qualify = None if found.qualify is None else rewrite.expression(found.qualify)
    order = tuple(replace(key, by=rewrite.expression(key.by)) for key in found.order)
    if len(drawing.specifications) > MOST_FIGURES:
        binding.refuse("too-many-figures", subject=str(MOST_FIGURES), at=found.at)
    after = Block(
        source=None,
        projections=projections,
        where=having,
        qualify=qualify,
        distinct=found.distinct,
        order=order,
        limit=found.limit,
        offset=found.offset,
    )
    name = "r0" if binding.findings else drawn(binding, found, drawing, grouping)
    return outcome(drawing, grouping, after, name)


def outcome(drawing: Drawing, grouping: Grouping, after: Block, name: str) -> Relation:
    """The free half: what came after grouping, over the safe table."""
    binding = drawing.binding
    keys = []
    for index, key in enumerate(grouping.keys):
        found = flows.lineage(binding, key)
        step = f"{name}.k{index} = GROUP BY {', '.join(sorted(found))}"
        known = binding.field_of(key) if isinstance(key, Column) else None
        kind = None if known is None else known.type
        keys.append(Field(f"k{index}", f"k{index}", lineage=found, steps=(step,), type=kind))
    marks = [] if grouping.plain else [Field(f"g{index}", f"g{index}") for index in range(len(grouping.keys))]
    figures = []
    for index, specification in enumerate(drawing.specifications):
        found = drawing.lineage[f"m{index}"]
        step = f"{name}.m{index} = {specification.function}({', '.join(sorted(found)) or '*'})"
        figures.append(Field(f"m{index}", f"m{index}", lineage=found, steps=(step,)))
    safe = Relation(Scan("safe", name), (*keys, *marks, *figures), released=True)
    binding.fields[drawing.safe] = {known.inner: known for known in safe.fields}
    binding.units[drawing.safe] = ()
    block = replace(after, source=Source(drawing.safe, safe))
    relation = finished(block, fields_of(binding, block.projections), released=True)
    positions = {expression: f"c{index}" for index, expression in enumerate(block.shown)}
    key_columns = [Column(drawing.safe, known.inner) for known in keys]
    determined = tuple(positions[key] for key in key_columns if key in positions)
    whole = grouping.plain and len(determined) == len(key_columns)
    return replace(
        relation, single=not keys or one_row(block), determined=determined if whole else None, touches=frozenset()
    )


def drawn(binding: Binding, found: Block, drawing: Drawing, grouping: Grouping) -> str:
    """The release itself, added to the plan unless the same was asked before; its name."""
    names = unit_names(drawing.units)
    wanted = Measurement(
        source=found.source,
        where=tuple(found.where),
        grouping=grouping,
        units=drawing.units,
        names=names,
        specifications=tuple(drawing.specifications),
    )
    name = f"r{len(binding.releases)}"
    statement, exact = measured(wanted, undecided=undecided(name))
    known = binding.releases.get(statement.sql)
    if known is not None:
        return known.name
    if len(binding.releases) >= MOST_RELEASES:
        binding.refuse("too-many-figures", subject=str(MOST_RELEASES), at=found.at)
        return "r0"
    keys = [f"k{index}" for index in range(len(grouping.keys))]
    marks = [] if grouping.plain else [f"g{index}" for index in range(len(grouping.keys))]
    release = Release(
        name=name,
        keys=(*keys, *marks),
        measures=tuple(
            specification.measure(f"m{index}") for index, specification in enumerate(drawing.specifications)
        ),
        units=names,
        statement=statement,
        asked=asked(wanted, lambda column: _type(binding, column), binding.releases),
        exact=exact,
        bounded=tuple(name for name, unit in zip(names, drawing.units, strict=True) if exact and bounded(unit)),
    )
    binding.releases[statement.sql] = release
    return release.name


def _type(binding: Binding, column: Column) -> ColumnType | None:
    known = binding.field_of(column)
    return None if known is None else known.type


def unit_names(units: tuple[Unit, ...]) -> tuple[str, ...]:
    """A name for each unit, its kind, numbered where a kind comes twice."""
    found: list[str] = []
    for unit in units:
        name, number = unit.kind, 2
        while name in found:
            name, number = f"{unit.kind}#{number}", number + 1
        found.append(name)
    return tuple(found)


@dataclass
class Rewrite:
    """Rewrites what comes after grouping: keys and aggregates become columns of the safe table."""

    drawing: Drawing
    grouping: Grouping
    standing: dict[Expression, Column]

    def expression(self, node: Expression) -> Expression:
        """The expression over the safe table; a finding for a column neither grouped nor aggregated."""
        if node in self.standing:
            return self.standing[node]
        match node:
            case Aggregate():
                return measures.figure(self.drawing, node)
            case Column():
                known = self.drawing.binding.field_of(node)
                return self.drawing.binding.refuse("not-grouped", subject=known.name if known else "", at=node.at)
            case Call(function="grouping" | "grouping_id"):
                return self.grouping_mark(node)
            case Call() | Operation():
                return replace(node, arguments=tuple(self.expression(part) for part in node.arguments))
            case Window():
                return self.window(node)
            case Nested():
                if node.outer:
                    return self.drawing.binding.refuse("correlated", at=node.at)
                return replace(node, arguments=tuple(self.expression(part) for part in node.arguments))
            case Lambda():
                return replace(node, body=self.expression(node.body))
            case _:
                return node

    def window(self, node: Window) -> Window:
        """A window over the safe table; an aggregate over it aggregates figures, not rows."""
        of = node.of
        if isinstance(of, Aggregate):
            condition = None if of.condition is None else self.expression(of.condition)
            of = replace(
                of,
                arguments=tuple(self.expression(part) for part in of.arguments),
                condition=condition,
                order=self.orders(of.order),
            )
        else:
            of = replace(of, arguments=tuple(self.expression(part) for part in of.arguments))
        partition = tuple(self.expression(part) for part in node.partition)
        return replace(node, of=of, partition=partition, order=self.orders(node.order))

    def orders(self, keys: tuple[Order, ...]) -> tuple[Order, ...]:
        """Sort keys over the safe table."""
        return tuple(replace(key, by=self.expression(key.by)) for key in keys)

    def grouping_mark(self, node: Call) -> Expression:
        """`grouping(a, b)`: bit by bit from the marks measured with the cells."""
        total: Expression = Literal("0", LiteralKind.NUMBER)
        for part in node.arguments:
            if part not in self.standing:
                return self.drawing.binding.refuse("not-supported", subject=node.function)
            mark: Expression = Literal("0", LiteralKind.NUMBER)
            if not self.grouping.plain:
                mark = Column(self.drawing.safe, f"g{self.grouping.keys.index(part)}")
            total = Operation("+", (Operation("*", (total, Literal("2", LiteralKind.NUMBER))), mark))
        return total


def clipped(binding: Binding, node: Expression) -> Expression:
    """The expression with every bounded column held within its declared bounds; conditions see the column as it is."""
    match node:
        case Column():
            known = binding.field_of(node)
            if known is None or known.bounds is None:
                return node
            low, high = (bound(limit, known.type) for limit in known.bounds)
            nothing = Literal("NULL", LiteralKind.NULL)
            within, below, above = (
                Operation("between", (node, low, high)),
                Operation("<", (node, low)),
                Operation(">", (node, high)),
            )
            return Operation(
                "case", (within, node, below, low, above, high, nothing)
            )  # most rows end at the first test
        case Operation(operator="case"):
            *branches, default = node.arguments
            arguments = [part if index % 2 == 0 else clipped(binding, part) for index, part in enumerate(branches)]
            return replace(node, arguments=(*arguments, clipped(binding, default)))
        case Operation() if node.operator in flows.CONDITIONS | flows.PRESENCE:
            return node
        case Call() | Operation():
            return replace(node, arguments=tuple(clipped(binding, part) for part in node.arguments))
        case Aggregate():
            return replace(node, arguments=tuple(clipped(binding, part) for part in node.arguments))
        case Window(of=Aggregate() as of):
            return replace(node, of=replace(of, arguments=tuple(clipped(binding, part) for part in of.arguments)))
        case _:
            return node


def bound(limit: float, kind: ColumnType | None) -> Expression:
    """A declared bound as a literal of the column's type."""
    whole = kind is ColumnType.INTEGER or float(limit).is_integer()
    spelled = str(int(limit)) if whole else f"{abs(limit):.10f}".rstrip("0")
    literal = Literal(spelled.lstrip("-"), LiteralKind.NUMBER)
    return Operation("neg", (literal,)) if limit < 0 else literal
