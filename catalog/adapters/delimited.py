# ruff: noqa: S608
"""CSV files into DuckDB, as text and whole: encoding told, structure checked, places named, values never quoted."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from catalog.adapters.reading import literal, quoted, trimmed
from catalog.columns import clean
from catalog.encoding import Encoding, Undecodable, encoding_of
from catalog.errors import EncodingUnknown, TableEmpty, TableMalformed

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
DELIMITERS = ",\t;|"
CHUNK = 1 << 20
SHOWN = 10
REASONS = {
    "MISSING COLUMNS": ("字段过少", "holds too few fields"),
    "TOO MANY COLUMNS": ("字段过多", "holds too many fields"),
    "UNQUOTED VALUE": ("引号未闭合或位置不对", "has a quote that does not close or stands in the wrong place"),
    "LINE SIZE OVER MAXIMUM": ("过长（引号可能未闭合）", "is too long (does a quote not close?)"),
    "INVALID ENCODING": ("含无法解码的字节", "holds bytes that cannot be decoded"),
}
OTHER = ("结构有误", "is malformed")


def stage_delimited(connection: duckdb.DuckDBPyConnection, path: Path, *, table: str, room: Path) -> None:
    """Create `table` with one text column a field, blanks around it taken off.

    `room` is a folder for a copy in UTF-8, where one is needed.

    Raises `EncodingUnknown`, `TableEmpty`, `ColumnsUnclear`, `TableMalformed`.
    """
    path_utf8 = _in_utf8(path, room / f"{table}.utf8")
    delimiter, written = _header(path_utf8, file=path.name)
    if not written:
        raise TableEmpty(path.name)
    names = clean(path.name, written)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    cells = ", ".join(f"{trimmed(quoted(name))} AS {quoted(name)}" for name in names)
    connection.execute(
        f"CREATE TABLE {quoted(table)} AS SELECT {cells} FROM "
        f"read_csv(?, auto_detect = false, header = true, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}}, strict_mode = true, "
        f"store_rejects = true, rejects_table = 'rejects_{table}', rejects_scan = 'scans_{table}')",
        [str(path_utf8)],
    )
    rejected = connection.execute(
        f"SELECT DISTINCT line_byte_position, error_type FROM rejects_{table} ORDER BY 1 LIMIT {SHOWN}"
    ).fetchall()
    if rejected:
        lines = _lines(path_utf8, [max(0, int(position) - 1) for position, _ in rejected])
        reasons = [REASONS.get(str(error), OTHER) for _, error in rejected]
        raise TableMalformed(path.name, tuple((line, *reason) for line, reason in zip(lines, reasons, strict=True)))


def _in_utf8(path: Path, copy: Path) -> Path:
    try:
        encoding = encoding_of(lambda: _chunks(path))
    except Undecodable as unknown:
        raise EncodingUnknown(path.name, unknown.line) from None
    if encoding is Encoding.UTF_8:
        return path
    with path.open(encoding=encoding.value, newline="") as source, copy.open("w", encoding="utf-8", newline="") as out:
        while text := source.read(CHUNK):
            out.write(text)
    return copy


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _header(path: Path, *, file: str) -> tuple[str, list[str]]:
    with path.open(encoding=Encoding.UTF_8.value, newline="") as opened:
        first = opened.readline(CHUNK).rstrip("\r\n")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return delimiter, next(csv.reader([first], delimiter=delimiter), []) if first.strip() else []
    except csv.Error:
        raise TableMalformed(file, ((1, *OTHER),)) from None


def _lines(path: Path, positions: list[int]) -> list[int]:
    """The line in the file of each byte position, from 1; the positions rise."""
    lines, line, heard = [], 1, 0
    chunks = _chunks(path)
    chunk = next(chunks, b"")
    for position in positions:
        while position - heard > len(chunk):
            line, heard = line + chunk.count(b"\n"), heard + len(chunk)
            chunk = next(chunks, b"")
            if not chunk:
                break
        lines.append(line + chunk.count(b"\n", 0, position - heard))
    return lines
