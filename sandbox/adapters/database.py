"""Queries and outputs in the platform's database; saving writes the row and its events in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from logs.adapters.database import Inbox, Instant, metadata
from logs.model import ActorId, Event, EventId, OrganisationId
from policies.errors import ConcurrentChange
from policies.model.recorded import Recorded
from sandbox.adapters.records import actor_columns, output_facts, output_of, query_facts, query_of, written
from sandbox.output import Output, OutputId
from sandbox.query import Query, QueryId, QueryState

queries = Table(
    "sandbox_query",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("runner", String(64), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("keep_until", Instant),
    Column("milliseconds", BigInteger),
    Column("sql", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index(None, "organisation", "received_at"),
    Index(None, "state", "keep_until"),
    comment="Queries: what was asked under which agreement, and how it ended",
)

read_resources = Table(
    "sandbox_query_resource",
    metadata,
    Column("query", String(64), primary_key=True),
    Column("resource", String(255), primary_key=True),
    Index(None, "resource"),
    comment="Which resources a query reads, to stop those of one",
)

outputs = Table(
    "sandbox_output",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("query", String(64), nullable=False, index=True),
    Column("organisation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("reviewer", String(64), index=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("facts", Text, nullable=False),
    Index(None, "organisation", "asked_at"),
    comment="Answers on their way out of the domain, and who decided about them",
)


class QueryTable:
    """Queries on one connection (`sandbox.domain.Queries`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: QueryId) -> Query | None:
        """The query of that id."""
        row = self._connection.execute(select(queries).where(queries.c.id == id)).one_or_none()
        return None if row is None else query_of(row)

    def save(self, query: Query) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""
        values = {
            "agreement": query.agreement,
            **actor_columns(query.by),
            "state": query.state,
            "runner": query.runner,
            "received_at": query.received_at,
            "ended_at": query.ended_at,
            "keep_until": query.keep_until,
            "milliseconds": query.milliseconds,
            "sql": query.sql,
            "facts": written(query_facts(query)),
        }
        write(self._connection, queries, query.id, values, version=query.version, thing="query")
        if query.state is QueryState.RUNNING and query.snapshots:
            rows = [{"query": query.id, "resource": resource} for resource, _ in query.snapshots]
            self._connection.execute(insert(read_resources), rows)
        record(self._connection, query, f"query:{query.id}")

    def listed(
        self, *, organisation: OrganisationId | None = None, before: datetime | None = None, limit: int
    ) -> Sequence[Query]:
        """The newest first, of one organisation or of all, those received before a moment."""
        wanted = select(queries).order_by(queries.c.received_at.desc(), queries.c.id).limit(limit)
        if organisation is not None:
            wanted = wanted.where(queries.c.organisation == organisation)
        if before is not None:
            wanted = wanted.where(queries.c.received_at < before)
        return self._all(wanted)

    def running(
        self, *, runner: str | None = None, agreement: str | None = None, resource: str | None = None
    ) -> Sequence[Query]:
        """Those that run: of one process, under one agreement, on one resource."""
        wanted = select(queries).where(queries.c.state == QueryState.RUNNING).order_by(queries.c.id)
        if runner is not None:
            wanted = wanted.where(queries.c.runner == runner)
        if agreement is not None:
            wanted = wanted.where(queries.c.agreement == agreement)
        if resource is not None:
            reading = select(read_resources.c.query).where(read_resources.c.resource == resource)
            wanted = wanted.where(queries.c.id.in_(reading))
        return self._all(wanted)

    def answered(self, agreement: str) -> Sequence[Query]:
        """Those under an agreement whose answer waits."""
        wanted = select(queries).where(queries.c.state == QueryState.ANSWERED, queries.c.agreement == agreement)
        return self._all(wanted.order_by(queries.c.id))

    def overdue(self, at: datetime, *, limit: int) -> Sequence[Query]:
        """Answered queries whose answer is kept no longer."""
        wanted = select(queries).where(queries.c.state == QueryState.ANSWERED, queries.c.keep_until <= at)
        return self._all(wanted.order_by(queries.c.keep_until).limit(limit))

    def _all(self, wanted: Select[Any]) -> Sequence[Query]:
        return [query_of(row) for row in self._connection.execute(wanted)]


class OutputTable:
    """Outputs on one connection (`sandbox.domain.Outputs`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: OutputId) -> Output | None:
        """The output of that id."""
        row = self._connection.execute(select(outputs).where(outputs.c.id == id)).one_or_none()
        return None if row is None else output_of(row)

    def save(self, output: Output) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""
        values = {
            "query": output.query,
            **actor_columns(output.by),
            "reviewer": output.reviewer.id if output.reviewer else None,
            "state": output.state,
            "asked_at": output.asked_at,
            "decided_at": output.decided_at,
            "facts": written(output_facts(output)),
        }
        write(self._connection, outputs, output.id, values, version=output.version, thing="output")
        record(self._connection, output, f"output:{output.id}")

    def listed(
        self,
        *,
        organisation: OrganisationId | None = None,
        reviewer: ActorId | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Output]:
        """The newest first, of one organisation, for one reviewer or of all, those asked for before a moment."""
        wanted = select(outputs).order_by(outputs.c.asked_at.desc(), outputs.c.id).limit(limit)
        if organisation is not None:
            wanted = wanted.where(outputs.c.organisation == organisation)
        if reviewer is not None:
            wanted = wanted.where(outputs.c.reviewer == reviewer)
        if before is not None:
            wanted = wanted.where(outputs.c.asked_at < before)
        return [output_of(row) for row in self._connection.execute(wanted)]


def write(
    connection: Connection, table: Table, id: str, values: Mapping[str, Any], *, version: int, thing: str
) -> None:
    """Insert what is new, update what was read; raises `ConcurrentChange` when it was changed since."""
    if version == 0:
        connection.execute(insert(table).values(id=id, version=1, **values))
        return
    same = (table.c.id == id) & (table.c.version == version)
    changed = connection.execute(update(table).where(same).values(version=version + 1, **values))
    if changed.rowcount != 1:
        raise ConcurrentChange(thing, id)


def record(connection: Connection, recorded: Recorded, subject: str) -> None:
    """The news of what was saved, under ids that a second saving of the same version would repeat."""
    inbox = Inbox(connection)
    _, _, id = subject.partition(":")
    for number, news in enumerate(recorded.news):
        event = EventId(f"{id[:48]}.{recorded.version + 1}.{number}")
        inbox.record(Event(event, news.kind, news.at, news.by, subject, news.facts))
