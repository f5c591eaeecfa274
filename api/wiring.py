"""The one composition: the only file that imports adapters, used alike by the service, the commands and the tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import Connection, Engine

from api.adapters.database import RepeatTable, TokenTable
from api.adapters.resource_platform import ResourcePlatform
from api.settings import Settings
from api.state import Secrets, lay_out, secrets_in
from logs.adapters.archive import open_archive
from logs.adapters.database import Inbox, Instant, metadata, open_database
from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.evidence import verify
from logs.adapters.ledger import ledger_view, ledger_work
from logs.adapters.otlp import OtlpDelivery
from logs.adapters.receiver import Tokens as ReceiverTokens
from logs.adapters.receiver import receiver_app
from logs.model import EventId
from logs.relay import Checkpoints
from logs.service import Begin as BeginLedger

__all__ = ["Instant", "Platform", "Work", "compose", "metadata", "transactions", "verify"]


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
    ledger: BeginLedger
    ledger_view: BeginLedger
    resource_platform: ResourcePlatform
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of connections and workers."""
        self.resource_platform.close()
        self.engine.dispose()


def wall_clock() -> datetime:
    """The present moment; nothing else in the house asks for it."""
    return datetime.now(UTC)


def compose(settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> Platform:
    """The platform on its state folder and database; raises `StateNotWritable`, `StateFull`."""
    state = lay_out(settings.state)
    secrets = secrets_in(state)
    engine = open_database(settings.database_url)
    begin, reading = (transactions(engine, secrets, reading=only) for only in (False, True))
    return Platform(
        settings=settings,
        secrets=secrets,
        engine=engine,
        begin=begin,
        reading=reading,
        ledger=ledger_work(engine),
        ledger_view=ledger_view(engine),
        resource_platform=ResourcePlatform(settings.receiver_url, token=receiver_tokens(settings, secrets).reading),
        clock=clock,
    )


def transactions(engine: Engine, secrets: Secrets, *, reading: bool) -> Begin:
    """A way to open units of work, each one transaction: committed on leaving, undone on an exception."""
    source = engine.execution_options(reading=True) if reading else engine

    @contextmanager
    def begin() -> Iterator[Work]:
        with source.begin() as connection:
            yield Work(connection, secrets)

    return begin


def receiver_tokens(settings: Settings, secrets: Secrets) -> ReceiverTokens:
    """What the receiver asks of who delivers and of who reads: as configured, else generated on first start."""
    delivery, reading = settings.delivery_token, settings.reading_token
    return ReceiverTokens(
        delivery=delivery.get_secret_value() if delivery else secrets.delivery.hex(),
        reading=reading.get_secret_value() if reading else secrets.reading.hex(),
    )


def delivered_records(state: Path) -> Path:
    """Where the reference receiver keeps what was delivered to it."""
    return state / "resource_platform" / "records.sqlite"


def compose_receiver(settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> FastAPI:
    """The reference receiver, with a folder and a database of its own."""
    state = lay_out(settings.state)
    archive = delivered_records(state)
    lay_out(archive.parent)
    return receiver_app(open_archive(archive), receiver_tokens(settings, secrets_in(state)), clock)


def delivery_of(platform: Platform) -> OtlpDelivery:
    """The way to the resource platform."""
    tokens = receiver_tokens(platform.settings, platform.secrets)
    return OtlpDelivery(platform.settings.receiver_url, token=tokens.delivery)


def checkpoints_of(platform: Platform) -> Checkpoints:
    """How the end of the chain is signed."""
    return Checkpoints(Ed25519Signer(platform.secrets.seals), lambda: EventId(uuid4().hex))
