"""Aggregates over protected rows as figures, and the SQL that measures them with their contributors.

Contributors are counted for each figure apart: units for which the filter holds and the argument is neither null nor
zero, so that no CASE, FILTER, 0/1 factor or power can single anyone out inside a large group.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.model import ColumnType, Use
from sandbox.gate import flows, release
from sandbox.gate.binding import walk
from sandbox.gate.constants import ZERO, added, constants, covering, numeral
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Aggregate, Call, Column, Expression, Literal, LiteralKind, Operation, Role
from sandbox.gate.vocabulary import AGGREGATES, PARAMETERS
from sandbox.plan import Measure, MeasureKind

if TYPE_CHECKING:
    from sandbox.gate.release import Drawing

LEAST_QUANTILE, GREATEST_QUANTILE = 0.05, 0.95
TWO = 2
PAIRED_MEANS = {"regr_avgy": 0, "regr_avgx": 1}


@dataclass(frozen=True)
class Specification:
    """One figure to measure. `more` holds second arguments (a regressor) and `fractions` the quantiles asked for."""

    kind: MeasureKind
    function: str
    argument: Expression | None
    condition: Expression | None = None
    more: tuple[Expression, ...] = ()
    fractions: tuple[float, ...] = ()
    several: bool = False
    conditional: bool = False
    bounds: tuple[float, float] | None = None  # the argument lies within them
    key: Expression | None = None  # `COUNT` of distinct units: their record key
    unit_unique: bool = False  # and no unit stands in two rows
    whole: bool = False

    @property
    def positive(self) -> bool:
        """Whether no contribution is negative."""
        return self.bounds is not None and self.bounds[0] >= 0

    @property
    def counts_units(self) -> bool:
        """Whether it counts distinct units rather than rows."""
        return self.kind is MeasureKind.COUNT and self.argument is not None

    def measure(self, name: str) -> Measure:
        """What disclosure control is told of it."""
        digits = 3 if self.kind in {MeasureKind.QUANTILE, MeasureKind.MOMENT} else None
        return Measure(
            name=name,
            kind=self.kind,
            label=self.function,
            conditional=self.conditional,
            parameters=PARAMETERS.get(self.function, 1),
            digits=digits,
            whole=self.whole,
        )


def figure(drawing: "Drawing", node: Aggregate) -> Expression:
    """The expression over the safe table that stands for an aggregate; a finding when it may not be asked."""
    binding = drawing.binding
    kind = AGGREGATES[node.function]
    if kind is None:
        return binding.refuse("value-returning", subject=node.function, at=node.at)
    if node.condition is not None:
        flows.require(binding, flows.condition(binding, node.condition), value=Use.FILTER, at=node.at)
    if any(flows.aggregates(part) for part in node.arguments):
        return binding.refuse("aggregate-form", subject=node.function, at=node.at)
    if node.distinct and kind is not MeasureKind.COUNT:
        return binding.refuse("aggregate-form", subject=f"{node.function}(DISTINCT)", at=node.at)
    match kind:
        case MeasureKind.COUNT if node.distinct:
            return distinct(drawing, node)
        case MeasureKind.DISTINCT:
            return distinct(drawing, node)
        case MeasureKind.COUNT:
            return count(drawing, node)
        case MeasureKind.SUM | MeasureKind.MEAN:
            return total(drawing, node, kind)
        case MeasureKind.QUANTILE:
            return quantile(drawing, node)
        case MeasureKind.MOMENT:
            return moment(drawing, node)


def counted(drawing: "Drawing", condition: Expression | None, *, conditional: bool) -> Column:
    """A perturbed count of the rows for which the condition holds."""
    return drawing.figure(
        Specification(MeasureKind.COUNT, "count", None, condition, conditional=conditional, whole=True)
    )


def count(drawing: "Drawing", node: Aggregate) -> Expression:
    """`count(*)`, `count(x)`, `count_if(c)`, `regr_count(y, x)`."""
    binding = drawing.binding
    if not node.arguments:
        return counted(drawing, node.condition, conditional=node.condition is not None)
    if node.function in {"count_if", "countif"}:
        flows.require(binding, flows.condition(binding, node.arguments[0]), value=Use.FILTER, at=node.at)
        return counted(drawing, both(node.condition, node.arguments[0]), conditional=True)
    conditional = node.condition is not None
    condition = node.condition
    for argument in node.arguments:
        flows.require(binding, flows.counted(binding, argument), value=Use.FILTER, at=node.at)
        conditional = conditional or not isinstance(argument, Column | Literal)
        if not isinstance(argument, Literal) or argument.kind is LiteralKind.NULL:
            condition = both(condition, Operation("is not null", (argument,)))
    return counted(drawing, condition, conditional=conditional)


def both(one: Expression | None, other: Expression) -> Expression:
    """Two conditions at once."""
    return other if one is None else Operation("and", (one, other))


def distinct(drawing: "Drawing", node: Aggregate) -> Expression:
    """`count(DISTINCT x)`: of an identifier the number of units, of a dimension the values that meet the minimum."""
    binding = drawing.binding
    if len(node.arguments) != 1:
        return binding.refuse("aggregate-form", subject="count(DISTINCT)", at=node.at)
    argument, condition = node.arguments[0], node.condition
    match argument:
        case Operation(operator="case", arguments=(when, then, Literal(kind=LiteralKind.NULL))):
            flows.require(binding, flows.condition(binding, when), value=Use.FILTER, at=node.at)
            argument, condition = then, both(condition, when)
    known = binding.field_of(argument) if isinstance(argument, Column) else None
    conditional = condition is not None
    if known is not None and known.refers is not None:
        flows.require(binding, flows.flows(binding, argument), value=Use.JOIN, at=node.at)
        return drawing.figure(
            Specification(
                MeasureKind.COUNT,
                "count distinct",
                argument,
                condition,
                key=unit_key(drawing, argument),
                unit_unique=unit_unique(drawing, argument),
                conditional=conditional,
                whole=True,
            )
        )
    found = flows.flows(binding, argument)
    flows.require(binding, found, value=Use.GROUP, at=node.at)
    invented = not flows.lineage(binding, argument) and not any(unit.unique for unit in drawing.units)
    if invented or any(flow.role is Role.CONDITION for flow in found):
        return binding.refuse("plain-argument", subject="count(DISTINCT)", at=node.at)
    return drawing.figure(
        Specification(MeasureKind.DISTINCT, "count distinct", argument, condition, conditional=conditional, whole=True)
    )


def unit_key(drawing: "Drawing", argument: Expression) -> Expression:
    """The record key of the unit an identifier names: the unit's own, or one derived where its table is not read."""
    instance = drawing.binding.unit_of(argument)
    for unit in drawing.units:
        if unit.key is not None and drawing.binding.canonical(unit.instance) == instance:
            return unit.key
    return Operation("unit key", (argument,))


