"""Where columns flow, and whether the annex allows it there."""

from collections.abc import Iterable
from dataclasses import replace

from catalog.model import Use
from masking.techniques import needs_key
from sandbox.gate.binding import Binding
from sandbox.gate.rules import Finding
from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Flow,
    Lambda,
    Nested,
    Operation,
    Role,
    Window,
    children,
)

CONDITIONS = frozenset(
    {
        "=", "<>", ">", ">=", "<", "<=", "is not distinct from", "is distinct from", "like", "ilike", "glob", "similar",
        "~", "like escape", "ilike escape", "and", "or", "not", "in", "between", "is true", "is false", "is not true",
        "is not false",
    }
)  # fmt: skip
PREDICATES = frozenset(
    {
        "starts_with", "ends_with", "contains", "prefix", "suffix", "regexp_matches", "regexp_full_match",
        "list_contains", "list_has", "isnan", "isinf", "isfinite",
    }
)  # fmt: skip
PRESENCE = frozenset({"is null", "is not null"})
IDENTIFYING = frozenset({Use.JOIN})


def flows(binding: Binding, expression: Expression) -> frozenset[Flow]:
    """The columns that flow into an expression and as what."""
    match expression:
        case Column():
            known = binding.field_of(expression)
            if known is None:
                return frozenset()
            return frozenset(Flow(flow.resource, flow.column, flow.role, expression.at) for flow in known.flows)
        case Operation(operator="case"):
            *branches, default = expression.arguments
            values = [flows(binding, value) for value in (*branches[1::2], default)]
            return frozenset().union(*values, *(condition(binding, part) for part in branches[::2]))
        case Operation() if expression.operator in PRESENCE:
            if isinstance(expression.arguments[0], Column):
                return frozenset(replace(flow, role=presence(flow)) for flow in parts(binding, expression))
            return condition(binding, expression.arguments[0])
        case Operation() if expression.operator in CONDITIONS:
            return frozenset(as_condition(flow) for flow in parts(binding, expression))
        case Nested(form="scalar"):
            inner = [known.flows for known in expression.relation.fields]
            return frozenset().union(*inner, *(flows(binding, column) for column in expression.outer))
        case Nested():
            asked = (*expression.arguments, *expression.outer)
            return frozenset().union(*(condition(binding, part) for part in asked))
        case Call() if expression.function in PREDICATES:
            return frozenset(as_condition(flow) for flow in parts(binding, expression))
        case Aggregate():
            into = counted if expression.function == "count" else flows
            values = [into(binding, part) for part in expression.arguments]
            conditions = () if expression.condition is None else (condition(binding, expression.condition),)
            return frozenset().union(*values, *conditions, *(flows(binding, key.by) for key in expression.order))
        case Window():
            inside = flows(binding, expression.of)
            by = [part for part in expression.partition if binding.unit_of(part) is None]
            return inside.union(*(condition(binding, part) for part in (*by, *(key.by for key in expression.order))))
        case _:
            return parts(binding, expression)


def counted(binding: Binding, argument: Expression) -> frozenset[Flow]:
    """What flows into a count: of a plain column whether it is there, of anything else a condition."""
    if isinstance(argument, Column):
        return frozenset(replace(flow, role=presence(flow)) for flow in flows(binding, argument))
    return condition(binding, argument)


def parts(binding: Binding, expression: Expression) -> frozenset[Flow]:
    """What flows into the direct parts."""
    return frozenset().union(*(flows(binding, part) for part in children(expression)))


def condition(binding: Binding, expression: Expression) -> frozenset[Flow]:
    """What flows into an expression that decides something."""
    return frozenset(as_condition(flow) for flow in flows(binding, expression))


def as_condition(flow: Flow) -> Flow:
    """The same column deciding something instead of giving its value."""
    return replace(flow, role=Role.CONDITION) if flow.role is Role.VALUE else flow


def presence(flow: Flow) -> Role:
    """A value asked only whether it is there."""
    return Role.PRESENCE if flow.role is Role.VALUE else flow.role


def lineage(binding: Binding, expression: Expression) -> frozenset[str]:
    """The base columns behind an expression, for the record."""
    found: set[str] = set()
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, Column):
            known = binding.field_of(current)
            found |= known.lineage if known is not None else frozenset()
        if isinstance(current, Nested):
            for field in current.relation.fields:
                found |= field.lineage
            pending.extend(current.outer)
        pending.extend(children(current))
    return frozenset(found)


def steps(binding: Binding, expression: Expression) -> tuple[str, ...]:
    """The releases an expression comes through, each named once."""
    found: dict[str, None] = {}
    pending = [expression]
    while pending:
        current = pending.pop()
        known = binding.field_of(current) if isinstance(current, Column) else None
        if known is not None:
            found |= dict.fromkeys(known.steps)
        if isinstance(current, Nested):
            found |= {step: None for field in current.relation.fields for step in field.steps}
        pending.extend(children(current))
    return tuple(sorted(found))


def require(binding: Binding, found: Iterable[Flow], *, value: Use, at: int | None = None) -> None:
    """Collect a finding for every flow its column's uses do not allow.

    A value needs the use of the place it stands in, a condition needs `filter`, presence needs any use at all.
    """
    for flow in found:
        resource = binding.granted.resources[flow.resource.lower()]
        column, technique = resource.columns[flow.column.lower()], resource.technique(flow.column)
        need = {Role.VALUE: value, Role.CONDITION: Use.FILTER, Role.PRESENCE: None}[flow.role]
        if technique is not None and needs_key(technique) and not resource.open:
            binding.note(Finding("keyed-pseudonym", subject=flow.column, at=flow.at if flow.at is not None else at))
            continue
        if technique is not None and resource.open:
            binding.uses.add((flow.path, Use.MASKED))
            continue
        shown = resource.open and Use.SHOW in column.uses
        if need is None or need in column.uses or shown:
            binding.uses.add((flow.path, need or Use.FILTER))
            continue
        if need is Use.FILTER and Use.GROUP in column.uses and flow.role is Role.CONDITION and value is Use.GROUP:
            binding.uses.add((flow.path, Use.GROUP))
            continue
        rule = f"use-{need}"
        if column.uses == IDENTIFYING and need is not Use.JOIN:
            rule = "identifier-expression"
        binding.note(
            Finding(
                rule, subject=flow.column, at=flow.at if flow.at is not None else at, allowed=tuple(sorted(column.uses))
            )
        )


def has_window(expression: Expression) -> Window | None:
    """A window in the expression, if any."""
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, Window):
            return current
        pending.extend(children(current))
    return None


def aggregates(expression: Expression) -> list[Aggregate]:
    """The aggregates in an expression that are not over a window, outermost first."""
    found: list[Aggregate] = []
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, Aggregate):
            found.append(current)
            continue
        if isinstance(current, Window):
            frame = [part for part in children(current) if part is not current.of]
            pending.extend([*children(current.of), *frame])
            continue
        pending.extend(children(current))
    return found


def scalar_calls(expression: Expression) -> list[str]:
    """The scalar functions in an expression."""
    found: list[str] = []
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, Call):
            found.append(current.function)
        if isinstance(current, Lambda):
            found.append("lambda")
        pending.extend(children(current))
    return found
