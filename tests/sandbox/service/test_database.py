"""Queries and outputs on SQLite and PostgreSQL: they come back as they were saved, once, with their news."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from logs.adapters.database import inbox, metadata
from logs.canonical import read
from logs.errors import EventRecordedTwice
from policies.errors import ConcurrentChange
from sandbox.domain import Begin
from sandbox.failures import Failure, Killed
from sandbox.output import Output, OutputId
from sandbox.plan import OutputColumn, Plan, Statement
from sandbox.query import Query, QueryId, QueryState, Told
from sandbox.reasons import Reason
from tests.sandbox.service.factories import COLLEAGUE, DEVELOPER, NOON, OPERATOR, REVIEWER, RIVAL, transactions

PLAN = Plan(
    (),
    Statement("SELECT 1"),
    (OutputColumn("n", ("person.id_card",), ("count",)),),
    uses=(("person.id_card", "join"),),
)


@pytest.fixture
def begin(engine: Engine) -> Begin:
    metadata.create_all(engine)
    return transactions(engine)


def a_query(id: str = "q1", **changes: object) -> Query:
    values: dict[str, object] = {
        "id": QueryId(id),
        "agreement": "agreement-1",
        "by": DEVELOPER,
        "sql": "SELECT '厦门'",
        "received_at": NOON,
        "annex": "a" * 64,
        "scenario": "mobility",
    }
    return Query(**(values | changes))  # type: ignore[arg-type]


def saved(begin: Begin, query: Query) -> Query:
    with begin() as work:
        work.queries.save(query)
    return found(begin, query.id)


def found(begin: Begin, id: str) -> Query:
    with begin() as work:
        query = work.queries.get(QueryId(id))
    assert query is not None
    return query


def run(query: Query) -> Query:
    return query.run(PLAN, snapshots={"person": "d1", "fence": "d2"}, runner="node-1", at=NOON)


def kinds(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [read(text).kind for text in connection.scalars(select(inbox.c.text).order_by(inbox.c.position))]


def test_a_query_comes_back_as_it_was_saved_at_each_end(begin: Begin) -> None:
    told = Told(3, "1–5", "0", ({"zh": "隐藏", "en": "hidden"},))
    later = NOON + timedelta(seconds=3)
    ends = {
        "q1": lambda query: query.answer(told, at=later, keep_until=later),
        "q2": lambda query: query.fail(Failure.CONVERSION, place="r0", at=later),
        "q3": lambda query: query.kill(Killed.TIMEOUT, by=OPERATOR, at=later, reason="x"),
    }
    for id, end in ends.items():
        running = saved(begin, run(a_query(id)))
        assert running.version == 1
        ended = end(running)
        again = saved(begin, ended)
        assert again.version == 2
        assert again == Query(**{**vars(ended), "version": 2, "news": ()})


def test_a_refused_query_keeps_its_reasons(begin: Begin, engine: Engine) -> None:
    reason = Reason(
        "raw-rows", {"zh": "原始行", "en": "raw rows"}, 1, 8, "name", ("group",), {"zh": "聚合", "en": "sum"}
    )
    again = saved(begin, a_query().refuse((reason,), at=NOON))
    assert again.reasons == (reason,)
    assert again.state is QueryState.REFUSED
    assert kinds(engine) == ["query.refused"]


def test_an_unknown_id_is_nothing(begin: Begin) -> None:
    with begin() as work:
        assert work.queries.get(QueryId("none")) is None
        assert work.outputs.get(OutputId("none")) is None


def test_the_second_of_two_changes_of_one_version_is_refused_with_its_news(begin: Begin, engine: Engine) -> None:
    running = saved(begin, run(a_query()))
    saved(begin, running.kill(Killed.CANCELLED, by=DEVELOPER, at=NOON))
    with pytest.raises(ConcurrentChange):
        saved(begin, running.fail(Failure.OTHER, place="r0", at=NOON))
    assert kinds(engine) == ["query.started", "query.killed"]
    assert found(begin, "q1").state is QueryState.KILLED


def test_saving_the_same_new_query_twice_is_loud(begin: Begin) -> None:
    saved(begin, run(a_query()))
    with pytest.raises((IntegrityError, EventRecordedTwice)):
        saved(begin, run(a_query()))


def test_nothing_is_kept_of_a_transaction_that_fails(begin: Begin, engine: Engine) -> None:
    def save_and_fail() -> None:
        with begin() as work:
            work.queries.save(run(a_query()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save_and_fail()
    assert kinds(engine) == []


def test_queries_are_listed_by_organisation_the_newest_first(begin: Begin) -> None:
    for number, by in enumerate((DEVELOPER, RIVAL, COLLEAGUE)):
        saved(begin, run(a_query(f"q{number}", by=by, received_at=NOON + timedelta(minutes=number))))
    with begin() as work:
        assert [query.id for query in work.queries.listed(limit=9)] == ["q2", "q1", "q0"]
        mine = work.queries.listed(organisation=DEVELOPER.organisation, limit=9)
        assert [query.id for query in mine] == ["q2", "q0"]
        assert [query.id for query in work.queries.listed(before=NOON + timedelta(minutes=1), limit=9)] == ["q0"]
        assert [query.id for query in work.queries.listed(limit=1)] == ["q2"]


def test_running_queries_are_found_by_runner_agreement_and_resource(begin: Begin) -> None:
    saved(begin, run(a_query("q1")))
    ended = saved(begin, run(a_query("q2")))
    saved(begin, ended.kill(Killed.TIMEOUT, by=DEVELOPER, at=NOON))
    saved(begin, a_query("q3", agreement="agreement-2").run(PLAN, snapshots={"fence": "d2"}, runner="node-2", at=NOON))
    with begin() as work:
        for wanted, ids in (
            ({}, ["q1", "q3"]),
            ({"runner": "node-1"}, ["q1"]),
            ({"agreement": "agreement-2"}, ["q3"]),
            ({"resource": "person"}, ["q1"]),
            ({"resource": "fence"}, ["q1", "q3"]),
            ({"runner": "node-3"}, []),
        ):
            assert [query.id for query in work.queries.running(**wanted)] == ids


def test_overdue_answers_are_found_when_their_time_is_over(begin: Begin) -> None:
    later = NOON + timedelta(days=7)
    saved(begin, saved(begin, run(a_query())).answer(Told(1), at=NOON, keep_until=later))
    with begin() as work:
        assert work.queries.overdue(later - timedelta(microseconds=1), limit=9) == []
        assert [query.id for query in work.queries.overdue(later, limit=9)] == ["q1"]


def test_an_output_comes_back_as_it_was_saved_and_is_found_by_reviewer(begin: Begin, engine: Engine) -> None:
    answered = saved(begin, run(a_query())).answer(Told(2), at=NOON, keep_until=NOON)
    asked = Output.request(answered, id=OutputId("o1"), title="题", purpose="用", digest="d", by=DEVELOPER, at=NOON)
    with begin() as work:
        work.outputs.save(asked)
    with begin() as work:
        first = work.outputs.get(OutputId("o1"))
        assert first is not None
        work.outputs.save(first.assign(REVIEWER, by=OPERATOR, at=NOON))
    with begin() as work:
        second = work.outputs.get(OutputId("o1"))
        assert second is not None
        assert second.reviewer == REVIEWER
        assert second.resources == ("fence", "person")
        assert second.version == 2
        assert [output.id for output in work.outputs.listed(reviewer=REVIEWER.id, limit=9)] == ["o1"]
        assert work.outputs.listed(organisation=RIVAL.organisation, limit=9) == []
        assert work.outputs.listed(before=NOON, limit=9) == []
        work.outputs.save(second.refuse(("理由",), by=REVIEWER, at=NOON))
    with begin() as work:
        third = work.outputs.get(OutputId("o1"))
    assert third is not None
    assert third.reasons == ("理由",)
    assert kinds(engine) == ["query.started", "output.requested", "output.assigned", "output.refused"]
