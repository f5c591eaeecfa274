"""What people do with queries: check, ask, look, read, stop; one verb, one function, one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from logs.model import Actor, Event, EventId, Fact, Role
from policies.annex import Annex
from policies.denials import NotAParty
from policies.errors import NoSuch, ProcessingStopped
from sandbox.answers import require_open
from sandbox.budgets import charge_query
from sandbox.disclosure.errors import BudgetSpent
from sandbox.domain import Domain, Holding, doing
from sandbox.errors import NotLawful
from sandbox.failures import Killed
from sandbox.opened import opened
from sandbox.plan import Plan
from sandbox.query import Query, QueryId
from sandbox.workspaces import require_room

SUPERVISES = frozenset({Role.OPERATOR, Role.BUREAU, Role.REGULATOR})
"""Who may see that a query was asked, its text and its end; never its answer."""
STOPS = frozenset({Role.OPERATOR, Role.BUREAU})


@dataclass(frozen=True, slots=True)
class Lawful:
    """A query that may run: its plan, by name what the engine reads, and the digest of each thing that is read."""

    query: Query
    plan: Plan
    holdings: Mapping[str, Holding]
    versions: Mapping[str, str]


def check_query(
    domain: Domain, *, id: QueryId, agreement: str, sql: str, event: EventId, by: Actor, at: datetime
) -> Lawful:
    """The gate's verdict without running, on record either way.

    Raises `NotLawful`, and what `policies` refuses with.
    """
    domain.permissions.require(by, "check", "query")
    query, annex = _asked(domain, id=id, agreement=agreement, sql=sql, by=by, at=at)
    try:
        lawful = _lawful(domain, query, annex)
    except NotLawful as refused:
        rules = tuple(dict.fromkeys(reason.rule for reason in refused.reasons))
        _record(domain, event, "query.checked", query, by=by, at=at, reasons=rules, decided_by="gate")
        raise
    _record(domain, event, "query.checked", lawful.query, by=by, at=at)
    return lawful


def receive_query(domain: Domain, *, id: QueryId, agreement: str, sql: str, by: Actor, at: datetime) -> Lawful:
    """Let a lawful query run and refuse any other; it is on record before this returns or raises.

    Raises `NotLawful`, `ProcessingStopped`, `BudgetSpent`, and what `policies` refuses with.
    """
    domain.permissions.require(by, "run", "query")
    query, annex = _asked(domain, id=id, agreement=agreement, sql=sql, by=by, at=at)
    try:
        lawful = _lawful(domain, query, annex)
    except NotLawful as refused:
        with domain.begin() as work:
            work.queries.save(query.refuse(refused.reasons, at=at))
        raise
    running = lawful.query.run(lawful.plan, snapshots=lawful.versions, runner=domain.runner, at=at)
    _require_running(domain, running, at=at)
    try:
        with domain.begin() as work:
            charge_query(domain, work, lawful.query, lawful.holdings, at=at)
            work.queries.save(running)
    except BudgetSpent as spent:
        facts: dict[str, Fact] = {"reasons": (f"{spent.kind}:{spent.charge}:{spent.period}",), "decided_by": "budget"}
        _record(domain, EventId(f"{id[:48]}.budget"), "query.refused", lawful.query, by=by, at=at, **facts)
        raise
    return replace(lawful, query=replace(running, version=1, news=()))


def _require_running(domain: Domain, query: Query, *, at: datetime) -> None:
    """Raises `ProcessingStopped`, on record, where a stop halts the use of what the query reads."""
    try:
        domain.require_running(query)
    except ProcessingStopped as stopped:
        facts: dict[str, Fact] = {"reasons": (stopped.kind,), "decided_by": f"stop {stopped.id}"}
        _record(domain, EventId(f"{query.id[:48]}.stop"), "query.refused", query, by=query.by, at=at, **facts)
        raise


def _asked(domain: Domain, *, id: QueryId, agreement: str, sql: str, by: Actor, at: datetime) -> tuple[Query, Annex]:
    """The query, and the annex that may allow it."""
    terms = domain.agreement(agreement, by=by, at=at)
    query = Query(
        id=id,
        agreement=agreement,
        by=by,
        sql=sql,
        received_at=at,
        annex=terms.annex.digest,
        scenario=terms.scenario,
    )
    return query, terms.annex


def _lawful(domain: Domain, query: Query, annex: Annex) -> Lawful:
    """Both locks: the gate, then the engine's own parser."""
    world = opened(domain, query.agreement, annex)
    plan = domain.check(query.sql, granted=world.granted)
    if plan.computed:
        domain.second_lock.require(plan)
    holdings = world.read_by(plan)
    require_open(plan, holdings)
    if plan.keeping is not None:
        require_room(domain, query.agreement, plan.keeping)
    return Lawful(query, plan, holdings, world.versions(plan))


