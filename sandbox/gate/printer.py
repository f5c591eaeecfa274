"""The checked tree as SQL for the engine: statements with their relations and common table expressions."""

from collections.abc import Sequence
from dataclasses import dataclass

from masking.techniques import PADS
from sandbox.gate.spelling import Expressions, quoted
from sandbox.gate.tree import (
    Column,
    From,
    Grouping,
    Join,
    Relation,
    Scan,
    Select,
    SetOperation,
    Source,
    TableFunction,
    Values,
)
from sandbox.plan import Statement


@dataclass
class Printer(Expressions):
    """Prints one statement and keeps what it touched."""

    def statement(self, body: str, definitions: Sequence[str] = ()) -> Statement:
        """The finished statement with its common table expressions in front, `definitions` last."""
        pads = [f"{PADS} AS (SELECT * FROM safe.{quoted(PADS)})"] if PADS in self.releases else []
        front = ", ".join([*pads, *(f"w{number} AS ({sql})" for number, sql in self.definitions.items()), *definitions])
        sql = f"WITH {front} {body}" if front else body
        return Statement(sql, frozenset(self.resources), frozenset(self.releases), frozenset(self.functions))

    def subquery(self, node: Relation) -> str:
        """A relation inside an expression."""
        return self.relation(node)

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
                condition = f" ON {self.condition(on)}" if on is not None else ""
                word = "JOIN" if kind == "INNER" else f"{kind} JOIN"
                return f"({self.from_(left)} {word} {self.from_(right)}{condition})"

    def printed_columns(self, relation: Relation) -> list[str]:
        """The printed columns of a set operation: its fields, then the hidden units."""
        hidden = [
            part.name
            for unit in relation.units
            for part in (unit.column, unit.key, unit.carried, unit.most, unit.mask)
            if isinstance(part, Column)
        ]
        return [*(known.inner for known in relation.fields), *hidden]

    def select(self, node: Select, names: tuple[str, ...]) -> str:
        """A SELECT block."""
        self.beside_rows.append({})
        shown = [f"{self.top(part)} AS {quoted(name)}" for part, name in zip(node.projections, names, strict=True)]
        shown += [f"{self.top(part)} AS {quoted(name)}" for name, part in node.hidden]
        distinct = "DISTINCT " if node.distinct else ""
        if node.distinct_on:
            distinct = f"DISTINCT ON ({', '.join(self.expression(part) for part in node.distinct_on)}) "
        source = f" FROM {self.from_(node.source)}" if node.source is not None else ""
        after = f" WHERE {self.condition(node.where)}" if node.where is not None else ""
        if node.grouping is not None:
            after += self.grouping(node.grouping)
        if node.having is not None:
            after += f" HAVING {self.top(node.having)}"
        if node.qualify is not None:
            after += f" QUALIFY {self.top(node.qualify)}"
        after += self.sorted(node)
        if node.limit is not None:
            after += f" LIMIT {self.expression(node.limit)}"
        if node.offset is not None:
            after += f" OFFSET {self.expression(node.offset)}"
        return f"SELECT {distinct}{', '.join(shown)}{source}{self.joined_values()}{after}"

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
