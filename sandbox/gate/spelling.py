"""Expressions of the checked tree as SQL: every name quoted, every literal escaped, every operator bracketed."""

from dataclasses import dataclass, field

from masking.techniques import PADS, functions, needs_key
from sandbox.gate.certain import cannot_raise, family
from sandbox.gate.rules import Finding
from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Frame,
    Lambda,
    Literal,
    LiteralKind,
    Masked,
    Nested,
    Operation,
    Order,
    Relation,
    Variable,
    Window,
)

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
    "current_date": "current_date",
    "current_timestamp": "current_timestamp",
    "unit key": "CAST(hash({0}) >> 33 AS UINTEGER)",
}
EXTREMES = {">": ("min", "max"), ">=": ("min", "max"), "<": ("max", "min"), "<=": ("max", "min")}


ADDING = frozenset({"sum", "avg", "mean", "median", "quantile_cont"})
GROWING = frozenset({"concat", "concat_ws", "format", "lpad", "printf", "regexp_replace", "replace", "rpad"})
LONGEST_TEXT = 1_000  # over protected rows: texts that grow without end on one row would tell of it by memory and time


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


CASTS = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}


@dataclass
class Expressions:
    """Prints expressions and keeps what they touched. `guarded`: over protected rows, where no error may show."""

    guarded: bool = False
    definitions: dict[int, str] = field(default_factory=dict)
    resources: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    beside_rows: list[dict[str, str]] = field(default_factory=list)
    lifts: int = 0

    def top(self, expression: Expression) -> str:
        """An expression at the head of a clause; over protected rows errors become null."""
        printed = self.expression(expression)
        if self.guarded and not cannot_raise(expression):
            return f"TRY({printed})"
        return printed

    def condition(self, expression: Expression) -> str:
        """A condition, each of its conjuncts guarded on its own, so that equalities still join by hash."""
        if isinstance(expression, Operation) and expression.operator == "and":
            return "(" + " AND ".join(self.condition(part) for part in expression.arguments) + ")"
        match expression:
            case Operation(operator="=", arguments=(Column() as one, Column() as other)) if self.guarded:
                return self.equality(one, other)
            case _:
                return self.top(expression)

    def equality(self, one: Column, other: Column) -> str:
        """Two columns compared; where their kinds may differ, as the known one's, by a cast that cannot fail."""
        kinds = {kind for kind in (one.family, other.family) if kind is not None}
        if one.family == other.family and kinds:
            return f"({self.expression(one)} = {self.expression(other)})"
        target = CASTS[kinds.pop()] if len(kinds) == 1 else "VARCHAR"
        left, right = (f"TRY_CAST({self.expression(part)} AS {target})" for part in (one, other))
        return f"({left} = {right})"

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
            case Masked():
                return self.masked(node)

    def masked(self, node: Masked) -> str:
        """A column through its technique; the pads of a keyed one stand in a safe table, never in the text."""
        self.functions |= functions(node.technique)
        if needs_key(node.technique):
            self.releases.add(PADS)
        return f"({node.technique.sql(self.expression(node.column))})"

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
        return self.grown(f"{node.function}({', '.join(parts)})", node.function in GROWING)

    def grown(self, printed: str, growing: bool) -> str:  # noqa: FBT001
        """What may grow a text, cut over protected rows."""
        if not (growing and self.guarded):
            return printed
        self.functions.add("left")
        return f"left({printed}, {LONGEST_TEXT})"

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
            case "slice":
                edges = dict(zip(node.words, parts[1:], strict=True))
                step = f":{edges['step']}" if "step" in edges else ""
                return f"({parts[0]})[{edges.get('from', '')}:{edges.get('to', '-' if step else '')}{step}]"
            case "field":
                return f"({parts[0]}).{quoted(node.words[0])}"
            case "~" if len(parts) == 2:  # noqa: PLR2004
                return f"regexp_full_match({parts[0]}, {parts[1]})"
        if node.operator in INFIX:
            return self.grown(f"({parts[0]} {INFIX[node.operator]} {parts[1]})", node.operator == "||")
        if node.operator in POSTFIX:
            return f"({parts[0]} {POSTFIX[node.operator]})"
        return TEMPLATES[node.operator].format(*parts)

    def aggregate(self, node: Aggregate) -> str:
        """An aggregate with its modifiers."""
        self.functions.add(node.function)
        parts = [self.top(part) for part in node.arguments]
        if self.guarded and node.function in ADDING and family(node.arguments[0]) is None:
            parts[0] = f"TRY_CAST({parts[0]} AS DOUBLE)"  # whole numbers and decimals fail where they overflow
        inside = ", ".join(parts) or "*"
        distinct = "DISTINCT " if node.distinct else ""
        order = self.order(node.order)
        condition = f" FILTER (WHERE {self.top(node.condition)})" if node.condition is not None else ""
        return f"{node.function}({distinct}{inside}{order}){condition}"

    def window(self, node: Window) -> str:
        """A function over a window."""
        of = self.expression(node.of) if isinstance(node.of, Aggregate) else self.window_call(node.of)
        if node.ignore_nulls:
            of = of.removesuffix(")") + " IGNORE NULLS)"
        partition = ", ".join(self.top(part) for part in node.partition)
        parts = [f"PARTITION BY {partition}" if partition else "", self.order(node.order), self.frame(node.frame)]
        return f"{of} OVER ({' '.join(part.strip() for part in parts if part)})"

    def window_call(self, node: Call) -> str:
        """A window function; its arguments are guarded, since it cannot be guarded itself."""
        self.functions.add(node.function)
        return f"{node.function}({', '.join(self.top(part) for part in node.arguments)})"

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
            f"{self.top(key.by)} {'DESC' if key.descending else 'ASC'} NULLS {'FIRST' if key.nulls_first else 'LAST'}"
            for key in keys
        ]
        return f" ORDER BY {', '.join(printed)}"

    def nested(self, node: Nested) -> str:
        """A subquery in an expression; over protected rows its value is joined beside them, so that TRY can guard."""
        if self.guarded:
            return self.beside(node)
        inner = self.subquery(node.relation)
        match node.form:
            case "scalar":
                return f"({inner})"
            case "exists":
                return f"EXISTS ({inner})"
            case "in":
                return f"({self.asked(node)} IN ({inner}))"
            case form:
                operator, word = form.split(" ")
                return f"({self.expression(node.arguments[0])} {operator} {word.upper()} ({inner}))"

    def beside(self, node: Nested) -> str:
        """A subquery's value, from a one-row relation that the SELECT being printed joins."""
        inner = self.subquery(node.relation)
        match node.form:
            case "scalar":
                return self.lifted(f"({inner})")
            case "exists":
                return self.lifted(f"EXISTS ({inner})")
            case "in":
                shown = ", ".join(quoted(known.inner) for known in node.relation.fields)
                row = shown if len(node.arguments) == 1 else f"row({shown})"
                held = self.lifted(f"coalesce((SELECT list({row}) FROM ({inner}) AS q), [])")
                return f"list_contains({held}, {self.asked(node)})"
            case form:
                return self.extreme(form, inner, node)

    def asked(self, node: Nested) -> str:
        """What is looked for in a subquery: a value, or a row of several."""
        parts = [self.expression(part) for part in node.arguments]
        return parts[0] if len(parts) == 1 else f"row({', '.join(parts)})"

    def extreme(self, form: str, inner: str, node: Nested) -> str:
        """`x > ALL (...)` is `x > max`, and so on; of no rows ALL holds and ANY does not, a null among them decides."""
        operator, word = form.split(" ")
        if operator not in EXTREMES:
            raise Finding("not-supported", subject=form.upper())
        column = quoted(node.relation.fields[0].inner)
        function = EXTREMES[operator][word == "all"]
        least = f"(SELECT CASE WHEN count(*) = count({column}) OR {word == 'any'} THEN {function}({column}) END"
        edge = self.lifted(f"{least} FROM ({inner}) AS q)")
        compared = f"({self.expression(node.arguments[0])} {operator} {edge})"
        if word == "any":
            return compared
        none = self.lifted(f"NOT EXISTS ({inner})")
        return f"({none} OR {compared})"

    def lifted(self, value: str) -> str:
        """The name of a value joined beside the rows of the SELECT being printed."""
        row = self.beside_rows[-1]
        if value not in row:
            self.lifts += 1
            row[value] = f"z{self.lifts}"
        return f"{row[value]}.v"

    def joined_values(self) -> str:
        """The joins of the values that the SELECT just printed needs beside its rows."""
        return "".join(f" CROSS JOIN (SELECT {value} AS v) AS {name}" for value, name in self.beside_rows.pop().items())

    def subquery(self, node: Relation) -> str:
        """A relation inside an expression; the printer of statements knows how."""
        raise TypeError(node)
