# ruff: noqa: S608
"""What a sample may draw on, measured in a snapshot: shared values, quantiles with units beyond them, months."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from catalog.adapters.reading import quoted
from catalog.model import Column, Resource
from catalog.sample import LEAST_UNITS, ROWS, Manner, Marginal, Origin, Sample, coarse, manner, synthetic, written

MOST_VALUES = 1_000
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def sample(snapshot: Path, resource: Resource, *, seed: int, rows: int = ROWS) -> Sample:
    """Sample rows of a resource: synthetic ones, or the first rows as they are where the resource is open."""
    with duckdb.connect(snapshot, read_only=True) as connection:
        if resource.privacy_unit is None:
            names = ", ".join(quoted(column.name) for column in resource.columns)
            found = connection.execute(f"SELECT {names} FROM main.rows LIMIT {rows}").fetchall()
            cells = tuple(tuple(map(written, row)) for row in found)
            return Sample(tuple(column.name for column in resource.columns), cells, Origin.OPEN)
        unit = quoted(resource.privacy_unit)
        marginals = {column.name: _marginal(connection, column, unit) for column in resource.columns}
    return synthetic(resource, marginals, seed=seed, rows=rows)


def _marginal(connection: duckdb.DuckDBPyConnection, column: Column, unit: str) -> Marginal:
    name = quoted(column.name)
    missing = _row(connection, f"SELECT round(1 - count({name}) / count(*), 1) FROM main.rows")[0]
    match manner(column):
        case Manner.DIMENSION:
            found = connection.execute(
                f"SELECT {name}, count(DISTINCT {unit}) AS n FROM main.rows WHERE {name} IS NOT NULL "
                f"GROUP BY ALL HAVING n >= {LEAST_UNITS} ORDER BY n DESC, 1 LIMIT {MOST_VALUES}"
            ).fetchall()
            return Marginal(values=tuple((written(value), n // 10 * 10) for value, n in found), missing=missing)
        case Manner.FIGURE:
            return Marginal(edges=_edges(connection, column, unit), missing=missing)
        case Manner.MONTH:
            return Marginal(months=_months(connection, name, unit), missing=missing)
        case Manner.IDENTIFIER | Manner.WORDS:
            return Marginal(missing=missing)


def _edges(connection: duckdb.DuckDBPyConnection, column: Column, unit: str) -> tuple[float, ...]:
    """Coarse quantiles of one mean a unit, within the declared bounds; none where too few units stand beyond them."""
    name = quoted(column.name)
    figures = f"SELECT avg({name}) AS v FROM main.rows WHERE {name} IS NOT NULL AND {unit} IS NOT NULL GROUP BY {unit}"
    units, found = _row(connection, f"SELECT count(*), quantile_cont(v, {list(QUANTILES)}) FROM ({figures})")
    if units * QUANTILES[0] < LEAST_UNITS:
        return column.bounds or ()
    low, high = column.bounds or (found[0], found[-1])
    return tuple(coarse(min(max(edge, low), high)) for edge in found)


def _months(connection: duckdb.DuckDBPyConnection, name: str, unit: str) -> tuple[date, date] | None:
    days = f"SELECT min(CAST({name} AS DATE)) AS v FROM main.rows WHERE {name} IS NOT NULL GROUP BY {unit}"
    edges = [QUANTILES[0], QUANTILES[-1]]
    units, found = _row(connection, f"SELECT count(*), quantile_disc(v, {edges}) FROM ({days})")
    if units * QUANTILES[0] < LEAST_UNITS:
        return None
    return found[0].replace(day=1), found[1].replace(day=1)


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchall()[0]
