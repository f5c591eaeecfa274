# ruff: noqa: S608
"""How far rows let their subjects be told apart: k-anonymity, l-diversity, t-closeness, sample uniques.

k (Sweeney 2002) is the size of the smallest class of rows alike in the quasi-identifiers; l (Machanavajjhala 2007) the
fewest distinct sensitive values in a class; t (Li 2007) how far the sensitive values of a class lie from those of all
rows, as variational distance: every value is as far from every other, which for ordered values is the worst case.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from masking.quoting import quoted


@dataclass(frozen=True, slots=True)
class Anonymity:
    """Of `rows` rows: `k`, how many stand alone (`uniques`), and over all sensitive columns the least `l`, the greatest
    `t` and the greatest share `alpha` of one value in a class; those three are `None` without a sensitive column."""

    rows: int
    k: int
    uniques: int
    l: float | None = None  # noqa: E741 the field's own name for it
    t: float | None = None
    alpha: float | None = None

    def with_worst_of(self, other: "Anonymity") -> "Anonymity":
        """The same rows, beside another sensitive column: whichever tells more."""
        return Anonymity(
            rows=self.rows,
            k=self.k,
            uniques=self.uniques,
            l=_worst(min, self.l, other.l),
            t=_worst(max, self.t, other.t),
            alpha=_worst(max, self.alpha, other.alpha),
        )


def anonymity_sql(relation: str, quasi: Sequence[str], sensitive: str | None = None) -> str:
    """One row (`rows`, `k`, `uniques`, `l`, `t`, `alpha`) over a relation that is given as SQL; an empty cell is a
    value like any other.

    >>> anonymity_sql("main.rows", ["age"]).splitlines()[0]
    'WITH cells AS (SELECT "age" AS q0, NULL AS v, count(*) AS n FROM main.rows GROUP BY ALL),'
    """
    keyed = [f"{quoted(column)} AS q{place}" for place, column in enumerate(quasi)]
    keys = ", ".join(f"q{place}" for place in range(len(quasi))) or "1"
    value = "NULL" if sensitive is None else quoted(sensitive)
    figures = (
        "NULL AS l, NULL AS t, NULL AS alpha" if sensitive is None else "min(l) AS l, max(t) AS t, max(a) AS alpha"
    )
    cells = f"SELECT {', '.join([*keyed, f'{value} AS v'])}, count(*) AS n FROM {relation} GROUP BY ALL"
    sized = (
        f"SELECT *, sum(n) OVER (PARTITION BY {keys}) AS of_class, sum(n) OVER (PARTITION BY v) AS of_value FROM cells"
    )
    apart = "(sum(abs(n / of_class - of_value / of_all)) + 1 - sum(of_value / of_all)) / 2"
    return (
        f"WITH cells AS ({cells}),\n"
        f"sized AS (SELECT *, sum(n) OVER () AS of_all FROM ({sized})),\n"
        f"classes AS (SELECT sum(n) AS n, count(*) AS l, max(n / of_class) AS a, {apart} AS t\n"
        f"  FROM sized GROUP BY {keys if quasi else '()'})\n"
        "SELECT coalesce(sum(n), 0) AS rows, coalesce(min(n), 0) AS k, count(*) FILTER (n = 1) AS uniques,\n"
        f"  {figures} FROM classes"
    )


def anonymity(rows: Sequence[tuple[tuple[Hashable, ...], Hashable]]) -> Anonymity:
    """The same over rows held in memory, each its quasi-identifiers and its sensitive value."""
    every = Counter(value for _, value in rows)
    classes: dict[tuple[Hashable, ...], Counter[Hashable]] = {}
    for quasi, value in rows:
        classes.setdefault(quasi, Counter())[value] += 1
    sizes = [found.total() for found in classes.values()]
    if not sizes:
        return Anonymity(0, 0, 0)
    apart = [
        sum(abs(found[value] / found.total() - count / len(rows)) for value, count in every.items()) / 2
        for found in classes.values()
    ]
    return Anonymity(
        rows=len(rows),
        k=min(sizes),
        uniques=sizes.count(1),
        l=min(len(found) for found in classes.values()),
        t=max(apart),
        alpha=max(max(found.values()) / found.total() for found in classes.values()),
    )


def _worst(which: Callable[[float, float], float], first: float | None, second: float | None) -> float | None:
    return second if first is None else first if second is None else which(first, second)
