"""What the tests of confined workers share."""

import os
from collections.abc import Iterator

import pytest

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from tests.sandbox.execution.surroundings import Running, interpreter_for_nobody, make_snapshot

PERSONS = "SELECT i AS id, i % 17 AS district, i * 1.5::DOUBLE AS income, 'n' || i AS name FROM range(100000) t (i)"
SMALL = EngineSettings(memory=256 << 20)


@pytest.fixture(scope="session")
def ordinary_python() -> str:
    """An interpreter that an ordinary user may run; skipped where only this user may run any."""
    if os.geteuid() != 0:
        pytest.skip("only root can start a process as somebody else")
    found = interpreter_for_nobody()
    if found is None:
        pytest.skip("no interpreter or checkout here that an ordinary user may read")
    return found


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two workers as the platform starts them, over a folder with one snapshot, `person`."""
    folder = tmp_path_factory.mktemp("snapshots")
    path = make_snapshot(folder / "person.duckdb", PERSONS)
    with WorkerPool(folder, PoolSettings(engine=SMALL, address_space=2 << 30)) as pool:
        yield Running(pool, folder, {"person": path})
