"""Statements through the pool: answers, limits, kills, replacement, and what the next statement may not inherit."""

import os
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
)
from sandbox.execution import Limits
from sandbox.failures import Failure, Killed
from sandbox.plan import Statement
from tests.sandbox.execution.surroundings import (
    ENDLESS,
    Running,
    ask,
    make_snapshot,
    start_endless,
)


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


def test_a_worker_keeps_the_snapshots_of_its_last_statement_open_and_shows_them_to_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()
    both = {
        "a": make_snapshot(folder / "a.duckdb", "SELECT 1 AS x"),
        "b": make_snapshot(folder / "b.duckdb", "SELECT 2 AS x"),
    }
    with WorkerPool(folder, PoolSettings(workers=1, engine=EngineSettings(memory=256 << 20))) as pool:
        first = pool._idle[0].pid
        for name, path in (*both.items(), *both.items()):
            assert ask(pool, f"SELECT x FROM data.{name}", snapshots={name: path})["x"].to_pylist()
            for other in both.keys() - {name}:
                with pytest.raises(QueryFailed):
                    ask(pool, f"SELECT x FROM data.{other}", snapshots={name: path})
            with pytest.raises(QueryFailed):
                ask(pool, "SELECT x FROM snapshot0.main.rows", snapshots={})
            shown = ask(pool, "SELECT count(*) AS n FROM duckdb_databases() WHERE NOT internal", snapshots={})
            assert shown["n"].to_pylist() == [1]
        assert pool._idle[0].pid == first


def test_a_large_answer_comes_in_parts_and_may_be_left_unread(running: Running) -> None:
    sql = "SELECT range AS x, repeat('x', 100) AS y FROM range(200000)"
    table = running.ask(sql)
    assert (table.num_rows, table["x"][199999].as_py()) == (200000, 199999)
    with running.pool.stream(
        Statement(sql), snapshots=running.snapshots, safe={}, limits=Limits(), id="left unread"
    ) as answer:
        assert answer.read_next_batch().num_rows > 0
    for _ in range(3):
        assert running.ask("SELECT 1 AS x").to_pydict() == {"x": [1]}


def test_an_answer_that_passes_its_limits_after_its_first_parts_fails_whole(running: Running) -> None:
    sql = "SELECT range AS x, repeat('x', 100) AS y FROM range(1000000)"
    for limits in (Limits(seconds=20, rows=500_000), Limits(seconds=20, bytes=20 << 20)):
        with pytest.raises(QueryTooLarge) as refused:
            running.ask(sql, limits=limits)
        assert str(limits.rows) in refused.value.detail("zh")


def test_a_snapshot_outside_the_folder_is_refused_before_any_worker_sees_it(running: Running, tmp_path: Path) -> None:
    outside = make_snapshot(tmp_path / "person.duckdb", "SELECT 1 AS id")
    beside = running.folder / "link.duckdb"
    beside.symlink_to(outside)
    for path in (outside, beside, running.folder / "absent.duckdb", running.folder / ".." / "person.duckdb"):
        with pytest.raises(SnapshotMissing) as refused:
            ask(running.pool, "SELECT 1", snapshots={"person": path})
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
    assert ask(running.pool, "SELECT edition FROM data.fence", snapshots={"fence": path})["edition"].to_pylist() == [1]
    make_snapshot(running.folder / "fence.new", "SELECT 2 AS edition").replace(path)
    assert ask(running.pool, "SELECT edition FROM data.fence", snapshots={"fence": path})["edition"].to_pylist() == [2]
