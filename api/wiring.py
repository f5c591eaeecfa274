"""The one composition: the only file that imports adapters, used alike by the service, the commands and the tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from api.adapters.database import RepeatTable, TokenTable
from api.settings import Settings
from api.state import Secrets, lay_out, secrets_in
from logs.adapters.database import Inbox, Instant, metadata, open_database

__all__ = ["Instant", "Platform", "Work", "compose", "metadata", "transactions"]


class Work:
    """One transaction: every package's tables and the event inbox on one connection."""

    def __init__(self, connection: Connection, secrets: Secrets) -> None:
        self.events = Inbox(connection)
        self.tokens = TokenTable(connection)
        self.repeats = RepeatTable(connection, secret=secrets.results)


Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Platform:
    """Everything composed. `begin` opens a transaction that writes, `reading` one that only reads."""

    settings: Settings
    secrets: Secrets
    engine: Engine
    begin: Begin
    reading: Begin
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of connections and workers."""
        self.engine.dispose()

    def takes_files(self, path: str) -> bool:
        """Whether calls to that path carry a file, whose size has a limit of its own."""
        return path.endswith("/versions")


def wall_clock() -> datetime:
    """The present moment; nothing else in the house asks for it."""
    return datetime.now(UTC)


def compose(settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> Platform:
    """The platform on its state folder and database; raises `StateNotWritable`, `StateFull`."""
    state = lay_out(settings.state)
    secrets = secrets_in(state)
    engine = open_database(settings.database_url)
    begin, reading = (transactions(engine, secrets, reading=only) for only in (False, True))
    return Platform(settings, secrets, engine, begin, reading, clock)


def transactions(engine: Engine, secrets: Secrets, *, reading: bool) -> Begin:
    """A way to open units of work, each one transaction: committed on leaving, undone on an exception."""
    source = engine.execution_options(reading=True) if reading else engine

    @contextmanager
    def begin() -> Iterator[Work]:
        with source.begin() as connection:
            yield Work(connection, secrets)

    return begin
