"""One sealer, one chain: numbered from 1, in commit order, without a gap or a fork."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from logs.adapters.database import Inbox
from logs.adapters.ed25519 import Ed25519Signer, verified
from logs.checkpoint import signed_checkpoint
from logs.errors import ChainForked, LogsBehind
from logs.model import EventId, Sealed
from logs.seal import GENESIS, Head, chained, sealed_over
from logs.service import Begin, Room, backlog, require_room, seal_pending, sign_checkpoint
from tests.logs.conftest import LATER
from tests.logs.factories import NOON, a_checkpoint, an_event

Record = Callable[..., None]
Chain = Callable[[], list[Sealed]]


def assert_chained(chain: list[Sealed]) -> None:
    previous = GENESIS
    for number, link in enumerate(chain, start=1):
        assert link.seq == number
        assert link.previous == previous
        assert link.seal == sealed_over(previous, link.text)
        previous = link.seal


def test_events_are_numbered_and_chained_in_the_order_they_were_committed(
    begin: Begin, record: Record, sealed: Chain
) -> None:
    record(3, 1)
    record(2)
    assert seal_pending(begin, at=LATER) == 3
    assert [link.event for link in sealed()] == [an_event(3), an_event(1), an_event(2)]
    assert_chained(sealed())


def test_what_is_sealed_is_not_sealed_again(begin: Begin, record: Record, sealed: Chain) -> None:
    record(1)
    seal_pending(begin, at=LATER)
    record(2)
    assert seal_pending(begin, at=LATER) == 1
    assert seal_pending(begin, at=LATER) == 0
    assert [link.event.id for link in sealed()] == ["e1", "e2"]


def test_small_batches_make_the_same_chain(begin: Begin, record: Record, sealed: Chain) -> None:
    record(*range(1, 8))
    assert seal_pending(begin, at=LATER, batch=3) == 7
    assert_chained(sealed())


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_transaction_that_commits_late_is_sealed_late_and_not_skipped(
    engine: Engine, begin: Begin, record: Record, sealed: Chain
) -> None:
    with engine.begin() as slow:
        Inbox(slow).record(an_event(1))
        record(2)
        assert seal_pending(begin, at=LATER) == 1
    assert seal_pending(begin, at=LATER) == 1
    assert [link.event.id for link in sealed()] == ["e2", "e1"]
    assert_chained(sealed())


def test_many_sealers_at_once_do_not_fork_the_chain(begin: Begin, record: Record, sealed: Chain) -> None:
    record(*range(1, 61))
    counts: list[int] = []
    sealers = [threading.Thread(target=lambda: counts.append(seal_pending(begin, at=LATER, batch=7))) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert sum(counts) == 60
    assert_chained(sealed())
    assert {link.event.id for link in sealed()} == {f"e{number}" for number in range(1, 61)}


def test_a_sealer_that_dies_leaves_its_events_to_the_next(begin: Begin, record: Record, sealed: Chain) -> None:
    record(1, 2)

    def dying() -> None:
        with begin() as work:
            work.ledger.append(chained(work.ledger.pending(10), work.ledger.hold(), at=LATER))
            raise MemoryError

    with pytest.raises(MemoryError):
        dying()
    assert sealed() == []
    assert seal_pending(begin, at=LATER) == 2
    assert_chained(sealed())


def test_links_onto_an_end_that_has_moved_are_refused(begin: Begin, record: Record, sealed: Chain) -> None:
    record(1)
    stale = chained([an_event(9)], Head(), at=LATER)
    seal_pending(begin, at=LATER)
    with pytest.raises(ChainForked), begin() as work:
        work.ledger.append(stale)
    assert len(sealed()) == 1


def test_a_checkpoint_signs_the_end_as_an_event_of_the_chain(begin: Begin, record: Record, sealed: Chain) -> None:
    signer = Ed25519Signer(bytes(32))
    record(1, 2)
    seal_pending(begin, at=LATER)
    link = sign_checkpoint(begin, signer, id=EventId("c1"), at=LATER)
    assert link is not None
    signed = sealed()[1]
    assert link.event.facts["seal"] == signed.seal
    told = signed_checkpoint(link)
    assert told is not None
    assert told.holds(verified)
    assert told.checkpoint.root == a_checkpoint(sealed()[:2], signer).facts["root"]
    assert not replace(told, checkpoint=replace(told.checkpoint, size=1)).holds(verified)
    assert_chained(sealed())


def test_a_log_at_rest_is_not_signed_again(begin: Begin, record: Record, sealed: Chain) -> None:
    signer = Ed25519Signer(bytes(32))
    record(1)
    seal_pending(begin, at=LATER)
    sign_checkpoint(begin, signer, id=EventId("c1"), at=LATER)
    assert sign_checkpoint(begin, signer, id=EventId("c2"), at=LATER) is None
    record(2)
    seal_pending(begin, at=LATER)
    assert sign_checkpoint(begin, signer, id=EventId("c3"), at=LATER, least=2) is None
    assert len(sealed()) == 3


def test_the_backlog_counts_what_is_unsealed_and_what_is_undelivered(
    begin: Begin, record: Record, sealed: Chain
) -> None:
    record(1, 2, 3)
    seal_pending(begin, at=LATER)
    record(4)
    first = sealed()[0]
    with begin() as work:
        work.ledger.acknowledge("platform", Head(1, first.seal), at=LATER)
    lag = backlog(begin, "platform")
    assert (lag.unsealed, lag.undelivered, lag.count) == (1, 2, 3)
    assert lag.oldest == an_event(2).at
    assert lag.age(NOON + timedelta(seconds=62)) == timedelta(seconds=60)


@pytest.mark.article("M 22", "refused")
def test_new_work_is_refused_while_too_much_is_undelivered(begin: Begin, record: Record) -> None:
    record(1, 2)
    require_room(begin, "platform", Room(count=3), at=NOON)
    with pytest.raises(LogsBehind) as refused:
        require_room(begin, "platform", Room(count=2), at=NOON)
    assert "2" in refused.value.detail("zh")
    with pytest.raises(LogsBehind):
        require_room(begin, "platform", replace(Room(), age=timedelta(minutes=1)), at=LATER)


def test_an_empty_log_has_no_backlog(begin: Begin) -> None:
    require_room(begin, "platform", Room(count=1), at=NOON)
    assert backlog(begin, "platform").age(NOON) == timedelta(0)
