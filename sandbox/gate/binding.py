"""What binding a query keeps track of: scopes, numbers given out, findings collected, releases met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from sandbox.gate.granted import Granted
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Column, Expression, Field, Literal, LiteralKind, Relation, Source, Unit, children
from sandbox.plan import Release

NOTHING = Literal("NULL", LiteralKind.NULL)
MOST_SOURCES = 250
MOST_SUBSTITUTED = 20_000


@dataclass
class Binding:
    """One query being bound. Findings are collected, so that a refusal lists every reason."""

    granted: Granted
    findings: list[Finding] = field(default_factory=list)
    fields: dict[int, dict[str, Field]] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)  # by generated SQL: the same question is asked once
    uses: set[tuple[str, str]] = field(default_factory=set)
    units: dict[int, tuple[Unit, ...]] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)  # unit instances that a join made one
    referred: dict[Column, int] = field(default_factory=dict)  # references met by a join, and the unit they met
    linked: set[frozenset[Column]] = field(default_factory=set)  # equalities that join protected rows
    memberships: dict[int, int | None] = field(default_factory=dict)  # protected `IN (SELECT)`, until made a semi join
    kept: dict[str, Relation] = field(default_factory=dict)  # protected workspace tables, each bound once
    beside: set[str] = field(default_factory=set)  # workspace tables and own files met
    making: tuple[str, ...] = ()  # workspace tables whose definitions are being read, the outermost first
    numbers: int = 0
    substituted: int = 0

    def number(self) -> int:
        """A number not given out before."""
        self.numbers += 1
        return self.numbers

    def refuse(self, rule: str, *, subject: str = "", node: exp.Expr | None = None, at: int | None = None) -> Literal:
        """Collect a finding; the null literal stands in for what was refused."""
        self.note(Finding(rule, subject=subject, at=offset(node) if at is None else at))
        return NOTHING

    def note(self, finding: Finding) -> None:
        """Collect a finding once."""
        known = {(known.rule, known.subject, known.at) for known in self.findings}
        if (finding.rule, finding.subject, finding.at) not in known:
            self.findings.append(finding)

    def source(self, relation: Relation) -> Source:
        """A use of a relation in a FROM clause, with its fields made known."""
        source = Source(self.number(), relation)
        if len(self.fields) > MOST_SOURCES:
            raise Finding("too-many-relations", subject=str(MOST_SOURCES))
        self.fields[source.id] = {known.inner: known for known in relation.fields}
        self.units[source.id] = tuple(
            replace(
                unit,
                column=replace(unit.column, source=source.id) if isinstance(unit.column, Column) else unit.column,
                key=replace(unit.key, source=source.id) if isinstance(unit.key, Column) else unit.key,
                carried=replace(unit.carried, source=source.id) if isinstance(unit.carried, Column) else unit.carried,
                most=replace(unit.most, source=source.id) if isinstance(unit.most, Column) else unit.most,
                mask=replace(unit.mask, source=source.id) if isinstance(unit.mask, Column) else unit.mask,
                instance=self.number(),
            )
            for unit in relation.units
        )
        return source

    def unit_of(self, expression: Expression) -> int | None:
        """The unit instance a plain column identifies, joins accounted for."""
        known = self.field_of(expression) if isinstance(expression, Column) else None
        if known is None or known.unit is None or not isinstance(expression, Column):
            return None
        return self.canonical(self.units[expression.source][known.unit].instance)

    def substitute(self, expression: Expression) -> Expression:
        """An alias's expression where the alias stands; all of them together stay within a size."""
        for _ in walk(expression):
            self.substituted += 1
            if self.substituted > MOST_SUBSTITUTED:
                raise Finding("too-nested", subject=f"{MOST_SUBSTITUTED:,}")
        return expression

    def canonical(self, instance: int) -> int:
        """The instance that stands for all those joined with it."""
        while instance in self.same:
            instance = self.same[instance]
        return instance

    def field_of(self, column: Column) -> Field | None:
        """What is known of a column; `None` for the gate's own hidden ones."""
        return self.fields.get(column.source, {}).get(column.name)


@dataclass
class Visible:
    """A relation by the name the caller gave it, with the expressions its columns stand for."""

    name: str
    source: int
    columns: dict[str, Expression]
    labels: dict[str, str]


@dataclass
class Scope:
    """What names mean inside one SELECT."""

    ctes: Mapping[str, Relation]
    outer: "Scope | None" = None
    visible: list[Visible] = field(default_factory=list)
    merged: dict[str, tuple[Expression, frozenset[int]]] = field(default_factory=dict)
    aliases: dict[str, Expression] = field(default_factory=dict)
    windows: dict[str, exp.Window] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    reached: set[Column] = field(default_factory=set)  # columns of outer scopes, for correlation
    lookups: list[tuple[Source, Expression]] = field(default_factory=list)  # releases to be looked up by equality

    def show(self, name: str, source: Source, labels: Mapping[str, str] | None = None) -> Visible:
        """Let a relation be seen under a name."""
        columns: dict[str, Expression] = {}
        spelled: dict[str, str] = {}
        for known in source.relation.fields:
            label = known.name if labels is None else labels.get(known.inner, known.name)
            if label.lower() not in columns:
                columns[label.lower()] = Column(source.id, known.inner, family=known.family)
                spelled[label.lower()] = label
        seen = Visible(name.lower(), source.id, columns, spelled)
        self.visible.append(seen)
        return seen


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all its parts, subqueries left out."""
    pending = [expression]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))
