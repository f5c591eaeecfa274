"""The platform's own database, SQLite or PostgreSQL: instants, engines, and the inbox events are written to."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    exists,
    insert,
    make_url,
    select,
)
from sqlalchemy.types import TypeDecorator

from logs.canonical import written
from logs.errors import EventRecordedTwice, EventTooLong
from logs.kinds import checked
from logs.model import Event

LONGEST = 1_000_000  # characters of text: every receiver must be able to take any one event

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC and handed back in UTC; a naive one is a mistake and raises `ValueError`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Position = BigInteger().with_variant(Integer, "sqlite")

inbox = Table(
    "event_inbox",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    comment="Events committed with their cause and not yet sealed",
    sqlite_autoincrement=True,
)

ledger = Table(
    "event_ledger",
    metadata,
    Column("seq", Position, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("seal", String(64), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    # Not unique: were a doubled event to slip in, a unique index would stop the sealer for good.
    Index(None, "id"),
    comment="Sealed events: one chain, numbered from 1 without a gap",
)

head = Table(
    "event_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", Position, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("checkpoint", Position, nullable=False),
    Column("hash", String(16), nullable=False, server_default="sha256"),
    Column("tree", Text, nullable=False, server_default="0:"),
    CheckConstraint("one = 1", name="single"),
    comment="The end of the chain and its last checkpoint; whoever seals holds this row",
)

delivery = Table(
    "event_delivery",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("seq", Position, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    comment="How far each receiver has acknowledged",
)

receipt = Table(
    "event_receipt",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("seq", Position, primary_key=True, autoincrement=False),
    Column("seal", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    comment="What receivers signed when they acknowledged",
)


def open_database(url: str | URL) -> Engine:
    """An engine for SQLite or PostgreSQL with the settings every package relies on.

    SQLite: write-ahead log, full synchronisation, foreign keys on, and transactions that take the write lock at once,
    so that what was read still holds when it is written. A connection with the execution option `reading=True` takes
    none. PostgreSQL: read committed, as it comes.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    engine = create_engine(address, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # the driver must not open transactions of its own
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Inbox:
    """Records events inside the caller's transaction (`logs.model.Recorder`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, event: Event) -> None:
        """Write one event of a known kind with documented facts.

        Raises `UnknownKind`, `UndocumentedFact`, `EventTooLong`, `EventRecordedTwice`.
        """
        checked(event)
        text = written(event)
        if len(text) > LONGEST:
            raise EventTooLong(event.kind, len(text), LONGEST)
        if self._connection.scalar(_ON_RECORD, {"id": event.id}):
            raise EventRecordedTwice(event.kind, event.id)
        self._connection.execute(_RECORD, {"id": event.id, "at": event.at, "text": text})


_ON_RECORD = select(exists().where(inbox.c.id == bindparam("id")) | exists().where(ledger.c.id == bindparam("id")))
_RECORD = insert(inbox)
