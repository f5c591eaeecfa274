"""Sealing what was recorded, signing the chain's end, and measuring how far delivery lags behind."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from logs.checkpoint import Checkpoint, Signer, checkpoint_event
from logs.errors import LogsBehind
from logs.hashing import Hash
from logs.merkle import Frontier
from logs.model import Event, EventId, Sealed
from logs.receipts import Receipt
from logs.seal import Head, chained


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not reached the receiver: events not yet sealed, sealed ones not yet acknowledged, the oldest's time."""

    unsealed: int
    undelivered: int
    oldest: datetime | None

    @property
    def count(self) -> int:
        """All events that the receiver has not acknowledged."""
        return self.unsealed + self.undelivered

    def age(self, at: datetime) -> timedelta:
        """How long the oldest of them has waited; nothing waiting is no time."""
        return max(at - self.oldest, timedelta(0)) if self.oldest else timedelta(0)


@dataclass(frozen=True, slots=True)
class Room:
    """How far delivery may lag before the platform refuses new work."""

    count: int = 100_000
    age: timedelta = timedelta(hours=1)


class Ledger(Protocol):
    """The inbox, the chain and the receivers' acknowledgements, inside one transaction."""

    @property
    def hash(self) -> Hash:
        """The hash that this log is sealed with."""

    def hold(self) -> Head:
        """The chain's end, held until the transaction is over: nobody else seals meanwhile.

        Raises `SealedOtherwise` where the log was begun with another hash.
        """

    def tree(self) -> Frontier:
        """The tree over all records of the chain."""

    def pending(self, limit: int) -> Sequence[Event]:
        """Recorded events not yet sealed, causes before their effects."""

    def append(self, links: Sequence[Sealed]) -> None:
        """Put links at the chain's end and take their events out of the inbox; `ChainForked` if it moved."""

    def checkpoint(self) -> int:
        """The number of the last signed checkpoint; 0 before the first."""

    def at(self, seq: int) -> Head | None:
        """The chain's end as it was at that number; `None` beyond the end."""

    def after(self, seq: int, limit: int) -> Sequence[Sealed]:
        """Sealed events that follow that number, in order."""

    def acknowledged(self, receiver: str) -> Head:
        """How far that receiver has acknowledged."""

    def acknowledge(self, receiver: str, head: Head, *, at: datetime) -> None:
        """Keep how far that receiver has acknowledged."""

    def keep_receipt(self, receiver: str, given: Receipt) -> None:
        """Keep a receipt that receiver gave; one for the same end is kept once."""

    def receipt(self, receiver: str) -> Receipt | None:
        """The last receipt kept, by number."""

    def backlog(self, receiver: str) -> Backlog:
        """What that receiver has not acknowledged."""


class Work(Protocol):
    """A unit of work that reaches the ledger."""

    @property
    def ledger(self) -> Ledger: ...


Begin = Callable[[], AbstractContextManager[Work]]


def seal_pending(begin: Begin, *, at: datetime, batch: int = 1000) -> int:
    """Number and seal all recorded events in commit order, a batch to a transaction; how many were sealed.

    Whoever seals holds the chain's end, so a second sealer waits, then goes on where the first one stopped; when one
    dies its transaction is undone and the next seals the same events.
    """
    total = 0
    while True:
        with begin() as work:
            head = work.ledger.hold()
            events = work.ledger.pending(batch)
            if events:
                work.ledger.append(chained(events, head, at=at, hash=work.ledger.hash))
        total += len(events)
        if len(events) < batch:
            return total


def sign_checkpoint(begin: Begin, signer: Signer, *, id: EventId, at: datetime, least: int = 1) -> Sealed | None:
    """Sign the chain's end, as an event of the chain itself; `None` while fewer than `least` events are new."""
    with begin() as work:
        head = work.ledger.hold()
        if head.seq - work.ledger.checkpoint() < least:
            return None
        tree = work.ledger.tree()
        checkpoint = Checkpoint(head.seq, head.seal, tree.root.hex(), tree.hash)
        event = checkpoint_event(checkpoint, signer, id=id, at=at)
        (link,) = chained([event], head, at=at, hash=tree.hash)
        work.ledger.append([link])
    return link


def backlog(begin: Begin, receiver: str) -> Backlog:
    """What the receiver has not acknowledged: how many events, and since when the oldest waits."""
    with begin() as work:
        return work.ledger.backlog(receiver)


def require_room(begin: Begin, receiver: str, room: Room, *, at: datetime) -> None:
    """Refuse new work before an event could be lost; raises `LogsBehind` while delivery lags beyond the room given."""
    lag = backlog(begin, receiver)
    if lag.count >= room.count or lag.age(at) >= room.age:
        raise LogsBehind(lag.count, lag.age(at))