def see_query(domain: Domain, id: QueryId, *, by: Actor) -> Query:
    """A query of one's own organisation, or any for those who supervise; raises `NoSuch`, `NotPermitted`."""
    domain.permissions.require(by, "view", "query")
    with domain.reading() as work:
        return _visible(work.queries.get(id), id, by=by)


def list_queries(domain: Domain, *, before: datetime | None, limit: int, by: Actor) -> Sequence[Query]:
    """The newest queries that one may see, those received before a moment."""
    domain.permissions.require(by, "view", "query")
    organisation = None if by.role in SUPERVISES else by.organisation
    with domain.reading() as work:
        return work.queries.listed(organisation=organisation, before=before, limit=limit)


def read_answer(domain: Domain, id: QueryId, *, format: str, event: EventId, by: Actor, at: datetime) -> pa.Table:
    """The answer, for the organisation that asked while its agreement is in force; that it was read goes on record.

    Raises `NoSuch`, `NotAParty`, `NotInForce`, `ProcessingStopped`, `NotAnswered`, `ResultDamaged`, `NotPermitted`.
    """
    domain.permissions.require(by, "run", "query")
    with domain.reading() as looking:
        asked = looking.queries.get(id)
    if asked is not None and asked.by.organisation == by.organisation:
        domain.agreement(asked.agreement, by=by, at=at)
        domain.require_running(asked)
    with doing(domain, "run", "query", id, by=by, at=at) as work:
        query = _visible(work.queries.get(id), id, by=by)
        if by.organisation != query.by.organisation:
            raise NotAParty("query", id)
        query.require_answered()
        table = domain.results.open(id).table
        viewed = query.facts() | {"rows": table.num_rows, "format": format}
        work.events.record(_event(event, "query.viewed", query, viewed, by=by, at=at))
    return table


def cancel_query(domain: Domain, id: QueryId, *, by: Actor, at: datetime) -> Query:
    """Stop a query that runs: one's own, or any for operator and bureau.

    Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `NotPermitted`.
    """
    domain.permissions.require(by, "kill", "query")
    with doing(domain, "kill", "query", id, by=by, at=at) as work:
        query = _visible(work.queries.get(id), id, by=by)
        if by.organisation != query.by.organisation and by.role not in STOPS:
            raise NotAParty("query", id)
        query = query.kill(Killed.CANCELLED, by=by, at=at)
        work.queries.save(query)
    domain.executor.cancel(id)
    return query


def expire_answers(domain: Domain, *, by: Actor, at: datetime, limit: int = 100) -> int:
    """Delete answers that are kept no longer; how many."""
    with domain.begin() as work:
        overdue = work.queries.overdue(at, limit=limit)
        for query in overdue:
            work.queries.save(query.expire(by=by, at=at))
    for query in overdue:
        domain.results.remove(query.id)
    return len(overdue)


def _visible(query: Query | None, id: QueryId, *, by: Actor) -> Query:
    if query is None or (by.organisation != query.by.organisation and by.role not in SUPERVISES):
        raise NoSuch("query", id)
    return query


def _record(domain: Domain, id: EventId, kind: str, query: Query, *, by: Actor, at: datetime, **more: Fact) -> None:
    with domain.begin() as work:
        work.events.record(_event(id, kind, query, query.facts() | more, by=by, at=at))


def _event(id: EventId, kind: str, query: Query, facts: Mapping[str, Fact], *, by: Actor, at: datetime) -> Event:
    said = {name: fact for name, fact in facts.items() if fact not in (None, "", ())}
    return Event(id, kind, at, by, f"query:{query.id}", said)
