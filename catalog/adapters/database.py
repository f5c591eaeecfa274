"""Entries and editions in the platform's database, each saved with its events in the caller's transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from catalog.edition import Edition
from catalog.entry import Entry, News
from catalog.listing_errors import EditionUnknown, EntryChanged, EntryUnknown
from catalog.model import Digest, ResourceId, Version
from logs.adapters.database import Instant, metadata
from logs.model import Event, EventId, Recorder

entry_table = Table(
    "catalog_entry",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    Column("digest", String(64)),
    Column("document", Text, nullable=False),
    Index(None, "state"),
    comment="Resources on record: what is declared, measured, graded and decided",
)

version_table = Table(
    "catalog_version",
    metadata,
    Column("resource", String(200), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("arrived_at", Instant, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("units", BigInteger),
    Column("unit_unique", Boolean, nullable=False),
    Column("most_rows", BigInteger),
    Column("clean", Text, nullable=False, server_default="[]"),
    comment="Every version that arrived, for the lineage of outputs",
)

edition_table = Table(
    "catalog_edition",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    Column("compiled_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
    comment="Editions of the development catalog",
)

_ENTRY = TypeAdapter(Entry)
_EDITION = TypeAdapter(Edition)


class EntryTable:
    """`catalog.service.Entries` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        self._connection = connection
        self._recorder = recorder

    def find(self, id: ResourceId) -> Entry | None:
        """The entry of that id; `None` when there is none."""
        text = self._connection.scalar(select(entry_table.c.document).where(entry_table.c.id == id))
        return None if text is None else _ENTRY.validate_json(text)

    def get(self, id: ResourceId) -> Entry:
        """The entry of that id; raises `EntryUnknown`."""
        entry = self.find(id)
        if entry is None:
            raise EntryUnknown(id)
        return entry

    def all(self) -> tuple[Entry, ...]:
        """Every entry, by id."""
        texts = self._connection.scalars(select(entry_table.c.document).order_by(entry_table.c.id))
        return tuple(_ENTRY.validate_json(text) for text in texts)

    def save(self, entry: Entry) -> None:
        """Keep it, new or changed, with its news; raises `EntryChanged` when somebody else was faster."""
        row = {
            "state": entry.state.value,
            "digest": entry.version.digest if entry.version else None,
            "document": _written(_ENTRY, replace(entry, revision=entry.revision + 1, news=())),
        }
        _save(self._connection, entry_table, key={"id": entry.id}, revision=entry.revision, row=row)
        if entry.version is not None:
            _keep_version(self._connection, entry.version)
        _record(self._recorder, f"resource:{entry.id}", entry.revision + 1, entry.news)

    def versions(self, id: ResourceId) -> tuple[Version, ...]:
        """Every version that arrived, the newest first."""
        rows = self._connection.execute(
            select(version_table).where(version_table.c.resource == id).order_by(version_table.c.arrived_at.desc())
        )
        return tuple(
            Version(
                resource=ResourceId(row.resource),
                digest=Digest(row.digest),
                rows=row.rows,
                arrived_at=row.arrived_at,
                unit_unique=row.unit_unique,
                units=row.units,
                most_rows=row.most_rows,
                clean=tuple(json.loads(row.clean)),
            )
            for row in rows
        )


class EditionTable:
    """`catalog.service.Editions` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        self._connection = connection
        self._recorder = recorder

    def get(self, number: int) -> Edition:
        """The edition of that number; raises `EditionUnknown`."""
        text = self._connection.scalar(select(edition_table.c.document).where(edition_table.c.number == number))
        if text is None:
            raise EditionUnknown(number)
        return _EDITION.validate_json(text)

    def latest(self) -> Edition | None:
        """The edition of the highest number."""
        newest = select(edition_table.c.document).order_by(edition_table.c.number.desc()).limit(1)
        text = self._connection.scalar(newest)
        return None if text is None else _EDITION.validate_json(text)

    def save(self, edition: Edition) -> None:
        """Keep it, new or changed, with its news; raises `EntryChanged` when somebody else was faster."""
        row = {
            "state": edition.state.value,
            "compiled_at": edition.compiled_at,
            "document": _written(_EDITION, replace(edition, revision=edition.revision + 1, news=())),
        }
        _save(self._connection, edition_table, key={"number": edition.number}, revision=edition.revision, row=row)
        _record(self._recorder, f"edition:{edition.number}", edition.revision + 1, edition.news)


def _written(adapter: TypeAdapter[Any], value: object) -> str:
    return adapter.dump_json(value).decode()


def _keep_version(connection: Connection, version: Version) -> None:
    known = select(version_table.c.digest).where(
        version_table.c.resource == version.resource, version_table.c.digest == version.digest
    )
    if connection.scalar(known) is None:
        connection.execute(
            insert(version_table).values(
                resource=version.resource,
                digest=version.digest,
                arrived_at=version.arrived_at,
                rows=version.rows,
                units=version.units,
                unit_unique=version.unit_unique,
                most_rows=version.most_rows,
                clean=json.dumps(version.clean),
            )
        )


def _save(
    connection: Connection, table: Table, *, key: dict[str, str | int], revision: int, row: dict[str, Any]
) -> None:
    """Write one more revision over the one that was read; raises `EntryChanged` when that is not the last."""
    (name, id), *_ = key.items()
    values = {**row, "revision": revision + 1}
    try:
        if revision == 0:
            connection.execute(insert(table).values({name: id, **values}))
            return
        changed = connection.execute(
            update(table).where(table.c[name] == id, table.c.revision == revision).values(values)
        )
    except IntegrityError:
        raise EntryChanged(str(id)) from None
    if changed.rowcount != 1:
        raise EntryChanged(str(id))


def _record(recorder: Recorder, subject: str, revision: int, news: Sequence[News]) -> None:
    """Each piece of news as an event whose id follows from what it tells, so that telling it twice is loud."""
    for place, told in enumerate(news):
        id = hashlib.sha256(f"{subject}/{revision}/{place}".encode()).hexdigest()[:32]
        recorder.record(Event(EventId(id), told.kind, told.at, told.by, subject, told.facts))
