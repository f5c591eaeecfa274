"""A SELECT with every expression bound, and what is made of it once it is known whom its rows are about."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sandbox.gate import flows
from sandbox.gate.binding import Binding
from sandbox.gate.tree import (
    Column,
    Expression,
    Field,
    From,
    Grouping,
    Literal,
    Operation,
    Order,
    Relation,
    Select,
    Source,
)


@dataclass
class Block:
    """A SELECT with every expression bound, before it is known whom its rows are about."""

    source: From | None
    projections: list[tuple[str, Expression]] = field(default_factory=list)
    where: list[Expression] = field(default_factory=list)
    grouping: Grouping | None = None
    having: Expression | None = None
    qualify: Expression | None = None
    distinct: bool = False
    distinct_on: tuple[Expression, ...] = ()
    order: tuple[Order, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    at: int | None = None

    @property
    def shown(self) -> tuple[Expression, ...]:
        """The projected expressions."""
        return tuple(expression for _, expression in self.projections)

    @property
    def after(self) -> tuple[Expression, ...]:
        """Everything evaluated after grouping."""
        tail = [part for part in (self.having, self.qualify) if part is not None]
        return (*self.shown, *tail, *(key.by for key in self.order), *self.distinct_on)

    @property
    def aggregated(self) -> bool:
        """Whether rows are folded into groups."""
        return self.grouping is not None or any(flows.aggregates(part) for part in self.after)

    @property
    def folds(self) -> bool:
        """Whether rows are folded or compared with each other."""
        return self.aggregated or self.distinct or bool(self.distinct_on)


def all_joins(node: From | None) -> list[Expression]:
    """The conditions of all joins in a FROM clause."""
    if node is None or isinstance(node, Source):
        return []
    own = [] if node.on is None else [node.on]
    return [*all_joins(node.left), *all_joins(node.right), *own]


def read(node: From | None) -> list[Relation]:
    """The relations of a FROM clause."""
    match node:
        case Source():
            return [node.relation]
        case None:
            return []
        case _:
            return [*read(node.left), *read(node.right)]


def one_row(block: Block) -> bool:
    """Whether LIMIT leaves one row."""
    return isinstance(block.limit, Literal) and block.limit.text in {"0", "1"}


def fields_of(binding: Binding, projections: Iterable[tuple[str, Expression]]) -> tuple[Field, ...]:
    """What is known of projected expressions."""
    fields = []
    for index, (name, expression) in enumerate(projections):
        known = binding.field_of(expression) if isinstance(expression, Column) else None
        carried = Field(name, f"c{index}") if known is None else replace(known, name=name, inner=f"c{index}", unit=None)
        fields.append(
            replace(
                carried,
                flows=flows.flows(binding, expression),
                lineage=flows.lineage(binding, expression),
                steps=flows.steps(binding, expression),
                plain=None if known is None else known.plain,
            )
        )
    return tuple(fields)


def finished(block: Block, fields: tuple[Field, ...], *, released: bool) -> Relation:
    """The block as a relation of nobody's rows."""
    body = Select(
        source=block.source,
        projections=block.shown,
        where=conjunction(block.where),
        grouping=block.grouping,
        having=block.having,
        qualify=block.qualify,
        distinct=block.distinct,
        distinct_on=block.distinct_on,
        order=block.order,
        limit=block.limit,
        offset=block.offset,
    )
    return Relation(body, fields, released=released)


def conjunction(parts: Iterable[Expression]) -> Expression | None:
    """All parts joined by AND."""
    found = tuple(parts)
    if not found:
        return None
    return found[0] if len(found) == 1 else Operation("and", found)
