"""Small tables and random annexes over them: what a fuzzed query may meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import duckdb
import pyarrow as pa

from catalog.model import ColumnType, Use
from masking.techniques import Show
from sandbox.gate import Granted, GrantedColumn, GrantedResource
from tests.sandbox.passes import hold

NUMBER, TEXT, DAY, IDENTIFIER = "number", "text", "day", "identifier"
TYPES = {NUMBER: ColumnType.DOUBLE, TEXT: ColumnType.TEXT, DAY: ColumnType.DATE, IDENTIFIER: ColumnType.TEXT}
WIDE = (-1_000_000.0, 1_000_000.0)  # bounds that clip nothing
KEY = "__key"


@dataclass(frozen=True)
class Stored:
    """A table: its columns by kind, the privacy unit among them, and what other columns refer to."""

    columns: Mapping[str, str]
    usual: Mapping[str, str]
    unit: str | None = None
    kind: str | None = None
    refers: Mapping[str, str] | None = None


TABLES = {
    "person": Stored(
        {"pid": IDENTIFIER, "pname": TEXT, "pdist": TEXT, "psex": TEXT, "page": NUMBER, "ppay": NUMBER,
         "pfirm": IDENTIFIER},
        {"pid": "join", "pname": "", "pdist": "group filter", "psex": "group filter", "page": "group filter aggregate",
         "ppay": "aggregate filter", "pfirm": "join"},
        "pid", "resident_id", {"pid": "resident_id", "pfirm": "uscc"},
    ),
    "firm": Stored(
        {"eid": IDENTIFIER, "ename": TEXT, "edist": TEXT, "ekind": TEXT, "ecap": NUMBER, "eborn": DAY},
        {"eid": "join", "ename": "", "edist": "group filter", "ekind": "group filter", "ecap": "aggregate filter",
         "eborn": "group filter"},
        "eid", "uscc", {"eid": "uscc"},
    ),
    "ride": Stored(
        {"rbike": IDENTIFIER, "rfence": TEXT, "rlong": NUMBER, "rnote": TEXT},
        {"rbike": "join", "rfence": "group filter join", "rlong": "aggregate filter", "rnote": ""},
        "rbike", "ride", {"rbike": "ride"},
    ),
    "fence": Stored(
        {"ffence": TEXT, "froad": TEXT, "fsize": NUMBER, "fcost": NUMBER},
        {"ffence": "show group filter join", "froad": "show group filter", "fsize": "show aggregate filter",
         "fcost": ""},
    ),
}  # fmt: skip
COLUMNS = frozenset(name for table in TABLES.values() for name in table.columns) | {KEY}


def annex(chance: Random) -> Granted:
    """A random annex: mostly what the demo grants, some columns with other uses, some left out."""
    return Granted({name: granted(chance, name, table) for name, table in TABLES.items() if chance.random() < 0.97})


def granted(chance: Random, name: str, table: Stored) -> GrantedResource:
    """A resource with random uses; a column without any is not in the annex."""
    columns = {}
    for column, kind in table.columns.items():
        words = table.usual[column].split()
        if chance.random() < 0.1:
            words = [use for use in Use if chance.random() < 0.4]
        if not words:
            continue
        bounds = WIDE if kind == NUMBER and chance.random() < 0.5 else None
        refers = (table.refers or {}).get(column)
        columns[column] = GrantedColumn(column, TYPES[kind], frozenset(map(Use, words)), bounds, refers, Show())
    unique = table.kind in {"resident_id", "uscc"}
    return GrantedResource(name, columns, table.unit, table.kind, unique, unit_rows=table.unit is not None)


def outside(annex_: Granted) -> frozenset[str]:
    """The columns that must not stand in generated SQL: neither granted nor the hidden unit of a granted resource."""
    known = {column for resource in annex_.resources.values() for column in resource.columns}
    units = {resource.privacy_unit for resource in annex_.resources.values() if resource.privacy_unit}
    return COLUMNS - known - units - {KEY}


def tables() -> Mapping[str, pa.Table]:
    """The raw tables: whole numbers, so that sums are exact in any order, and nulls wherever they may be."""
    chance = Random(5)  # noqa: S311 - test data

    def maybe(value: object) -> object:
        return None if chance.random() < 0.08 else value

    firms = [
        {"eid": f"e{index}", "ename": f"firm {index}", "edist": maybe(chance.choice("ABC")),
         "ekind": maybe(chance.choice("XY")), "ecap": maybe(float(chance.randrange(-50, 400))),
         "eborn": maybe(date(2000, 1, 1) + timedelta(days=chance.randrange(4000))), KEY: chance.randrange(2**31)}
        for index in range(30)
    ]  # fmt: skip
    people = [
        {"pid": f"p{index}", "pname": f"name {index}", "pdist": maybe(chance.choice("ABC")),
         "psex": maybe(chance.choice("FM")), "page": maybe(float(chance.randrange(18, 90))),
         "ppay": maybe(float(chance.randrange(0, 500))), "pfirm": maybe(f"e{chance.randrange(33)}"),
         KEY: chance.randrange(2**31)}
        for index in range(150)
    ]  # fmt: skip
    keys = [chance.randrange(2**31) for _ in range(40)]
    rides = [
        {"rbike": f"b{bike}", "rfence": maybe(f"f{chance.randrange(7)}"), "rlong": maybe(float(chance.randrange(90))),
         "rnote": "note", KEY: keys[bike]}
        for bike in (chance.randrange(40) for _ in range(160))
    ]  # fmt: skip
    fences = [
        {"ffence": f"f{index}", "froad": f"r{index % 3}", "fsize": float(index), "fcost": float(7 * index)}
        for index in range(6)
    ]
    rows = {"person": people, "firm": firms, "ride": rides, "fence": fences}
    return {name: pa.Table.from_pylist(held) for name, held in rows.items()}


def engine() -> duckdb.DuckDBPyConnection:
    """The tables in `data`, the same under their bare names for the caller's own text, and room for safe ones."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE SCHEMA data; CREATE SCHEMA safe")
    for name, table in tables().items():
        hold(connection, name, table, unit=TABLES[name].unit)
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM data."{name}"')
    return connection
