"""Carrying out lawful queries: in a thread, with an end on record whatever happens, and stopped from anywhere."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import datetime

from catalog.errors import SnapshotNotPlaced
from logs.errors import Refusal
from logs.model import Actor
from sandbox.answers import Answer, Progress, compute
from sandbox.domain import Domain, Work
from sandbox.errors import NotLawful, QueryFailed, QueryKilled, SnapshotMissing, WorkersBusy, WorkersUnavailable
from sandbox.failures import Failure, Killed
from sandbox.queries import Lawful, receive_query
from sandbox.query import Query, QueryId, QueryState
from sandbox.workspaces import carry_out as carry_out_keeping

QUICK_SECONDS = 2.0
Fault = Callable[[QueryId, BaseException], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a query ended, and in which stage."""

    how: Answer | Failure | Killed
    stage: str


def answer_query(domain: Domain, lawful: Lawful, *, fault: Fault) -> Query:
    """Compute the answer and record the query's end, whatever it is; the query as it stands then.

    `fault` is told of an exception that nobody foresaw; nothing of it goes on record but that there was one.
    """
    query = lawful.query
    ended = carry_out(domain, lawful, fault=fault)
    at = domain.clock()
    with domain.begin() as work:
        found = _saved(work, query)
        if found.state is QueryState.RUNNING:
            found = concluded(found, ended, at=at, keep_until=at + domain.keep)
            work.queries.save(found)
    if found.state is not QueryState.ANSWERED:
        domain.results.remove(query.id)
    return found


def concluded(query: Query, ended: Ended, *, at: datetime, keep_until: datetime) -> Query:
    """The query with its end."""
    match ended.how:
        case Answer(told=told):
            return query.answer(told, at=at, keep_until=keep_until)
        case Failure() as failure:
            return query.fail(failure, place=ended.stage, at=at)
        case Killed() as killed:
            return query.kill(killed, by=query.by, at=at)


def carry_out(domain: Domain, lawful: Lawful, *, fault: Fault) -> Ended:
    """The answer, or why there is none. Each stage begins only while the query is still wanted."""
    query = lawful.query
    stages = ["start"]

    def progress(stage: str) -> None:
        stages.append(stage)
        with domain.reading() as work:
            if _saved(work, query).state is not QueryState.RUNNING:
                raise QueryKilled(Killed.CANCELLED)

    how: Answer | Failure | Killed
    try:
        how = outcome(domain, lawful, progress=progress)
        if still_allowed(domain, query):
            domain.results.keep(query.id, how.table)
        else:
            how = Killed.STOPPED
    except QueryFailed as failed:
        how = failed.failure
    except QueryKilled as killed:
        how = killed.reason
    except NotLawful:
        how = Failure.FORBIDDEN
    except (WorkersBusy, WorkersUnavailable, SnapshotMissing, SnapshotNotPlaced):
        how = Failure.UNAVAILABLE
    except Exception as cause:  # noqa: BLE001  # a query without an end on record is worse than any of them
        fault(query.id, cause)
        how = Failure.OTHER
    return Ended(how, stages[-1])


def outcome(domain: Domain, lawful: Lawful, *, progress: Progress) -> Answer:
    """The answer; of a statement about the workspace what became of it, once it is done."""
    query, plan = lawful.query, lawful.plan
    computed = None
    if plan.computed:
        computed = compute(domain, query, plan, holdings=lawful.holdings, progress=progress)
    if plan.keeping is None and computed is not None:
        return computed
    if plan.keeping is None or not still_allowed(domain, query):
        raise QueryKilled(Killed.STOPPED)
    return carry_out_keeping(domain, query, plan, plan.keeping, computed)


def still_allowed(domain: Domain, query: Query) -> bool:
    """Whether the agreement is still in force for whoever asked, and no stop halts what the query does."""
    try:
        domain.agreement(query.agreement, by=query.by, at=domain.clock())
        domain.require_running(query)
    except Refusal:
        return False
    return True


class Jobs:
    """Queries under way in this process: quick ones are waited for, the others are asked after by id."""

    def __init__(self, domain: Domain, *, threads: int = 8, fault: Fault = lambda id, cause: None) -> None:
        self._domain = domain
        self._fault = fault
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="query")
        self._under_way: dict[QueryId, Future[Query]] = {}

    def run(
        self, *, id: QueryId, agreement: str, sql: str, by: Actor, at: datetime, patience: float = QUICK_SECONDS
    ) -> Query:
        """Run a query and wait so many seconds for it: ended, or still running as a job.

        Raises `NotLawful`, and what `policies` refuses with. A query that ended without an answer says why in
        `Query.refusal`.
        """
        lawful = receive_query(self._domain, id=id, agreement=agreement, sql=sql, by=by, at=at)
        job = self._threads.submit(answer_query, self._domain, lawful, fault=self._fault)
        self._under_way[id] = job
        job.add_done_callback(lambda done: self._under_way.pop(id, None))
        with contextlib.suppress(NotYet):
            return job.result(timeout=patience)
        return lawful.query

    def wait(self, id: QueryId, *, seconds: float) -> bool:
        """Wait for a job of this process; whether it has ended."""
        job = self._under_way.get(id)
        if job is None:
            return True
        with contextlib.suppress(NotYet):
            job.result(timeout=seconds)
        return job.done()

    def sweep(self) -> int:
        """Kill what runs here and was stopped elsewhere (another process, another node); how many."""
        ids = tuple(self._under_way)
        with self._domain.reading() as work:
            found = [work.queries.get(id) for id in ids]
        stopped = [query.id for query in found if query is not None and query.state is QueryState.KILLED]
        return sum(self._domain.executor.cancel(id) for id in stopped)

    def close(self, *, by: Actor, at: datetime) -> None:
        """Stop what runs here, with its end on record, and let go of the threads."""
        stop_queries(self._domain, runner=self._domain.runner, killed=Killed.CANCELLED, reason="shutdown", by=by, at=at)
        self._threads.shutdown(cancel_futures=True)


def stop_queries(
    domain: Domain,
    *,
    agreement: str | None = None,
    runner: str | None = None,
    halted: Callable[[Query], bool] = lambda query: True,
    killed: Killed = Killed.STOPPED,
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Stop every running query of an agreement or of a process, or those that `halted` picks (Article 18).

    Returns how many.
    """
    with domain.begin() as work:
        found = work.queries.running(runner=runner, agreement=agreement)
        running = [query for query in found if halted(query)]
        for query in running:
            work.queries.save(query.kill(killed, by=by, at=at, reason=reason))
    for query in running:
        domain.executor.cancel(query.id)
    return len(running)


def give_up_lost(domain: Domain, *, at: datetime) -> int:
    """At start: queries that this process had under way when it ended last time failed; how many."""
    with domain.begin() as work:
        lost = work.queries.running(runner=domain.runner)
        for query in lost:
            work.queries.save(query.fail(Failure.LOST, place="restart", at=at))
    return len(lost)


def _saved(work: Work, query: Query) -> Query:
    """The query as it stands on record."""
    found = work.queries.get(query.id)
    return query if found is None else found
