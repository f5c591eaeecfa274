"""Whatever is done to delivered records, in a receiver's database or in an exported file, is found and named."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from logs.adapters.archive import archive_work, open_archive
from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.adapters.evidence import prove_record, verify, write_lines
from logs.adapters.otlp import decoded, encoded, records
from logs.diagnosis import Wrong
from logs.errors import NoSuchEvidence, NotAProof, NotYetSigned
from logs.inclusion import RecordProof
from logs.model import Sealed
from logs.reception import Desk, receive
from logs.seal import Head, chained
from tests.logs.factories import NOON, a_checkpoint, an_event

SIGNER = Ed25519Signer(bytes(32))
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_log() -> list[Sealed]:
    """Eleven queries, some in Chinese, and a signed checkpoint."""
    words = {"sql": 'SELECT district, count(*) FROM data."person" -- 按区统计\n', "reasons": ("样本太小",)}
    links = chained(
        [
            an_event(number, kind="query.refused", facts={"agreement": "a1", "rows": number} | words)
            for number in range(1, 12)
        ],
        Head(),
        at=NOON,
    )
    end = Head(links[-1].seq, links[-1].seal)
    return [*links, *chained([a_checkpoint(links, SIGNER)], end, at=NOON)]


LOG = a_log()
LENGTH = len(LOG)
END = Head(LENGTH, LOG[-1].seal)
numbers = st.integers(1, LENGTH)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A receiver's database that took the log in two batches, closed."""
    path = tmp_path_factory.mktemp("evidence") / "pristine.db"
    engine = open_archive(path)
    for batch in (LOG[:7], LOG[7:]):
        receive(
            Desk(archive_work(engine), SIGNER, verified),
            [decoded(record) for record in records(encoded(batch))],
            at=NOON,
        )
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log as a file of lines."""
    path = tmp_path_factory.mktemp("evidence") / "log.jsonl"
    path.write_text("".join(write_lines(LOG)), encoding="utf-8")
    return path


@contextmanager
def tampered(pristine: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A copy of the database and a connection that may do with it what it likes."""
    path = pristine.with_name("tampered.db")
    shutil.copy(pristine, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield path, connection


def named(path: Path, *witnesses: Head) -> list[tuple[Wrong, int | None]]:
    report = verify(path, witnesses=witnesses, keys=frozenset({SIGNER.key}))
    return [(finding.wrong, finding.first) for finding in report.findings]


def test_a_database_and_an_export_that_nobody_touched_are_proved(pristine: Path, exported: Path) -> None:
    for path in (pristine, exported):
        report = verify(path, witnesses=[END], keys=frozenset({SIGNER.key}))
        assert report.proved
        assert (report.records, report.head, report.checkpoints) == (LENGTH, END, 1)


def test_a_proof_leaves_the_database_as_it_was(pristine: Path) -> None:
    before = pristine.read_bytes()
    verify(pristine)
    assert pristine.read_bytes() == before


@SOME
@given(numbers, st.sampled_from(["text", "seal", "previous"]), st.data())
def test_any_byte_changed_in_any_stored_record_is_named(
    pristine: Path, seq: int, column: str, data: st.DataObject
) -> None:
    with tampered(pristine) as (path, connection):
        (raw,) = connection.execute(f"SELECT CAST({column} AS BLOB) FROM record WHERE seq = ?", [seq]).fetchone()
        at = data.draw(st.integers(0, len(raw) - 1))
        changed = bytes([raw[at] ^ data.draw(st.integers(1, 255))])
        connection.execute(
            f"UPDATE record SET {column} = CAST(? AS TEXT) WHERE seq = ?", [raw[:at] + changed + raw[at + 1 :], seq]
        )
        report = verify(path)
    assert [(finding.wrong, finding.first) for finding in report.findings] == [(Wrong.ALTERED, seq)]
    finding = report.findings[0]
    if column == "text":
        assert "body" in finding.differs
    else:
        assert finding.event == LOG[seq - 1].event.id
        assert finding.kind == LOG[seq - 1].event.kind
        assert f"attribute log.{column}" in finding.differs


@SOME
@given(numbers, st.data())
def test_any_byte_changed_in_the_database_file_within_a_record_is_found(
    pristine: Path, seq: int, data: st.DataObject
) -> None:
    raw = bytearray(pristine.read_bytes())
    text = LOG[seq - 1].text.encode()
    start = raw.find(text)
    assume(start >= 0)  # a long record is split over pages
    raw[start + data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
    path = pristine.with_name("flipped.db")
    path.write_bytes(raw)
    assert (Wrong.ALTERED, seq) in named(path)


@SOME
@given(numbers)
def test_a_record_deleted_from_the_database_is_named(pristine: Path, seq: int) -> None:
    with tampered(pristine) as (path, connection):
        connection.execute("DELETE FROM record WHERE seq = ?", [seq])
        assert named(path) == [(Wrong.CUT_OFF if seq == LENGTH else Wrong.MISSING, seq)]


@SOME
@given(st.integers(1, LENGTH - 1))
def test_an_end_cut_off_is_named_by_the_receipts_or_by_a_witness(pristine: Path, left: int) -> None:
    with tampered(pristine) as (path, connection):
        connection.execute("DELETE FROM record WHERE seq > ?", [left])
        assert named(path) == [(Wrong.CUT_OFF, left + 1)]
        connection.execute("DELETE FROM receipt WHERE last > ?", [left])
        assert named(path, END) == [(Wrong.CUT_OFF, left + 1)]


@SOME
@given(numbers, numbers)
def test_two_records_swapped_in_the_database_are_both_named(pristine: Path, one: int, other: int) -> None:
    assume(one != other)
    with tampered(pristine) as (path, connection):
        for seq, link in ((one, LOG[other - 1]), (other, LOG[one - 1])):
            row = [link.text, link.previous, "" if seq == one else link.seal, seq]
            connection.execute("UPDATE record SET text = ?, previous = ?, seal = ? WHERE seq = ?", row)
        connection.execute("UPDATE record SET seal = ? WHERE seq = ?", [LOG[other - 1].seal, one])
        assert sorted(named(path)) == sorted([(Wrong.MOVED, one), (Wrong.MOVED, other)])


@SOME
@given(st.integers(0, LENGTH), st.booleans())
def test_a_record_slipped_into_the_database_is_named(pristine: Path, at: int, linked: bool) -> None:  # noqa: FBT001
    behind = Head(at, LOG[at - 1].seal) if at and linked else Head(at)
    (forged,) = chained([an_event(99)], behind, at=NOON)
    with tampered(pristine) as (path, connection):
        connection.execute("UPDATE record SET seq = -seq WHERE seq > ?", [at])
        connection.execute("UPDATE record SET seq = 1 - seq WHERE seq < 0")
        row = [at + 1, forged.text, forged.previous, forged.seal]
        connection.execute("INSERT INTO record (seq, text, previous, seal) VALUES (?, ?, ?, ?)", row)
        assert at + 1 in {seq for _, seq in named(path)}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM mention WHERE seq = 4 AND what = 'agreement'",
        "UPDATE mention SET id = 'a7' WHERE seq = 4 AND what = 'agreement'",
        "INSERT INTO mention (what, id, seq) VALUES ('resource', 'person', 4)",
    ],
)
def test_a_search_index_that_hides_or_invents_a_record_is_named(pristine: Path, statement: str) -> None:
    with tampered(pristine) as (path, connection):
        connection.execute(statement)
        report = verify(path)
    assert [(finding.first, finding.differs) for finding in report.findings] == [(4, ("index",))]


