"""An answer in the forms it may be asked for: JSON, CSV, Parquet, Arrow; pure functions of a table."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


class Format(StrEnum):
    """How a table is written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return MEDIA_TYPES[self]


MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.ARROW: "application/vnd.apache.arrow.stream",
}

Jsonable = None | bool | int | float | str | list["Jsonable"] | dict[str, "Jsonable"]


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column of an answer: its name and its type as SQL calls it."""

    name: str
    type: str


def columns(table: pa.Table) -> list[ColumnShown]:
    """The columns in their order."""
    return [ColumnShown(field.name, type_name(field.type)) for field in table.schema]


def type_name(kind: pa.DataType) -> str:
    """The SQL name of a type.

    >>> type_name(pa.int64()), type_name(pa.decimal128(18, 3)), type_name(pa.list_(pa.string()))
    ('BIGINT', 'DECIMAL(18,3)', 'VARCHAR[]')
    >>> type_name(pa.decimal128(38, 0))
    'HUGEINT'
    """
    if pa.types.is_decimal(kind):
        whole = kind.precision >= WIDEST and kind.scale == 0
        return "HUGEINT" if whole else f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return f"{type_name(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{field.name} {type_name(field.type)}' for field in kind)})"
    if pa.types.is_map(kind):
        return f"MAP({type_name(kind.key_type)}, {type_name(kind.item_type)})"
    if pa.types.is_dictionary(kind):
        return type_name(kind.value_type)
    return next((name for test, name in NAMES if test(kind)), str(kind).upper())


WIDEST = 38  # digits of the engine's 128-bit whole numbers
NAMES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_int8, "TINYINT"),
    (pa.types.is_int16, "SMALLINT"),
    (pa.types.is_int32, "INTEGER"),
    (pa.types.is_int64, "BIGINT"),
    (pa.types.is_uint8, "UTINYINT"),
    (pa.types.is_uint16, "USMALLINT"),
    (pa.types.is_uint32, "UINTEGER"),
    (pa.types.is_uint64, "UBIGINT"),
    (pa.types.is_float32, "FLOAT"),
    (pa.types.is_float64, "DOUBLE"),
    (pa.types.is_string, "VARCHAR"),
    (pa.types.is_large_string, "VARCHAR"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_time, "TIME"),
    (lambda kind: pa.types.is_timestamp(kind) and kind.tz is None, "TIMESTAMP"),
    (pa.types.is_timestamp, "TIMESTAMP WITH TIME ZONE"),
    (pa.types.is_interval, "INTERVAL"),
    (pa.types.is_duration, "INTERVAL"),
    (pa.types.is_binary, "BLOB"),
    (pa.types.is_null, "NULL"),
)


def rows(table: pa.Table, *, batch: int = 10_000) -> Iterator[list[Jsonable]]:
    """The rows as values JSON knows.

    Dates and times are ISO 8601 text, with an offset where there is a zone; not-a-number and infinities are null;
    whole decimals are whole numbers of any size, other decimals the nearest double.
    """
    for part in table.to_batches(max_chunksize=batch):
        yield from map(list, zip(*(_values(column) for column in part.columns), strict=True)) if part.columns else ()


def _values(column: pa.Array) -> list[Jsonable]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        zone = "+00:00" if kind.tz is not None else ""
        told = pc.cast(column.cast(pa.timestamp(kind.unit)), pa.string()).to_pylist()
        return [None if text is None else _moment(text) + zone for text in told]
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return [None if text is None else _moment(text) for text in pc.cast(column, pa.string()).to_pylist()]
    return [plain(value) for value in column.to_pylist()]


def _moment(text: str) -> str:
    """`2026-01-01 08:00:00.000000` as ISO 8601, without a fraction that says nothing."""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(" ", "T") + (f".{fraction}" if fraction else "")


def plain(value: Any) -> Jsonable:
    """One value as JSON knows it.

    >>> plain(float("nan")), plain(Decimal("12")), plain(Decimal("1.5")), plain({"a": [1, None]})
    (None, 12, 1.5, {'a': [1, None]})
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {str(name): plain(part) for name, part in value.items()}
        case pa.MonthDayNano():
            return _interval(value)
        case list() | tuple():
            return [plain(part) for part in value]
        case bytes():
            return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _interval(value: pa.MonthDayNano) -> str:
    """A stretch of time as ISO 8601."""
    seconds = value.nanoseconds / 1_000_000_000
    return f"P{value.months}M{value.days}DT{seconds:g}S"


def as_json(table: pa.Table, beside: Mapping[str, Jsonable] | None = None) -> Iterator[bytes]:
    """`{"columns": [{"name", "type"}], "rows": [[...]], ...}` in pieces; `beside` stands beside the two keys."""
    head = {"columns": [{"name": shown.name, "type": shown.type} for shown in columns(table)], **(beside or {})}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "rows": ['
    for number, row in enumerate(rows(table)):
        yield (", " if number else "").encode() + json.dumps(row, ensure_ascii=False, allow_nan=False).encode()
    yield b"]}"


def as_csv(table: pa.Table) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a header; null is empty, lists and structures are JSON text."""
    buffer = io.StringIO(newline="")
    sheet = csv.writer(buffer)
    sheet.writerow(table.column_names)
    for number, row in enumerate(rows(table), 1):
        sheet.writerow([_cell(value) for value in row])
        if number % 1_000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Jsonable) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def as_parquet(table: pa.Table) -> Iterator[bytes]:
    """One Parquet file; intervals are ISO 8601 text and columns of one name are numbered, since it knows neither."""
    sink = pa.BufferOutputStream()
    pq.write_table(_for_parquet(table), sink, compression="zstd")
    yield sink.getvalue().to_pybytes()


def _for_parquet(table: pa.Table) -> pa.Table:
    names = table.column_names
    if len(set(names)) < len(names):
        table = table.rename_columns([_numbered(place, names) for place in range(len(names))])
    for place, field in enumerate(table.schema):
        if pa.types.is_interval(field.type):
            told = [plain(value) for value in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(told, pa.string()))
    return table.replace_schema_metadata(None)


def _numbered(place: int, names: list[str]) -> str:
    """The name of a column, with a number behind it where an earlier one is called the same."""
    before = names[:place].count(names[place])
    return f"{names[place]}_{before}" if before else names[place]


def as_arrow(table: pa.Table) -> Iterator[bytes]:
    """An Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    yield sink.getvalue().to_pybytes()


def write(table: pa.Table, format: Format, beside: Mapping[str, Jsonable] | None = None) -> Iterator[bytes]:
    """The table in that form; `beside` has a place in JSON alone."""
    match format:
        case Format.JSON:
            return as_json(table, beside)
        case Format.CSV:
            return as_csv(table)
        case Format.PARQUET:
            return as_parquet(table)
        case Format.ARROW:
            return as_arrow(table)
