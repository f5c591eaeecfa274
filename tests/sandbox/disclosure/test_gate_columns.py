"""What the gate measures is what disclosure control reads: generated SQL, run by the engine, then protected."""

from collections.abc import Iterator

import duckdb
import pytest

from catalog.model import ColumnType, Use
from sandbox.disclosure.protect import protect
from sandbox.disclosure.rules import DisclosureRules
from sandbox.gate.check import check
from sandbox.gate.granted import Granted, GrantedColumn, GrantedResource
from tests.sandbox.passes import cells_of

SECRET = b"a secret of the platform's own"
DIMENSION = frozenset({Use.GROUP, Use.FILTER})
NUMBER = frozenset({Use.GROUP, Use.FILTER, Use.AGGREGATE})
JOIN = frozenset({Use.JOIN})


def granted() -> Granted:
    """People, the firms they work for and the rides they take, several rides a person."""
    text, whole, real = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DOUBLE
    person = (
        GrantedColumn("id_card", text, JOIN, refers="resident_id"),
        GrantedColumn("district", text, DIMENSION),
        GrantedColumn("age", whole, NUMBER, bounds=(0, 100)),
        GrantedColumn("income", real, NUMBER, bounds=(0, 50000)),
        GrantedColumn("employer", text, JOIN, refers="uscc"),
    )
    firm = (GrantedColumn("uscc", text, JOIN, refers="uscc"), GrantedColumn("capital", real, NUMBER, bounds=(0, 5e6)))
    ride = (
        GrantedColumn("rider", text, JOIN, refers="resident_id"),
        GrantedColumn("metres", real, NUMBER, bounds=(0, 9000)),
    )
    return Granted(
        {
            "person": GrantedResource(
                "person", {c.name: c for c in person}, "id_card", "resident_id", unit_unique=True
            ),
            "firm": GrantedResource("firm", {c.name: c for c in firm}, "uscc", "uscc", unit_unique=True),
            "ride": GrantedResource("ride", {c.name: c for c in ride}, "rider", "resident_id", unit_rows=True),
        }
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    key = (
        "(hash({0}) % 2147483647)::UINTEGER AS __key, 1::UBIGINT << (hash({0}) % 64) AS __mask, "
        "(count(*) OVER (PARTITION BY {0}))::UINTEGER AS __rows"
    )
    with duckdb.connect() as engine:
        engine.execute("CREATE SCHEMA data; CREATE SCHEMA safe")
        for name, columns, unit, rows in (
            ("person", "'p' || i AS id_card, 'd' || i % 3 AS district, i % 71 + 18 AS age, "
             "3000 + 97.5 * (i % 83) AS income, 'f' || i % 150 AS employer", "'p' || i", 3000),
            ("firm", "'f' || i AS uscc, 1000.0 * (i % 91 + 5) AS capital", "'f' || i", 150),
            ("ride", "'p' || i % 400 AS rider, 10.0 * (i % 577) AS metres", "'p' || i % 400", 2200),
        ):  # fmt: skip
            engine.execute(f"CREATE TABLE data.{name} AS SELECT {columns}, {key.format(unit)} FROM range({rows}) t(i)")
        yield engine


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT district, count(*), sum(income), avg(age), sum(age) FROM person GROUP BY district", 5),
        ("SELECT district, count_if(age < 40), avg(income) FILTER (WHERE age < 40) FROM person GROUP BY 1", 3),
        ("SELECT median(age), quantile_cont(income, [0.1, 0.9]), var_samp(age), corr(income, age) FROM person", 4),
        ("SELECT count(DISTINCT district), count(DISTINCT id_card) FROM person", 2),
        ("SELECT count(*), count(DISTINCT rider), sum(metres), avg(metres), median(metres) FROM ride", 5),
        ("SELECT p.district, count(*), sum(f.capital), avg(p.income) FROM person p JOIN firm f ON p.employer = f.uscc "
         "GROUP BY 1", 4),
        ("SELECT n, count(*) FROM (SELECT employer, count(*) // 10 AS n FROM person GROUP BY employer) GROUP BY n", 2),
    ],
)  # fmt: skip
def test_every_kind_of_release_that_the_gate_draws_up_can_be_protected_and_shows_its_figures(
    engine: duckdb.DuckDBPyConnection, sql: str, columns: int
) -> None:
    (release,) = check(sql, granted=granted()).releases

    safe = protect(cells_of(engine, release, DisclosureRules()), release, DisclosureRules(), SECRET)

    assert safe.table.column_names == [*release.keys, *(measure.name for measure in release.measures)]
    assert safe.table.num_columns == columns
    assert safe.table.num_rows > 0
    assert [name for name in safe.table.column_names if safe.table.column(name).null_count == safe.table.num_rows] == []
