"""The differencing ledger in the platform's database."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from logs.adapters.database import Instant, metadata
from sandbox.disclosure.differences import CellSets
from sandbox.ledger_entries import Entry, Version
from sandbox.plan import Statement

head = Table(
    "sandbox_ledger_head",
    metadata,
    Column("family", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    comment="How far the differencing ledger of each group of related organisations has come",
)

entries = Table(
    "sandbox_ledger",
    metadata,
    Column("family", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(255), nullable=False),
    Column("unit", String(255), nullable=False),
    Column("query", String(64), nullable=False),
    Column("versions", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("keyed", Boolean, nullable=False),
    Column("apart", Boolean, nullable=False),
    Column("cells", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "family", "kind", "position"),
    comment="The differencing ledger: released cells as counts, sums of record keys and marks of what was asked",
)


class LedgerTable:
    """The ledger on one connection (`sandbox.ledger_entries.Ledger`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def position(self, family: str) -> int:
        """How many entries a group has."""
        found = self._connection.execute(select(head.c.position).where(head.c.family == family))
        return int(found.scalar_one_or_none() or 0)

    def entries(self, family: str, kinds: Collection[str]) -> Sequence[Entry]:
        """Its entries about those kinds of unit, the oldest first."""
        wanted = select(entries).where(entries.c.family == family, entries.c.kind.in_(sorted(kinds)))
        return [_entry(row) for row in self._connection.execute(wanted.order_by(entries.c.position))]

    def append(self, family: str, entries_: Sequence[Entry], *, position: int) -> bool:
        """Put entries on record unless there are others since that position; whether it was done."""
        starting = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        self._connection.execute(starting(head).values(family=family, position=0).on_conflict_do_nothing())
        same = (head.c.family == family) & (head.c.position == position)
        moved = self._connection.execute(update(head).where(same).values(position=position + len(entries_)))
        if moved.rowcount != 1:
            return False
        rows = [_row(family, number, each) for number, each in enumerate(entries_, position + 1)]
        self._connection.execute(insert(entries), rows)
        return True


def _row(family: str, position: int, entry: Entry) -> dict[str, Any]:
    statement = entry.statement
    return {
        "family": family,
        "position": position,
        "kind": entry.kind,
        "unit": entry.unit,
        "query": entry.query,
        "versions": json.dumps([asdict(version) for version in entry.versions], ensure_ascii=False),
        "statement": json.dumps(
            {
                "sql": statement.sql,
                "resources": sorted(statement.resources),
                "releases": sorted(statement.releases),
                "functions": sorted(statement.functions),
                "columns": entry.columns,
            },
            ensure_ascii=False,
        ),
        "keyed": entry.cells.keyed,
        "apart": entry.cells.unique,
        "cells": entry.cells.written(),
        "at": entry.at,
    }


def _entry(row: Row[Any]) -> Entry:
    said = json.loads(row.statement)
    return Entry(
        query=row.query,
        unit=row.unit,
        versions=tuple(Version(**version) for version in json.loads(row.versions)),
        statement=Statement(said["sql"], *(frozenset(said[name]) for name in ("resources", "releases", "functions"))),
        columns=tuple(said["columns"]),
        cells=CellSets.read(row.cells, keyed=row.keyed, unique=row.apart),
        at=row.at,
    )
