"""A grammar over the supported language: typed queries over the fuzzed tables, as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.fuzz.expressions import Expressions, Known
from tests.fuzz.world import IDENTIFIER, NUMBER, TEXT


@dataclass
class Query(Expressions):
    """Writes one random query; `chance` decides everything."""

    ctes: list[str] = field(default_factory=list)

    def source(self, depth: int) -> tuple[str, Known]:
        """A FROM clause and what is in sight there."""
        ways = [lambda: self.table(self.chance.choice(("person", "person", "firm", "ride", "fence")))]
        if depth > 0:
            ways += [
                lambda: self.inner(depth - 1),
                self.firm_of_person,
                self.ride_at_fence,
                self.met_with_rows,
                lambda: self.met_with_release(depth - 1),
                self.folded,
                self.stacked,
            ]
        return self.chance.choice(ways)()

    def inner(self, depth: int) -> tuple[str, Known]:
        """Rows out of a subquery or a common table expression, some columns computed."""
        text, known = self.source(depth)
        alias = self.name("t")
        shown: list[tuple[str, str, str]] = []
        for column, kind in known:
            if self.likely(0.6) or kind == IDENTIFIER:
                computed = column
                if kind == NUMBER and self.likely(0.2):
                    computed = self.number(known, 1)
                elif kind == TEXT and self.likely(0.2):
                    computed = self.text(known)
                shown.append((computed, self.name("c"), kind))
        shown = shown or [("1", self.name("c"), NUMBER)]
        where = f" WHERE {self.condition(known)}" if self.likely(0.5) else ""
        body = f"SELECT {', '.join(f'{what} AS {label}' for what, label, _ in shown)} FROM {text}{where}"
        known = tuple((f"{alias}.{label}" if self.likely(0.3) else label, kind) for _, label, kind in shown)
        if self.likely(0.3):
            cte = self.name("w")
            self.ctes.append(f"{cte} AS ({body})")
            return f"{cte} AS {alias}", known
        return f"({body}) AS {alias}", known

    def firm_of_person(self) -> tuple[str, Known]:
        """People and the firms they work for."""
        left, people = self.table("person", "p")
        right, firms = self.table("firm", "e")
        if self.likely(0.25):
            word = self.chance.choice(("SEMI", "ANTI"))
            return f"{left} {word} JOIN {right} ON p.pfirm = e.eid", people
        word = self.chance.choice(("JOIN", "LEFT JOIN", "INNER JOIN"))
        more = f" AND {self.condition(firms, 0)}" if self.likely(0.2) else ""
        if self.likely(0.3):
            return f"{right} {word} {left} ON p.pfirm = e.eid{more}", (*firms, *people)
        return f"{left} {word} {right} ON e.eid = p.pfirm{more}", (*people, *firms)

    def ride_at_fence(self) -> tuple[str, Known]:
        """Rides and where they ended."""
        left, rides = self.table("ride", "r")
        right, fences = self.table("fence", "f")
        word = self.chance.choice(("JOIN", "LEFT JOIN"))
        return f"{left} {word} {right} ON r.rfence = f.ffence", (*rides, *fences)

    def met_with_rows(self) -> tuple[str, Known]:
        """People and rows the caller wrote down."""
        left, people = self.table("person", "p")
        rows = ", ".join(f"('{word}', {self.chance.randrange(5)})" for word in self.chance.sample("ABCD", 3))
        word = self.chance.choice(("JOIN", "LEFT JOIN"))
        return f"{left} {word} (VALUES {rows}) AS v(d, w) ON p.pdist = v.d", (*people, ("v.d", TEXT), ("v.w", NUMBER))

    def met_with_release(self, depth: int) -> tuple[str, Known]:
        """People and a statistic of their district."""
        left, people = self.table("person", "p")
        del depth
        figure = self.chance.choice(("count(*)", "avg(page)", "sum(ppay)"))
        released = f"(SELECT pdist AS d, {figure} AS n FROM person GROUP BY pdist)"
        return f"{left} JOIN {released} AS g ON p.pdist = g.d", (*people, ("g.n", NUMBER))

    def folded(self) -> tuple[str, Known]:
        """A row a unit."""
        table, unit = self.chance.choice((("ride", "rbike"), ("person", "pfirm"), ("person", "pid")))
        _, known = self.table(table)
        columns = [(self.folding(known), self.name("n")) for _ in range(self.chance.randrange(1, 3))]
        shown = ", ".join(f"{figure} AS {label}" for figure, label in columns)
        having = f" HAVING count(*) > {self.chance.randrange(3)}" if self.likely(0.3) else ""
        body = f"(SELECT {unit} AS u, {shown} FROM {table} GROUP BY {unit}{having}) AS per"
        return body, (("u", IDENTIFIER), *((label, NUMBER) for _, label in columns))

    def folding(self, known: Known) -> str:
        """A figure of one unit."""
        column = self.of(known, NUMBER) or "1"
        return self.one(
            lambda: "count(*)",
            lambda: f"sum({column})",
            lambda: f"max({column})",
            lambda: f"avg({column})",
            lambda: f"count(DISTINCT {self.of(known, TEXT) or column})",
            lambda: f"count(*) FILTER (WHERE {self.condition(known, 0)})",
            lambda: f"sum({column}) + count(*)",
        )

    def stacked(self) -> tuple[str, Known]:
        """Rows put one after the other."""
        name = self.chance.choice(("person", "ride"))
        _, known = self.table(name)
        shown = ", ".join(column for column, _ in known)
        parts = [f"SELECT {shown} FROM {name} WHERE {self.condition(known, 0)}" for _ in range(2)]
        return f"({' UNION ALL '.join(parts)}) AS b", known

    def statistic(self, depth: int = 2) -> tuple[str, list[str]]:
        """A SELECT with aggregates, and the names of its columns."""
        text, known = self.source(depth)
        drawn = dict.fromkeys(self.dimension(known) for _ in range(self.chance.choice((0, 1, 1, 2))))
        keys = [key for key in drawn if any(name in key for name, _ in known)]
        figures = [self.aggregate(known) for _ in range(self.chance.randrange(1, 4))]
        labels = [self.name("k") for _ in keys] + [self.name("m") for _ in figures]
        shown = ", ".join(f"{what} AS {label}" for what, label in zip([*keys, *figures], labels, strict=True))
        sql = f"SELECT {shown} FROM {text}"
        if self.likely(0.5):
            where = self.condition(known)
            sql += f" WHERE {self.nested(known, where) if self.likely(0.2) else where}"
        if keys:
            sql += " GROUP BY " + self.grouping(keys, labels)
            if self.likely(0.2):
                sql += f" HAVING {self.chance.choice(figures)} > {self.chance.randrange(20)}"
        return sql, labels

    def grouping(self, keys: Sequence[str], labels: Sequence[str]) -> str:
        """A GROUP BY clause."""
        named = ", ".join(labels[: len(keys)])
        return self.one(
            lambda: "ALL",
            lambda: ", ".join(str(index + 1) for index in range(len(keys))),
            lambda: named,
            lambda: f"ROLLUP ({named})",
            lambda: f"CUBE ({named})",
            lambda: f"GROUPING SETS (({named}), ())",
        )

    def after(self, sql: str, labels: Sequence[str]) -> str:
        """What an analyst does with a statistic once it is released."""
        figure, last = self.chance.choice(labels), labels[-1]
        return self.one(
            lambda: f"SELECT *, row_number() OVER (ORDER BY {', '.join(labels)}) AS r FROM ({sql}) AS z",
            lambda: f"SELECT *, count(*) OVER () AS n FROM ({sql}) AS z",
            lambda: f"SELECT count(*) AS n, max({last}) AS top FROM ({sql}) AS z",
            lambda: f"SELECT * FROM ({sql}) AS z WHERE {figure} IS NOT NULL ORDER BY ALL LIMIT 3",
            lambda: f"SELECT DISTINCT {figure} FROM ({sql}) AS z",
            lambda: f"SELECT a.{last}, b.{last} AS other FROM ({sql}) AS a CROSS JOIN ({sql}) AS b",
            lambda: f"({sql}) UNION ALL ({sql})",
            lambda: f"SELECT (SELECT count({figure}) FROM ({sql}) AS z) AS n, * FROM ({sql}) AS y",
            lambda: f"{sql} ORDER BY ALL",
        )

    def open(self) -> str:
        """A query over the open table, row by row."""
        text, known = self.table("fence")
        shown = [f"{self.text(known)} AS {self.name('o')}", f"{self.number(known)} AS {self.name('o')}"]
        if self.likely(0.3):
            shown.append(
                f"sum({self.of(known, NUMBER)}) OVER (PARTITION BY {self.of(known, TEXT)}) AS {self.name('o')}"
            )
        where = f" WHERE {self.condition(known)}" if self.likely(0.5) else ""
        return f"SELECT {', '.join(shown)} FROM {text}{where}"

    def write(self) -> str:
        """The query."""
        if self.likely(0.1):
            body = self.open()
        else:
            body, labels = self.statistic()
            if self.likely(0.35):
                body = self.after(body, labels)
        return f"WITH {', '.join(self.ctes)} {body}" if self.ctes else body


def query(chance: Random) -> str:
    """A random query."""
    return Query(chance).write()