def unit_unique(drawing: "Drawing", argument: Expression) -> bool:
    """Whether an identifier names a unit that stands in no two rows."""
    instance = drawing.binding.unit_of(argument)
    return any(unit.unique and drawing.binding.canonical(unit.instance) == instance for unit in drawing.units)


def bounds_of(drawing: "Drawing", argument: Expression) -> tuple[float, float] | None:
    """The declared bounds a bare column is clipped to."""
    known = drawing.binding.field_of(argument) if isinstance(argument, Column) else None
    return None if known is None else known.bounds


def total(drawing: "Drawing", node: Aggregate, kind: MeasureKind) -> Expression:
    """A sum or a mean; of constants chosen by conditions it is a sum of counts."""
    binding = drawing.binding
    if len(node.arguments) != 1:
        return binding.refuse("aggregate-form", subject=node.function, at=node.at)
    argument = node.arguments[0]
    found = flows.flows(binding, argument)
    flows.require(binding, found, value=Use.AGGREGATE, at=node.at)
    branches = constants(argument)
    if branches is not None:
        return weighted(drawing, node.condition, branches, kind)
    if not any(flow.role is Role.VALUE for flow in found):
        found_value = any(isinstance(piece, Column) for piece in walk(argument))
        if not found_value:
            return binding.refuse("aggregate-form", subject=node.function, at=node.at)
    conditional = node.condition is not None or any(flow.role is Role.CONDITION for flow in found)
    return drawing.figure(
        Specification(
            kind,
            node.function,
            release.clipped(binding, argument),
            node.condition,
            bounds=bounds_of(drawing, argument),
            conditional=conditional,
            whole=kind is MeasureKind.SUM and whole(drawing, argument),
        )
    )


def whole(drawing: "Drawing", argument: Expression) -> bool:
    """Whether the argument is a column of whole numbers, or a choice among such."""
    match argument:
        case Column():
            known = drawing.binding.field_of(argument)
            return known is not None and known.type is ColumnType.INTEGER
        case Literal():
            return argument.text.isdigit() or argument.kind is LiteralKind.NULL
        case Operation(operator="case"):
            return all(whole(drawing, part) for part in (*argument.arguments[1:-1:2], argument.arguments[-1]))
        case _:
            return False


