"""What the tests of confined workers stand on: snapshots, an ordinary user's interpreter, statements."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from sandbox.adapters.worker import WorkerPool
from sandbox.errors import QueryKilled
from sandbox.execution import Limits
from sandbox.plan import Statement

NOBODY = 65534
ENDLESS = "SELECT count(*) FROM data.person a, data.person b WHERE a.income * b.income + random() < 0"
ENDLESS_ALONE = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range + random() < 0"


def open_to_all(folder: Path) -> Path:
    """Let every user pass through one of pytest's temporary folders; what lies above pytest's own stays as it is."""
    for place in (folder, *folder.parents):
        if place != folder and not place.name.startswith(("pytest", "popen-")):
            break
        place.chmod(place.stat().st_mode | 0o755)
    return folder


def interpreter_for_nobody() -> str | None:
    """An interpreter that an ordinary user may run and that finds what this one finds; `None` when there is none."""
    names = [sys.executable, *(shutil.which(f"python3.{sys.version_info.minor}", path=os.defpath),)]
    for name in filter(None, names):
        try:
            tried = subprocess.run(
                [name, "-c", "import duckdb, pyarrow, sandbox.execution"],
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                check=False,
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return name
    return None


def make_snapshot(path: Path, rows: str) -> Path:
    """A snapshot file as the catalog makes them: one table `rows`."""
    with duckdb.connect(str(path)) as engine:
        engine.execute(f"CREATE TABLE rows AS {rows}")
    return path


def ask(
    pool: WorkerPool,
    sql: str,
    *,
    snapshots: Mapping[str, Path],
    safe: Mapping[str, pa.Table] | None = None,
    limits: Limits = Limits(seconds=20),  # noqa: B008  # a frozen value
    id: str = "one",
) -> pa.Table:
    """The answer of one statement, read to its end."""
    with pool.stream(Statement(sql), snapshots=snapshots, safe=safe or {}, limits=limits, id=id) as answer:
        return answer.read_all()


@dataclass
class Running:
    """A pool over one folder, and what its statements may read."""

    pool: WorkerPool
    folder: Path
    snapshots: Mapping[str, Path]
    count: int = field(default=0)

    def ask(self, sql: str, *, limits: Limits | None = None, id: str | None = None, **safe: pa.Table) -> pa.Table:
        """The answer of one statement, with the gate bypassed on purpose."""
        self.count += 1
        return ask(
            self.pool,
            sql,
            snapshots=self.snapshots,
            safe=safe,
            limits=limits or Limits(seconds=20),
            id=id or f"{sql}/{self.count}",
        )


def start_endless(running: Running, sql: str, id: str | None = None) -> threading.Thread:
    """Another caller's statement that ends only by being killed."""

    def asked() -> None:
        with pytest.raises(QueryKilled):
            running.ask(sql, id=id)

    started = threading.Thread(target=asked)
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
