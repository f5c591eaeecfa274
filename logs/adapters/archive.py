"""The reference receiver's own database: one SQLite file with the records, its receipts, and the refused deliveries."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    Computed,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from logs.adapters.database import Instant, open_database
from logs.canonical import moment, read_sealed
from logs.kinds import mentions
from logs.model import Sealed
from logs.reception import BeginReception, Filter, Incident
from logs.seal import Head

archive_metadata = MetaData()


def _member(name: str) -> Column[str]:
    # Derived by the engine from the sealed text, so that what is searched cannot differ from what was delivered.
    derived = f"CASE WHEN json_valid(text) THEN json_extract(text, '$.{name}') END"
    return Column(name, String, Computed(derived, persisted=False))


record = Table(
    "record",
    archive_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("previous", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Column("text", Text, nullable=False),
    _member("at"),
    _member("kind"),
    Index("record_at", "at"),
    Index("record_kind", "kind", "seq"),
)

mention = Table(
    "mention",
    archive_metadata,
    Column("what", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Index("mention_seq", "seq"),
    sqlite_with_rowid=False,
)

receipt = Table(
    "receipt",
    archive_metadata,
    Column("last", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("seal", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

incident = Table(
    "incident",
    archive_metadata,
    Column("kind", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
)


class Archive:
    """`logs.reception.Archive` on a connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> Head:
        row = self._connection.execute(select(receipt.c.last, receipt.c.seal).order_by(receipt.c.last.desc())).first()
        return Head(row.last, row.seal) if row else Head()

    def seals(self, first: int, last: int) -> Mapping[int, str]:
        rows = self._connection.execute(select(record.c.seq, record.c.seal).where(record.c.seq.between(first, last)))
        return {row.seq: row.seal for row in rows}

    def keep(self, links: Sequence[Sealed], *, at: datetime) -> None:
        rows = [{"seq": link.seq, "previous": link.previous, "seal": link.seal, "text": link.text} for link in links]
        entries = [{"what": what, "id": id, "seq": link.seq} for link in links for what, id in mentions(link.event)]
        self._connection.execute(insert(record), rows)
        self._connection.execute(insert(mention), entries)
        last = links[-1]
        self._connection.execute(insert(receipt).values(first=links[0].seq, last=last.seq, seal=last.seal, at=at))

    def note(self, kind: str, seq: int, *, at: datetime) -> None:
        noted = upsert(incident).values(kind=kind, seq=seq, first_at=at, last_at=at, times=1)
        again = {"last_at": at, "times": incident.c.times + 1}
        self._connection.execute(noted.on_conflict_do_update(index_elements=["kind", "seq"], set_=again))

    def search(self, wanted: Filter) -> Sequence[Sealed]:
        rows = select(record.c.text, record.c.previous, record.c.seal).where(record.c.seq > wanted.after)
        for what, id in wanted.about.items():
            rows = rows.where(record.c.seq.in_(select(mention.c.seq).where(mention.c.what == what, mention.c.id == id)))
        if wanted.kinds:
            rows = rows.where(record.c.kind.in_(wanted.kinds))
        if wanted.since:
            rows = rows.where(record.c.at >= moment(wanted.since))
        if wanted.until:
            rows = rows.where(record.c.at < moment(wanted.until))
        found = self._connection.execute(rows.order_by(record.c.seq).limit(wanted.limit))
        return [read_sealed(row.text, previous=row.previous, seal=row.seal) for row in found]

    def incidents(self) -> Sequence[Incident]:
        rows = self._connection.execute(select(incident).order_by(incident.c.last_at.desc()).limit(1000))
        return [Incident(row.kind, row.seq, row.first_at, row.last_at, row.times) for row in rows]

    def last_received(self) -> datetime | None:
        """When the last records were taken in."""
        return self._connection.scalar(select(receipt.c.at).order_by(receipt.c.last.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class ArchiveWork:
    """A unit of work that reaches the archive."""

    archive: Archive


def open_archive(path: Path) -> Engine:
    """The archive in that file, made when it is not there."""
    engine = open_database(URL.create("sqlite", database=str(path)))
    archive_metadata.create_all(engine)
    return engine


def archive_work(engine: Engine) -> BeginReception:
    """Opens units of work on the archive, each a transaction that commits on leaving."""

    @contextmanager
    def begin() -> Iterator[ArchiveWork]:
        with engine.begin() as connection:
            yield ArchiveWork(Archive(connection))

    return begin


def archive_view(engine: Engine) -> BeginReception:
    """Opens units of work that only read, and wait for no writer."""

    @contextmanager
    def begin() -> Iterator[ArchiveWork]:
        with engine.connect().execution_options(reading=True) as connection:
            yield ArchiveWork(Archive(connection))

    return begin
