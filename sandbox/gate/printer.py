"""The checked tree as SQL for the engine: every name quoted, every literal escaped, every operator bracketed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.gate.tree import (
    Aggregate,
    Call,
    Column,
    Expression,
    Frame,
    From,
    Grouping,
    Join,
    Lambda,
    Literal,
    LiteralKind,
    Nested,
    Operation,
    Order,
    Relation,
    Scan,
    Select,
    SetOperation,
    Source,
    TableFunction,
    Values,
    Variable,
    Window,
    children,
)
from sandbox.gate.vocabulary import RAISING
from sandbox.plan import Statement

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
class Printer:
    """Prints one statement and keeps what it touched. `guarded`: over protected rows, where no error may show."""

    guarded: bool = False
    definitions: dict[int, str] = field(default_factory=dict)
    resources: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def statement(self, body: str, definitions: Sequence[str] = ()) -> Statement:
        """The finished statement with its common table expressions in front, `definitions` last."""
        front = ", ".join([*(f"w{number} AS ({sql})" for number, sql in self.definitions.items()), *definitions])
        sql = f"WITH {front} {body}" if front else body
        return Statement(sql, frozenset(self.resources), frozenset(self.releases), frozenset(self.functions))

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
        inner = self.relation(node.relation)
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

    def relation(self, node: Relation, names: tuple[str, ...] | None = None) -> str:
        """A relation as a query; `names` are the caller's names for its columns, given to the outermost alone."""
        if node.shared is not None and names is None:
            return f"SELECT * FROM {self.shared(node)}"
        match node.body:
            case Select():
                return self.select(node.body, names or tuple(known.inner for known in node.fields))
            case SetOperation(operator=operator, left=left, right=right):
                inner = f"({self.relation(left)}) {operator} ({self.relation(right)})"
                if names is None:
                    return inner
                return self.renamed(node, f"({inner})", names)
            case Scan() | Values() | TableFunction():
                return self.renamed(node, self.stored(node), names or tuple(known.inner for known in node.fields))

    def renamed(self, node: Relation, inner: str, names: tuple[str, ...]) -> str:
        """A query that only gives names."""
        if isinstance(node.body, Scan):
            columns = [known.inner for known in node.fields]
            source = f"{inner} AS q"
        else:
            columns = [f"c{index}" for index in range(len(node.fields))]
            source = f"{inner} AS q({', '.join(columns)})"
        shown = ", ".join(f"q.{quoted(column)} AS {quoted(name)}" for column, name in zip(columns, names, strict=True))
        return f"SELECT {shown} FROM {source}"

    def shared(self, node: Relation) -> str:
        """The name of a common table expression, defined once in front of the statement."""
        number = node.shared or 0
        if number not in self.definitions:
            body = node.body
            inner = self.relation(Relation(body, node.fields, node.units))
            self.definitions[number] = inner
        return f"w{number}"

    def stored(self, node: Relation) -> str:
        """A relation that is not a SELECT, as it stands in a FROM clause."""
        match node.body:
            case Scan(schema=schema, name=name):
                (self.resources if schema == "data" else self.releases).add(name)
                return f"{schema}.{quoted(name)}"
            case Values(rows=rows):
                written = ", ".join(f"({', '.join(self.expression(cell) for cell in row)})" for row in rows)
                return f"(VALUES {written})"
            case TableFunction(function=function, arguments=arguments):
                self.functions.add(function)
                return f"{function}({', '.join(self.expression(part) for part in arguments)})"
            case _:
                return f"({self.relation(node)})"

    def from_(self, node: From) -> str:
        """A FROM clause."""
        match node:
            case Source(id=number, relation=relation):
                if relation.shared is not None:
                    return f"{self.shared(relation)} AS s{number}"
                columns = ""
                if isinstance(relation.body, Values | TableFunction):
                    columns = f"({', '.join(known.inner for known in relation.fields)})"
                if isinstance(relation.body, SetOperation):
                    columns = f"({', '.join(self.printed_columns(relation))})"
                lateral = ""
                return f"{lateral}{self.stored(relation)} AS s{number}{columns}"
            case Join(left=left, right=right, kind=kind, on=on):
                condition = f" ON {self.top(on)}" if on is not None else ""
                word = "JOIN" if kind == "INNER" else f"{kind} JOIN"
                return f"({self.from_(left)} {word} {self.from_(right)}{condition})"

    def printed_columns(self, relation: Relation) -> list[str]:
        """The printed columns of a set operation: its fields, then the hidden units."""
        hidden = [
            part.name
            for unit in relation.units
            for part in (unit.column, unit.key, unit.carried)
            if isinstance(part, Column)
        ]
        return [*(known.inner for known in relation.fields), *hidden]

    def select(self, node: Select, names: tuple[str, ...]) -> str:
        """A SELECT block."""
        shown = [f"{self.top(part)} AS {quoted(name)}" for part, name in zip(node.projections, names, strict=True)]
        shown += [f"{self.top(part)} AS {quoted(name)}" for name, part in node.hidden]
        distinct = "DISTINCT " if node.distinct else ""
        if node.distinct_on:
            distinct = f"DISTINCT ON ({', '.join(self.expression(part) for part in node.distinct_on)}) "
        sql = f"SELECT {distinct}{', '.join(shown)}"
        if node.source is not None:
            sql += f" FROM {self.from_(node.source)}"
        if node.where is not None:
            sql += f" WHERE {self.top(node.where)}"
        if node.grouping is not None:
            sql += self.grouping(node.grouping)
        if node.having is not None:
            sql += f" HAVING {self.top(node.having)}"
        if node.qualify is not None:
            sql += f" QUALIFY {self.top(node.qualify)}"
        sql += self.sorted(node)
        if node.limit is not None:
            sql += f" LIMIT {self.expression(node.limit)}"
        if node.offset is not None:
            sql += f" OFFSET {self.expression(node.offset)}"
        return sql

    def sorted(self, node: Select) -> str:
        """ORDER BY, a projected expression by its position."""
        if not node.order:
            return ""
        positions = {expression: str(index + 1) for index, expression in reversed(list(enumerate(node.projections)))}
        printed = [
            f"{positions.get(key.by) or self.expression(key.by)} {'DESC' if key.descending else 'ASC'} "
            f"NULLS {'FIRST' if key.nulls_first else 'LAST'}"
            for key in node.order
        ]
        return f" ORDER BY {', '.join(printed)}"

    def grouping(self, node: Grouping) -> str:
        """GROUP BY, as grouping sets unless plain."""
        keys = [self.top(key) for key in node.keys]
        if node.plain:
            return f" GROUP BY {', '.join(keys)}" if keys else " GROUP BY ()"
        sets = ", ".join(f"({', '.join(keys[index] for index in chosen)})" for chosen in node.sets)
        return f" GROUP BY GROUPING SETS ({sets})"
