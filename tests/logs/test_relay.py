"""The relay delivers in order, once as far as the receiver can tell, whatever fails on the way."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from logs.adapters.ed25519 import Ed25519Signer
from logs.adapters.evidence import verify
from logs.adapters.otlp import OtlpDelivery
from logs.errors import ReceiptInvalid, ReceiverHoldsAnotherLog, ReceiverRefused, ReceiverUnavailable
from logs.model import EventId, Sealed
from logs.receipts import receipt
from logs.relay import Patience, audit, flush, reconcile, relay_once
from logs.seal import Head, chained
from logs.sealer import Checkpoints
from logs.service import Begin, backlog, seal_pending
from tests.logs.conftest import LATER
from tests.logs.factories import NOON, an_event
from tests.logs.receivers import KNOWN, PLATFORM, SIGNER, FakeReceiver, ReceiverProcess, relaying, wait_until

Record = Callable[..., None]


@pytest.fixture
def receiver() -> FakeReceiver:
    return FakeReceiver()


def delivered(begin: Begin, receiver: FakeReceiver, batch: int = 2) -> int:
    return relay_once(begin, receiver, receiver=KNOWN, at=LATER, batch=batch)


def test_batches_follow_each_other_until_all_is_acknowledged(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1, 2, 3)
    seal_pending(begin, at=LATER)
    assert [delivered(begin, receiver) for _ in range(3)] == [2, 1, 0]
    assert receiver.numbers() == [1, 2, 3]
    assert backlog(begin, PLATFORM).count == 0


def test_what_was_not_acknowledged_is_delivered_again(begin: Begin, record: Record, receiver: FakeReceiver) -> None:
    record(1, 2, 3)
    seal_pending(begin, at=LATER)
    receiver.trouble = [receiver.vanish, receiver.refuse, receiver.lose_acknowledgement]
    for expected in (ReceiverUnavailable, ReceiverRefused, ReceiverUnavailable):
        with pytest.raises(expected):
            delivered(begin, receiver)
    assert backlog(begin, PLATFORM).undelivered == 3
    assert [delivered(begin, receiver), delivered(begin, receiver)] == [2, 1]
    assert receiver.numbers() == [1, 2, 3]


def test_a_receiver_that_does_not_say_where_its_log_ends_is_believed(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1, 2, 3)
    seal_pending(begin, at=LATER)
    receiver.trouble = [lambda links: None]
    assert delivered(begin, receiver) == 2
    assert backlog(begin, PLATFORM).undelivered == 1


def test_a_receiver_that_acknowledged_and_forgot_gets_it_again(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(*range(1, 7))
    seal_pending(begin, at=LATER)
    receiver.trouble = [receiver.forget]
    assert delivered(begin, receiver, batch=4) == 4
    assert delivered(begin, receiver, batch=4) == -2
    assert delivered(begin, receiver, batch=4) == 4
    assert receiver.numbers() == [1, 2, 3, 4, 5, 6]


def test_an_acknowledgement_that_moves_nothing_is_a_failure(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1)
    seal_pending(begin, at=LATER)
    receiver.trouble = [lambda links: receipt(Head(), SIGNER, at=NOON)]
    with pytest.raises(ReceiverUnavailable):
        delivered(begin, receiver)


def test_a_receiver_with_another_log_is_not_taken_at_its_word(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1)
    seal_pending(begin, at=LATER)
    receiver.kept = list(chained([an_event(8), an_event(9)], Head(), at=NOON))
    with pytest.raises(ReceiverHoldsAnotherLog):
        reconcile(begin, receiver, receiver=KNOWN, at=LATER)
    assert backlog(begin, PLATFORM).undelivered == 1


def test_requests_stay_small_even_when_events_are_large(begin: Begin, record: Record, receiver: FakeReceiver) -> None:
    record(*(an_event(number, facts={"sql": "x" * 990_000}) for number in range(1, 7)))
    seal_pending(begin, at=LATER)
    assert [delivered(begin, receiver, batch=100), delivered(begin, receiver, batch=100)] == [4, 2]


def test_everything_there_is_is_sealed_signed_and_delivered_at_the_end(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1, 2, 3)
    checkpoints = Checkpoints(Ed25519Signer(bytes(32)), lambda: EventId("c1"))
    assert flush(begin, receiver, receiver=KNOWN, at=LATER, checkpoints=checkpoints, batch=2) == 4
    assert receiver.kept[-1].event.kind == "log.checkpointed"


def test_the_relay_goes_on_for_ever_through_every_kind_of_trouble(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    receiver.trouble = [receiver.vanish, receiver.lose_acknowledgement, receiver.refuse, receiver.forget] * 2
    with relaying(begin, receiver):
        for number in range(1, 41):
            record(number)
        wait_until(lambda: backlog(begin, PLATFORM).count == 0 and len(receiver.kept) >= 40)
    assert receiver.numbers() == list(range(1, len(receiver.kept) + 1))
    assert [link.event.id for link in receiver.kept if link.event.kind == "query.run"] == [
        f"e{n}" for n in range(1, 41)
    ]


def test_patience_grows_to_its_bound_and_heeds_the_receiver() -> None:
    patience = Patience(first=1, most=30)
    assert [patience.wait(failures, None) for failures in (1, 2, 5, 6, 5000)] == [1, 2, 16, 30, 30]
    assert (patience.wait(1, 12.0), patience.wait(1, 600.0)) == (12, 30)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ReceiverProcess]:
    running = ReceiverProcess(tmp_path / "receiver.db")
    running.start()
    yield running
    running.kill()


def test_a_real_receiver_that_is_killed_and_comes_back_misses_nothing(
    begin: Begin, record: Record, process: ReceiverProcess
) -> None:
    with OtlpDelivery(process.address, token="deliver") as delivery:
        with relaying(begin, delivery):
            for number in range(1, 61):
                record(number)
                if number == 20:
                    process.kill()
                if number == 40:
                    process.start()
            wait_until(lambda: backlog(begin, PLATFORM).count == 0)
        flush(begin, delivery, receiver=KNOWN, at=LATER)
    with begin() as work:
        end = work.ledger.acknowledged(PLATFORM)
    report = verify(process.database, witnesses=[end], keys=frozenset({Ed25519Signer(bytes(32)).key}))
    assert report.proved
    assert report.records == end.seq > 60
    assert report.checkpoints > 0
    seen = httpx.get(
        f"{process.address}/records",
        params={"party": "xiamen-mobility", "kind": "query.run"},
        headers={"Authorization": "Bearer read"},
    ).json()
    assert [row["id"] for row in seen["records"]] == [f"e{number}" for number in range(1, 61)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_real_receiver_refuses_the_wrong_token_and_a_log_that_is_not_its_own(
    begin: Begin, record: Record, process: ReceiverProcess
) -> None:
    record(1)
    seal_pending(begin, at=LATER)
    with OtlpDelivery(process.address, token="guess") as stranger, pytest.raises(ReceiverRefused, match="401"):
        relay_once(begin, stranger, receiver=KNOWN, at=LATER)
    with OtlpDelivery(process.address, token="deliver") as delivery:
        delivery.deliver(chained([an_event(8), an_event(9)], Head(), at=NOON))
        with pytest.raises(ReceiverRefused, match="log-altered-duplicate"):
            relay_once(begin, delivery, receiver=KNOWN, at=LATER)
        with pytest.raises(ReceiverHoldsAnotherLog):
            reconcile(begin, delivery, receiver=KNOWN, at=LATER)
    assert backlog(begin, PLATFORM).undelivered == 1


def test_a_receiver_that_is_not_there_is_said_to_be_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        delivery = OtlpDelivery(f"http://127.0.0.1:{taken.getsockname()[1]}", token="x")
        with delivery, pytest.raises(ReceiverUnavailable, match="ConnectError"):
            delivery.deliver(chained([an_event(1)], Head(), at=NOON))


def test_a_receipt_is_kept_and_one_that_is_forged_or_by_another_key_is_not_taken(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1, 2, 3, 4)
    seal_pending(begin, at=LATER)
    delivered(begin, receiver)
    with begin() as work:
        kept = work.ledger.receipt(PLATFORM)
        assert kept == receiver.end()
    stranger = FakeReceiver(list(receiver.kept), signer=Ed25519Signer(b"stranger" * 4))
    with pytest.raises(ReceiptInvalid):
        delivered(begin, stranger)
    receiver.trouble = [lambda links: replace(receiver.take(links), head=Head(4, links[-1].seal), signature="00")]
    with pytest.raises(ReceiptInvalid):
        delivered(begin, receiver)
    assert backlog(begin, PLATFORM).undelivered == 2


def test_a_receiver_that_is_not_the_one_with_the_key_given_is_not_taken_at_its_word(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(1)
    seal_pending(begin, at=LATER)
    with pytest.raises(ReceiptInvalid):
        relay_once(begin, receiver, receiver=replace(KNOWN, key="ab" * 32), at=LATER)
    assert relay_once(begin, receiver, receiver=replace(KNOWN, key=SIGNER.key), at=LATER) == 1


def test_that_a_receiver_broke_its_word_goes_on_record_with_its_own_signature(
    begin: Begin, record: Record, receiver: FakeReceiver, sealed: Callable[[], list[Sealed]]
) -> None:
    record(*range(1, 7))
    seal_pending(begin, at=LATER)
    receiver.trouble = [receiver.forget]
    delivered(begin, receiver, batch=4)
    delivered(begin, receiver, batch=4)
    told = sealed()[-1].event
    assert (told.kind, told.facts["seq"], told.facts["records"]) == ("log.redelivered", 3, 2)
    assert (told.facts["seal"], told.facts["key"]) == (sealed()[3].seal, SIGNER.key)


def test_a_record_lost_in_the_middle_is_found_by_having_it_handed_back_and_delivered_again(
    begin: Begin, record: Record, receiver: FakeReceiver
) -> None:
    record(*range(1, 7))
    seal_pending(begin, at=LATER)
    while delivered(begin, receiver):
        pass
    assert audit(begin, receiver, receiver=KNOWN, first=1, count=100, at=LATER) == 0
    receiver.lost = {3, 5}
    assert audit(begin, receiver, receiver=KNOWN, first=4, count=100, at=LATER) == 2
    while delivered(begin, receiver):
        pass
    assert receiver.lost == {3}
    assert audit(begin, receiver, receiver=KNOWN, first=1, count=100, at=LATER) == 5
    while delivered(begin, receiver):
        pass
    assert receiver.lost == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_real_receiver_that_lost_records_in_its_middle_is_mended(
    begin: Begin, record: Record, process: ReceiverProcess
) -> None:
    record(*range(1, 31))
    with OtlpDelivery(process.address, token="deliver") as delivery:
        flush(begin, delivery, receiver=KNOWN, at=LATER)
        with closing(sqlite3.connect(process.database)) as connection, connection:
            connection.execute("DELETE FROM record WHERE seq IN (7, 8, 19)")
        assert not verify(process.database).proved
        assert audit(begin, delivery, receiver=KNOWN, first=1, count=30, at=LATER) == 24
        flush(begin, delivery, receiver=KNOWN, at=LATER)
    assert verify(process.database).proved
