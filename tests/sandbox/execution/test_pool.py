"""Statements through the pool: answers, limits, kills, replacement, and what the next statement may not inherit."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.adapters.worker_view import Views
from sandbox.confinement import RingName
from sandbox.errors import (
    QueryFailed,
    QueryKilled,
    QueryTooLarge,
    SnapshotMissing,
    WorkersBusy,
    WorkersUnavailable,
)
from sandbox.execution import Limits
from sandbox.failures import Failure, Killed
from sandbox.plan import Statement
from tests.sandbox.execution.surroundings import Running, make_snapshot

PROJECT = Path(__file__).resolve().parents[3]
ENDLESS = "SELECT count(*) FROM data.person a, data.person b WHERE a.income * b.income + random() < 0"


ENDLESS_ALONE = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range + random() < 0"


def start_endless(running: Running, sql: str, id: str | None = None) -> threading.Thread:
    """Another caller's statement that ends only by being killed."""

    def ask() -> None:
        with pytest.raises(QueryKilled):
            running.ask(sql, id=id)

    started = threading.Thread(target=ask)
    started.start()
    return started


def children_of(pid: int) -> list[Path]:
    """The processes it started, as folders of /proc."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [Path("/proc") / child for child in text.split()]


def gone(processes: list[Path], *, within: float = 5.0) -> bool:
    """Whether they all end within so many seconds."""
    deadline = time.monotonic() + within
    while any(process.exists() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(process.exists() for process in processes)


def test_a_statement_reads_its_snapshot_as_data_and_releases_as_safe(running: Running) -> None:
    released = pa.table({"k0": [3, 4], "m0": [120.0, 130.0]})
    answer = running.ask(
        "SELECT k0, m0, count(*) AS n FROM safe.r0 JOIN data.person ON district = k0 GROUP BY ALL ORDER BY k0",
        r0=released,
    )
    assert answer.to_pydict() == {"k0": [3, 4], "m0": [120.0, 130.0], "n": [5883, 5883]}


def test_a_statement_without_snapshots_and_releases_is_answered_too(running: Running) -> None:
    assert running.ask("SELECT 1 AS x, 'é厦门' AS y").to_pylist() == [{"x": 1, "y": "é厦门"}]


def test_an_empty_answer_keeps_its_columns(running: Running) -> None:
    answer = running.ask("SELECT id, name FROM data.person WHERE id < 0")
    assert answer.num_rows == 0
    assert answer.schema.names == ["id", "name"]


def test_the_order_asked_for_is_the_order_answered(running: Running) -> None:
    answer = running.ask("SELECT id FROM data.person ORDER BY id DESC")
    assert answer.column("id").to_pylist() == list(range(99999, -1, -1))


@pytest.mark.parametrize(
    ("sql", "failure"),
    [
        ("SELECT CAST(name AS INTEGER) FROM data.person", Failure.CONVERSION),
        ("SELECT strptime(name, '%Y') FROM data.person", Failure.INVALID_INPUT),
        ("SELECT id // (id - id) FROM data.person", Failure.DIVISION_BY_ZERO),
        ("SELECT 9223372036854775807 + id FROM data.person", Failure.OUT_OF_RANGE),
        ("SELECT error(name) FROM data.person", Failure.INVALID_INPUT),
        ("SELECT FROM WHERE", Failure.SYNTAX),
        ("SELECT * FROM data.enterprise", Failure.SYNTAX),
        ("SELECT list(repeat(name, 100000)) FROM data.person", Failure.OUT_OF_MEMORY),
    ],
)
def test_a_failure_is_told_by_its_kind_and_never_quotes_a_value(running: Running, sql: str, failure: Failure) -> None:
    with pytest.raises(QueryFailed) as failed:
        running.ask(sql)
    assert failed.value.failure is failure
    assert "n1" not in f"{failed.value!r} {failed.value} {failed.value.detail('zh')} {failed.value.remedy('zh')}"
    assert failed.value.__cause__ is None


@pytest.mark.parametrize("limits", [Limits(seconds=20, rows=99_999), Limits(seconds=20, bytes=100_000)])
def test_an_answer_beyond_its_limits_is_given_up_with_an_error_that_names_them(
    running: Running, limits: Limits
) -> None:
    with pytest.raises(QueryTooLarge) as refused:
        running.ask("SELECT id FROM data.person", limits=limits)
    assert str(limits.rows) in refused.value.detail("en")
    assert running.ask("SELECT id FROM data.person LIMIT 10", limits=limits).num_rows == 10


def test_a_statement_whose_time_runs_out_is_killed_and_its_neighbour_is_not(running: Running) -> None:
    answers: list[int] = []

    def neighbour() -> None:
        for _ in range(5):
            answers.append(running.ask("SELECT sum(id) FROM data.person").num_rows)

    beside = threading.Thread(target=neighbour)
    beside.start()
    begun = time.monotonic()
    with pytest.raises(QueryKilled) as killed:
        running.ask(ENDLESS, limits=Limits(seconds=0.7))
    assert time.monotonic() - begun < 4
    assert killed.value.reason is Killed.TIMEOUT
    assert "0.7" in killed.value.detail("zh")
    beside.join()
    assert answers == [1] * 5


def test_the_pool_replaces_a_worker_that_ended(running: Running) -> None:
    for _ in range(3):
        with pytest.raises(QueryKilled):
            running.ask(ENDLESS, limits=Limits(seconds=0.1))
    assert running.ask("SELECT 1 AS x").to_pydict() == {"x": [1]}


def test_cancelling_kills_at_once_and_tells_that_it_was_cancelled(running: Running) -> None:
    timer = threading.Timer(0.3, lambda: running.pool.cancel("endless"))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(QueryKilled) as killed:
        running.ask(ENDLESS, id="endless")
    assert killed.value.reason is Killed.CANCELLED
    assert time.monotonic() - begun < 4


def test_cancelling_what_is_not_there_says_so(running: Running) -> None:
    assert running.pool.cancel("nothing") is False


def test_two_statements_under_one_id_are_a_mistake(running: Running) -> None:
    beside = start_endless(running, ENDLESS, id="one")
    time.sleep(0.3)
    with pytest.raises(ValueError, match="already running"):
        running.ask("SELECT 1", id="one")
    assert running.pool.cancel("one")
    beside.join()


def test_nothing_of_one_statement_is_left_for_the_next(running: Running) -> None:
    for _ in range(4):  # each worker is asked at least once
        with pytest.raises(QueryFailed):
            running.ask("SELECT * FROM safe.r0")
        running.ask("SELECT * FROM safe.r0", r0=pa.table({"k0": [1]}))
    for relation in ("safe.r0", "arrived0"):
        with pytest.raises(QueryFailed):
            running.ask(f"SELECT * FROM {relation}")


def test_a_snapshot_outside_the_folder_is_refused_before_any_worker_sees_it(running: Running, tmp_path: Path) -> None:
    outside = make_snapshot(tmp_path / "person.duckdb", "SELECT 1 AS id")
    beside = running.folder / "link.duckdb"
    beside.symlink_to(outside)
    for path in (outside, beside, running.folder / "absent.duckdb", running.folder / ".." / "person.duckdb"):
        with pytest.raises(SnapshotMissing) as refused:
            running.pool.run(Statement("SELECT 1"), snapshots={"person": path}, safe={}, limits=Limits(), id="x")
        assert refused.value.resource == "person"
        assert str(tmp_path) not in refused.value.detail("en")
    beside.unlink()


def seen_in(view: Path) -> list[str]:
    """What the workers' folders hold; one may be made anew just now."""
    return [name for place, _, names in os.walk(view) if Path(place) != view for name in names]


