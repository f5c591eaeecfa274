"""Random typed expressions over columns in sight, as text."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.fuzz.world import DAY, IDENTIFIER, NUMBER, TABLES, TEXT

Known = tuple[tuple[str, str], ...]  # (name, kind) of the columns in sight


@dataclass
class Expressions:
    """Writes random expressions; `chance` decides everything."""

    chance: Random
    names: int = 0

    def one(self, *choices: Callable[[], str]) -> str:
        """One of several ways to go on."""
        return self.chance.choice(choices)()

    def likely(self, share: float) -> bool:
        """Whether something of that probability happens."""
        return self.chance.random() < share

    def name(self, letter: str) -> str:
        """A fresh alias."""
        self.names += 1
        return f"{letter}{self.names}"

    def of(self, known: Known, kind: str) -> str | None:
        """A column of a kind, if one is in sight."""
        found = [name for name, its in known if its == kind]
        return self.chance.choice(found) if found else None

    def table(self, name: str, alias: str = "") -> tuple[str, Known]:
        """A stored table, its columns qualified by the alias where there is one."""
        front = f"{alias}." if alias else ""
        usual = TABLES[name].usual
        known = tuple(
            (f"{front}{column}", kind)
            for column, kind in TABLES[name].columns.items()
            if usual[column] or self.likely(0.04)  # now and then one that no annex grants
        )
        return f"{name} AS {alias}" if alias else name, known

    def number(self, known: Known, depth: int = 2) -> str:
        """A number."""
        plain = self.of(known, NUMBER)
        if plain is None or self.likely(0.08):
            return str(self.chance.randrange(-3, 60))
        if depth == 0 or self.likely(0.5):
            return plain
        again = lambda: self.number(known, depth - 1)  # noqa: E731
        return self.one(
            lambda: f"{again()} + {again()}",
            lambda: f"({again()} - {again()})",
            lambda: f"{again()} * {self.chance.randrange(1, 5)}",
            lambda: f"abs({again()})",
            lambda: f"round({again()})",
            lambda: f"greatest({again()}, {self.chance.randrange(50)})",
            lambda: f"coalesce({again()}, {self.chance.randrange(9)})",
            lambda: f"-{plain}",
            lambda: f"CASE WHEN {self.condition(known, depth - 1)} THEN {again()} ELSE {again()} END",
            lambda: f"if({self.condition(known, depth - 1)}, {again()}, {again()})",
            lambda: f"{plain} // {self.chance.randrange(2, 20)}",
            lambda: f"floor({plain} / {self.chance.choice((2, 4, 8))})",
            lambda: f"CAST({plain} AS INTEGER)",
        )

    def text(self, known: Known, depth: int = 1) -> str:
        """A text."""
        plain = self.of(known, TEXT)
        if plain is None or self.likely(0.06):
            return self.literal()
        if depth == 0 or self.likely(0.6):
            return plain
        return self.one(
            lambda: f"lower({plain})",
            lambda: f"left({plain}, 1)",
            lambda: f"{plain} || '-' || {self.text(known, 0)}",
            lambda: f"coalesce({plain}, 'none')",
            lambda: f"CASE WHEN {self.condition(known, 0)} THEN {self.literal()} ELSE {plain} END",
            lambda: f"replace({plain}, 'A', 'B')",
            lambda: f"concat({plain}, {self.literal()})",
        )

    def literal(self) -> str:
        """A text in quotes."""
        return self.chance.choice(("'A'", "'B'", "'F'", "'X'", "'f1'", "'it''s'", "'思明'"))

    def condition(self, known: Known, depth: int = 1) -> str:
        """A condition."""
        if depth > 0 and self.likely(0.3):
            return self.one(
                lambda: f"({self.condition(known, 0)} AND {self.condition(known, 0)})",
                lambda: f"({self.condition(known, 0)} OR {self.condition(known, 0)})",
                lambda: f"NOT ({self.condition(known, 0)})",
            )
        number, words, day = self.of(known, NUMBER), self.of(known, TEXT), self.of(known, DAY)
        ways: list[Callable[[], str]] = []
        if number is not None:
            sign = self.chance.choice(("<", "<=", ">", ">=", "=", "<>"))
            ways += [
                lambda: f"{number} {sign} {self.chance.randrange(100)}",
                lambda: f"{number} BETWEEN 10 AND {self.chance.randrange(11, 300)}",
                lambda: f"{number} IS NOT NULL",
            ]
        if words is not None:
            ways += [
                lambda: f"{words} = {self.literal()}",
                lambda: f"{words} IN ('A', {self.literal()})",
                lambda: f"{words} LIKE '%{self.chance.choice('AfX')}%'",
                lambda: f"starts_with({words}, 'A')",
                lambda: f"{words} IS DISTINCT FROM {self.literal()}",
                lambda: f"{words} IS NULL",
            ]
        if day is not None:
            ways += [lambda: f"{day} >= DATE '2004-03-01'", lambda: f"year({day}) > 2005"]
        return self.one(*ways) if ways else "1 = 1"

    def nested(self, known: Known, beside: str) -> str:
        """A condition with a subquery, and another one."""
        of_firm = next((name for name, _ in known if name.rpartition(".")[2] == "pfirm"), None)
        number, words = self.of(known, NUMBER) or "1", self.of(known, TEXT) or "'A'"
        _, firms = self.table("firm")
        within = f"SELECT eid FROM firm WHERE {self.condition(firms, 0)}"
        exists = f"EXISTS (SELECT 1 FROM firm AS x WHERE x.eid = {of_firm} AND x.ecap > {self.chance.randrange(200)})"
        ways = [
            lambda: f"{words} IN (SELECT edist FROM firm GROUP BY edist)",
            lambda: f"{number} > (SELECT avg(page) FROM person)",
            lambda: f"{number} <= (SELECT max(n) FROM (SELECT count(*) AS n FROM person GROUP BY psex) AS y)",
        ]
        if of_firm is not None:
            ways += [
                lambda: f"{of_firm} IN ({within})",
                lambda: exists,
                lambda: f"NOT {exists}",
            ]
        return f"{self.one(*ways)} AND {beside}"

    def dimension(self, known: Known) -> str:
        """A grouping key."""
        day = self.of(known, DAY)
        ways = [
            lambda: self.text(known),
            lambda: self.of(known, TEXT) or self.number(known, 0),
            lambda: f"{self.of(known, NUMBER) or 7} // {self.chance.choice((10, 20, 50))}",
            lambda: f"CASE WHEN {self.condition(known)} THEN 'yes' ELSE 'no' END",
            lambda: f"{self.condition(known, 0)}",
        ]
        if day is not None:
            ways += [lambda: f"year({day})", lambda: f"date_trunc('year', {day})", lambda: f"quarter({day})"]
        return self.one(*ways)

    def aggregate(self, known: Known) -> str:
        """A safe aggregate, now and then one that is none."""
        column = self.of(known, NUMBER) or "1"
        identifier = self.of(known, IDENTIFIER)
        filtered = f" FILTER (WHERE {self.condition(known)})" if self.likely(0.2) else ""
        ways = [
            lambda: f"count(*){filtered}",
            lambda: f"count({self.of(known, TEXT) or '*'}){filtered}",
            lambda: f"coalesce(sum({self.number(known)}){filtered}, 0)",  # nothing but zeros measures as nothing
            lambda: f"coalesce(avg({self.number(known, 1)}){filtered}, 0)",
            lambda: f"coalesce(count_if({self.condition(known)}), 0)",
            lambda: f"coalesce(sum(CASE WHEN {self.condition(known)} THEN 1 ELSE 0 END), 0)",
            lambda: f"coalesce(avg(({self.condition(known)})::INT), 0)",
            lambda: f"median({column}){filtered}",
            lambda: f"quantile_cont({column}, 0.25)",
            lambda: f"quantile_disc({column}, [0.1, 0.5])",
            lambda: f"{self.chance.choice(('stddev', 'var_pop', 'var_samp'))}({column})",
            lambda: f"count(DISTINCT {self.of(known, TEXT) or column})",
            lambda: f"{self.chance.choice(('max', 'min', 'any_value'))}({column})",
        ]
        if identifier is not None:
            ways += [lambda: f"count(DISTINCT {identifier}){filtered}", lambda: f"count({identifier})"]
        return self.one(*ways)
