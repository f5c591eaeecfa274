"""Constants: numbers, texts, truth values and spans of time."""

import math
import re

from sqlglot import exp

from sandbox.gate import expressions
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.tree import Call, Expression, Literal, LiteralKind
from sandbox.gate.vocabulary import INTERVAL_UNITS, unit

NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,3})?\Z|\.\d+([eE][+-]?\d{1,3})?\Z")
INTERVAL = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]+)?\Z")
NULL = Literal("NULL", LiteralKind.NULL)


def literal(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """A number or a text."""
    del scope
    if node.is_string:
        return Literal(node.name, LiteralKind.TEXT)
    if NUMBER.match(node.name) and math.isfinite(float(node.name)):
        return Literal(node.name, LiteralKind.NUMBER)
    return binding.refuse("not-supported", subject="NUMBER", node=node)


def boolean(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """TRUE or FALSE."""
    del binding, scope
    return Literal("TRUE" if node.this else "FALSE", LiteralKind.BOOLEAN)


def interval(binding: Binding, scope: Scope, node: exp.Expr) -> Expression:
    """A constant span of time, or `to_<units>` of an expression."""
    word = node.args.get("unit")
    spelled = unit(word.name) if isinstance(word, exp.Var) else None
    value = node.this
    if isinstance(value, exp.Literal):
        found = INTERVAL.match(value.name.strip())
        named = None if found is None else spelled or (unit(found.group(2)) if found.group(2) else None)
        if found is None or named not in INTERVAL_UNITS:
            return binding.refuse("unknown-unit", subject=value.name[:20], node=node)
        return Literal(f"{found.group(1)} {named}", LiteralKind.INTERVAL)
    if spelled not in INTERVAL_UNITS or value is None:
        return binding.refuse("unknown-unit", subject=word.name[:20] if word is not None else "INTERVAL", node=node)
    plural = "centuries" if spelled == "century" else f"{spelled}s"
    return Call(f"to_{plural}", (expressions.expression(binding, scope, value),))