def test_a_worker_sees_the_snapshots_of_its_statement_while_it_runs_and_no_other(running: Running) -> None:
    if not next(ring for ring in running.pool.rings() if ring.name is RingName.SNAPSHOTS).available:
        pytest.skip("this file system has no hard links")
    views = [view for view in running.folder.parent.glob("*-seen-*") if view.is_dir()]
    assert len(views) == 1
    beside = start_endless(running, ENDLESS, id="looked-at")
    deadline = time.monotonic() + 10
    while not (seen := seen_in(views[0])) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen == ["person.duckdb"]
    running.pool.cancel("looked-at")
    beside.join()
    assert seen_in(views[0]) == []


def test_the_folders_of_a_pool_that_ended_without_a_word_are_removed_and_those_of_a_living_one_are_not(
    tmp_path: Path,
) -> None:
    left, living = Views(tmp_path / "snapshots", group=61100), Views(tmp_path / "snapshots", group=61100)
    left.open()
    os.close(left._held)  # as the end of its process does
    living.open()
    third = Views(tmp_path / "snapshots", group=61100)
    third.open()
    assert not left._seen.exists()
    assert living.of(0).is_dir()
    for views in (living, third):
        views.close()
    assert [path.name for path in tmp_path.iterdir()] == ["snapshots"]


def test_without_hard_links_workers_see_all_snapshots_and_that_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*paths: object, **options: object) -> None:
        raise OSError

    path = make_snapshot(tmp_path / "a.duckdb", "SELECT 1 AS x")
    monkeypatch.setattr(os, "link", refuse)
    with WorkerPool(tmp_path, PoolSettings(workers=1, engine=EngineSettings(memory=256 << 20))) as pool:
        running = Running(pool, tmp_path, {"a": path})
        assert running.ask("SELECT x FROM data.a").to_pydict() == {"x": [1]}
        assert not next(ring for ring in pool.rings() if ring.name is RingName.SNAPSHOTS).available


def test_readers_finish_on_the_old_snapshot_while_a_new_one_takes_its_place(running: Running) -> None:
    path = make_snapshot(running.folder / "fence.duckdb", "SELECT 1 AS edition")
    ask = {"snapshots": {"fence": path}, "safe": {}, "limits": Limits(seconds=20)}
    assert running.pool.run(Statement("SELECT edition FROM data.fence"), id="a", **ask)["edition"].to_pylist() == [1]
    make_snapshot(running.folder / "fence.new", "SELECT 2 AS edition").replace(path)
    assert running.pool.run(Statement("SELECT edition FROM data.fence"), id="b", **ask)["edition"].to_pylist() == [2]


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
