"""The census extract that statistics offices' packages are shown on: one row a person, with an annex over it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from catalog.model import ColumnType, Use
from sandbox.gate import Granted, GrantedColumn, GrantedResource

FILE = Path("data") / "microdata_pycanon_adult" / "data" / "raw" / "adult.csv.zst"
NUMBERS = frozenset({"age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"})


def adult(shared: Path, *, keys: int = 2**31, seed: int = 7) -> pa.Table:
    """The people, with an identifier each and record keys below `keys`; `-` in column names becomes `_`."""
    with pa.input_stream(str(shared / FILE), compression="zstd") as stream:
        table = csv.read_csv(stream)
    names = [name.strip().replace("-", "_") for name in table.column_names]
    columns = dict(zip(names, table.columns, strict=True))
    columns = {name: pc.utf8_trim_whitespace(held) if name not in NUMBERS else held for name, held in columns.items()}
    chance = np.random.default_rng(seed)
    columns["id"] = pa.array([f"p{number}" for number in range(table.num_rows)])
    columns["__key"] = pa.array(chance.integers(0, keys, table.num_rows))
    return pa.table(columns)


def granted(table: pa.Table) -> Granted:
    """An annex that lets every column be grouped and filtered, and the numbers be aggregated as well."""
    columns = {"id": GrantedColumn("id", ColumnType.TEXT, frozenset({Use.JOIN}), None, "person")}
    for name in table.column_names:
        if name not in {"id", "__key"}:
            number = name in NUMBERS
            kind = ColumnType.INTEGER if number else ColumnType.TEXT
            uses = {Use.GROUP, Use.FILTER} | ({Use.AGGREGATE} if number else set())
            columns[name] = GrantedColumn(name, kind, frozenset(uses), None, None)
    return Granted({"adult": GrantedResource("adult", columns, "id", "person", True)})
