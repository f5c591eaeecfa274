"""A database with the log's tables in it, and what records and seals there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from logs.adapters.database import Inbox, metadata
from logs.adapters.ledger import ledger_work
from logs.model import Event, Sealed
from logs.service import Begin
from tests.logs.factories import NOON, an_event

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    metadata.create_all(engine)
    return engine


@pytest.fixture
def begin(engine: Engine) -> Begin:
    return ledger_work(engine)


@pytest.fixture
def record(engine: Engine) -> Callable[..., None]:
    """Records events, each call one transaction; numbers stand for the events of the factory."""

    def recording(*events: Event | int) -> None:
        with engine.begin() as connection:
            for event in events:
                Inbox(connection).record(an_event(event) if isinstance(event, int) else event)

    return recording


@pytest.fixture
def sealed(begin: Begin) -> Callable[[], list[Sealed]]:
    """Everything in the chain, in order."""

    def reading() -> list[Sealed]:
        with begin() as work:
            return list(work.ledger.after(0, 10_000))

    return reading
