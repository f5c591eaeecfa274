"""Workspace tables in the platform's database; saving writes the row and its events in the caller's transaction."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, String, Table, Text, select
from sqlalchemy.exc import IntegrityError

from logs.adapters.database import Instant, metadata
from policies.errors import ConcurrentChange
from sandbox.adapters.database import record, write
from sandbox.adapters.records import actor_columns, actor_of, written
from sandbox.plan import Nature
from sandbox.workspace import TableId, TableState, WorkspaceTable

tables = Table(
    "sandbox_workspace_table",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("held", String(80)),
    Column("organisation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("definition", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index("uq_sandbox_workspace_table_held", "agreement", "held", unique=True),
    comment="Tables that agreements keep inside the domain; `held` is the name while the table stands",
)


class WorkspaceTables:
    """Workspace tables on one connection (`sandbox.domain.Workspaces`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def kept(self, agreement: str) -> Sequence[WorkspaceTable]:
        """The tables that stand in an agreement's workspace, by name."""
        wanted = select(tables).where(tables.c.agreement == agreement, tables.c.held.is_not(None))
        return [table_of(row) for row in self._connection.execute(wanted.order_by(tables.c.name))]

    def agreements(self) -> Sequence[str]:
        """The agreements with a table in their workspace."""
        wanted = select(tables.c.agreement).where(tables.c.held.is_not(None)).distinct()
        return list(self._connection.scalars(wanted.order_by(tables.c.agreement)))

    def save(self, table: WorkspaceTable) -> None:
        """Keep it and record its news; raises `ConcurrentChange`, where the name was taken meanwhile too."""
        values = {
            "agreement": table.agreement,
            "name": table.name,
            "held": table.name if table.state is TableState.KEPT else None,
            **actor_columns(table.by),
            "state": table.state,
            "made_at": table.made_at,
            "ended_at": table.ended_at,
            "definition": table.definition,
            "facts": written(
                {
                    "query": table.query,
                    "annex": table.annex,
                    "nature": table.nature,
                    "digest": table.digest,
                    "columns": table.columns,
                    "snapshots": table.snapshots,
                    "beside": table.beside,
                    "rows": table.rows,
                    "bytes": table.bytes,
                    "why": table.why,
                }
            ),
        }
        try:
            write(self._connection, tables, table.id, values, version=table.version, thing="table")
        except IntegrityError:
            raise ConcurrentChange("table", table.id) from None
        record(self._connection, table, table.subject)


def table_of(row: Row[Any]) -> WorkspaceTable:
    """The table in a row."""
    facts = json.loads(row.facts)
    return WorkspaceTable(
        id=TableId(row.id),
        version=row.version,
        agreement=row.agreement,
        name=row.name,
        by=actor_of(row),
        made_at=row.made_at,
        query=facts["query"],
        definition=row.definition,
        annex=facts["annex"],
        nature=Nature(facts["nature"]),
        digest=facts["digest"],
        columns=tuple(facts["columns"]),
        snapshots=tuple((one, other) for one, other in facts["snapshots"]),
        beside=tuple(facts["beside"]),
        rows=facts["rows"],
        bytes=facts["bytes"],
        state=TableState(row.state),
        ended_at=row.ended_at,
        why=facts["why"],
    )
