"""The pool over time: workers replaced, the pool closed, the processes around it dying."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.errors import (
    QueryKilled,
    WorkersBusy,
    WorkersUnavailable,
)
from tests.sandbox.execution.surroundings import (
    ENDLESS_ALONE,
    Running,
    children_of,
    gone,
    start_endless,
)

PROJECT = Path(__file__).resolve().parents[3]


def test_a_worker_is_replaced_after_its_lifetime_and_when_none_is_free_the_wait_has_an_end(tmp_path: Path) -> None:
    settings = PoolSettings(workers=1, lifetime=2, patience=0.3, engine=EngineSettings(memory=256 << 20))
    with WorkerPool(tmp_path / "snapshots", settings) as pool:
        running = Running(pool, tmp_path, {})
        seen = set()
        for _ in range(5):
            deadline = time.monotonic() + 20
            while not pool._idle and time.monotonic() < deadline:  # the replacement may take longer than the patience
                time.sleep(0.02)
            seen.add(pool._idle[0].pid)
            running.ask("SELECT 1")
        assert len(seen) == 3
        while not pool._idle:
            time.sleep(0.02)
        beside = start_endless(running, ENDLESS_ALONE, id="long")
        time.sleep(0.1)
        with pytest.raises(WorkersBusy) as busy:
            running.ask("SELECT 1")
        assert busy.value.remedy("zh")
        pool.cancel("long")
        beside.join()


def test_closing_the_pool_kills_what_runs_and_leaves_no_process(tmp_path: Path) -> None:
    pool = WorkerPool(tmp_path, PoolSettings(engine=EngineSettings(memory=256 << 20))).start()
    running = Running(pool, tmp_path, {})
    beside = start_endless(running, ENDLESS_ALONE)
    time.sleep(0.3)
    nursery = pool._nursery
    assert nursery is not None
    children = children_of(nursery.pid)
    pool.close()
    beside.join()
    assert gone(children)
    with pytest.raises(QueryKilled):
        running.ask("SELECT 1")


def test_when_the_process_that_starts_workers_dies_the_pool_recovers(running: Running) -> None:
    nursery = running.pool._nursery
    assert nursery is not None
    children = children_of(nursery.pid)
    os.kill(nursery.pid, 9)
    nursery._process.wait()
    assert gone(children)
    for _ in range(3):
        assert running.ask("SELECT 1 AS x").to_pydict() == {"x": [1]}


def test_when_the_platform_is_killed_its_workers_end_with_it(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from sandbox.adapters.worker import WorkerPool\n"
        "pool = WorkerPool(Path(sys.argv[1])).start(); print(pool._nursery.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "snapshots")],
        cwd=PROJECT,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
    ) as platform:
        assert platform.stdout is not None
        nursery = int(platform.stdout.readline())
        processes = [Path(f"/proc/{nursery}"), *children_of(nursery)]
        assert len(processes) > 1
        platform.kill()
    assert gone(processes)


def test_a_folder_that_is_none_starts_no_worker(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises((WorkersUnavailable, OSError)):
        WorkerPool(tmp_path / "file").start()
