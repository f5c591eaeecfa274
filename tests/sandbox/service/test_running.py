"""Jobs: waited for or asked after, stopped from anywhere, and always with an end on record."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from catalog.model import ResourceId
from policies.denials import NotAParty
from policies.errors import MoveNotAllowed, NoSuch
from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.disclosure.protect import ProtectedTable
from sandbox.domain import Holding
from sandbox.errors import NotLawful, WorkersBusy
from sandbox.failures import Failure, Killed
from sandbox.plan import Plan, Statement
from sandbox.queries import cancel_query, read_answer, see_query
from sandbox.query import QueryId, QueryState
from sandbox.running import Jobs, give_up_lost, stop_queries
from tests.sandbox.service.factories import BUREAU, DEVELOPER, NOON, OPERATOR, PERSON, RIVAL, SYSTEM, House, Ids

Q1, Q2 = QueryId("q1"), QueryId("q2")
COUNT = "SELECT district, count(*) AS n FROM person GROUP BY district"
ROADS = "SELECT road FROM fence"


@pytest.fixture
def gate(house: House) -> threading.Event:
    """Statements wait until this is set, or until they are cancelled."""
    opened = threading.Event()

    def wait(statement: Statement) -> None:
        while not opened.wait(0.01):
            if house.executor.cancelled:
                return

    house.executor.before = wait
    return opened


def run(jobs: Jobs, id: QueryId = Q1, sql: str = COUNT, patience: float = 0.05) -> QueryState:
    return jobs.run(id=id, agreement="agreement-1", sql=sql, by=DEVELOPER, at=NOON, patience=patience).state


def until(what: Callable[[], bool], *, within: float = 10.0) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + within
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert what()


def test_a_slow_query_becomes_a_job_that_is_asked_after(
    house: House, jobs: Jobs, gate: threading.Event, event: Ids
) -> None:
    assert run(jobs) is QueryState.RUNNING
    assert see_query(house.domain, Q1, by=DEVELOPER).state is QueryState.RUNNING
    assert jobs.wait(Q1, seconds=0.01) is False
    gate.set()
    assert jobs.wait(Q1, seconds=20) is True
    assert see_query(house.domain, Q1, by=DEVELOPER).state is QueryState.ANSWERED
    assert read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=NOON).num_rows == 2


def test_cancelling_ends_a_query_once_and_its_answer_is_not_kept(
    house: House, jobs: Jobs, gate: threading.Event
) -> None:
    assert run(jobs) is QueryState.RUNNING
    cancelled = cancel_query(house.domain, Q1, by=DEVELOPER, at=NOON)
    assert cancelled.killed is Killed.CANCELLED
    jobs.wait(Q1, seconds=20)
    assert [told.kind for told in house.events()] == ["query.started", "query.killed"]
    assert not list((house.folder / "results").glob("*"))
    with pytest.raises(MoveNotAllowed):
        cancel_query(house.domain, Q1, by=DEVELOPER, at=NOON)
    assert house.events("query.killed")[0].facts["limit"] == "cancelled"


def test_strangers_cannot_cancel_and_the_operator_can(house: House, jobs: Jobs, gate: threading.Event) -> None:
    run(jobs)
    with pytest.raises(NoSuch):
        cancel_query(house.domain, Q1, by=RIVAL, at=NOON)
    inspector = replace(BUREAU, role=type(BUREAU.role).REGULATOR)
    with pytest.raises(NotAParty):
        cancel_query(house.domain, Q1, by=inspector, at=NOON)
    assert cancel_query(house.domain, Q1, by=OPERATOR, at=NOON).state is QueryState.KILLED


def test_stopping_an_agreement_kills_its_queries_and_says_who_and_why(
    house: House, jobs: Jobs, gate: threading.Event
) -> None:
    run(jobs)
    run(jobs, Q2, ROADS)
    stopped = stop_queries(house.domain, agreement="agreement-1", reason="risk found", by=BUREAU, at=NOON)
    assert stopped == 2
    assert {told.by for told in house.events("query.killed")} == {BUREAU}
    assert {told.facts["reason"] for told in house.events("query.killed")} == {"risk found"}
    assert see_query(house.domain, Q1, by=DEVELOPER).killed is Killed.STOPPED
    assert stop_queries(house.domain, agreement="agreement-1", reason="again", by=BUREAU, at=NOON) == 0


def test_an_agreement_that_ends_while_a_query_runs_keeps_its_answer_in(
    house: House, jobs: Jobs, gate: threading.Event
) -> None:
    run(jobs)
    house.agreements.found.clear()
    gate.set()
    jobs.wait(Q1, seconds=20)
    assert see_query(house.domain, Q1, by=DEVELOPER).killed is Killed.STOPPED
    assert not list((house.folder / "results").glob("*"))


def test_a_query_stopped_on_record_does_not_begin_its_next_stage(
    house: House, jobs: Jobs, gate: threading.Event
) -> None:
    run(jobs)
    until(lambda: len(house.executor.ran) == 1)
    with house.domain.begin() as work:
        (running,) = work.queries.running(agreement="agreement-1")
        work.queries.save(running.kill(Killed.CANCELLED, by=OPERATOR, at=NOON))  # by another process
    gate.set()
    jobs.wait(Q1, seconds=20)
    assert len(house.executor.ran) == 1


def test_sweeping_kills_what_another_process_stopped(house: House, jobs: Jobs, gate: threading.Event) -> None:
    run(jobs)
    assert jobs.sweep() == 0
    with house.domain.begin() as work:
        (running,) = work.queries.running(runner="node-1")
        work.queries.save(running.kill(Killed.STOPPED, by=OPERATOR, at=NOON))
    assert jobs.sweep() == 1
    assert jobs.wait(Q1, seconds=20)


def test_after_a_restart_what_was_under_way_has_failed_on_record(
    house: House, jobs: Jobs, gate: threading.Event
) -> None:
    run(jobs)
    elsewhere = replace(house.domain, runner="node-2")
    assert give_up_lost(elsewhere, at=NOON) == 0
    assert give_up_lost(house.domain, at=NOON) == 1
    assert see_query(house.domain, Q1, by=DEVELOPER).failure is Failure.LOST
    gate.set()
    jobs.wait(Q1, seconds=20)
    assert see_query(house.domain, Q1, by=DEVELOPER).failure is Failure.LOST


def test_closing_ends_what_runs_with_an_end_on_record(house: House, gate: threading.Event) -> None:
    jobs = Jobs(house.domain)
    run(jobs)
    jobs.close(by=SYSTEM, at=NOON)
    assert [told.facts["reason"] for told in house.events("query.killed")] == ["shutdown"]


def test_when_no_worker_is_free_the_query_ends_as_unavailable(house: House, jobs: Jobs) -> None:
    def busy(statement: Statement) -> None:
        raise WorkersBusy

    house.executor.before = busy
    query = jobs.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON, patience=30)
    assert query.failure is Failure.UNAVAILABLE


def test_an_unforeseen_exception_is_told_to_the_platform_and_only_its_being_there_goes_on_record(house: House) -> None:
    def broken(measured: object, release: object, rules: object) -> ProtectedTable:
        raise KeyError("思明区 5199.25")

    faults: list[BaseException] = []
    jobs = Jobs(replace(house.domain, protect=broken), fault=lambda id, cause: faults.append(cause))
    query = jobs.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON, patience=30)
    jobs.close(by=SYSTEM, at=NOON)
    assert query.failure is Failure.OTHER
    assert isinstance(faults[0], KeyError)
    assert "5199" not in str([told.facts for told in house.events()])


def test_time_spent_before_a_stage_counts_against_it(house: House, jobs: Jobs) -> None:
    house.clock.pass_by(seconds=house.domain.limits.seconds + 1)
    query = jobs.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON, patience=30)
    assert query.killed is Killed.TIMEOUT
    assert house.executor.ran == []


def test_a_plan_whose_free_stage_would_read_a_protected_resource_does_not_run(house: House, jobs: Jobs) -> None:
    def careless(sql: str, *, granted: object) -> Plan:
        return Plan((), Statement('SELECT * FROM data."person"', frozenset({"person"})), ())

    trusting = Jobs(replace(house.domain, check=careless))
    with pytest.raises(NotLawful) as refused:
        run(trusting)
    trusting.close(by=SYSTEM, at=NOON)
    assert {reason.rule for reason in refused.value.reasons} == {"second-lock"}


def test_text_that_reads_differently_to_the_engine_than_the_gate_meant_does_not_run(house: House, jobs: Jobs) -> None:
    def fooled(sql: str, *, granted: object) -> Plan:
        return Plan((), Statement('SELECT road FROM data."fence", data."person"', frozenset({"fence"})), ())

    trusting = Jobs(replace(house.domain, check=fooled))
    with pytest.raises(NotLawful) as refused:
        run(trusting)
    trusting.close(by=SYSTEM, at=NOON)
    assert [reason.subject for reason in refused.value.reasons] == ["data.person"]


def test_the_same_domain_answers_through_confined_workers(
    house: House, event: Ids, held: Mapping[ResourceId, Holding]
) -> None:
    folder = held[PERSON.id].path.parent
    with WorkerPool(folder, PoolSettings(engine=EngineSettings(memory=256 << 20))) as pool:
        jobs = Jobs(house.over(pool))
        query = jobs.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON, patience=30)
        table = read_answer(house.domain, Q1, format="json", event=event(), by=DEVELOPER, at=NOON)
        jobs.close(by=SYSTEM, at=NOON)
    assert query.state is QueryState.ANSWERED
    assert sorted(table["district"].to_pylist()) == ["思明区", "湖里区"]


def test_many_queries_at_once_all_end(house: House, jobs: Jobs) -> None:
    for number in range(8):
        run(jobs, QueryId(f"q{number}"), COUNT, patience=0)
    for number in range(8):
        assert jobs.wait(QueryId(f"q{number}"), seconds=30)
    assert len(house.events("query.run")) == 8