def weighted(
    drawing: "Drawing",
    condition: Expression | None,
    branches: list[tuple[Expression | None, float]],
    kind: MeasureKind,
) -> Expression:
    """Sum of counts, each times its number; a mean divides by the count of rows with any."""
    terms: list[Expression] = []
    divisors: list[Expression] = []
    for when, number in branches:
        holds = condition if when is None else both(condition, when)
        if number == 0 and kind is MeasureKind.SUM:
            continue
        if number != 0:
            cell = counted(drawing, holds, conditional=holds is not None)
            terms.append(cell if number == 1 else Operation("*", (cell, numeral(number))))
        divisors.append(holds if holds is not None else Literal("TRUE", LiteralKind.BOOLEAN))
    value = added(terms)
    if kind is MeasureKind.SUM:
        return value
    any_branch = divisors[0] if len(divisors) == 1 else Operation("or", tuple(divisors))
    unconditional = any(when is None for when, _ in branches) or covering(branches)
    below = counted(drawing, condition if unconditional else any_branch, conditional=condition is not None)
    share = Operation("/", (value, Call("nullif", (below, ZERO))))
    return Operation("cast", (share,), ("DOUBLE",))


def quantile(drawing: "Drawing", node: Aggregate) -> Expression:
    """Quantiles between 5 and 95 %, constants, of one column or expression."""
    binding = drawing.binding
    arguments = node.arguments
    fractions: tuple[float, ...] = (0.5,)
    several = False
    if node.function != "median":
        given = arguments[1] if len(arguments) == TWO else None
        several = isinstance(given, Operation) and given.operator == "list"
        items = given.arguments if isinstance(given, Operation) and several else (given,)
        if not items or not all(isinstance(item, Literal) and item.kind is LiteralKind.NUMBER for item in items):
            return binding.refuse("quantile-range", at=node.at)
        fractions = tuple(float(item.text) for item in items if isinstance(item, Literal))
    if not all(LEAST_QUANTILE <= fraction <= GREATEST_QUANTILE for fraction in fractions):
        return binding.refuse("quantile-range", at=node.at)
    argument = arguments[0]
    if not isinstance(argument, Column):
        return binding.refuse("plain-argument", subject=node.function, at=node.at)
    found = flows.flows(binding, argument)
    flows.require(binding, found, value=Use.AGGREGATE, at=node.at)
    if any(flow.role is Role.CONDITION for flow in found):
        return binding.refuse("plain-argument", subject=node.function, at=node.at)
    conditional = node.condition is not None
    discrete = node.function in {"quantile", "quantile_disc"}
    return drawing.figure(
        Specification(
            MeasureKind.QUANTILE,
            "quantile_disc" if discrete else "quantile_cont",
            release.clipped(binding, argument),
            node.condition,
            bounds=bounds_of(drawing, argument),
            fractions=fractions,
            several=several,
            conditional=conditional,
        )
    )


def monotone(argument: Expression) -> bool:
    """A column, or a logarithm or root of one: nothing that could single out a value."""
    match argument:
        case Column():
            return True
        case Call(function="ln" | "log" | "log10" | "log2" | "sqrt", arguments=(Column(),)):
            return True
        case Operation(operator="cast" | "try_cast", arguments=(inner,)):
            return monotone(inner)
        case _:
            return False


def moment(drawing: "Drawing", node: Aggregate) -> Expression:
    """Variance, covariance, correlation, regression."""
    binding = drawing.binding
    for argument in node.arguments:
        found = flows.flows(binding, argument)
        flows.require(binding, found, value=Use.AGGREGATE, at=node.at)
        if any(flow.role is Role.CONDITION for flow in found):
            binding.note(Finding("one-hot-regressor", subject=node.function, at=node.at))
        elif not monotone(argument):
            binding.refuse("plain-argument", subject=node.function, at=node.at)
    if not 1 <= len(node.arguments) <= TWO:
        return binding.refuse("aggregate-form", subject=node.function, at=node.at)
    if node.function in PAIRED_MEANS and len(node.arguments) == TWO:
        return paired_mean(drawing, node)
    argument, *more = (release.clipped(binding, part) for part in node.arguments)
    return drawing.figure(
        Specification(
            MeasureKind.MOMENT,
            node.function,
            argument,
            node.condition,
            bounds=bounds_of(drawing, node.arguments[0]),
            more=tuple(more),
            conditional=node.condition is not None,
        )
    )


def paired_mean(drawing: "Drawing", node: Aggregate) -> Expression:
    """`regr_avgy(y, x)` is the mean of `y` where both are there, and is protected as any other mean."""
    place = PAIRED_MEANS[node.function]
    argument, other = node.arguments[place], node.arguments[1 - place]
    return drawing.figure(
        Specification(
            MeasureKind.MEAN,
            node.function,
            release.clipped(drawing.binding, argument),
            both(node.condition, Operation("is not null", (other,))),
            bounds=bounds_of(drawing, argument),
            conditional=node.condition is not None,
        )
    )
