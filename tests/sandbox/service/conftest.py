"""What the tests of queries and outputs share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from logs.adapters.database import open_database
from sandbox.running import Jobs
from tests.sandbox.service.factories import NOON, SYSTEM, House, Ids, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A domain on SQLite, with the engine in this process."""
    engine = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    built = build(engine, tmp_path)
    yield built
    built.domain.second_lock.close()
    engine.dispose()


@pytest.fixture
def jobs(house: House) -> Iterator[Jobs]:
    """Its queries under way; an exception that nobody foresaw fails the test."""
    faults: list[BaseException] = []
    started = Jobs(house.domain, threads=4, fault=lambda id, cause: faults.append(cause))
    yield started
    started.close(by=SYSTEM, at=NOON)
    assert faults == []


@pytest.fixture
def event() -> Ids:
    """Fresh ids of events."""
    return Ids()
