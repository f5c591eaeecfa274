"""A table in the form a caller accepts: JSON, CSV, Parquet or Arrow."""

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import csv, ipc, parquet

from api.errors import NotAcceptable

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True, slots=True)
class Written:
    """A table as bytes, and what they are."""

    body: bytes
    media_type: str
    suffix: str


def chosen(accept: str | None) -> str:
    """The media type that an `Accept` header prefers among those there are; raises `NotAcceptable`.

    >>> chosen("text/csv;q=0.5, application/vnd.apache.parquet")
    'application/vnd.apache.parquet'
    >>> chosen("*/*")
    'application/json'
    """
    ranges = sorted(map(_range, (accept or "*/*").split(",")), key=lambda pair: -pair[1])
    for name, weight in ranges:
        for offered in (JSON, *WRITERS):
            kind = offered.partition("/")[0]
            if weight > 0 and name in {offered, f"{kind}/*", "*/*"}:
                return offered
    raise NotAcceptable((JSON, *WRITERS))


def _range(text: str) -> tuple[str, float]:
    name, _, rest = text.strip().lower().partition(";")
    _, _, weight = rest.strip().partition("q=")
    return name.strip(), float(weight) if weight.replace(".", "", 1).isdigit() else 1.0


def table_as_json(table: pa.Table) -> dict[str, Any]:
    """`columns` with name and type, and `rows` in their order."""
    columns = [{"name": field.name, "type": str(field.type)} for field in table.schema]
    series = [[_plain(value) for value in column.to_pylist()] for column in table.columns]
    return {"columns": columns, "rows": [list(row) for row in zip(*series, strict=True)]}


def _plain(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return [_plain(part) for part in value]
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case bytes():
            return value.hex()
        case _:
            return value


def written(table: pa.Table, media_type: str) -> Written:
    """The table in one of the forms other than JSON."""
    write, suffix = WRITERS[media_type]
    sink = io.BytesIO()
    write(table, sink)
    return Written(sink.getvalue(), media_type, suffix)


def _write_csv(table: pa.Table, sink: io.BytesIO) -> None:
    nested = [
        place for place, field in enumerate(table.schema) if pa.types.is_nested(field.type)
    ]  # CSV has no lists: they are written as text
    for place in nested:
        name = table.schema.field(place).name
        told = [None if value is None else str(_plain(value)) for value in table.column(place).to_pylist()]
        table = table.set_column(place, name, pa.array(told, pa.string()))
    csv.write_csv(table, sink)


def _write_parquet(table: pa.Table, sink: io.BytesIO) -> None:
    parquet.write_table(table, sink)


def _write_arrow(table: pa.Table, sink: io.BytesIO) -> None:
    with ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)


WRITERS: Mapping[str, tuple[Callable[[pa.Table, io.BytesIO], None], str]] = {
    CSV: (_write_csv, "csv"),
    PARQUET: (_write_parquet, "parquet"),
    ARROW: (_write_arrow, "arrow"),
}
