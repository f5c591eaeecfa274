# ruff: noqa: S608
"""What a sample may draw on, measured in a snapshot: shared values, quantiles with units beyond them, months."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from catalog.adapters.reading import quoted
from catalog.model import Column, Resource
from catalog.sample import (
    LEAST_UNITS,
    ROWS,
    Manner,
    Marginal,
    Origin,
    Reidentification,
    Sample,
    coarse,
    manner,
    synthetic,
    written,
)
from masking.anonymity import Anonymity, anonymity_sql

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
        drawn = synthetic(resource, marginals, seed=seed, rows=rows)
        return replace(drawn, report=_report(connection, resource, drawn))


def _report(connection: duckdb.DuckDBPyConnection, resource: Resource, drawn: Sample) -> Reidentification:
    """k, l, t and uniques of the sample by itself, and how many of its rows real units share."""
    manners = {column: manner(column) for column in resource.columns}
    quasi = [column for column, how in manners.items() if how in (Manner.DIMENSION, Manner.MONTH)]
    sensitive = [column for column, how in manners.items() if how is Manner.FIGURE]
    types = ", ".join(f"{quoted(column.name)} {column.type.value}" for column in resource.columns)
    connection.execute(f"CREATE OR REPLACE TEMPORARY TABLE drawn ({types})")
    places = ", ".join("?" for _ in resource.columns)
    connection.executemany(f"INSERT INTO drawn VALUES ({places})", [list(row) for row in drawn.rows])
    names = [column.name for column in quasi]
    found = Anonymity(*_row(connection, anonymity_sql("drawn", names)))
    for column in sensitive:
        found = found.with_worst_of(Anonymity(*_row(connection, anonymity_sql("drawn", names, column.name))))
    matching, few = _matching(connection, resource, quasi)
    return Reidentification(tuple(names), tuple(column.name for column in sensitive), found, matching, few)


def _matching(connection: duckdb.DuckDBPyConnection, resource: Resource, quasi: list[Column]) -> tuple[int, int]:
    """Sample rows that real units share in all quasi-identifiers, dates by their month; and those that few share."""
    if not quasi:
        return 0, 0
    keys = ", ".join(_compared(column) for column in quasi)
    units = f"count(DISTINCT {quoted(resource.privacy_unit or '')})"
    real = f"SELECT ({keys}) AS class, {units} AS n FROM main.rows WHERE ({keys}) IN (FROM wanted) GROUP BY ALL"
    found = _row(
        connection,
        f"WITH wanted AS (SELECT ({keys}) AS class FROM drawn), real AS ({real}) "
        f"SELECT count(*), count(*) FILTER (n < {LEAST_UNITS}) FROM wanted JOIN real USING (class)",
    )
    return found[0], found[1]


def _compared(column: Column) -> str:
    name = quoted(column.name)
    return (
        f"coalesce(CAST(date_trunc('month', {name}) AS VARCHAR), '')"
        if manner(column) is Manner.MONTH
        else (f"coalesce(CAST({name} AS VARCHAR), '')")
    )


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
