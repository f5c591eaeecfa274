"""What the tests of queries and outputs share."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from catalog.model import ResourceId
from logs.adapters.database import open_database
from sandbox.adapters.engine_parser import EngineParser
from sandbox.domain import Holding
from sandbox.running import Jobs
from tests.sandbox.service.factories import NOON, SYSTEM, House, Ids, build, make_snapshots


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Mapping[ResourceId, Holding]:
    """The snapshots; nobody changes them."""
    return make_snapshots(tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="session")
def parser() -> Iterator[EngineParser]:
    """The engine's own parser."""
    opened = EngineParser()
    yield opened
    opened.close()


@pytest.fixture
def house(tmp_path: Path, held: Mapping[ResourceId, Holding], parser: EngineParser) -> Iterator[House]:
    """A domain on SQLite, with the engine in this process."""
    engine = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield build(engine, tmp_path, held, parser)
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
