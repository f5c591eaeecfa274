"""Releases measured as the platform does, in one pass or two, on an engine of the test's own."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from sandbox.disclosure.measured import Mask
from sandbox.disclosure.rules import DisclosureRules
from sandbox.disclosure.undecided import measured, merged
from sandbox.plan import Release, Statement


def keep(engine: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """A safe table where statements look for it."""
    held = table if table.num_columns else pa.table({"none": pa.nulls(table.num_rows)})
    engine.register("incoming", held)
    engine.execute(f'CREATE OR REPLACE TABLE safe."{name}" AS SELECT * FROM incoming')
    engine.unregister("incoming")


def cells_of(
    engine: duckdb.DuckDBPyConnection,
    release: Release,
    rules: DisclosureRules,
    *,
    left: Mapping[str, Mask] | None = None,
) -> pa.Table:
    """The measured table of a release; `left`: what is looked at exactly, whatever bounds decide."""

    def run(statement: Statement, given: Mapping[str, pa.Table]) -> pa.Table:
        for name, table in given.items():
            keep(engine, name, table)
        return engine.sql(statement.sql).to_arrow_table()

    if left is not None and release.exact is not None:
        first, cells = run(release.statement, {}), {}
        if release.undecided in release.exact.releases:
            cells[release.undecided] = first.select(list(release.keys))
        return merged(first, run(release.exact, cells), release, left)
    return measured(release, rules, run)


def hold(engine: duckdb.DuckDBPyConnection, name: str, table: pa.Table, *, unit: str | None) -> None:
    """A raw table in `data` as a snapshot holds it: with mask and number of rows beside the record key."""
    hidden = ""
    if unit is not None:
        hidden = (
            ", 1::UBIGINT << (__key & 63)::UBIGINT AS __mask, "
            f"CASE WHEN {unit} IS NOT NULL THEN (count(*) OVER (PARTITION BY {unit}))::UINTEGER END AS __rows"
        )
    engine.register("incoming", table)
    engine.execute(f'CREATE TABLE data."{name}" AS SELECT *{hidden} FROM incoming')
    engine.unregister("incoming")
