"""What people do with an agreement's workspace: keep tables, see them, delete them; and its end with the agreement."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from logs.model import Actor
from policies.errors import ConcurrentChange, NoSuch
from sandbox.answers import Answer
from sandbox.domain import Domain, Kept, Work
from sandbox.errors import QueryFailed, QueryKilled, TableNeeded, WorkspaceFull
from sandbox.failures import Failure, Killed
from sandbox.plan import Keeping, Plan, WorkspaceAct
from sandbox.query import Query, QueryState, Told
from sandbox.workspace import Quota, TableId, WorkspaceTable

REPLACED, DROPPED, ENDED = "replaced", "dropped", "agreement ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """A workspace with what it uses of its quota."""

    tables: tuple[WorkspaceTable, ...]
    quota: Quota

    @property
    def bytes(self) -> int:
        """The bytes of its files."""
        return sum(table.bytes for table in self.tables)


def require_room(domain: Domain, agreement: str, keeping: Keeping) -> None:
    """Before anything runs: a new table needs room, and none may go that others rest on.

    Raises `WorkspaceFull`, `TableNeeded`.
    """
    with domain.reading() as work:
        tables = work.workspace.kept(agreement)
    same = [table for table in tables if table.name == keeping.name]
    if same and (keeping.act is WorkspaceAct.DROP or keeping.replace):
        _require_unneeded(same[0], tables)
    standing = Standing(tuple(table for table in tables if table not in same), domain.quota)
    if keeping.act is WorkspaceAct.KEEP and (
        len(standing.tables) >= domain.quota.tables or standing.bytes >= domain.quota.bytes
    ):
        raise WorkspaceFull(tables=domain.quota.tables, bytes=domain.quota.bytes)


def carry_out(domain: Domain, query: Query, plan: Plan, keeping: Keeping, answer: Answer | None) -> Answer:
    """Keep what a query computed as a table, or drop one; the answer tells what was done.

    Raises `QueryFailed` where it does not fit, `QueryKilled` where the query was ended meanwhile.
    """
    if keeping.act is WorkspaceAct.DROP:
        _drop(domain, query, keeping.name)
        return _told(keeping, None)
    kept = None if answer is None else _as_stored(answer.table)
    table = _drawn(domain, query, plan, keeping, kept)
    size = 0 if kept is None else domain.shelf.place(table.id, kept.table)
    table = replace(table, bytes=size)
    try:
        _keep(domain, query, table, keeping)
    except BaseException:
        domain.shelf.remove(table.id)
        raise
    return _told(keeping, answer)


def see_workspace(domain: Domain, agreement: str, *, by: Actor) -> Standing:
    """The tables of an agreement's workspace and its use of the quota; raises `NotPermitted`.

    Whoever calls has made sure that the agreement is the caller's to see.
    """
    domain.permissions.require(by, "view", "workspace")
    with domain.reading() as work:
        return Standing(tuple(work.workspace.kept(agreement)), domain.quota)


def delete_table(domain: Domain, agreement: str, name: str, *, by: Actor, at: datetime) -> WorkspaceTable:
    """Delete one table; raises `NoSuch`, `TableNeeded`, and what `policies` refuses with.

    Whoever calls has ended the queries that read it.
    """
    with domain.begin() as work:
        return _delete(domain, work, agreement, name, reason=DROPPED, by=by, at=at)


def close_workspace(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> int:
    """Delete every table of an agreement that has ended; how many."""
    with domain.begin() as work:
        tables = work.workspace.kept(agreement)
        for table in tables:
            work.workspace.save(table.delete(reason=ENDED, by=by, at=at))
            domain.shelf.remove(table.id)
    return len(tables)


def clear_workspaces(domain: Domain, *, by: Actor, at: datetime) -> int:
    """Delete the tables of agreements that are over, whoever ended them; how many."""
    with domain.reading() as work:
        agreements = work.workspace.agreements()
    over = [agreement for agreement in agreements if domain.over(agreement)]
    return sum(close_workspace(domain, agreement, by=by, at=at) for agreement in over)


def _drop(domain: Domain, query: Query, name: str) -> None:
    at = domain.clock()
    try:
        with domain.begin() as work:
            _require_wanted(work, query)
            _delete(domain, work, query.agreement, name, reason=DROPPED, by=query.by, at=at)
    except (NoSuch, TableNeeded, ConcurrentChange):
        raise QueryFailed(Failure.WORKSPACE) from None


def _delete(
    domain: Domain, work: Work, agreement: str, name: str, *, reason: str, by: Actor, at: datetime
) -> WorkspaceTable:
    """The file goes before the record of it is committed: nothing is told to be deleted that still lies there."""
    tables = work.workspace.kept(agreement)
    found = next((table for table in tables if table.name == name), None)
    if found is None:
        raise NoSuch("table", name)
    _require_unneeded(found, tables)
    gone = found.delete(reason=reason, by=by, at=at)
    work.workspace.save(gone)
    domain.shelf.remove(found.id)
    return gone


def _keep(domain: Domain, query: Query, table: WorkspaceTable, keeping: Keeping) -> None:
    """The new table on record, in place of one of its name."""
    try:
        with domain.begin() as work:
            _require_wanted(work, query)
            known = {each.name for each in work.workspace.kept(table.agreement)}
            if table.name in known and not keeping.replace:
                raise QueryFailed(Failure.WORKSPACE)
            if table.name in known:
                _delete(domain, work, table.agreement, table.name, reason=REPLACED, by=table.by, at=table.made_at)
            standing = Standing(tuple(work.workspace.kept(table.agreement)), domain.quota)
            if len(standing.tables) >= domain.quota.tables or standing.bytes + table.bytes > domain.quota.bytes:
                raise QueryFailed(Failure.WORKSPACE)
            work.workspace.save(table.keep())
    except (TableNeeded, ConcurrentChange):
        raise QueryFailed(Failure.WORKSPACE) from None


def _require_wanted(work: Work, query: Query) -> None:
    found = work.queries.get(query.id)
    if found is None or found.state is not QueryState.RUNNING:
        raise QueryKilled(Killed.CANCELLED)


def _require_unneeded(table: WorkspaceTable, tables: Sequence[WorkspaceTable]) -> None:
    needing = sorted(other.name for other in tables if table.name in other.beside)
    if needing:
        raise TableNeeded(table.name, tuple(needing))


def _drawn(domain: Domain, query: Query, plan: Plan, keeping: Keeping, kept: Kept | None) -> WorkspaceTable:
    definition = hashlib.sha256(query.sql.encode()).hexdigest()
    return WorkspaceTable(
        id=TableId(f"t{query.id}"[:64]),
        agreement=query.agreement,
        name=keeping.name,
        by=query.by,
        made_at=domain.clock(),
        query=query.id,
        definition=query.sql,
        annex=query.annex,
        nature=keeping.nature,
        digest=definition if kept is None else kept.digest,
        columns=tuple(column.name for column in plan.columns),
        snapshots=query.snapshots if kept is not None else (),
        beside=tuple(sorted(plan.beside)),
        rows=0 if kept is None else kept.table.num_rows,
    )


def _as_stored(table: pa.Table) -> Kept:
    """The rows under the gate's own column names, with the digest of them as an Arrow stream."""
    named = table.rename_columns([f"c{index}" for index in range(table.num_columns)]).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, named.schema) as stream:
        stream.write_table(named.combine_chunks())
    return Kept(named, hashlib.sha256(sink.getvalue()).hexdigest())


def _told(keeping: Keeping, answer: Answer | None) -> Answer:
    """One row that says what was done; of a protected table it says nothing that depends on the data."""
    protection = keeping.nature.value if keeping.act is WorkspaceAct.KEEP else None
    rows = None if answer is None else answer.table.num_rows
    done = pa.table(
        {
            "table": pa.array([keeping.name], pa.string()),
            "act": pa.array([keeping.act.value], pa.string()),
            "protection": pa.array([protection], pa.string()),
            "rows": pa.array([rows], pa.int64()),
        }
    )
    told = Told(1) if answer is None else replace(answer.told, rows=1)
    return Answer(done, told)
