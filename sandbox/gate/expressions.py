"""Syntax nodes to checked expressions: an allow-list of nodes, each with the parts it may have."""

import re
from collections.abc import Callable

from sqlglot import exp

from sandbox.gate import columns, containers, functions, literals, names, rows, subqueries
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.tree import Call, Expression, Literal, LiteralKind, Operation, Order
from sandbox.gate.vocabulary import ZONE, type_name, unit

MOST_ITEMS = 5_000
MOST_CONDITIONS = 1_000

Bind = Callable[[Binding, Scope, exp.Expr], Expression]

BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.IntDiv: "//",
    exp.Mod: "%",
    exp.Pow: "**",
    exp.DPipe: "||",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "is not distinct from",
    exp.NullSafeNEQ: "is distinct from",
    exp.Like: "like",
    exp.ILike: "ilike",
    exp.Glob: "glob",
    exp.SimilarTo: "similar",
    exp.RegexpLike: "~",
    exp.BitwiseAnd: "&",
    exp.BitwiseOr: "|",
    exp.BitwiseLeftShift: "<<",
    exp.BitwiseRightShift: ">>",
}
COMPARISONS = frozenset({"=", "<>", ">", ">=", "<", "<="})
QUANTIFIED = frozenset({exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE})


def expression(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """The checked form of a syntax node; a finding for what is not on the allow-list."""
    bind, parts = HANDLED.get(type(node), (None, frozenset()))
    if bind is None:
        return binding.refuse("not-supported", subject=label(node), node=node)
    for name, value in node.args.items():
        if value and name not in parts:
            return binding.refuse("not-supported", subject=f"{label(node)} {name.strip('_')}", node=node)
    return bind(binding, scope, node)


def label(node: exp.Expr) -> str:
    """What the caller would call a syntax node."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def many(binding: Binding, scope: Scope, nodes: list[exp.Expr]) -> tuple[Expression, ...]:
    """Several at once."""
    if len(nodes) > MOST_ITEMS:
        return (binding.refuse("text-too-long", subject=f"{MOST_ITEMS:,}", node=nodes[0]),)
    return tuple(expression(binding, scope, node) for node in nodes)


def binary(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """An infix operator; a comparison with ANY or ALL is a subquery."""
    right = node.expression
    if type(node) in QUANTIFIED and isinstance(right, exp.Any | exp.All):
        return subqueries.quantified(binding, scope, node, BINARY[type(node)])
    if (pairs := rows.compared(node.this, right)) and type(node) in rows.EQUAL:
        found = rows.equal(binding, scope, pairs)
        return Operation("not", (found,)) if type(node) is not exp.EQ else found
    left = expression(binding, scope, node.this)
    found = Operation(BINARY[type(node)], (left, expression(binding, scope, right)))
    return Operation("not", (found,)) if node.args.get("negate") else found


def logical(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """AND and OR, however long the chain."""
    kind = type(node)
    flat: list[exp.Expr] = []
    pending = [node]
    while pending:
        current = pending.pop()
        inner = current.unnest() if isinstance(current, exp.Paren) and isinstance(current.unnest(), kind) else current
        if isinstance(inner, kind):
            pending.extend([inner.expression, inner.this])
        else:
            flat.append(current)
    if len(flat) > MOST_CONDITIONS:
        return binding.refuse("text-too-long", subject=f"{MOST_CONDITIONS:,}", node=flat[0])
    return Operation("and" if kind is exp.And else "or", many(binding, scope, flat))


def prefix(operator: str) -> Bind:
    """A prefix operator."""
    return lambda binding, scope, node: Operation(operator, (expression(binding, scope, node.this),))


def within(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """IN over a list or a subquery."""
    if node.args.get("query") is not None:
        return subqueries.membership(binding, scope, node)
    if node.args.get("unnest") or node.args.get("field"):
        return binding.refuse("not-supported", subject="IN UNNEST", node=node)
    if node.expressions and all(rows.compared(node.this, part) for part in node.expressions):
        found = tuple(
            rows.equal(binding, scope, rows.compared(node.this, part) or []) for part in node.expressions[:MOST_ITEMS]
        )
        return found[0] if len(found) == 1 else Operation("or", found)
    return Operation("in", (expression(binding, scope, node.this), *many(binding, scope, node.expressions)))


def is_(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """IS NULL, IS TRUE, IS FALSE."""
    negated = isinstance(node.expression, exp.Not)
    what = node.expression.this if negated else node.expression
    word = {exp.Null: "null", exp.Boolean: str(what.this).lower()}.get(type(what))
    if word is None:
        return binding.refuse("not-supported", subject="IS", node=node)
    return Operation(f"is {'not ' if negated else ''}{word}", (expression(binding, scope, node.this),))


def not_(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """NOT; `IS NOT NULL` becomes one operator."""
    inner = expression(binding, scope, node.this)
    if isinstance(inner, Operation) and inner.operator in {"is null", "is true", "is false"}:
        return Operation(inner.operator.replace("is ", "is not "), inner.arguments)
    return Operation("not", (inner,))


def case(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """CASE: conditions and results in turn, the default last; with an operand each condition compares with it."""
    operand = node.this
    arguments: list[Expression] = []
    for branch in node.args.get("ifs", []):
        condition = branch.this if operand is None else exp.EQ(this=operand, expression=branch.this)
        arguments += [expression(binding, scope, condition), expression(binding, scope, branch.args["true"])]
    default = node.args.get("default")
    arguments.append(literals.NULL if default is None else expression(binding, scope, default))
    return Operation("case", tuple(arguments))


def if_(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`if(condition, then, otherwise)`."""
    otherwise = node.args.get("false")
    parts = (node.this, node.args["true"])
    last = literals.NULL if otherwise is None else expression(binding, scope, otherwise)
    return Operation("case", (*(expression(binding, scope, part) for part in parts), last))


def cast(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """CAST and TRY_CAST are both the latter: an error would tell about a row."""
    kind = node.args["to"]
    name = type_name(kind) if isinstance(kind, exp.DataType) else None
    if name is None:
        return binding.refuse("unknown-type", subject=str(getattr(kind, "this", ""))[:40].rpartition(".")[2], node=node)
    operator = "try_cast" if isinstance(node, exp.TryCast) else "cast"
    return Operation(operator, (expression(binding, scope, node.this),), (name,))


def extract(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`EXTRACT(unit FROM x)` is `date_part`."""
    word = unit(node.this.name)
    if word is None:
        return binding.refuse("unknown-unit", subject=node.this.name[:20], node=node)
    return Call("date_part", (Literal(word, LiteralKind.TEXT), expression(binding, scope, node.expression)))


def substring(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`SUBSTRING(x FROM a FOR b)` and the plain call."""
    parts = [node.this, node.args.get("start") or exp.Literal.number(1), node.args.get("length")]
    return Call("substring", many(binding, scope, [part for part in parts if part is not None]))


def trim(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`TRIM(BOTH x FROM y)` and the plain call."""
    function = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    parts = [node.this, node.args.get("expression")]
    return Call(function, many(binding, scope, [part for part in parts if part is not None]))


def position(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`POSITION(a IN b)`."""
    return Call("strpos", many(binding, scope, [node.this, node.args["substr"]]))


def at_time_zone(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`x AT TIME ZONE 'Asia/Shanghai'`, the zone written out."""
    zone = node.args["zone"]
    if not isinstance(zone, exp.Literal) or not ZONE.match(zone.name):
        return binding.refuse("not-supported", subject="AT TIME ZONE", node=node)
    return Call("timezone", (Literal(zone.name, LiteralKind.TEXT), expression(binding, scope, node.this)))


def escape(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`x LIKE y ESCAPE z`."""
    inner = expression(binding, scope, node.this)
    if not isinstance(inner, Operation) or inner.operator not in {"like", "ilike"}:
        return binding.refuse("not-supported", subject="ESCAPE", node=node)
    return Operation(f"{inner.operator} escape", (*inner.arguments, expression(binding, scope, node.expression)))


def constant(operator: str) -> Bind:
    """A constant without arguments, such as `current_date`."""
    return lambda binding, scope, node: Operation(operator, ())


def orders(binding: Binding, scope: Scope, node: exp.Expr | None) -> tuple[Order, ...]:
    """Sort keys, nulls placed as the caller's text means it."""
    if node is None:
        return ()
    found = []
    for key in node.expressions:
        descending = bool(key.args.get("desc"))
        found.append(Order(expression(binding, scope, key.this), descending, bool(key.args.get("nulls_first"))))
    return tuple(found)


BOTH = frozenset({"this", "expression"})
THIS = frozenset({"this"})
CAST = frozenset({"this", "to", "safe", "action", "default"})

HANDLED: dict[type[exp.Expr], tuple[Bind, frozenset[str]]] = {
    **{node: (binary, BOTH | {"safe", "typed", "negate"}) for node in BINARY},
    exp.And: (logical, BOTH),
    exp.Or: (logical, BOTH),
    exp.Not: (not_, THIS),
    exp.Neg: (prefix("neg"), THIS),
    exp.BitwiseNot: (prefix("~"), THIS),
    exp.Paren: (lambda binding, scope, node: expression(binding, scope, node.this), THIS),
    exp.Is: (is_, BOTH),
    exp.In: (within, frozenset({"this", "expressions", "query", "unnest", "field"})),
    exp.Between: (
        lambda binding, scope, node: Operation(
            "between", many(binding, scope, [node.this, node.args["low"], node.args["high"]])
        ),
        frozenset({"this", "low", "high"}),
    ),
    exp.Escape: (escape, BOTH),
    exp.Case: (case, frozenset({"this", "ifs", "default"})),
    exp.If: (if_, frozenset({"this", "true", "false"})),
    exp.Cast: (cast, CAST),
    exp.TryCast: (cast, CAST),
    exp.Literal: (literals.literal, frozenset({"this", "is_string"})),
    exp.National: (lambda binding, scope, node: Literal(node.name, LiteralKind.TEXT), THIS),
    exp.RawString: (lambda binding, scope, node: Literal(node.name, LiteralKind.TEXT), THIS),
    exp.Boolean: (literals.boolean, THIS),
    exp.Null: (lambda binding, scope, node: literals.NULL, frozenset()),
    exp.Interval: (literals.interval, frozenset({"this", "unit"})),
    exp.Extract: (extract, BOTH),
    exp.Substring: (substring, frozenset({"this", "start", "length"})),
    exp.Trim: (trim, frozenset({"this", "position", "expression"})),
    exp.StrPosition: (position, frozenset({"this", "substr"})),
    exp.Bracket: (containers.bracket, frozenset({"this", "expressions", "offset"})),
    exp.Array: (containers.comprehension, frozenset({"expressions"})),
    exp.Dot: (containers.dot, BOTH),
    exp.Map: (
        lambda binding, scope, node: Call("map", many(binding, scope, [node.args["keys"], node.args["values"]])),
        frozenset({"keys", "values"}),
    ),
    exp.PositionalColumn: (names.numbered, THIS),
    columns.Bound: (lambda binding, scope, node: node.args["bound"], frozenset({"bound"})),
    exp.Tuple: (
        lambda binding, scope, node: Call("row", many(binding, scope, node.expressions)),
        frozenset({"expressions"}),
    ),
    exp.Struct: (containers.struct, frozenset({"expressions"})),
    exp.ToMap: (containers.mapping, THIS),
    exp.AtTimeZone: (at_time_zone, frozenset({"this", "zone"})),
    exp.CurrentDate: (constant("current_date"), frozenset()),
    exp.CurrentTimestamp: (constant("current_timestamp"), frozenset()),
    exp.Column: (
        names.column,
        frozenset({"this", "table", "db", "catalog"}),
    ),
    exp.Identifier: (
        lambda binding, scope, node: names.column(binding, scope, exp.Column(this=node)),
        frozenset({"this", "quoted"}),
    ),
    exp.Anonymous: (functions.call, frozenset({"this", "expressions"})),
    exp.Filter: (functions.filtered, BOTH),
    exp.WithinGroup: (functions.within_group, BOTH),
    exp.Window: (
        functions.window,
        frozenset({"this", "partition_by", "order", "spec", "alias", "over", "first"}),
    ),
    exp.IgnoreNulls: (functions.ignoring_nulls, THIS),
    exp.RespectNulls: (lambda binding, scope, node: expression(binding, scope, node.this), THIS),
    exp.Lambda: (functions.anonymous, frozenset({"this", "expressions", "colon"})),
    exp.Subquery: (subqueries.scalar, frozenset({"this"})),
    exp.Select: (subqueries.scalar, frozenset(exp.Select.arg_types)),
    exp.Exists: (subqueries.exists, THIS),
}
