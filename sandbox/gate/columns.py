"""`COLUMNS(...)`, `* LIKE ...`: columns chosen by name, written out by the gate over what is granted and in sight."""

import re
from collections.abc import Callable, Iterable
from typing import ClassVar

from sqlglot import exp

from sandbox.gate import names
from sandbox.gate.binding import Binding, Scope
from sandbox.gate.parse import offset
from sandbox.gate.rules import Finding
from sandbox.gate.tree import Expression

LONGEST_PATTERN, MOST_REPEATS, MOST_COLUMNS = 100, 3, 200
REPEATED_GROUP = re.compile(r"\)[*+?{]|\\[0-9pPkK]|\(\?")  # what could take a matcher long, or it reads in its own way
Shown = tuple[str, Expression]
Test = Callable[[str], bool]


class Bound(exp.Expression):
    """A column already bound, standing in the syntax tree in the place of the call that chose it."""

    arg_types: ClassVar[dict[str, bool]] = {"bound": True}


def called(node: exp.Expr) -> list[exp.Anonymous]:
    """The calls of COLUMNS in an expression, those of subqueries left out."""
    found: list[exp.Anonymous] = []
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, exp.Anonymous) and current.name.lower() == "columns":
            found.append(current)
        elif not isinstance(current, exp.Query):
            pending.extend(current.iter_expressions())
    return found


def written_out(binding: Binding, scope: Scope, node: exp.Expr) -> list[tuple[str, exp.Expr]] | None:
    """An expression once for each column that COLUMNS in it chooses, with the name it gives; `None` without COLUMNS."""
    calls = called(node)
    if not calls:
        return None
    if len({call.sql() for call in calls}) > 1:
        raise Finding("columns-form", subject="COLUMNS", at=offset(calls[1]))
    chosen, pattern = selected(binding, scope, calls[0])
    if len(chosen) > MOST_COLUMNS:
        raise Finding("too-many-figures", subject=str(MOST_COLUMNS), at=offset(node))
    alias = node.alias if isinstance(node, exp.Alias) else None
    inner = node.this if isinstance(node, exp.Alias) else node
    return [(name if alias is None else named(alias, pattern, name), put_in(inner, column)) for name, column in chosen]


def put_in(node: exp.Expr, column: Expression) -> exp.Expr:
    """A copy of the expression with a column in the place of COLUMNS."""
    if node in called(node):
        return Bound(bound=column)
    copied = node.copy()
    for call in called(copied):
        call.replace(Bound(bound=column))
    return copied


def named(alias: str, pattern: re.Pattern[str] | None, name: str) -> str:
    """The alias; one that refers to the pattern's groups takes the place of what the pattern found in the name."""
    match = None if pattern is None else pattern.search(name)
    if match is None or "\\" not in alias:
        return alias
    groups = [match.group(), *match.groups(), *[""] * 10]
    written = re.sub(r"\\(\d)", lambda found: groups[int(found.group(1))] or "", alias)
    return name[: match.start()] + written + name[match.end() :]


def selected(binding: Binding, scope: Scope, call: exp.Anonymous) -> tuple[list[Shown], re.Pattern[str] | None]:
    """The columns a call chooses, and the pattern it chose them by."""
    argument = call.expressions[0] if len(call.expressions) == 1 else None
    match argument:
        case exp.Star():
            return starred(binding, scope, argument, None), None
        case exp.Column(this=exp.Star() as star):
            return starred(binding, scope, star, argument.table), None
        case exp.Literal(is_string=True) if argument.is_string:
            pattern = compiled(argument.name, call)
            return matching(binding, scope, call, lambda name: pattern.search(name) is not None), pattern
        case exp.Array() | exp.Tuple() if all(isinstance(part, exp.Literal) for part in argument.expressions):
            wanted = [part.name.lower() for part in argument.expressions]
            found = matching(binding, scope, call, lambda name: name.lower() in wanted)
            missing = set(wanted) - {name.lower() for name, _ in found}
            for name in sorted(missing):
                binding.refuse("unknown-column", subject=name, node=call)
            return sorted(found, key=lambda shown: wanted.index(shown[0].lower())), None
        case exp.Lambda() if len(argument.expressions) == 1:
            test = predicate(argument.this, argument.expressions[0].name.lower(), call)
            return matching(binding, scope, call, test), None
        case _:
            raise Finding("columns-form", subject="COLUMNS", at=offset(call))


def starred(binding: Binding, scope: Scope, star: exp.Expr, table: str | None) -> list[Shown]:
    """The columns of a star with its EXCLUDE."""
    if any(value for name, value in star.args.items() if name != "except_"):
        raise Finding("columns-form", subject="COLUMNS(* ...)", at=offset(star))
    left_out = {part.name.lower() for part in star.args.get("except_") or []}
    return [shown for shown in in_sight(binding, scope, table, star) if shown[0].lower() not in left_out]


