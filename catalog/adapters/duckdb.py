# ruff: noqa: S608
"""Resources taken in: files become snapshots, one DuckDB file a version, addressed by content and placed whole."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from catalog.adapters.placing import clear_leftovers, connected, own_words, place, room_in
from catalog.adapters.reading import literal, quoted
from catalog.adapters.staging import Staging
from catalog.arrival import Arrival, Recognise, Step, Supply, Watch
from catalog.declared import Note
from catalog.errors import ManifestWrong
from catalog.model import Column, ColumnType, Digest, Resource, Version
from catalog.relations import possible, relate

NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DECIMAL})
RULES = 2
"""Stands in every digest: raised when the same file would become other rows."""


def take_in(
    supplies: Sequence[Supply],
    *,
    folder: Path,
    secret: bytes,
    recognise: Recognise,
    at: datetime,
    watch: Watch | None = None,
) -> tuple[Arrival, ...]:
    """Read, describe and place a set of resources; all of them or, when one is refused, none.

    Each snapshot holds one table `main.rows`: the resource's columns and, where it has a privacy unit, `__key` (31
    bits) and `__mask` (one of 64 bits), both from HMAC-SHA-256 over the unit, and `__rows`, in how many rows the unit
    stands; rows lie in the order of their keys, so that their place tells nothing. Raises what is wrong with a file,
    and `SnapshotNotPlaced` where the folder takes nothing.
    """
    told = watch or (lambda resource, step: None)
    _distinct(supplies)
    with room_in(folder) as room, connected(room) as connection:
        clear_leftovers(folder, before=at)
        stagings: list[Staging] = []
        described: list[Resource] = []
        notes: list[Note] = []
        for number, supply in enumerate(supplies):
            with own_words(supply.declared.name, folder):
                staging = Staging(connection, supply, number=number, room=room)
                resource, said = staging.described(recognise)
            stagings.append(staging)
            described.append(resource)
            notes.extend(said)
            told(resource.name, Step.DESCRIBED)
        resources, inferred = _relate(stagings, described)
        arrivals = []
        for staging, resource in zip(stagings, resources, strict=True):
            with own_words(resource.name, folder):
                arrivals.append(_prepare(connection, staging, resource, room=room, secret=secret, at=at))
        for arrival in arrivals:
            with own_words(arrival.resource.name, folder):
                place(arrival.version.digest, room=room, folder=folder)
            told(arrival.resource.name, Step.PLACED)
    every = [*notes, *inferred]
    return tuple(
        replace(arrival, notes=tuple(note for note in every if note.resource.lower() == arrival.resource.name))
        for arrival in arrivals
    )


def _relate(
    stagings: Sequence[Staging], described: Sequence[Resource]
) -> tuple[tuple[Resource, ...], tuple[Note, ...]]:
    by_name = {resource.name: staging for resource, staging in zip(described, stagings, strict=True)}
    unique = frozenset(
        pair for staging, resource in zip(stagings, described, strict=True) for pair in staging.unique(resource)
    )
    contained = {
        reference: by_name[reference.resource].contained(reference, by_name[reference.other])
        for reference in possible(described, unique)
    }
    declared = {name: staging.declared for name, staging in by_name.items()}
    return relate(described, declared, contained=contained, unique=unique)


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    staging: Staging,
    resource: Resource,
    *,
    room: Path,
    secret: bytes,
    at: datetime,
) -> Arrival:
    digest = _digest(staging, resource, secret)
    path = room / f"{digest}.duckdb"
    connection.execute(f"ATTACH {literal(str(path))} AS snapshot")
    columns = staging.selection(resource)
    if resource.privacy_unit is None:
        connection.execute(f"CREATE TABLE snapshot.main.rows AS SELECT {columns} FROM {staging.read}")
    else:
        unit = quoted(resource.privacy_unit)
        ties = ", ".join(quoted(column.name) for column in resource.columns if column.derived is None)
        inner, outer = _pads(secret)
        connection.execute(
            f"""
            CREATE TABLE snapshot.main.rows AS
            SELECT {columns},
                CAST(CAST('0x' || __hmac[1:8] AS UINTEGER) >> 1 AS UINTEGER) AS __key,
                CAST(1 AS UBIGINT) << (CAST('0x' || __hmac[9:10] AS UBIGINT) & 63) AS __mask,
                CASE WHEN {unit} IS NOT NULL THEN CAST(count(*) OVER (PARTITION BY {unit}) AS UINTEGER) END AS __rows
            FROM (
                SELECT *, sha256($outer::BLOB || unhex(sha256(
                    $inner::BLOB || encode($kind || '/' || CAST({unit} AS VARCHAR))))) AS __hmac
                FROM {staging.read}
            )
            ORDER BY __key NULLS LAST, hash({ties})
            """,
            {"outer": outer, "inner": inner, "kind": unit_kind(resource)},
        )
    connection.execute("CHECKPOINT snapshot")
    rows, units, unique, most = _measure(connection, resource)
    clean = _clean(connection, resource)
    connection.execute("DETACH snapshot")
    staging.set_aside(room / f"{digest}.parquet")
    version = Version(resource.id, digest, rows, at, unique, units, most, clean)
    return Arrival(resource, version, staging.quality(resource), staging.table)


def _measure(connection: duckdb.DuckDBPyConnection, resource: Resource) -> tuple[int, int | None, bool, int | None]:
    """Rows, distinct units, whether no unit stands in two rows, the most rows of one unit."""
    if resource.privacy_unit is None:
        found = connection.execute("SELECT count(*) FROM snapshot.main.rows").fetchall()
        return found[0][0], None, False, None
    unit = quoted(resource.privacy_unit)
    found = connection.execute(
        f"SELECT count(*), count(DISTINCT {unit}), coalesce(max(__rows), 0) FROM snapshot.main.rows"
    ).fetchall()
    rows, units, most = found[0]
    return rows, units, rows == units, most


def _clean(connection: duckdb.DuckDBPyConnection, resource: Resource) -> tuple[str, ...]:
    """The numeric columns of a protected resource that hold a number other than zero, within bounds, in every row."""
    if resource.privacy_unit is None:
        return ()
    numeric = [column for column in resource.columns if column.type in NUMERIC]
    if not numeric:
        return ()
    checks = [f"bool_and(coalesce({_number(column)}, FALSE))" for column in numeric]
    held = connection.execute(f"SELECT {', '.join(checks)} FROM snapshot.main.rows").fetchall()[0]
    return tuple(column.name for column, yes in zip(numeric, held, strict=True) if yes)


def _number(column: Column) -> str:
    """The condition that a cell holds a number other than zero and within the bounds."""
    name = quoted(column.name)
    within = "TRUE" if column.bounds is None else f"{name} BETWEEN {column.bounds[0]!r} AND {column.bounds[1]!r}"
    return f"{name} <> 0 AND {name} BETWEEN -1e30 AND 1e30 AND {within}"


def unit_kind(resource: Resource) -> str:
    """The kind that a unit's key is made for: resources that identify their units alike give one unit one key."""
    if resource.privacy_unit is None:
        return ""
    return resource.column(resource.privacy_unit).kind or resource.privacy_unit


def _pads(secret: bytes) -> tuple[bytes, bytes]:
    """HMAC's inner and outer pad (RFC 2104), handed to the engine as parameters so that no key stands in SQL text."""
    block = (hashlib.sha256(secret).digest() if len(secret) > hashlib.sha256().block_size else secret).ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _digest(staging: Staging, resource: Resource, secret: bytes) -> Digest:
    """What makes a snapshot what it is: the bytes handed in, how they are read, and whose keys they bear."""
    said = {
        "rules": RULES,
        "resource": resource.id,
        "source": staging.source,
        "unit": [resource.privacy_unit, unit_kind(resource)],
        "columns": [
            [
                column.name,
                column.type.value,
                column.kind,
                column.derived and [column.derived.column, column.derived.part],
            ]
            for column in resource.columns
        ],
        "secret": hmac.digest(secret, b"which secret", "sha256").hex()[:16],
    }
    return Digest(hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest())


def _distinct(supplies: Sequence[Supply]) -> None:
    names = [supply.declared.name.lower() for supply in supplies]
    for name in names:
        if names.count(name) > 1:
            raise ManifestWrong(name, "资源名重复", "two resources bear this name")
