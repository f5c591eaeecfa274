# ruff: noqa: S608
"""The room an arrival is prepared in: its file as it stands, what is measured of it, and its rows once read."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from catalog.adapters.delimited import CHUNK, SUFFIXES, stage_delimited
from catalog.adapters.reading import ZONED, fits, invalid, literal, local, part_of, quoted, read, trimmed
from catalog.arrival import Cells, Recognise, Supply
from catalog.columns import clean, fitted
from catalog.declared import DeclaredResource, Note
from catalog.errors import FormatUnknown, RowsAllRefused, TableEmpty, TableMissing, TypeUnknown
from catalog.inference import describe, find_types, needs_spread
from catalog.model import ColumnType, Resource
from catalog.profile import ColumnProfile, ColumnQuality, Quality, Spread, TableProfile
from catalog.relations import Reference

INFERRED = (ColumnType.BOOLEAN, ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DATE, ColumnType.TIMESTAMP)
STORED = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "DOUBLE": ColumnType.DOUBLE,
    "FLOAT": ColumnType.DOUBLE,
    "DATE": ColumnType.DATE,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), ColumnType.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"), ColumnType.INTEGER),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), ColumnType.TIMESTAMP),
}
ARROW = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DECIMAL: pa.decimal128(18, 4),
}
SAMPLED = 1_000
PROBED = 2_000
PROMISING = 0.8
LEAST_BEYOND = 10
"""Rows that must lie beyond an inferred bound on each side."""


class Staging:
    """One arrival's tables in the staging database: `raw_<n>` as it stands, `read_<n>` once every cell has its type."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, supply: Supply, *, number: int, room: Path) -> None:
        self._db = connection
        self.declared: DeclaredResource = fitted(supply.declared)
        self._rows = supply.rows
        self._raw = f"raw_{number}"
        self.read = f"read_{number}"
        self._room = room
        self._stored: dict[str, str] = {}
        self._untyped = isinstance(supply.rows, Path) and supply.rows.suffix.lower() in SUFFIXES
        self._failed = "''"
        self._failures: dict[str, int] = {}
        self.source = ""
        self.table = TableProfile(0, ())

    def described(self, recognise: Recognise) -> tuple[Resource, tuple[Note, ...]]:
        """Stage, measure and read the rows; the resource as declared and, for the rest, inferred."""
        self.stage()
        self.table = table = self.profile(recognise)
        types = find_types(self.declared, table)
        kinds = {seen.name: self.declared.column(seen.name).kind or seen.kind for seen in table.columns}
        self.read_cells(types, kinds)
        return describe(self.declared, table, types=types, spreads=self.spreads(needs_spread(self.declared, types)))

    def stage(self) -> None:
        """Bring the rows in as they stand. Raises what is wrong with the file."""
        if isinstance(self._rows, Path):
            self._stage_file(self._rows)
        else:
            self._stage_cells(self._rows)
        described = self._db.execute(f"DESCRIBE {self._raw}").fetchall()
        self._stored = {name: str(type) for name, type, *_ in described}
        for name, type in self._stored.items():
            if type != "VARCHAR" and not type.startswith("DECIMAL") and type not in STORED:
                raise TypeUnknown(self.declared.name, name)
        if not self._count(self._raw):
            raise TableEmpty(self._rows.name if isinstance(self._rows, Path) else self.declared.name)

    def profile(self, recognise: Recognise) -> TableProfile:
        """What is measured before any cell is read."""
        rows = self._count(self._raw)
        return TableProfile(rows, tuple(self._column(name, recognise) for name in self._stored))

    def read_cells(self, types: Mapping[str, ColumnType], kinds: Mapping[str, str | None]) -> None:
        """Create the table of read rows; a row with an unreadable cell is left out and counted."""
        parts, failures = [], []
        for name, type in types.items():
            column, stored = quoted(name), self._stored[name]
            cell = read(column, type, stored=stored, kind=kinds.get(name))
            parts.append(f"{cell} AS {column}")
            if stored != type.value and type is not ColumnType.TEXT:
                failures.append(f"CASE WHEN {column} IS NOT NULL AND ({cell}) IS NULL THEN '{name}' END")
        if failures:
            self._failed = f"concat_ws(',', {', '.join(failures)})"
            self._failures = self._count_failures()
        where = f"WHERE {self._failed} = ''" if self._failures else ""
        self._db.execute(f"CREATE TABLE {self.read} AS SELECT {', '.join(parts)} FROM {self._raw} {where}")
        if not self._count(self.read):
            raise RowsAllRefused(self.declared.name, tuple(sorted(self._failures)))

    def spreads(self, columns: tuple[str, ...]) -> dict[str, Spread]:
        """Quantiles of numeric columns: 0.5 and 99.5 %, or further in where fewer than ten rows would lie beyond."""
        found = {}
        for name in columns:
            column = quoted(name)
            filled = self._one(f"SELECT count({column}) FROM {self.read}")
            if filled:
                edge = min(0.25, max(0.005, LEAST_BEYOND / filled))
                low, high = self._one(
                    f"SELECT quantile_cont(CAST({column} AS DOUBLE), [{edge}, {1 - edge}]) FROM {self.read}"
                )
                found[name] = Spread(low, high)
        return found

    def unique(self, resource: Resource) -> frozenset[tuple[str, str]]:
        """The columns that could be referred to and whose values stand in one row each."""
        names = [
            column.name
            for column in resource.columns
            if column.name == resource.privacy_unit
            or (resource.privacy_unit is None and column.type is ColumnType.TEXT and column.derived is None)
        ]
        once = "count(*) > 0 AND count(DISTINCT {0}) = count(*)"
        checks = ", ".join(once.format(quoted(name)) for name in names)
        holds = self._row(f"SELECT {checks} FROM {self.read}") if names else ()
        return frozenset((resource.name, name) for name, yes in zip(names, holds, strict=True) if yes)

    def contained(self, reference: Reference, other: "Staging") -> float:
        """The share of a column's distinct values that stand in the column it might refer to."""
        column, target = quoted(reference.column), quoted(reference.target)
        inside = f"__v IN (SELECT {target} FROM {other.read})"
        values = f"SELECT DISTINCT {column} AS __v FROM {self.read} WHERE {column} IS NOT NULL"
        for sample in (f"{values} LIMIT {PROBED}", values):
            share = self._one(f"SELECT avg(CASE WHEN {inside} THEN 1 ELSE 0 END) FROM ({sample})")
            if share is None or share < PROMISING:
                break
        return float(share or 0.0)

    def quality(self, resource: Resource) -> Quality:
        """Counts by column."""
        asked = []
        for column in resource.columns:
            name = quoted(column.name)
            if column.derived is None:
                wrong = invalid(name, column.kind if column.type is ColumnType.TEXT else None)
                asked.append(f"count(*) - count({name})")
                asked.append(f"count(*) FILTER ({name} IS NOT NULL AND ({wrong}))" if wrong else "0")
                beyond = column.bounds and f"{name} NOT BETWEEN {column.bounds[0]!r} AND {column.bounds[1]!r}"
                asked.append(f"count(*) FILTER ({beyond})" if beyond else "0")
        counts = self._row(f"SELECT {', '.join(asked)} FROM {self.read}")
        names = [column.name for column in resource.columns if column.derived is None]
        columns = tuple(
            ColumnQuality(name, missing=missing, unreadable=self._failures.get(name, 0), invalid=wrong, beyond=beyond)
            for name, missing, wrong, beyond in zip(names, counts[0::3], counts[1::3], counts[2::3], strict=True)
        )
        return Quality(self._count(self._raw), self._count(self.read), columns)

    def selection(self, resource: Resource) -> str:
        """The resource's columns, derived ones included, as a select list over the read rows."""
        return ", ".join(
            quoted(column.name)
            if column.derived is None
            else f"{part_of(quoted(column.derived.column), column.derived.part)} AS {quoted(column.name)}"
            for column in resource.columns
        )

    def set_aside(self, path: Path) -> bool:
        """Write the rows with unreadable cells, each with the columns at fault; false when there are none."""
        if not self._failures:
            return False
        rows = f"SELECT *, {self._failed} AS __unreadable FROM {self._raw} WHERE {self._failed} <> ''"
        self._db.execute(f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet)")
        return True

    def _stage_file(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self.source = hashlib.file_digest(file, "sha256").hexdigest()
                empty = file.tell() == 0
        except OSError:
            raise TableMissing(self.declared.name, path.name) from None
        if empty:
            raise TableEmpty(path.name)
        if path.suffix.lower() in SUFFIXES:
            stage_delimited(self._db, path, table=self._raw, room=self._room)
        elif path.suffix.lower() == ".parquet":
            self._stage_parquet(path)
        else:
            raise FormatUnknown(path.name)

    def _stage_parquet(self, path: Path) -> None:
        try:
            described = self._db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        except duckdb.Error:
            raise FormatUnknown(path.name) from None
        names = clean(path.name, [str(row[0]) for row in described])
        columns = ", ".join(
            f"{_plain(quoted(old), str(type))} AS {quoted(new)}"
            for (old, type, *_), new in zip(described, names, strict=True)
        )
        self._db.execute(f"CREATE TABLE {self._raw} AS SELECT {columns} FROM read_parquet(?)", [str(path)])

    def _stage_cells(self, cells: Cells) -> None:
        types = {name: self.declared.column(name).type or ColumnType.TEXT for name in cells}
        table = pa.table({name: pa.array(column, ARROW[types[name]]) for name, column in cells.items()})
        out = io.BytesIO()
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table, max_chunksize=CHUNK)
        self.source = hashlib.sha256(out.getbuffer()).hexdigest()
        self._db.register(f"cells_{self._raw}", table)
        names = ", ".join(
            f"{trimmed(quoted(name)) if types[name] is ColumnType.TEXT else quoted(name)} AS {quoted(name)}"
            for name in cells
        )
        self._db.execute(f"CREATE TABLE {self._raw} AS SELECT {names} FROM cells_{self._raw}")
        self._db.unregister(f"cells_{self._raw}")

    def _column(self, name: str, recognise: Recognise) -> ColumnProfile:
        column, said, stored = quoted(name), self.declared.column(name), self._stored[name]
        filled, distinct, some = self._row(
            f"SELECT sum(n), count(*), arg_min(__v, hash(__v), {SAMPLED}) FROM "
            f"(SELECT {column} AS __v, count(*) AS n FROM {self._raw} WHERE {column} IS NOT NULL GROUP BY __v)"
        )
        filled = int(filled or 0)
        recognition = recognise(name, said.title or "", some or [])
        seen = ColumnProfile(name, filled, distinct, STORED.get(stored, ColumnType.DOUBLE), {}, recognition)
        if stored != "VARCHAR":
            return seen
        if not self._untyped:
            return replace(seen, stored=ColumnType.TEXT)
        looked = said.type is None and said.kind is None and seen.kind is None
        return replace(seen, stored=None, fits=self._fits(column, filled) if looked else {})

    def _fits(self, column: str, filled: int) -> dict[ColumnType, int]:
        """Counted over all rows, but only for types that the first rows leave possible or that a declaration wants."""
        counts = ", ".join(f"count(*) FILTER ({fits(column, type)})" for type in INFERRED)
        some = self._row(
            f"SELECT count(*), {counts} FROM "
            f"(SELECT {column} FROM {self._raw} WHERE {column} IS NOT NULL LIMIT {PROBED})"
        )
        likely = [type for type, count in zip(INFERRED, some[1:], strict=True) if count > some[0] / 2]
        if not likely or not filled:
            return {}
        counts = ", ".join(f"count(*) FILTER ({fits(column, type)})" for type in likely)
        found = self._row(f"SELECT {counts} FROM {self._raw} WHERE {column} IS NOT NULL")
        return dict(zip(likely, found, strict=True))

    def _count_failures(self) -> dict[str, int]:
        found = self._db.execute(
            f"SELECT name, count(*) FROM (SELECT unnest(string_split(f, ',')) AS name FROM "
            f"(SELECT {self._failed} AS f FROM {self._raw}) WHERE f <> '') GROUP BY name"
        ).fetchall()
        return {str(name): int(count) for name, count in found}

    def _count(self, table: str) -> int:
        return int(self._one(f"SELECT count(*) FROM {table}"))

    def _one(self, sql: str) -> Any:
        return self._row(sql)[0]

    def _row(self, sql: str) -> tuple[Any, ...]:
        return self._db.execute(sql).fetchall()[0]


def _plain(column: str, type: str) -> str:
    """A typed file's column as it is staged: text without blanks around it, moments in the platform's zone."""
    if type == ZONED:
        return local(column)
    return trimmed(column) if type == "VARCHAR" or type.startswith("ENUM") else column
