"""A query's states and moves, and the coarse grid of its duration."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.kinds import checked
from logs.model import Event, EventId
from policies.errors import MoveNotAllowed
from sandbox.errors import NotAnswered, NotLawful, QueryFailed, QueryKilled
from sandbox.failures import FAILURES, KILLS, STATES, Failure, Killed
from sandbox.output import OutputState
from sandbox.plan import Plan, Statement
from sandbox.query import LONGEST_RECORDED, QUERY_MOVES, Query, QueryId, QueryMove, QueryState, Told, coarse
from sandbox.reasons import Reason
from tests.sandbox.service.factories import DEVELOPER, NOON, OPERATOR

PLAN = Plan((), Statement("SELECT 1"), ())
REASON = Reason("raw-rows", {"zh": "原始行", "en": "raw rows"})


def a_query(state: QueryState = QueryState.RECEIVED, sql: str = "SELECT 1") -> Query:
    return Query(id=QueryId("q1"), agreement="a1", by=DEVELOPER, sql=sql, received_at=NOON, state=state)


MOVES: dict[QueryMove, Callable[[Query], Query]] = {
    QueryMove.REFUSE: lambda query: query.refuse((REASON,), at=NOON),
    QueryMove.RUN: lambda query: query.run(PLAN, snapshots={"person": "d"}, runner="n", at=NOON),
    QueryMove.ANSWER: lambda query: query.answer(Told(1), at=NOON, keep_until=NOON),
    QueryMove.FAIL: lambda query: query.fail(Failure.OTHER, place="r0", at=NOON),
    QueryMove.KILL: lambda query: query.kill(Killed.TIMEOUT, by=OPERATOR, at=NOON),
    QueryMove.EXPIRE: lambda query: query.expire(by=OPERATOR, at=NOON),
}


@pytest.mark.parametrize("state", QueryState)
@pytest.mark.parametrize("move", QueryMove)
def test_a_move_is_possible_exactly_where_the_table_says_and_its_news_is_catalogued(
    state: QueryState, move: QueryMove
) -> None:
    query = a_query(state)
    if (state, move) not in QUERY_MOVES:
        with pytest.raises(MoveNotAllowed):
            MOVES[move](query)
        return
    moved = MOVES[move](query)
    assert moved.state is QUERY_MOVES[state, move]
    (news,) = moved.news
    checked(Event(EventId("e"), news.kind, news.at, news.by, "query:q1", news.facts))


def test_every_query_that_runs_can_reach_an_end_and_no_end_leads_on_but_to_expiry() -> None:
    ends = {QueryState.ANSWERED, QueryState.FAILED, QueryState.KILLED}
    assert {target for (state, _), target in QUERY_MOVES.items() if state is QueryState.RUNNING} == ends
    assert [state for state, move in QUERY_MOVES if state in ends] == [QueryState.ANSWERED]


def test_a_query_without_an_answer_says_why() -> None:
    running = MOVES[QueryMove.RUN](a_query())
    assert a_query().refusal is None
    assert running.refusal is None
    assert isinstance(MOVES[QueryMove.REFUSE](a_query()).refusal, NotLawful)
    assert isinstance(MOVES[QueryMove.FAIL](running).refusal, QueryFailed)
    assert isinstance(MOVES[QueryMove.KILL](running).refusal, QueryKilled)
    assert MOVES[QueryMove.ANSWER](running).refusal is None
    with pytest.raises(NotAnswered):
        running.require_answered()


def test_a_long_text_is_cut_on_record_and_its_digest_speaks_for_the_rest() -> None:
    long, longer = a_query(sql="x" * LONGEST_RECORDED), a_query(sql="x" * (LONGEST_RECORDED + 1))
    assert long.facts()["sql"] == long.sql
    assert str(longer.facts()["sql"]).endswith("…")
    assert len(str(longer.facts()["sql"])) == LONGEST_RECORDED + 1
    assert long.facts()["digest"] != longer.facts()["digest"]


@given(st.floats(min_value=0, max_value=100_000))
def test_a_duration_is_told_on_a_coarse_grid_and_never_shorter(seconds: float) -> None:
    told = coarse(seconds)
    assert told % (50 if told <= 1_000 else 1_000) == 0
    assert seconds * 1_000 - 0.5 <= told < seconds * 1_000 + 1_000.5


@given(st.floats(min_value=0, max_value=1_000), st.floats(min_value=0, max_value=1_000))
def test_a_longer_duration_is_never_told_as_a_shorter_one(one: float, other: float) -> None:
    assert coarse(min(one, other)) <= coarse(max(one, other))


def test_a_clock_that_went_back_tells_no_negative_duration() -> None:
    assert coarse(timedelta(seconds=-3).total_seconds()) == 0


def test_every_failure_kill_and_state_has_words_in_both_languages() -> None:
    assert set(FAILURES) == set(Failure)
    assert set(KILLS) == set(Killed)
    assert {state.value for state in (*QueryState, *OutputState)} - {"draft"} == set(STATES)
    for failure in Failure:
        for language in ("zh", "en"):
            assert QueryFailed(failure).detail(language)
            assert QueryFailed(failure).remedy(language)
    for killed in Killed:
        for language in ("zh", "en"):
            assert QueryKilled(killed).detail(language)
            assert QueryKilled(killed).remedy(language)
