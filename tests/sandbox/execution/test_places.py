"""The pool where not every ring can stand: an ordinary user, a container without namespaces."""

import os
import subprocess
import sys
from pathlib import Path

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.confinement import RingName
from tests.sandbox.execution.surroundings import Running, make_snapshot, open_to_all

PROJECT = Path(__file__).resolve().parents[3]


def test_where_a_worker_keeps_the_machines_root_each_statement_gets_a_worker_of_its_own(tmp_path: Path) -> None:
    open_to_all(tmp_path)
    rings = frozenset(RingName) - {RingName.ROOT}
    settings = PoolSettings(workers=1, rings=rings, engine=EngineSettings(memory=256 << 20))
    with WorkerPool(tmp_path / "snapshots", settings) as pool:
        standing = {ring.name for ring in pool.rings() if ring.available}
        path = make_snapshot(tmp_path / "snapshots" / "a.duckdb", "SELECT range AS x FROM range(100000)")
        running = Running(pool, tmp_path / "snapshots", {"a": path})
        answers = [running.ask("SELECT sum(x)::BIGINT AS y FROM data.a")["y"][0].as_py() for _ in range(3)]
    assert RingName.ROOT not in standing
    assert answers == [4999950000] * 3


def test_an_ordinary_user_runs_the_same_pool_with_the_rings_it_gets(ordinary_python: str, tmp_path: Path) -> None:
    open_to_all(tmp_path).chmod(0o777)
    folder = tmp_path / "snapshots"
    script = (
        "import sys; from pathlib import Path; from sandbox.adapters.worker import WorkerPool\n"
        "from tests.sandbox.execution.surroundings import ask, make_snapshot\n"
        f"folder = Path({str(folder)!r}); folder.mkdir(); path = make_snapshot(folder / 'a.duckdb', 'SELECT 41 AS x')\n"
        "with WorkerPool(folder) as pool:\n"
        "    a = ask(pool, 'SELECT x + 1 AS y FROM data.a', snapshots={'a': path})\n"
        "    print(a['y'][0], *(ring.name for ring in pool.rings() if ring.available))\n"
    )
    ran = subprocess.run(
        [ordinary_python, "-c", script],
        cwd=PROJECT,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        user=65534,
        group=65534,
        extra_groups=[],
    )
    assert ran.returncode == 0, ran.stderr
    answer, *rings = ran.stdout.split()
    assert answer == "42"
    assert RingName.USER not in rings
    assert {RingName.LIMITS, RingName.PRIVILEGES, RingName.ENGINE} <= set(rings)
