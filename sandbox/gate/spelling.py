"""Expressions of the checked tree as SQL: every name quoted, every literal escaped, every operator bracketed."""

from dataclasses import dataclass, field

from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Frame,
    Lambda,
    Literal,
    LiteralKind,
    Nested,
    Operation,
    Order,
    Relation,
    Variable,
    Window,
    children,
)
from sandbox.gate.vocabulary import RAISING

INFIX = {
    name: name.upper()
    for name in (
        "+", "-", "*", "/", "//", "%", "**", "||", "=", "<>", ">", ">=", "<", "<=", "is not distinct from",
        "is distinct from", "like", "ilike", "glob", "&", "|", "<<", ">>",
    )
}  # fmt: skip
POSTFIX = {
    f"is {no}{word}": f"IS {no.upper()}{word.upper()}" for no in ("", "not ") for word in ("null", "true", "false")
}
TEMPLATES = {
    "neg": "(- {0})",
    "~": "(~ {0})",
    "not": "(NOT {0})",
    "between": "({0} BETWEEN {1} AND {2})",
    "similar": "regexp_full_match({0}, {1})",
    "like escape": "({0} LIKE {1} ESCAPE {2})",
    "ilike escape": "({0} ILIKE {1} ESCAPE {2})",
    "index": "({0})[{1}]",
    "slice": "({0})[{1}:{2}]",
    "current_date": "current_date",
    "current_timestamp": "current_timestamp",
    "unit key": "CAST(hash({0}) >> 33 AS UINTEGER)",
}
RAISING_OPERATORS = frozenset({"+", "-", "*", "/", "//", "%", "**", "neg", "~"})


