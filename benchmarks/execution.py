"""What confinement costs, against the same engine in this process and in the same run.

Run: `.venv/bin/python -m benchmarks.execution`. Each figure stands beside the peer's; the ratio is what holds on
another machine. Statements alternate between the two, so that a busy neighbour slows both.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.errors import QueryKilled
from sandbox.execution import Limits
from sandbox.plan import Statement

ROWS = 5_000_000
MADE = f"""
    CREATE TABLE rows AS
    SELECT i AS id, i % 17 AS district, (i * 7919) % 1000 AS age, (i * 1.5)::DOUBLE AS income, md5(i::VARCHAR) AS name
    FROM range({ROWS}) t (i)
"""
QUICK = "SELECT district, count(*) AS n, sum(income) AS s FROM data.person WHERE id < {part} GROUP BY district"
SLOW = "SELECT age, count(DISTINCT name) AS n, sum(income) AS s FROM data.person WHERE id < {part} GROUP BY age"
LARGE = "SELECT id, age, income, name FROM data.person LIMIT 2000000"
CLIENTS, CORES = 8, 2
SECONDS = 10.0
GENEROUS = Limits(seconds=120, rows=10_000_000, bytes=1 << 30)

Ask = Callable[[str], pa.Table]


def main() -> None:
    """Print every figure."""
    with TemporaryDirectory(prefix="benchmark-") as made:
        folder = Path(made) / "snapshots"
        folder.mkdir()
        path = folder / "person.duckdb"
        with duckdb.connect(str(path)) as engine:
            engine.execute(MADE)
        print(f"{ROWS:,} rows, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores; milliseconds are medians")
        with WorkerPool(folder, PoolSettings(workers=CORES)) as pool, in_process(path) as peer:
            confined = confined_in(pool, path)
            print("rings:", ", ".join(ring.name for ring in pool.rings() if ring.available))
            latency(confined, peer)
            throughput(confined, path)
            transfer(confined, peer)
            recovery(pool, confined, path)


@contextmanager
def in_process(path: Path) -> Iterator[Ask]:
    """The same engine without confinement, its file open."""
    with duckdb.connect(":memory:", config={"threads": CORES, "memory_limit": "1GiB"}) as engine:
        engine.execute(f"ATTACH '{path}' AS snapshot (READ_ONLY)")
        engine.execute("CREATE SCHEMA data; CREATE VIEW data.person AS SELECT * FROM snapshot.main.rows")

        def ask(sql: str) -> pa.Table:
            with engine.cursor() as connection:
                return connection.sql(sql).to_arrow_table()

        yield ask


def confined_in(pool: WorkerPool, path: Path) -> Ask:
    """The pool asked like the peer."""
    lock, count = threading.Lock(), 0

    def ask(sql: str) -> pa.Table:
        nonlocal count
        with lock:
            count += 1
            id = str(count)
        with pool.stream(Statement(sql), snapshots={"person": path}, safe={}, limits=GENEROUS, id=id) as answer:
            return answer.read_all()

    return ask


def latency(confined: Ask, peer: Ask) -> None:
    """What is added to one statement at a time."""
    for name, text, goal, rounds in (("5 ms", QUICK, 5.0, 60), ("500 ms", SLOW, 500.0, 9)):
        sql = sized(text, goal, peer)
        times: dict[Ask, list[float]] = {confined: [], peer: []}
        for _ in range(rounds):
            for ask, found in times.items():
                found.append(milliseconds(ask, sql))
        ours, theirs = statistics.median(times[confined]), statistics.median(times[peer])
        print(
            f"a query of {name}: confined {ours:.2f} ms, in process {theirs:.2f} ms, "
            f"added {ours - theirs:+.2f} ms, ratio {ours / theirs:.2f}"
        )


def sized(text: str, goal: float, peer: Ask) -> str:
    """The statement over as many rows as make it take that long in process."""
    part = 10_000
    while part < ROWS and statistics.median(milliseconds(peer, text.format(part=part)) for _ in range(3)) < goal:
        part = int(part * 1.3)
    return text.format(part=min(part, ROWS))


def milliseconds(ask: Ask, sql: str) -> float:
    """How long one answer takes."""
    begun = time.perf_counter()
    ask(sql)
    return (time.perf_counter() - begun) * 1_000


def throughput(confined: Ask, path: Path) -> None:
    """Queries a second with several clients at once; the peer has one engine with all cores."""
    with in_process(path) as peer:
        sql = sized(QUICK, 5.0, peer)
        ours, theirs = rate(confined, sql), rate(peer, sql)
    print(
        f"{CLIENTS} clients, queries of 5 ms: confined {ours:.0f}/s, in process {theirs:.0f}/s, "
        f"ratio {ours / theirs:.2f}"
    )


def rate(ask: Ask, sql: str) -> float:
    """Answers a second that the clients get together."""
    answered = [0] * CLIENTS
    end = time.perf_counter() + SECONDS

    def client(number: int) -> None:
        while time.perf_counter() < end:
            ask(sql)
            answered[number] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered) / (time.perf_counter() - begun)


def transfer(confined: Ask, peer: Ask) -> None:
    """Megabytes of Arrow a second of a large answer."""
    found: dict[Ask, list[float]] = {confined: [], peer: []}
    for _ in range(5):
        for ask, speeds in found.items():
            begun = time.perf_counter()
            size = ask(LARGE).nbytes
            speeds.append(size / 1e6 / (time.perf_counter() - begun))
    ours, theirs = statistics.median(found[confined]), statistics.median(found[peer])
    print(f"a result of {size / 1e6:.0f} MB: confined {ours:.0f} MB/s, in process {theirs:.0f} MB/s")


def recovery(pool: WorkerPool, confined: Ask, path: Path) -> None:
    """From a kill until as many workers answer as before; every one of them is killed at once."""
    taken = []
    for _ in range(5):
        endless = [threading.Thread(target=doomed, args=(pool, path, f"doomed{number}")) for number in range(CORES)]
        for thread in endless:
            thread.start()
        time.sleep(0.3)
        begun = time.perf_counter()
        for number in range(CORES):
            pool.cancel(f"doomed{number}")
        answers = [threading.Thread(target=confined, args=("SELECT count(*) FROM data.person",)) for _ in range(CORES)]
        for thread in answers:
            thread.start()
        for thread in answers:
            thread.join()
        taken.append((time.perf_counter() - begun) * 1_000)
        for thread in endless:
            thread.join()
    print(f"recovery after all workers are killed: median {statistics.median(taken):.0f} ms, worst {max(taken):.0f} ms")


def doomed(pool: WorkerPool, path: Path, id: str) -> None:
    """A statement that ends by being killed."""
    sql = "SELECT count(*) FROM data.person a, data.person b WHERE a.income + b.income < 0"
    try:
        with pool.stream(Statement(sql), snapshots={"person": path}, safe={}, limits=GENEROUS, id=id) as answer:
            answer.read_all()
    except QueryKilled:
        return


if __name__ == "__main__":
    main()
