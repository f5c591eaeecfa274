"""What ends with a stop or an agreement: what runs, what waits to be read, and what would begin."""

import threading
from dataclasses import replace

import pytest

from logs.model import EventId
from policies.errors import ProcessingStopped
from policies.model.stops import Stop, StopId, StopScope
from sandbox.queries import read_answer, see_query
from sandbox.query import Query, QueryId, QueryState
from sandbox.running import Jobs
from sandbox.stopping import close_agreement, halt
from tests.sandbox.service.factories import DEVELOPER, NOON, OPERATOR, House
from tests.sandbox.service.test_running import COUNT, Q1, Q2, ROADS, gate, run

__all__ = ["gate"]


def a_stop(resource: str) -> Stop:
    return Stop.order(StopId("s1"), StopScope.RESOURCE, resource, note="risk", by=OPERATOR, at=NOON)


def test_stopping_a_resource_leaves_queries_on_others_alone(house: House, jobs: Jobs, gate: threading.Event) -> None:
    run(jobs)
    run(jobs, Q2, ROADS)
    assert halt(house.domain, a_stop("person"), by=OPERATOR, at=NOON) == 1
    assert see_query(house.domain, Q1, by=DEVELOPER).state is QueryState.KILLED
    assert see_query(house.domain, Q2, by=DEVELOPER).state is QueryState.RUNNING
    assert house.events("query.killed")[0].facts["reason"] == "stop s1"


def test_what_is_stopped_is_neither_begun_nor_kept_nor_read(house: House, jobs: Jobs, gate: threading.Event) -> None:
    stopped: list[Stop] = []

    def require(query: Query) -> None:
        for stop in stopped:
            stop.require_running(query.processing)

    halted = replace(house.domain, require_running=require)
    under_way = Jobs(halted)
    gate.set()
    under_way.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON)
    assert read_answer(halted, Q1, format="json", event=EventId("e1"), by=DEVELOPER, at=NOON).num_rows

    stopped.append(a_stop("person"))
    with pytest.raises(ProcessingStopped):
        read_answer(halted, Q1, format="json", event=EventId("e2"), by=DEVELOPER, at=NOON)
    with pytest.raises(ProcessingStopped):
        under_way.run(id=Q2, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON)
    (refused,) = house.events("query.refused")
    assert refused.facts["decided_by"] == "stop s1"
    assert under_way.run(id=QueryId("q3"), agreement="agreement-1", sql=ROADS, by=DEVELOPER, at=NOON).told
    under_way.close(by=OPERATOR, at=NOON)


def test_when_an_agreement_ends_its_answers_are_deleted(house: House, jobs: Jobs, gate: threading.Event) -> None:
    gate.set()
    run(jobs)
    jobs.wait(Q1, seconds=20)
    assert list((house.folder / "results").glob("*"))
    assert close_agreement(house.domain, "agreement-2", by=OPERATOR, at=NOON) == 0
    assert see_query(house.domain, Q1, by=DEVELOPER).state is QueryState.ANSWERED
    close_agreement(house.domain, "agreement-1", by=OPERATOR, at=NOON)
    assert see_query(house.domain, Q1, by=DEVELOPER).state is QueryState.EXPIRED
    assert not list((house.folder / "results").glob("*"))
