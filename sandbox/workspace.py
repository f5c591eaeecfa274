"""A table of an agreement's workspace: what a developer keeps inside the domain between queries, and how it ends.

An open or released table holds rows, kept as a snapshot file. A protected one holds none: it is its definition, read
anew in each query that names it, so that nothing of it has a size, a digest or an age that could tell of somebody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, Fact
from policies.model.recorded import Recorded, moved
from sandbox.plan import Nature

TableId = NewType("TableId", str)


class TableState(StrEnum):
    """Where a workspace table stands."""

    DRAWN = "drawn"
    KEPT = "kept"
    DELETED = "deleted"


class TableMove(StrEnum):
    """What happens to a workspace table."""

    KEEP = "keep"
    DELETE = "delete"


TABLE_MOVES: Mapping[tuple[TableState, TableMove], TableState] = {
    (TableState.DRAWN, TableMove.KEEP): TableState.KEPT,
    (TableState.KEPT, TableMove.DELETE): TableState.DELETED,
}


@dataclass(frozen=True, kw_only=True)
class WorkspaceTable(Recorded):
    """One table. `definition` is the statement that made it under the annex of that digest; `query` ran it.

    `digest` is the SHA-256 of the rows, of a protected one of its definition. `snapshots` (resource, digest) are what
    its rows came from; `beside` names the workspace tables and own files that its definition reads.
    """

    thing: ClassVar[str] = "table"

    id: TableId
    agreement: str
    name: str
    by: Actor
    made_at: datetime
    query: str
    definition: str
    annex: str
    nature: Nature
    digest: str
    columns: tuple[str, ...] = ()
    snapshots: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()
    rows: int = 0
    bytes: int = 0
    state: TableState = TableState.DRAWN
    ended_at: datetime | None = None
    why: str = ""

    @property
    def relation(self) -> str:
        """What it is called towards the engine: the same rows have the same name, whoever keeps them."""
        return f"ws.{self.digest[:32]}"

    def keep(self) -> Self:
        """It stands in the workspace from now on."""
        kept = replace(self, state=self._moved(TableMove.KEEP))
        return kept._told("workspace.created", by=self.by, at=self.made_at)

    def delete(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Take it out for good; its file goes in the same transaction. Raises `MoveNotAllowed`."""
        gone = replace(self, state=self._moved(TableMove.DELETE), ended_at=at, why=reason)
        return gone._told("workspace.deleted", by=by, at=at, reason=reason)

    def _told(self, kind: str, *, by: Actor, at: datetime, **more: Fact) -> Self:
        facts: dict[str, Fact] = {
            "table": self.id,
            "title": self.name,
            "agreement": self.agreement,
            "query": self.query,
            "annex": self.annex,
            "protection": self.nature.value,
            "columns": self.columns,
            "resources": tuple(resource for resource, _ in self.snapshots),
            "snapshots": tuple(f"{resource}={digest}" for resource, digest in self.snapshots),
            "rows": self.rows,
            "bytes": self.bytes,
            "digest": self.digest,
        }
        return replace(self, news=self.telling(kind, by=by, at=at, **facts, **more))

    def _moved(self, move: TableMove) -> TableState:
        return moved(TABLE_MOVES, self.state, move, thing="table", id=self.id)


@dataclass(frozen=True, slots=True)
class Quota:
    """What one agreement may keep: tables, and the bytes of their files."""

    tables: int = 20
    bytes: int = 1 << 30
