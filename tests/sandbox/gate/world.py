"""A small annex and small tables to try the gate on: people, enterprises, rides of bicycles, and an open table."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

import duckdb
import pyarrow as pa

from catalog.model import ColumnType, Use
from sandbox.gate import Granted, GrantedColumn, GrantedResource, check
from sandbox.plan import Measure, MeasureKind, Plan
from tests.sandbox.passes import hold

TEXT, WHOLE, REAL, DAY = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DATE
DISTRICTS = ("思明区", "湖里区", "集美区", "海沧区", "同安区", "翔安区")
HIDDEN = ("name", "phone", "ent_name")


def column(
    name: str, kind: ColumnType, uses: str, *, bounds: tuple[float, float] | None = None, refers: str | None = None
) -> GrantedColumn:
    """A granted column from a line of words."""
    return GrantedColumn(name, kind, frozenset(map(Use, uses.split())), bounds, refers)


def resource(
    name: str, *columns: GrantedColumn, unit: str | None = None, kind: str | None = None, unique: bool = False
) -> GrantedResource:
    """A granted resource."""
    known = {each.name.lower(): each for each in columns}
    return GrantedResource(name, known, unit, kind, unique, unit_rows=unit is not None)


PERSON = resource(
    "person",
    column("id_card", TEXT, "join", refers="resident_id"),
    column("district", TEXT, "group filter"),
    column("street", TEXT, "group"),
    column("gender", TEXT, "group filter"),
    column("industry", TEXT, "group filter"),
    column("age", WHOLE, "group filter aggregate", bounds=(0, 100)),
    column("income", REAL, "aggregate filter", bounds=(0, 50_000)),
    column("enterprise_uscc", TEXT, "join", refers="uscc"),
    unit="id_card",
    kind="resident_id",
    unique=True,
)  # fmt: skip
ENTERPRISE = resource(
    "enterprise",
    column("uscc", TEXT, "join", refers="uscc"),
    column("district", TEXT, "group filter"),
    column("industry", TEXT, "group filter"),
    column("capital", REAL, "aggregate filter", bounds=(0, 5_000_000)),
    column("reg_date", DAY, "group filter"),
    unit="uscc",
    kind="uscc",
    unique=True,
)  # fmt: skip
RIDE = resource(
    "ride",
    column("bicycle_id", TEXT, "join", refers="ride"),
    column("fence", TEXT, "group filter join"),
    column("distance", REAL, "aggregate filter", bounds=(0, 500)),
    unit="bicycle_id",
    kind="ride",
)  # fmt: skip
FENCE = resource(
    "fence",
    column("fence", TEXT, "show group filter join"),
    column("road", TEXT, "show group filter"),
    column("size", REAL, "show aggregate filter"),
)  # fmt: skip
GRANTED = Granted({each.name: each for each in (PERSON, ENTERPRISE, RIDE, FENCE)})


def tables(seed: int = 7, people: int = 4_000, enterprises: int = 200, rides: int = 5_000) -> Mapping[str, pa.Table]:
    """The raw tables; incomes and capitals stay within their bounds, so that unprotected figures equal the engine's."""
    chance = Random(seed)  # noqa: S311 - test data
    key = lambda: chance.randrange(2**31)  # noqa: E731
    firms = [
        {
            "uscc": f"91350200E{index:09d}",
            "ent_name": f"企业{index}",
            "district": chance.choice(DISTRICTS),
            "industry": f"IND{chance.randrange(10):02d}",
            "capital": float(chance.randrange(1, 4_000_000)),
            "reg_date": date(1995, 1, 1) + timedelta(days=chance.randrange(10_000)),
            "__key": key(),
        }
        for index in range(enterprises)
    ]
    persons = [
        {
            "id_card": f"3502{index:014d}",
            "name": f"人{index}",
            "phone": f"138{index:08d}",
            "district": chance.choice(DISTRICTS),
            "street": f"街道{chance.randrange(30)}",
            "gender": chance.choice("男女"),
            "industry": f"IND{chance.randrange(10):02d}",
            "age": chance.randrange(18, 90),
            "income": float(chance.randrange(1, 49_000)),
            "enterprise_uscc": chance.choice(firms)["uscc"] if chance.random() < 0.9 else None,
            "__key": key(),
        }
        for index in range(people)
    ]
    keys = {index: key() for index in range(900)}
    turns = [
        {
            "bicycle_id": f"b{(bicycle := chance.randrange(900))}",
            "fence": f"f{chance.randrange(40)}",
            "distance": chance.random() * 400 if chance.random() < 0.95 else None,
            "__key": keys[bicycle],
        }
        for _ in range(rides)
    ]
    fences = [{"fence": f"f{index}", "road": f"路{index % 7}", "size": float(index)} for index in range(40)]
    return {
        "person": pa.Table.from_pylist(persons),
        "enterprise": pa.Table.from_pylist(firms),
        "ride": pa.Table.from_pylist(turns),
        "fence": pa.Table.from_pylist(fences),
    }


def engine(raw: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """An engine with the raw tables in `data` and room for safe ones in `safe`."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA data; CREATE SCHEMA safe")
    for name, table in raw.items():
        hold(connection, name, table, unit=GRANTED.resources[name].privacy_unit)
    return connection


def unprotected(plan: Plan, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The answer a plan gives when every figure passes exactly as it was measured."""
    for release in plan.releases:
        cells = connection.sql(release.statement.sql).to_arrow_table()
        columns = {key: cells.column(key) for key in release.keys}
        columns |= {measure.name: exact(cells, measure) for measure in release.measures}
        columns = columns or {"none": pa.array([None] * cells.num_rows)}
        connection.register("incoming", pa.table(columns))
        connection.execute(f'CREATE OR REPLACE TABLE safe."{release.name}" AS SELECT * FROM incoming')
        connection.unregister("incoming")
    return connection.sql(plan.final.sql).to_arrow_table()


def exact(cells: pa.Table, measure: Measure) -> pa.Array:
    """The figure as it was measured."""
    values = cells.column(f"{measure.name}_v").to_pylist()
    if measure.kind is MeasureKind.DISTINCT:
        return pa.array([len(held or []) for held in values])
    if measure.kind is MeasureKind.MEAN:
        rows = cells.column(f"{measure.name}_d").to_pylist()
        return pa.array(
            [value / count if count else None for value, count in zip(values, rows, strict=True)], pa.float64()
        )
    return cells.column(f"{measure.name}_v")


def answer(sql: str, connection: duckdb.DuckDBPyConnection, granted: Granted = GRANTED) -> pa.Table:
    """What the gate's plan of a query gives, unprotected."""
    return unprotected(check(sql, granted=granted), connection)


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two answers hold the same rows, in any order, figures compared to nine digits."""
    return sorted(map(repr, rows(one))) == sorted(map(repr, rows(other)))


def rows(table: pa.Table) -> list[tuple[object, ...]]:
    """Rows of plain values."""
    return [tuple(map(plain, row)) for row in zip(*(part.to_pylist() for part in table.columns), strict=True)]


def plain(value: object) -> object:
    """A value with figures rounded to nine significant digits."""
    if isinstance(value, list):
        return tuple(map(plain, value))
    if isinstance(value, int | float) or type(value).__name__ == "Decimal":
        return float(f"{float(value):.9g}")
    return value
