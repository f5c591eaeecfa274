"""Delivered records on disk, read for a proof: the receiver's database, or a file of OTLP/JSON lines."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from logs.adapters.ed25519 import verified
from logs.adapters.otlp import decoded, encoded, records
from logs.canonical import read_sealed
from logs.delivered import NUMBER, PREVIOUS, SEAL, Delivered, Field, fields_of, link_of
from logs.errors import NoSuchEvidence, NotAnEvent
from logs.inclusion import RecordProof, proof_among
from logs.kinds import mentions
from logs.model import Sealed
from logs.proof import Report, Source, Witness, prove
from logs.seal import Head

_SQLITE = b"SQLite format 3\x00"


def verify(path: Path, *, witnesses: Sequence[Head] = (), keys: frozenset[str] = frozenset()) -> Report:
    """Prove the delivered records in that file complete and unaltered, or name what is wrong.

    The file is a receiver's database, or lines of OTLP/JSON (one log record or one export request to a line).
    `witnesses` are ends of the log that were kept elsewhere, `keys` the public keys trusted to sign checkpoints.
    Raises `NoSuchEvidence`.
    """
    database = _is_database(path)
    known = [Witness(Source.WITNESS, head) for head in witnesses]
    if database:
        known += [Witness(Source.RECEIPT, head) for head in _receipts(path)]
    return prove(lambda: _rows(path) if database else _lines(path), witnesses=known, verify=verified, keys=keys)


def prove_record(path: Path, seq: int) -> RecordProof:
    """The proof of one record out of such a file; raises `NoSuchEvidence`, `NotYetSigned`, `NotAnEvent`."""
    found = _rows(path) if _is_database(path) else _lines(path)
    return proof_among((link_of(item.fields or {}) for item in found), seq)


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError as cause:
        raise NoSuchEvidence(path.name, cause.strerror or type(cause).__name__) from cause


def write_lines(links: Iterable[Sealed]) -> Iterator[str]:
    """The records as lines of OTLP/JSON, a log record to a line: the form to hand over and to keep."""
    for link in links:
        (record,) = records(encoded([link]))
        fields = MessageToDict(record, use_integers_for_enums=True)
        yield json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"


def _receipts(path: Path) -> list[Head]:
    with closing(_open(path)) as connection:
        try:
            rows = connection.execute("SELECT last, seal FROM receipt ORDER BY last").fetchall()
        except sqlite3.DatabaseError:
            return []
    return [Head(last, seal) for last, seal in rows if isinstance(last, int) and isinstance(seal, str)]


def _rows(path: Path) -> Iterator[Delivered]:
    """The rows of a receiver's database; one that the engine cannot read ends them."""
    place = 0
    with closing(_open(path)) as connection:
        try:
            index = _Index(connection)
            for place, text, previous, seal in connection.execute(
                "SELECT seq, text, previous, seal FROM record ORDER BY seq"
            ):
                yield _row(place, text, previous, seal, index.of(place))
        except sqlite3.DatabaseError:
            yield Delivered(place + 1, None, ("database",))


def _row(place: int, text: object, previous: object, seal: object, entries: set[tuple[str, str]]) -> Delivered:
    if not (isinstance(text, str) and isinstance(previous, str) and isinstance(seal, str)):
        return Delivered(place, None, ("record",))
    try:
        link = read_sealed(text, previous=previous, seal=seal)
    except NotAnEvent:
        return Delivered(place, {NUMBER: place, "body": text, PREVIOUS: previous, SEAL: seal})
    indexed = link.seq != place or entries == set(mentions(link.event))
    return Delivered(place, fields_of(link), () if indexed else ("index",))


class _Index:
    """The search index beside the records, read in the same order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._rows = connection.execute("SELECT seq, what, id FROM mention ORDER BY seq")
        self._ahead = self._rows.fetchone()

    def of(self, seq: int) -> set[tuple[str, str]]:
        """The entries of that record; those of records before it are passed over."""
        found: set[tuple[str, str]] = set()
        while self._ahead is not None and self._ahead[0] <= seq:
            if self._ahead[0] == seq:
                found.add(self._ahead[1:])
            self._ahead = self._rows.fetchone()
        return found


def _open(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    try:
        connection = sqlite3.connect(f"{address}?mode=ro", uri=True)
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError:  # on a read-only disk the write-ahead log cannot be joined
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True)
    # Damaged text is for the proof to name, not for the driver to stumble over.
    connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    return connection


def _lines(path: Path) -> Iterator[Delivered]:
    place = 0
    with path.open("rb") as file:
        for line in file:
            for fields in _records(line):
                place += 1
                yield Delivered(place, fields)


def _records(line: bytes) -> list[dict[str, Field] | None]:
    """The log records of one line, `None` for a line that holds none."""
    try:
        members = json.loads(line.decode(), object_pairs_hook=_once)
        json.dumps(members, ensure_ascii=False).encode()  # half a surrogate pair, escaped, is no text
        if "resourceLogs" in members:
            return [decoded(record) for record in records(ParseDict(members, ExportLogsServiceRequest()))]
        return [decoded(ParseDict(members, LogRecord()))]
    except (ValueError, TypeError, ParseError, RecursionError):
        return [None]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members
