"""The receiver takes records once, in order, whole, and notes what it refuses."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from sqlalchemy import event

from logs.adapters.archive import archive_work, open_archive
from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.adapters.otlp import HEAD, PROTOBUF, RECEIPT, decoded, encoded, records
from logs.adapters.receiver import Tokens, receiver_app
from logs.delivered import Field
from logs.errors import ArchiveOfAnotherForm, NotAProof
from logs.hashing import Hash
from logs.inclusion import RecordProof
from logs.misdelivered import (
    AlteredDuplicate,
    AlteredRecord,
    BrokenChain,
    GapInDelivery,
    UnreadableRecord,
    WrongCheckpoint,
)
from logs.model import Actor, ActorId, OrganisationId, Role, Sealed
from logs.receipts import Receipt
from logs.reception import BeginReception, Desk, Filter, read_delivered, receive
from logs.seal import GENESIS, Head, chained
from tests.logs.factories import NOON, a_checkpoint, an_event

CHAIN = chained([an_event(number) for number in range(1, 7)], Head(), at=NOON)
SIGNER = Ed25519Signer(bytes(32))
TOKENS = Tokens("deliver-me", "read-me")
DELIVER = {"Authorization": "Bearer deliver-me", "Content-Type": PROTOBUF}
READ = {"Authorization": "Bearer read-me"}


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[BeginReception]:
    engine = open_archive(tmp_path / "receiver.db")
    yield archive_work(engine)
    engine.dispose()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = receiver_app(open_archive(tmp_path / "receiver.db"), TOKENS, lambda: NOON, signer=SIGNER)
    with TestClient(app) as client:
        yield client


def desk(begin: BeginReception) -> Desk:
    return Desk(begin, SIGNER, verified)


def batch(*links: Sealed) -> list[dict[str, Field]]:
    return [decoded(record) for record in records(encoded(links))]


def held(begin: BeginReception) -> list[int]:
    with begin() as work:
        return [link.seq for link in work.archive.search(Filter())]


def test_a_batch_is_taken_in_and_the_new_end_is_told(begin: BeginReception) -> None:
    assert receive(desk(begin), batch(*CHAIN[:3]), at=NOON).head == Head(3, CHAIN[2].seal)
    assert receive(desk(begin), batch(*CHAIN[3:]), at=NOON).head == Head(6, CHAIN[5].seal)
    assert held(begin) == [1, 2, 3, 4, 5, 6]


def test_what_comes_again_is_recognised_and_not_taken_twice(begin: BeginReception) -> None:
    receive(desk(begin), batch(*CHAIN[:4]), at=NOON)
    assert receive(desk(begin), batch(*CHAIN[:3]), at=NOON).head == Head(4, CHAIN[3].seal)
    assert receive(desk(begin), batch(*CHAIN[2:], CHAIN[5]), at=NOON).head == Head(6, CHAIN[5].seal)
    assert held(begin) == [1, 2, 3, 4, 5, 6]


def test_a_duplicate_with_other_contents_is_refused_and_noted(begin: BeginReception) -> None:
    receive(desk(begin), batch(*CHAIN[:2]), at=NOON)
    other = chained([an_event(1, facts={"rows": 2})], Head(), at=NOON)
    with pytest.raises(AlteredDuplicate):
        receive(desk(begin), batch(*other), at=NOON)
    with pytest.raises(AlteredDuplicate):
        receive(desk(begin), batch(*other), at=NOON + timedelta(minutes=1))
    with begin() as work:
        (incident,) = work.archive.incidents()
    assert (incident.kind, incident.seq, incident.times) == ("log-altered-duplicate", 1, 2)
    assert held(begin) == [1, 2]


def test_a_gap_is_refused_with_the_number_that_comes_next(begin: BeginReception) -> None:
    receive(desk(begin), batch(*CHAIN[:2]), at=NOON)
    with pytest.raises(GapInDelivery) as refused:
        receive(desk(begin), batch(*CHAIN[3:]), at=NOON)
    assert (refused.value.expected, refused.value.seq) == (3, 4)
    assert held(begin) == [1, 2]


def test_a_batch_with_one_wrong_record_is_refused_as_a_whole(begin: BeginReception) -> None:
    with pytest.raises(GapInDelivery):
        receive(desk(begin), batch(*CHAIN[:2], CHAIN[4]), at=NOON)
    assert held(begin) == []


def test_a_record_sealed_after_another_one_is_refused(begin: BeginReception) -> None:
    receive(desk(begin), batch(*CHAIN[:2]), at=NOON)
    foreign = chained([an_event(3)], Head(2, "ab" * 32), at=NOON)
    with pytest.raises(BrokenChain):
        receive(desk(begin), batch(*foreign), at=NOON)


@pytest.mark.parametrize("name", sorted(batch(CHAIN[0])[0]))
def test_no_field_of_a_record_may_differ_from_what_was_sealed(begin: BeginReception, name: str) -> None:
    (fields,) = batch(CHAIN[0])
    was = fields[name]
    fields[name] = was + 1 if isinstance(was, int) else f"{was}x"
    with pytest.raises((AlteredRecord, UnreadableRecord)):
        receive(desk(begin), [fields], at=NOON)


def test_a_field_too_many_or_too_few_is_refused(begin: BeginReception) -> None:
    (fields,) = batch(CHAIN[0])
    with pytest.raises(AlteredRecord) as refused:
        receive(desk(begin), [fields | {"attribute colour": "red"}], at=NOON)
    assert refused.value.differs == ("attribute colour",)
    with pytest.raises(AlteredRecord):
        receive(desk(begin), [{name: value for name, value in fields.items() if name != "event_name"}], at=NOON)


def test_a_seal_that_is_not_the_texts_is_refused(begin: BeginReception) -> None:
    (fields,) = batch(CHAIN[0])
    with pytest.raises(AlteredRecord):
        receive(desk(begin), [fields | {"attribute log.seal": GENESIS}], at=NOON)


@pytest.mark.article("M 22", "allowed")
def test_the_bureau_finds_who_saw_what(client: TestClient) -> None:
    guest = Actor(ActorId("wang"), OrganisationId("xiamen-health"), Role.DEVELOPER)
    events = [
        an_event(1),
        an_event(2, by=guest, facts={"query": "q2", "agreement": "a2", "resources": ("person",)}),
        an_event(3, by=guest, kind="query.refused", facts={"query": "q3", "agreement": "a2", "reasons": ("raw row",)}),
        an_event(4, kind="sample.viewed", subject="resource:bike", facts={"resource": "bike", "rows": 5}),
    ]
    deliver(client, *chained(events, Head(), at=NOON))

    def seen(**wanted: Any) -> list[int]:
        answer = client.get("/records", params=wanted, headers=READ)
        assert answer.status_code == 200
        return [record["seq"] for record in answer.json()["records"]]

    assert seen() == [1, 2, 3, 4]
    assert seen(party="xiamen-health") == [2, 3]
    assert seen(party="xiamen-health", resource="person") == [2]
    assert seen(resource="bike") == [1, 4]
    assert seen(agreement="a2", kind="query.refused") == [3]
    assert seen(kind=["query.refused", "sample.viewed"]) == [3, 4]
    assert seen(actor="lin", since="2026-11-23T12:00:02+08:00") == [4]
    assert seen(until="2026-11-23T12:00:02+08:00") == [1]
    assert seen(resource="nothing") == []


def test_the_bureau_reads_page_by_page_in_either_language(client: TestClient) -> None:
    deliver(client, *CHAIN)
    first = client.get("/records", params={"limit": 4}, headers=READ | {"Accept-Language": "en"}).json()
    second = client.get("/records", params={"limit": 4, "after": first["next"]}, headers=READ).json()
    assert [record["seq"] for record in first["records"] + second["records"]] == [1, 2, 3, 4, 5, 6]
    assert first["records"][0]["title"] == "Query run"
    assert second["records"][0]["title"] == "查询已执行"
    assert second["next"] is None


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_of_no_or_too_many_records_is_refused(client: TestClient, limit: int) -> None:
    assert client.get("/records", params={"limit": limit}, headers=READ).status_code == 422


def test_a_time_without_its_zone_is_refused(client: TestClient) -> None:
    assert client.get("/records", params={"since": "2026-11-23T12:00:02"}, headers=READ).status_code == 422


@pytest.mark.parametrize("path", ["/records", "/incidents", "/export"])
def test_reading_takes_the_readers_token(client: TestClient, path: str) -> None:
    assert client.get(path, headers=READ).status_code == 200
    assert client.get(path, headers=DELIVER).status_code == 401
    assert client.get(path).status_code == 401


def test_delivering_takes_the_platforms_token(client: TestClient) -> None:
    body = encoded(CHAIN).SerializeToString()
    assert client.post("/v1/logs", content=body, headers=READ).status_code == 401
    assert client.get("/head", headers=READ).status_code == 401
    assert client.get("/health").json()["records"] == 0


def test_refusals_say_where_the_log_ends_and_are_on_record(client: TestClient) -> None:
    deliver(client, *CHAIN[:2])
    gap = client.post("/v1/logs", content=encoded(CHAIN[4:]).SerializeToString(), headers=DELIVER)
    assert (gap.status_code, gap.headers[HEAD]) == (409, str(Head(2, CHAIN[1].seal)))
    garbage = client.post("/v1/logs", content=b"\xff\xff", headers=DELIVER)
    assert garbage.status_code == 400
    kinds = {incident["kind"] for incident in client.get("/incidents", headers=READ).json()}
    assert kinds == {"log-gap", "log-unreadable-delivery"}
    assert client.get("/health").json()["incidents"] == 2


def test_a_bomb_in_gzip_is_not_unpacked(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logs.adapters.receiver.LARGEST", 1000)
    packed = gzip.compress(bytes(100_000))
    answer = client.post("/v1/logs", content=packed, headers=DELIVER | {"Content-Encoding": "gzip"})
    assert answer.status_code == 400


def deliver(client: TestClient, *links: Sealed) -> None:
    answer = client.post("/v1/logs", content=encoded(links).SerializeToString(), headers=DELIVER)
    assert answer.status_code == 200, answer.content


@given(st.data())
def test_any_byte_changed_on_the_way_is_refused(data: st.DataObject) -> None:
    (sent,) = records(encoded(CHAIN[:1]))
    raw = bytearray(sent.SerializeToString())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        came = LogRecord.FromString(bytes(raw))
    except DecodeError:
        return
    with pytest.raises((AlteredRecord, UnreadableRecord)):
        read_delivered(decoded(came), 1)


def test_a_receiver_whose_disk_is_full_asks_to_be_tried_later(tmp_path: Path) -> None:
    engine = open_archive(tmp_path / "receiver.db")
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 20"))
    large = chained([an_event(1, facts={"sql": "x" * 200_000})], Head(), at=NOON)
    with TestClient(receiver_app(engine, TOKENS, lambda: NOON, signer=SIGNER)) as client:
        answer = client.post("/v1/logs", content=encoded(large).SerializeToString(), headers=DELIVER)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.get("/health").json()["records"] == 0
        deliver(client, *CHAIN)


def test_the_acknowledgement_is_a_signed_receipt(client: TestClient) -> None:
    answer = client.post("/v1/logs", content=encoded(CHAIN).SerializeToString(), headers=DELIVER)
    given = Receipt.parse(answer.headers[RECEIPT])
    assert (given.head, given.at, given.key) == (Head(6, CHAIN[-1].seal), NOON, SIGNER.key)
    assert given.holds(verified)
    assert not replace(given, head=Head(5, CHAIN[4].seal)).holds(verified)
    assert Receipt.parse(client.get("/head", headers=DELIVER).headers[RECEIPT]).head == given.head


def test_what_was_delivered_is_handed_back_to_the_platform(client: TestClient) -> None:
    deliver(client, *CHAIN)
    answer = client.get("/delivered", params={"first": 3, "count": 2}, headers=DELIVER)
    came = records(ExportLogsServiceRequest.FromString(answer.content))
    assert [decoded(record)["body"] for record in came] == [link.text for link in CHAIN[2:4]]
    assert client.get("/delivered", params={"first": 1}, headers=READ).status_code == 401


@pytest.mark.parametrize("hash", Hash)
def test_a_record_is_proved_without_the_rest(client: TestClient, hash: Hash) -> None:
    links = a_log(600, hash)
    deliver(client, *links)
    for seq in (1, 2, 257, 512, 600):
        answer = client.get(f"/records/{seq}/proof", headers=READ)
        proof = RecordProof.read(answer.text)
        assert proof.text == links[seq - 1].text
        assert proof.wrong(verified, frozenset({SIGNER.key})) == ()
        assert proof.wrong(verified, frozenset({"ab" * 32})) == ("key",)
        assert replace(proof, text=links[seq].text).wrong(verified, frozenset()) == ("path",)
        bent = replace(proof.signed, checkpoint=replace(proof.signed.checkpoint, root="ab" * 32))
        assert replace(proof, signed=bent).wrong(verified, frozenset()) == ("path", "signature")
    assert client.get("/records/601/proof", headers=READ).status_code == 404
    assert client.get("/records/1/proof", headers=DELIVER).status_code == 401


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[" * 99_999, '{"proof":1,"text":7,"path":[],"checkpoint":{}}', "null"]
)
def test_a_file_that_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(NotAProof):
        RecordProof.read(text)


def test_a_checkpoint_over_another_tree_or_by_another_key_is_refused(tmp_path: Path) -> None:
    other = chained([an_event(1, facts={"rows": 2})], Head(), at=NOON)
    end = Head(1, CHAIN[0].seal)
    wrong_root = replace(a_checkpoint(CHAIN[:1], SIGNER), facts=a_checkpoint(other, SIGNER).facts | {"seal": end.seal})
    stranger = a_checkpoint(CHAIN[:1], Ed25519Signer(b"stranger" * 4))
    engine = open_archive(tmp_path / "receiver.db")
    asked = Desk(archive_work(engine), SIGNER, verified, frozenset({SIGNER.key}))
    for event_, differs in ((wrong_root, ("root", "signature")), (stranger, ("key",))):
        with pytest.raises(WrongCheckpoint) as refused:
            receive(asked, batch(CHAIN[0], *chained([event_], end, at=NOON)), at=NOON)
        assert refused.value.differs == differs
    receive(asked, batch(CHAIN[0], *chained([a_checkpoint(CHAIN[:1], SIGNER)], end, at=NOON)), at=NOON)
    engine.dispose()


def test_a_log_that_changes_its_hash_is_refused(begin: BeginReception) -> None:
    receive(desk(begin), batch(*CHAIN), at=NOON)
    other = chained([an_event(7)], Head(6, CHAIN[-1].seal), at=NOON, hash=Hash.SM3)
    with pytest.raises(BrokenChain):
        receive(desk(begin), batch(*other), at=NOON)


@pytest.mark.parametrize("gone", [(1,), (6,), (2, 3), (1, 2, 3, 4, 5, 6)])
def test_records_that_were_lost_are_taken_again_and_forged_ones_are_not(
    begin: BeginReception, tmp_path: Path, gone: tuple[int, ...]
) -> None:
    receive(desk(begin), batch(*CHAIN), at=NOON)
    with closing(sqlite3.connect(tmp_path / "receiver.db")) as connection, connection:
        connection.execute(f"DELETE FROM record WHERE seq IN ({', '.join(map(str, gone))})")
    if len(gone) < len(CHAIN):
        link = CHAIN[gone[0] - 1]
        (forged,) = chained([an_event(9)], Head(link.seq - 1, link.previous), at=NOON)
        if gone != (6,):
            with pytest.raises((BrokenChain, AlteredDuplicate)):
                receive(desk(begin), batch(forged, *CHAIN[link.seq :]), at=NOON)
    assert receive(desk(begin), batch(*CHAIN), at=NOON).head == Head(6, CHAIN[-1].seal)
    assert held(begin) == [1, 2, 3, 4, 5, 6]


def test_a_database_of_another_form_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "receiver.db"
    open_archive(path).dispose()
    open_archive(path).dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(ArchiveOfAnotherForm, match=path.name):
        open_archive(path)


def a_log(count: int, hash: Hash) -> list[Sealed]:
    """So many queries and a signed checkpoint."""
    links = chained([an_event(number) for number in range(1, count + 1)], Head(), at=NOON, hash=hash)
    return [*links, *chained([a_checkpoint(links, SIGNER)], Head(count, links[-1].seal), at=NOON, hash=hash)]
