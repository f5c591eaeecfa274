"""Statements that break out of an unconfined engine, run inside a worker with the gate bypassed on purpose."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.worker_engine import EngineSettings
from sandbox.errors import QueryFailed, QueryKilled
from sandbox.execution import Limits
from sandbox.failures import Failure
from tests.sandbox.execution.surroundings import Running, make_snapshot

STATEMENTS: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    Path(__file__).with_name("hostile.yaml").read_text(encoding="utf-8")
)
SECRET = "the secret that must not be read"
SOON, IN_TIME = Limits(seconds=0.6), Limits(seconds=20)


@dataclass
class Outside:
    """What a statement may be after: a file, a folder, a listener, and the snapshots around its own."""

    folder: Path
    secret: Path
    listener: socket.socket

    def written(self, statement: str) -> str:
        """The statement aimed at this."""
        return statement.format(
            secret=self.secret,
            folder=self.folder,
            port=self.listener.getsockname()[1],
            own="/person.duckdb",
            neighbour="/enterprise.duckdb",
        )

    def called(self) -> bool:
        """Whether anybody connected."""
        self.listener.setblocking(False)
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    folder = tmp_path / "outside"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    (folder / "secret.csv").write_text(SECRET, encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Outside(folder, folder / "secret.csv", listener)


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Workers whose engine obeys every statement: the rings of the operating system stand alone."""
    folder = tmp_path_factory.mktemp("unlocked")
    path = make_snapshot(
        folder / "person.duckdb", "SELECT i AS id, i * 1.5 AS income, 'n' || i AS name FROM range(9) t (i)"
    )
    make_snapshot(folder / "enterprise.duckdb", f"SELECT '{SECRET}' AS ent_name")
    settings = PoolSettings(engine=EngineSettings(memory=256 << 20, locked=False), address_space=2 << 30)
    with WorkerPool(folder, settings) as pool:
        yield Running(pool, folder, {"person": path})


@pytest.fixture(scope="module")
def besieged(running: Running) -> Running:
    """The platform's own pool, with a neighbour's snapshot in the folder."""
    make_snapshot(running.folder / "enterprise.duckdb", f"SELECT '{SECRET}' AS ent_name")
    return running


def try_it(running: Running, sql: str, limits: Limits = IN_TIME) -> str:
    """What came out: the answer's text, or the kind of error."""
    try:
        return str(running.ask(sql, limits=limits).to_pylist())
    except (QueryFailed, QueryKilled) as stopped:
        return type(stopped).__name__


@pytest.mark.parametrize("name", STATEMENTS["reach"])
def test_with_the_engine_unlocked_nothing_outside_is_read_written_or_reached(
    unlocked: Running, outside: Outside, name: str
) -> None:
    inside = sorted(unlocked.folder.iterdir())
    before = (unlocked.folder / "person.duckdb").read_bytes()
    came = try_it(unlocked, outside.written(STATEMENTS["reach"][name]))
    assert SECRET not in came
    assert "root" not in came
    assert sorted(outside.folder.iterdir()) == [outside.secret]
    assert sorted(unlocked.folder.iterdir()) == inside
    assert (unlocked.folder / "person.duckdb").read_bytes() == before
    assert not outside.called()


@pytest.mark.parametrize("name", [*STATEMENTS["reach"], *STATEMENTS["locked"]])
def test_the_locked_engine_refuses_each_of_them_itself(besieged: Running, outside: Outside, name: str) -> None:
    statement = {**STATEMENTS["reach"], **STATEMENTS["locked"]}[name]
    with pytest.raises((QueryFailed, QueryKilled)) as refused:
        besieged.ask(outside.written(statement), limits=IN_TIME)
    assert isinstance(refused.value, QueryFailed)
    assert refused.value.failure in {Failure.FORBIDDEN, Failure.SYNTAX, Failure.INVALID_INPUT}
    assert sorted(outside.folder.iterdir()) == [outside.secret]
    assert not outside.called()


def test_what_the_engine_tells_about_itself_names_no_path_of_the_machine(besieged: Running) -> None:
    told = [
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM duckdb_views()",
        "SELECT current_setting('temp_directory'), current_setting('allowed_directories')",
        "SELECT * FROM pragma_database_list()",
    ]
    for sql in told:
        came = try_it(besieged, sql)
        assert str(besieged.folder) not in came
        assert "pytest" not in came
    assert SECRET not in try_it(besieged, "SELECT * FROM duckdb_logs()")


@pytest.mark.parametrize("name", STATEMENTS["bombs"])
def test_a_bomb_ends_with_an_error_or_a_kill_while_its_neighbour_is_answered(besieged: Running, name: str) -> None:
    answered: list[int] = []

    def neighbour() -> None:
        answered.append(besieged.ask("SELECT sum(id) AS total FROM data.person")["total"][0].as_py())

    beside = threading.Thread(target=neighbour)
    begun = time.monotonic()
    beside.start()
    came = try_it(besieged, STATEMENTS["bombs"][name].format(), SOON)
    took = time.monotonic() - begun
    beside.join()
    assert answered == [4999950000]
    assert came in {"QueryFailed", "QueryKilled"} or len(came) < 100
    assert took < SOON.seconds + 5


def test_thousands_of_parentheses_end_too(besieged: Running) -> None:
    assert try_it(besieged, "SELECT " + "(" * 3000 + "1" + ")" * 3000, SOON) in {"QueryFailed", "QueryKilled"}
