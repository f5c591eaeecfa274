"""How far columns, alone or together, single rows out: the hint that they are quasi-identifiers."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from masking.quoting import quoted

NEARLY_UNIQUE = 0.95  # distinct values a filled row, from which a column singles out by itself
SINGLED_OUT = 0.05  # share of rows alone in their combination, from which the columns together are a risk


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """Of `rows` rows filled in all the columns, the distinct combinations, and the rows alone in theirs."""

    rows: int
    distinct: int
    alone: int

    @property
    def share(self) -> float:
        """Distinct combinations a row; 0 without rows."""
        return self.distinct / self.rows if self.rows else 0.0

    @property
    def singled_out(self) -> float:
        """Share of rows that nobody else shares a combination with."""
        return self.alone / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Hint:
    """Columns that together single rows out, though none of them is an identifier."""

    columns: tuple[str, ...]
    singled_out: float


def uniqueness_sql(relation: str, columns: Sequence[str]) -> str:
    """One row (`rows`, `distinct_rows`, `alone`) over a relation that is given as SQL; columns are quoted here.

    >>> uniqueness_sql("main.rows", ["age"]).splitlines()[1]
    'FROM (SELECT count(*) AS n FROM main.rows WHERE "age" IS NOT NULL GROUP BY "age") AS cells'
    """
    names = [quoted(column) for column in columns]
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    cells = f"SELECT count(*) AS n FROM {relation} WHERE {filled} GROUP BY {', '.join(names)}"  # noqa: S608 quoted
    return (
        "SELECT coalesce(sum(n), 0) AS rows, count(*) AS distinct_rows, count(*) FILTER (WHERE n = 1) AS alone\n"
        f"FROM ({cells}) AS cells"
    )


def uniqueness(rows: Iterable[Sequence[Hashable]]) -> Uniqueness:
    """The same over rows held in memory."""
    counts = Counter(tuple(row) for row in rows if None not in row)
    return Uniqueness(sum(counts.values()), len(counts), sum(count == 1 for count in counts.values()))


def candidates(columns: Sequence[str], *, most: int = 3) -> tuple[tuple[str, ...], ...]:
    """The combinations worth measuring: pairs, then threes and so on, each in the columns' order."""
    return tuple(group for size in range(2, most + 1) for group in combinations(columns, size))


def hints(measured: Mapping[tuple[str, ...], Uniqueness]) -> tuple[Hint, ...]:
    """The smallest combinations that single out too many rows; one that contains a smaller such one adds nothing."""
    found: list[Hint] = []
    for columns in sorted(measured, key=lambda group: (len(group), -measured[group].singled_out, group)):
        share = measured[columns].singled_out
        if share >= SINGLED_OUT and not any(set(hint.columns) <= set(columns) for hint in found):
            found.append(Hint(columns, round(share, 4)))
    return tuple(found)