def quoted(name: str) -> str:
    """An identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def may_raise(expression: Expression) -> bool:
    """Whether evaluating it over some row could be an error, which would tell about that row."""
    pending = [expression]
    found = False
    while pending:
        current = pending.pop()
        if isinstance(current, Aggregate | Window | Nested):
            return False
        if isinstance(current, Operation) and current.operator in RAISING_OPERATORS and current.arguments:
            found = True
        if isinstance(current, Call) and current.function in RAISING:
            found = True
        pending.extend(children(current))
    return found


@dataclass
class Expressions:
    """Prints expressions and keeps what they touched. `guarded`: over protected rows, where no error may show."""

    guarded: bool = False
    definitions: dict[int, str] = field(default_factory=dict)
    resources: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def top(self, expression: Expression) -> str:
        """An expression at the head of a clause; over protected rows errors become null."""
        printed = self.expression(expression)
        if self.guarded and may_raise(expression):
            return f"TRY({printed})"
        return printed

    def expression(self, node: Expression) -> str:
        """An expression."""
        match node:
            case Column():
                return f"s{node.source}.{quoted(node.name)}"
            case Literal():
                return self.literal(node)
            case Variable():
                return quoted(node.name)
            case Lambda():
                return f"(lambda {', '.join(map(quoted, node.parameters))}: {self.expression(node.body)})"
            case Call():
                return self.call(node)
            case Operation():
                return self.operation(node)
            case Aggregate():
                return self.aggregate(node)
            case Window():
                return self.window(node)
            case Nested():
                return self.nested(node)

    def literal(self, node: Literal) -> str:
        """A constant."""
        match node.kind:
            case LiteralKind.TEXT:
                return text(node.text)
            case LiteralKind.INTERVAL:
                return f"INTERVAL {text(node.text)}"
            case _:
                return node.text

    def call(self, node: Call) -> str:
        """A scalar function."""
        self.functions.add(node.function)
        parts = [self.expression(part) for part in node.arguments]
        if node.words:
            parts = [f"{quoted(word)} := {part}" for word, part in zip(node.words, parts, strict=True)]
        return f"{node.function}({', '.join(parts)})"

    def operation(self, node: Operation) -> str:
        """An operator, in brackets."""
        parts = [self.expression(part) for part in node.arguments]
        match node.operator:
            case "and" | "or" as word:
                return "(" + f" {word.upper()} ".join(parts) + ")"
            case "in":
                return f"({parts[0]} IN ({', '.join(parts[1:])}))"
            case "case":
                branches = zip(parts[:-1:2], parts[1::2], strict=False)
                whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches)
                return f"(CASE {whens} ELSE {parts[-1]} END)"
            case "cast" | "try_cast" as word:
                safe = self.guarded or word == "try_cast"
                return f"{'TRY_CAST' if safe else 'CAST'}({parts[0]} AS {node.words[0]})"
            case "list":
                return f"[{', '.join(parts)}]"
            case "struct":
                return "{" + ", ".join(f"{text(w)}: {p}" for w, p in zip(node.words, parts, strict=True)) + "}"
            case "map":
                pairs = ", ".join(f"{key}: {value}" for key, value in zip(parts[::2], parts[1::2], strict=True))
                return f"MAP {{{pairs}}}"
            case "field":
                return f"({parts[0]}).{quoted(node.words[0])}"
            case "~" if len(parts) == 2:  # noqa: PLR2004
                return f"regexp_full_match({parts[0]}, {parts[1]})"
        if node.operator in INFIX:
            return f"({parts[0]} {INFIX[node.operator]} {parts[1]})"
        if node.operator in POSTFIX:
            return f"({parts[0]} {POSTFIX[node.operator]})"
        return TEMPLATES[node.operator].format(*parts)

    def aggregate(self, node: Aggregate) -> str:
        """An aggregate with its modifiers."""
        self.functions.add(node.function)
        inside = ", ".join(self.top(part) for part in node.arguments) or "*"
        distinct = "DISTINCT " if node.distinct else ""
        order = self.order(node.order)
        condition = f" FILTER (WHERE {self.top(node.condition)})" if node.condition is not None else ""
        return f"{node.function}({distinct}{inside}{order}){condition}"

    def window(self, node: Window) -> str:
        """A function over a window."""
        of = self.expression(node.of)
        if node.ignore_nulls:
            of = of.removesuffix(")") + " IGNORE NULLS)"
        partition = ", ".join(self.expression(part) for part in node.partition)
        parts = [f"PARTITION BY {partition}" if partition else "", self.order(node.order), self.frame(node.frame)]
        return f"{of} OVER ({' '.join(part.strip() for part in parts if part)})"

    def frame(self, node: Frame | None) -> str:
        """A window frame."""
        if node is None:
            return ""
        edges = []
        for value, side in (node.start, node.end):
            edges.append(f"{value if isinstance(value, str) else self.expression(value)} {side}".strip())
        exclude = f" EXCLUDE {node.exclude}" if node.exclude else ""
        return f"{node.unit} BETWEEN {edges[0]} AND {edges[1]}{exclude}"

    def order(self, keys: tuple[Order, ...]) -> str:
        """An ORDER BY, nothing when there are no keys."""
        if not keys:
            return ""
        printed = [
            f"{self.expression(key.by)} {'DESC' if key.descending else 'ASC'} "
            f"NULLS {'FIRST' if key.nulls_first else 'LAST'}"
            for key in keys
        ]
        return f" ORDER BY {', '.join(printed)}"

    def nested(self, node: Nested) -> str:
        """A subquery in an expression."""
        inner = self.subquery(node.relation)
        match node.form:
            case "scalar":
                return f"({inner})"
            case "exists":
                return f"EXISTS ({inner})"
            case "in":
                return f"({self.expression(node.arguments[0])} IN ({inner}))"
            case form:
                operator, word = form.split(" ")
                return f"({self.expression(node.arguments[0])} {operator} {word.upper()} ({inner}))"

    def subquery(self, node: Relation) -> str:
        """A relation inside an expression; the printer of statements knows how."""
        raise TypeError(node)
