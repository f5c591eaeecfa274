"""How many units two questions have in common, cell by cell: one statement inside the domain that returns counts."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from sandbox.disclosure.differences import Overlap
from sandbox.disclosure.released import places
from sandbox.gate.spelling import quoted
from sandbox.ledger_entries import Entry
from sandbox.plan import Statement


def overlap(new: Entry, old: Entry, *, least: int) -> Statement:
    """The statement: for each two cells with at least so many units in common, how many, and how many of them stand in
    equally many rows in both."""
    ours = [f"a.{quoted(name)} AS {quoted(f'a_{name}')}" for name in new.columns]
    theirs = [f"b.{quoted(name)} AS {quoted(f'b_{name}')}" for name in old.columns]
    counted = ["count(*) AS shared", "count(*) FILTER (WHERE a.n = b.n) AS alike"]
    grouped = [*(f"a.{quoted(name)}" for name in new.columns), *(f"b.{quoted(name)}" for name in old.columns)]
    sql = (
        f"SELECT {', '.join([*ours, *theirs, *counted])}"
        f" FROM ({new.statement.sql}) AS a JOIN ({old.statement.sql}) AS b"
        " ON CAST(a.u AS VARCHAR) = CAST(b.u AS VARCHAR)"
        f" GROUP BY {', '.join(grouped) or '()'} HAVING count(*) >= {least:d}"
    )
    both = (new.statement, old.statement)
    return Statement(
        sql,
        resources=frozenset().union(*(each.resources for each in both)),
        releases=frozenset().union(*(each.releases for each in both)),
        functions=frozenset().union(*(each.functions for each in both)),
    )


def overlaps(table: pa.Table, new: Sequence[str], old: Sequence[str], *, secret: bytes) -> Iterator[Overlap]:
    """The answer, each cell by its place; `new` and `old` are the columns that tell the cells of either apart."""
    ours = places(table, [f"a_{name}" for name in new], secret=secret).tolist()
    theirs = places(table, [f"b_{name}" for name in old], secret=secret).tolist()
    counts = (table.column(name).to_pylist() for name in ("shared", "alike"))
    for one, other, shared, alike in zip(ours, theirs, *counts, strict=True):
        yield Overlap(one, other, shared, alike)