def in_sight(binding: Binding, scope: Scope, table: str | None, node: exp.Expr) -> list[Shown]:
    """Every column a star would mean."""
    found = names.star(scope, table)
    if found is None:
        binding.refuse("unknown-relation", subject=table or "*", node=node)
    return found or []


def matching(binding: Binding, scope: Scope, call: exp.Expr, test: Test, *, table: str | None = None) -> list[Shown]:
    """The columns whose names pass; none is a mistake."""
    found = [shown for shown in in_sight(binding, scope, table, call) if test(shown[0])]
    if not found:
        binding.refuse("columns-form", subject="COLUMNS", node=call)
    return found


def compiled(text: str, node: exp.Expr) -> re.Pattern[str]:
    """A pattern for names, short and without what could take a matcher long."""
    repeats = sum(map(text.count, "*+{"))
    if len(text) > LONGEST_PATTERN or repeats > MOST_REPEATS or REPEATED_GROUP.search(text):
        raise Finding("columns-form", subject=text[:40], at=offset(node))
    try:
        return re.compile(text)
    except re.error:
        raise Finding("columns-form", subject=text[:40], at=offset(node)) from None


def liked(node: exp.Expr) -> tuple[exp.Expr, Test] | None:
    """`* LIKE 'x%'` and its kin: the star, and which names it takes; `None` for anything else."""
    if isinstance(node, exp.Star) and node.args.get("ilike") is not None:
        return node, like(str(node.args["ilike"].name), folded=True)
    if not isinstance(node, exp.Like | exp.ILike | exp.SimilarTo | exp.Glob) or not is_star(node.this):
        return None
    if not isinstance(node.expression, exp.Literal):
        raise Finding("columns-form", subject="* LIKE", at=offset(node))
    text = node.expression.name
    match node:
        case exp.SimilarTo():
            pattern = compiled(text, node)
            test: Test = lambda name: pattern.fullmatch(name) is not None  # noqa: E731
        case exp.Glob():
            test = like(text, many="*", one="?")
        case _:
            test = like(text, folded=isinstance(node, exp.ILike))
    return node.this, (lambda name: not test(name)) if node.args.get("negate") else test


def is_star(node: exp.Expr) -> bool:
    """Whether it is `*` or `t.*`."""
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def like(text: str, *, folded: bool = False, many: str = "%", one: str = "_") -> Test:
    """Names like a pattern with wildcards."""
    if text.count(many) > MOST_REPEATS:
        raise Finding("columns-form", subject=text[:40])
    spelled = "".join(".*" if sign == many else "." if sign == one else re.escape(sign) for sign in text)
    pattern = re.compile(spelled, re.IGNORECASE if folded else 0)
    return lambda name: pattern.fullmatch(name) is not None


def predicate(node: exp.Expr, variable: str, call: exp.Expr) -> Test:
    """What a lambda asks of a name: comparisons with texts, LIKE, IN, `starts_with` and its kin, joined by logic."""
    again: Callable[[exp.Expr], Test] = lambda part: predicate(part, variable, call)  # noqa: E731
    match node:
        case exp.Paren():
            return again(node.this)
        case exp.Not():
            inner = again(node.this)
            return lambda name: not inner(name)
        case exp.And() | exp.Or():
            parts = [again(part) for part in node.flatten()]
            joined: Callable[[Iterable[bool]], bool] = all if isinstance(node, exp.And) else any
            return lambda name: joined(part(name) for part in parts)
        case exp.EQ(expression=exp.Literal()) | exp.NEQ(expression=exp.Literal()) if of(node, variable):
            text, wanted = node.expression.name, isinstance(node, exp.EQ)
            return lambda name: (name == text) is wanted
        case exp.In() if of(node, variable) and node.expressions:
            texts = {part.name for part in node.expressions}
            return lambda name: name in texts
        case exp.Like(expression=exp.Literal()) | exp.ILike(expression=exp.Literal()) if of(node, variable):
            test = like(node.expression.name, folded=isinstance(node, exp.ILike))
            return (lambda name: not test(name)) if node.args.get("negate") else test
        case exp.Anonymous(expressions=[asked, exp.Literal() as text_]) if asked.name.lower() == variable:
            known = TESTS.get(node.name.lower())
            if known is not None:
                return lambda name: known(name, text_.name)
    raise Finding("columns-form", subject="COLUMNS(lambda)", at=offset(call))


TESTS: dict[str, Callable[[str, str], bool]] = {
    "starts_with": str.startswith,
    "prefix": str.startswith,
    "ends_with": str.endswith,
    "suffix": str.endswith,
    "contains": str.__contains__,
}


def of(node: exp.Expr, variable: str) -> bool:
    """Whether a comparison asks the lambda's own parameter."""
    return isinstance(node.this, exp.Column | exp.Identifier) and node.this.name.lower() == variable
