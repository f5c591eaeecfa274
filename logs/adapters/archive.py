"""The reference receiver's own database: one SQLite file with the records, its receipts, and the refused deliveries."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    URL,
    CheckConstraint,
    Column,
    Computed,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from logs.adapters.database import Instant, open_database
from logs.canonical import moment, read_sealed
from logs.errors import ArchiveOfAnotherForm, NotYetSigned
from logs.hashing import Hash
from logs.kinds import mentions
from logs.merkle import Frontier, Node, frontier_at, leaf_hash
from logs.model import Sealed
from logs.receipts import Receipt
from logs.reception import BeginReception, Filter, Incident, Tie
from logs.seal import Head

FORM = 2  # of the tables; kept in the file, so that one of another form is not written to
STORED = 8  # nodes of the tree over fewer than 256 records are computed anew from the records' texts
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
    Column("at", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

log = Table(
    "log",
    archive_metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("tree", Text, nullable=False),
)

node = Table(
    "node",
    archive_metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
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

    def ties(self, first: int, last: int) -> Mapping[int, Tie]:
        columns = (record.c.seq, record.c.previous, record.c.seal)
        rows = self._connection.execute(select(*columns).where(record.c.seq.between(first, last)))
        return {row.seq: Tie(row.previous, row.seal) for row in rows}

    def tree(self) -> Frontier | None:
        row = self._connection.execute(select(log.c.hash, log.c.tree)).one_or_none()
        if row is None:
            return None
        kept, size = Frontier.parse(row.tree, Hash(row.hash)), self.head().seq
        return kept if kept.size == size else frontier_at(size, self.complete, kept.hash)

    def complete(self, level: int, index: int) -> bytes:
        if level >= STORED:
            where = (node.c.level == level, node.c.position == index)
            value: bytes | None = self._connection.scalar(select(node.c.value).where(*where))
            if value is None:
                raise NotYetSigned(index << level)
            return value
        first, count = (index << level) + 1, 1 << level
        within = record.c.seq.between(first, first + count - 1)
        texts = self._connection.scalars(select(record.c.text).where(within).order_by(record.c.seq)).all()
        if len(texts) != count:
            raise NotYetSigned(first)
        hash = Hash(self._connection.execute(select(log.c.hash)).scalar_one())
        tree, _ = Frontier(hash).grown(leaf_hash(text.encode(), hash) for text in texts)
        return tree.root

    def keep(self, links: Sequence[Sealed], tree: Frontier, nodes: Sequence[Node], given: Receipt) -> None:
        self._put(links)
        stored = [
            {"level": made.level, "position": made.index, "value": made.value} for made in nodes if made.level >= STORED
        ]
        if stored:
            self._connection.execute(upsert(node).on_conflict_do_nothing(), stored)
        kept = upsert(log).values(one=1, hash=tree.hash.value, tree=str(tree))
        self._connection.execute(kept.on_conflict_do_update(index_elements=["one"], set_={"tree": str(tree)}))
        self._connection.execute(
            insert(receipt).values(
                first=links[0].seq,
                last=given.head.seq,
                seal=given.head.seal,
                at=moment(given.at),
                key=given.key,
                signature=given.signature,
            )
        )

    def mend(self, links: Sequence[Sealed]) -> None:
        self._put(links)

    def _put(self, links: Sequence[Sealed]) -> None:
        rows = [{"seq": link.seq, "previous": link.previous, "seal": link.seal, "text": link.text} for link in links]
        entries = [{"what": what, "id": id, "seq": link.seq} for link in links for what, id in mentions(link.event)]
        self._connection.execute(insert(record), rows)
        self._connection.execute(upsert(mention).on_conflict_do_nothing(), entries)

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
        at = self._connection.scalar(select(receipt.c.at).order_by(receipt.c.last.desc()).limit(1))
        return None if at is None else datetime.fromisoformat(at)


@dataclass(frozen=True, slots=True)
class ArchiveWork:
    """A unit of work that reaches the archive."""

    archive: Archive


def open_archive(path: Path) -> Engine:
    """The archive in that file, made when it is not there; raises `ArchiveOfAnotherForm`."""
    engine = open_database(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        form = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if form != FORM and inspect(connection).has_table("record"):
            raise ArchiveOfAnotherForm(path.name)
        archive_metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {FORM}")
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
