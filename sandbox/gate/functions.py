"""Function calls: scalars, aggregates, windows and lambdas of the allow-list."""

from dataclasses import replace

from sqlglot import exp

from sandbox.gate import expressions
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.parse import offset
from sandbox.gate.tree import Aggregate, Call, Expression, Frame, Lambda, Literal, LiteralKind, Operation, Order, Window
from sandbox.gate.vocabulary import (
    AGGREGATES,
    BOUNDED,
    LARGEST_BOUND,
    LARGEST_SERIES,
    NAME,
    SCALARS,
    SERIES,
    TEMPLATED,
    UNIT_ARGUMENT,
    WIDE,
    WINDOWS,
    ZONE,
    unit,
)


def call(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """A function by name; unknown is refused."""
    name = node.name.lower()
    if name in AGGREGATES:
        return aggregate(binding, scope, node, name)
    if name in WINDOWS:
        return Call(name, expressions.many(binding, scope, node.expressions))
    if name == "columns":
        return binding.refuse("columns-form", subject="COLUMNS", node=node)
    if name not in SCALARS:
        return binding.refuse("unknown-function", subject=node.name[:60], node=node)
    arguments = node.expressions
    words: tuple[str, ...] = ()
    if name == "struct_pack":
        words = tuple(part.this.name if isinstance(part, exp.PropertyEQ) else "" for part in arguments)
        if not all(NAME.match(word) for word in words):
            return binding.refuse("not-supported", subject=name, node=node)
        arguments = [part.expression for part in arguments]
    bound = expressions.many(binding, scope, arguments)
    return checked(binding, Call(name, bound, words), node)


def checked(binding: Binding, found: Call, node: exp.Expr) -> Expression:
    """The call, when arguments that decide sizes, units and zones are constants within their lists."""
    arguments = found.arguments
    if found.function in BOUNDED and not small(arguments, BOUNDED[found.function]):
        return binding.refuse("size-not-literal", subject=found.function, node=node)
    if found.function in TEMPLATED and not plain_template(arguments):
        return binding.refuse("template", subject=found.function, node=node)
    if found.function in SERIES and not all(constant_span(part) for part in arguments):
        return binding.refuse("size-not-literal", subject=found.function, node=node)
    if found.function in UNIT_ARGUMENT:
        word = arguments[0] if arguments else None
        spelled = unit(word.text) if isinstance(word, Literal) and word.kind is LiteralKind.TEXT else None
        if spelled is None:
            subject = word.text[:20] if isinstance(word, Literal) else found.function
            return binding.refuse("unknown-unit", subject=subject, node=node)
        return replace(found, arguments=(Literal(spelled, LiteralKind.TEXT), *arguments[1:]))
    if found.function == "timezone":
        zone = arguments[0] if arguments else None
        if not isinstance(zone, Literal) or not ZONE.match(zone.text):
            return binding.refuse("not-supported", subject="timezone", node=node)
    return found


def plain_template(arguments: tuple[Expression, ...]) -> bool:
    """Whether a template is written out and asks for no width of more than three digits, and for none from a value."""
    template = arguments[0] if arguments else None
    return isinstance(template, Literal) and template.kind is LiteralKind.TEXT and not WIDE.search(template.text)


def constant_span(expression: Expression) -> bool:
    """A literal within the largest series, a date or an interval."""
    match expression:
        case Literal():
            return not expression.text.lstrip("-").isdecimal() or int(expression.text) <= LARGEST_SERIES
        case Operation(operator="neg" | "cast" | "try_cast"):
            return constant_span(expression.arguments[0])
        case Call(function="to_days" | "to_months" | "to_years"):
            return constant_span(expression.arguments[0])
        case _:
            return False


def small(arguments: tuple[Expression, ...], index: int) -> bool:
    """Whether the argument is a small literal number, or not given."""
    if index >= len(arguments):
        return True
    size = arguments[index]
    return (
        isinstance(size, Literal) and size.text.isascii() and size.text.isdecimal() and int(size.text) <= LARGEST_BOUND
    )


def aggregate(binding: Binding, scope: Scope, node: exp.Expr, name: str) -> Expression:
    """An aggregate with its DISTINCT and ORDER BY."""
    arguments = list(node.expressions)
    order: tuple[Order, ...] = ()
    distinct = False
    if arguments and isinstance(arguments[-1], exp.Order):
        order = expressions.orders(binding, scope, arguments[-1])
        arguments[-1:] = [arguments[-1].this]
    if arguments and isinstance(arguments[0], exp.Distinct):
        distinct = True
        arguments = [*arguments[0].expressions, *arguments[1:]]
    if len(arguments) == 1 and isinstance(arguments[0], exp.Star):
        if name != "count" or distinct or any(arguments[0].args.values()):
            return binding.refuse("not-supported", subject=f"{name}(*)", node=node)
        arguments = []
    bound = expressions.many(binding, scope, arguments)
    if name in {"count_star"}:
        name = "count"
    return Aggregate(name, bound, distinct=distinct, order=order, at=offset(node))


def filtered(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`aggregate FILTER (WHERE condition)`."""
    inner = expressions.expression(binding, scope, node.this)
    condition = expressions.expression(binding, scope, node.expression.this)
    if not isinstance(inner, Aggregate):
        return binding.refuse("not-supported", subject="FILTER", node=node)
    return replace(inner, condition=condition)


def within_group(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`percentile_cont(p) WITHIN GROUP (ORDER BY x)` is `quantile_cont(x, p)`."""
    inner = expressions.expression(binding, scope, node.this)
    order = expressions.orders(binding, scope, node.expression)
    if not isinstance(inner, Aggregate) or len(order) != 1 or inner.order:
        return binding.refuse("not-supported", subject="WITHIN GROUP", node=node)
    names = {"percentile_cont": "quantile_cont", "percentile_disc": "quantile_disc"}
    if inner.function not in names or len(inner.arguments) != 1:
        return replace(inner, order=order)
    point = inner.arguments[0]
    if order[0].descending:
        if not isinstance(point, Literal) or point.kind is not LiteralKind.NUMBER:
            return binding.refuse("quantile-range", node=node)
        point = Literal(f"{1 - float(point.text):.10g}", LiteralKind.NUMBER)
    return replace(inner, function=names[inner.function], arguments=(order[0].by, point))


def ignoring_nulls(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`f(x IGNORE NULLS)`, for window functions."""
    inner = expressions.expression(binding, scope, node.this)
    if not isinstance(inner, Call):
        return binding.refuse("not-supported", subject="IGNORE NULLS", node=node)
    return Window(inner, ignore_nulls=True)


def window(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """A function OVER a window, named windows written out."""
    named = node.args.get("alias")
    definition = node
    if named is not None:
        found = scope.windows.get(named.name.lower())
        if found is None or node.args.get("partition_by") or node.args.get("order") or node.args.get("spec"):
            return binding.refuse("not-supported", subject=f"WINDOW {named.name}", node=node)
        definition = found
    of = expressions.expression(binding, scope, node.this)
    ignore_nulls = isinstance(of, Window) and of.ignore_nulls
    if isinstance(of, Window):
        of = of.of
    if not isinstance(of, Aggregate) and not (isinstance(of, Call) and of.function in WINDOWS):
        return binding.refuse("not-supported", subject="OVER", node=node)
    return Window(
        of,
        partition=expressions.many(binding, scope, definition.args.get("partition_by") or []),
        order=expressions.orders(binding, scope, definition.args.get("order")),
        frame=frame(binding, scope, definition.args.get("spec")),
        ignore_nulls=ignore_nulls,
        at=offset(node),
    )


FRAME_UNITS = frozenset({"ROWS", "RANGE", "GROUPS"})
FRAME_EDGES = frozenset({"UNBOUNDED", "CURRENT ROW"})
FRAME_EXCLUDES = frozenset({"", "CURRENT ROW", "GROUP", "TIES", "NO OTHERS"})


def frame(binding: Binding, scope: Scope, node: exp.Expr | None) -> Frame | None:
    """A window frame, its words checked one by one."""
    if node is None:
        return None
    words = (str(node.args.get("kind") or "").upper(), str(node.args.get("exclude") or "").upper())
    start = edge(binding, scope, node.args.get("start"), node.args.get("start_side"))
    end = edge(binding, scope, node.args.get("end") or "CURRENT ROW", node.args.get("end_side"))
    if words[0] not in FRAME_UNITS or words[1] not in FRAME_EXCLUDES or start is None or end is None:
        binding.refuse("not-supported", subject="WINDOW FRAME", node=node)
        return None
    return Frame(words[0], start, end, words[1])


def edge(
    binding: Binding, scope: Scope, value: exp.Expr | str | None, side: str | None
) -> tuple[Expression | str, str] | None:
    """One end of a frame: an offset or a word, and its side."""
    spelled = (side or "").upper()
    if isinstance(value, str) and value.upper() in FRAME_EDGES and spelled in {"", "PRECEDING", "FOLLOWING"}:
        return value.upper(), spelled
    if isinstance(value, exp.Expr) and spelled in {"PRECEDING", "FOLLOWING"}:
        return expressions.expression(binding, scope, value), spelled
    return None


def anonymous(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`x -> body`."""
    names = tuple(part.name.lower() for part in node.expressions)
    if not all(NAME.match(name) for name in names):
        return binding.refuse("not-supported", subject="LAMBDA", node=node)
    inner = replace(scope, parameters=(*scope.parameters, *names))
    return Lambda(names, expressions.expression(binding, inner, node.this))
