"""Lists, maps and structures: written down, taken apart, transformed."""

from dataclasses import replace

from sqlglot import exp

from sandbox.gate import expressions
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.tree import Call, Expression, Lambda, Operation
from sandbox.gate.vocabulary import NAME

SLICE = {"from": "this", "to": "expression", "step": "step"}


def bracket(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """An element or a slice of a list or a text, an entry of a map."""
    inner = expressions.expression(binding, scope, node.this)
    if len(node.expressions) != 1:
        return binding.refuse("not-supported", subject="[]", node=node)
    index = node.expressions[0]
    if not isinstance(index, exp.Slice):
        return Operation("index", (inner, expressions.expression(binding, scope, index)))
    edges = [(word, index.args.get(part)) for word, part in SLICE.items()]
    given = [(word, part) for word, part in edges if part is not None]
    words = tuple(word for word, _ in given)
    return Operation("slice", (inner, *expressions.many(binding, scope, [part for _, part in given])), words)


def dot(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`(expression).field`, and `x.function(y)`, which is `function(x, y)`."""
    if isinstance(node.expression, exp.Anonymous):
        called = exp.Anonymous(this=node.expression.this, expressions=[node.this, *node.expression.expressions])
        return expressions.expression(binding, scope, called)
    name = node.expression.name
    if not isinstance(node.expression, exp.Identifier) or not NAME.match(name):
        return binding.refuse("not-supported", subject="DOT", node=node)
    return Operation("field", (expressions.expression(binding, scope, node.this),), (name,))


def comprehension(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`[f(x) FOR x IN list IF c(x)]` filters the list, then transforms it."""
    inner = node.expressions[0] if len(node.expressions) == 1 else None
    if not isinstance(inner, exp.Comprehension):
        return Operation("list", expressions.many(binding, scope, node.expressions))
    name, position = inner.expression.name.lower(), inner.args.get("position")
    if position is not None or not NAME.match(name):
        return binding.refuse("not-supported", subject="FOR ... IN", node=node)
    found = expressions.expression(binding, scope, inner.args["iterator"])
    within_ = replace(scope, parameters=(*scope.parameters, name))
    if (condition := inner.args.get("condition")) is not None:
        found = Call("list_filter", (found, Lambda((name,), expressions.expression(binding, within_, condition))))
    return Call("list_transform", (found, Lambda((name,), expressions.expression(binding, within_, inner.this))))


def struct(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`{'name': value, ...}`."""
    words = tuple(part.this.name if isinstance(part, exp.PropertyEQ) else "" for part in node.expressions)
    if not all(NAME.match(word) for word in words):
        return binding.refuse("not-supported", subject="STRUCT", node=node)
    return Operation("struct", expressions.many(binding, scope, [part.expression for part in node.expressions]), words)


def mapping(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """`MAP {key: value, ...}`; the parser puts a following `[key]` inside, it belongs outside."""
    inner = node.this
    outside = None
    if isinstance(inner, exp.Bracket):
        inner, outside = inner.this, inner.expressions
    if not isinstance(inner, exp.Struct):
        return binding.refuse("not-supported", subject="MAP", node=node)
    pairs = [half for part in inner.expressions for half in (part.this, part.expression)]
    found = Operation("map", expressions.many(binding, scope, pairs))
    if outside is None:
        return found
    return Operation("index", (found, *expressions.many(binding, scope, outside[:1])))
