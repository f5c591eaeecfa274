"""Events are written with their cause, of a known kind, with documented facts, once."""

import pytest
from sqlalchemy import Engine, func, select

from logs.adapters.database import Inbox, inbox
from logs.errors import EventRecordedTwice, EventTooLong, UndocumentedFact, UnknownKind
from logs.model import EventId
from tests.logs.factories import an_event


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(inbox)) or 0


def test_an_event_is_there_once_its_transaction_has_committed(engine: Engine) -> None:
    with engine.begin() as connection:
        Inbox(connection).record(an_event())
    assert count(engine) == 1


def test_an_event_goes_with_the_transaction_that_is_given_up(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        Inbox(connection).record(an_event())
        transaction.rollback()
    assert count(engine) == 0


def test_a_kind_the_catalogue_does_not_hold_is_refused(engine: Engine) -> None:
    with pytest.raises(UnknownKind, match=r"query\.guessed"), engine.begin() as connection:
        Inbox(connection).record(an_event(kind="query.guessed"))
    assert count(engine) == 0


def test_a_fact_the_kind_does_not_document_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(UndocumentedFact) as refused, engine.begin() as connection:
        Inbox(connection).record(an_event(facts={"query": "q1", "weather": "fine", "answer": 42}))
    assert refused.value.facts == ("answer", "weather")
    assert "weather" in refused.value.detail("zh")


def test_the_same_event_twice_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        Inbox(connection).record(an_event())
    with pytest.raises(EventRecordedTwice), engine.begin() as connection:
        Inbox(connection).record(an_event(2, id=EventId("e1")))
    assert count(engine) == 1


def test_a_moment_without_a_zone_is_a_mistake(engine: Engine) -> None:
    naive = an_event().at.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"), engine.begin() as connection:
        Inbox(connection).record(an_event(at=naive))


def test_an_event_no_receiver_could_take_is_refused_before_it_is_written(engine: Engine) -> None:
    with pytest.raises(EventTooLong), engine.begin() as connection:
        Inbox(connection).record(an_event(facts={"sql": "x" * 1_000_001}))
    assert count(engine) == 0