@pytest.mark.parametrize("value", [None, 7, b"\x00"])
def test_a_record_that_is_no_longer_text_is_named(pristine: Path, value: object) -> None:
    with tampered(pristine) as (path, connection):
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'TEXT NOT NULL', 'BLOB') WHERE name = 'record'")
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("UPDATE record SET text = ? WHERE seq = 3", [value])
        assert named(path) == [(Wrong.ALTERED, 3)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_byte_changed_in_an_export_is_found(exported: Path, data: st.DataObject) -> None:
    raw = bytearray(exported.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    number = raw[:at].count(b"\n") + 1
    raw[at] ^= data.draw(st.integers(1, 255))
    assume(raw[at : at + 1].strip() or at != len(raw) - 1)  # white space for the file's last newline
    path = exported.with_name("changed.jsonl")
    path.write_bytes(raw)
    found = {seq for _, seq in named(path, END)}
    assert found & {number, number + 1}


@SOME
@given(numbers, numbers)
def test_lines_taken_out_doubled_or_swapped_are_named(exported: Path, one: int, other: int) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines(keepends=True)
    path = exported.with_name("rearranged.jsonl")
    path.write_text("".join(lines[: one - 1] + lines[one:]), encoding="utf-8")
    assert named(path, END) == [(Wrong.CUT_OFF if one == LENGTH else Wrong.MISSING, one)]
    path.write_text("".join(lines[:one] + lines[other - 1 : other] + lines[one:]), encoding="utf-8")
    assert (Wrong.REPEATED, other) in named(path, END)
    lines[one - 1], lines[other - 1] = lines[other - 1], lines[one - 1]
    path.write_text("".join(lines), encoding="utf-8")
    assert sorted(named(path, END)) == ([] if one == other else sorted([(Wrong.MOVED, one), (Wrong.MOVED, other)]))


def test_a_name_that_stands_twice_in_a_line_is_found(exported: Path) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[2] = lines[2].replace('{"', '{"eventName":"query.run","', 1)
    path = exported.with_name("twice.jsonl")
    path.write_text("".join(lines), encoding="utf-8")
    assert named(path) == [(Wrong.ALTERED, 3)]


@pytest.mark.parametrize(
    "line", ["[]", "null", "7", '"resourceLogs"', "{}", r'{"body": {"stringValue": "\ud800"}}', "[" * 99_999]
)
def test_a_line_that_is_no_record_is_found(exported: Path, line: str) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines()
    lines[2] = line
    path = exported.with_name("foreign.jsonl")
    path.write_text("\n".join(lines), encoding="utf-8")
    assert named(path) == [(Wrong.ALTERED, 3)]


def test_export_requests_as_other_receivers_write_them_are_proved(tmp_path: Path) -> None:
    path = tmp_path / "collector.json"
    with path.open("w", encoding="utf-8") as file:
        for batch in (LOG[:5], LOG[5:]):
            json.dump(MessageToDict(encoded(batch)), file)
            file.write("\n")
    assert named(path, END) == []


def test_a_file_that_is_no_log_is_all_wrong(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 4)
    assert not verify(path).proved
    path.write_bytes(b"")
    assert named(path) == [(Wrong.EMPTY, None)]
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert not verify(path).proved


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.db", tmp_path):
        with pytest.raises(NoSuchEvidence, match=path.name):
            verify(path)


def test_one_record_is_proved_out_of_a_database_and_an_export_alike(pristine: Path, exported: Path) -> None:
    for path in (pristine, exported):
        for seq in (1, 7, LENGTH - 1):
            proof = prove_record(path, seq)
            assert RecordProof.read(proof.written()) == proof
            assert proof.wrong(verified, frozenset({SIGNER.key})) == ()
            assert proof.text == LOG[seq - 1].text
        for seq in (LENGTH, LENGTH + 1):
            with pytest.raises(NotYetSigned):
                prove_record(path, seq)


@SOME
@given(st.data())
def test_any_byte_changed_in_the_proof_of_a_record_is_found(pristine: Path, data: st.DataObject) -> None:
    raw = bytearray(prove_record(pristine, 5).written().encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        bent = RecordProof.read(raw.decode())
    except (NotAProof, UnicodeDecodeError):
        return
    assert bent.wrong(verified, frozenset({SIGNER.key})) or bent == prove_record(pristine, 5)
