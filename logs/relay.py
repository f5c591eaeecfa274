"""Delivering the chain to a receiver: in order, acknowledged, resumed, tried for ever, never dropped.

A receiver is held to its word: its receipts are signed, checked and kept, where its log ends is compared with them,
and now and then it is asked to hand records back. What it has lost is delivered again, and that it was lost goes on
record.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from logs.checkpoint import SEALER, Verify
from logs.delivered import Field, fields_of
from logs.errors import ReceiptInvalid, ReceiverHoldsAnotherLog, ReceiverUnavailable, Refusal
from logs.model import Event, EventId, Sealed
from logs.receipts import Receipt
from logs.seal import Head, chained
from logs.sealer import Checkpoints
from logs.service import Begin, Ledger, seal_pending, sign_checkpoint

PORTION = 4_000_000  # characters of event text to a request, well below what receivers take
REDELIVERED = "log.redelivered"
logger = logging.getLogger(__name__)


class Delivery(Protocol):
    """The way to one receiver."""

    def deliver(self, links: Sequence[Sealed]) -> Receipt | None:
        """Hand over a batch; a receipt for where the receiver's log now ends, `None` when it took all and gives none.

        Raises `ReceiverUnavailable`, `ReceiverRefused`.
        """

    def head(self) -> Receipt | None:
        """Where the receiver's log ends, `None` when it does not say; raises as `deliver` does."""

    def delivered(self, first: int, count: int) -> Sequence[Mapping[str, Field]] | None:
        """Records handed back, as far as it holds them; `None` when it hands none back. Raises as `deliver` does."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiver as the relay knows it: its name, how its signature is checked, ids for events about it.

    `key` is the public key of its receipts; with none given, the key of its first receipt is kept to.
    """

    name: str
    verify: Verify
    new_id: Callable[[], EventId]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: between looks at an empty ledger, after the first failure, at most after many."""

    idle: float = 0.5
    first: float = 0.5
    most: float = 30.0

    def wait(self, failures: int, asked: float | None) -> float:
        """How long to wait after so many failures in a row; the receiver may ask for longer, up to the most.

        >>> [Patience().wait(failures, None) for failures in (1, 2, 3, 20)]
        [0.5, 1.0, 2.0, 30.0]
        """
        doubled = self.first * 2.0 ** min(failures - 1, 30)
        return min(max(doubled, asked or 0.0), self.most)


@dataclass(frozen=True, slots=True)
class Audit:
    """How often the receiver is asked to hand records back, how many, and who chooses the first of so many."""

    choose: Callable[[int], int]
    every: timedelta = timedelta(minutes=1)
    count: int = 100


def relay_once(begin: Begin, delivery: Delivery, *, receiver: Receiver, at: datetime, batch: int = 500) -> int:
    """Deliver the next batch; how many events the receiver acknowledged, below zero when it has lost some.

    The acknowledgement is kept only once the receiver has given it: whoever dies in between delivers again, and the
    receiver knows the records by number.
    """
    with begin() as work:
        start = work.ledger.acknowledged(receiver.name)
        links = work.ledger.after(start.seq, batch)
    if not links:
        return 0
    links = _portion(links)
    end = Head(links[-1].seq, links[-1].seal)
    given = delivery.deliver(links)
    moved = _acknowledge(begin, receiver, given, start, end, at=at)
    if moved == 0:
        raise ReceiverUnavailable("its log did not grow")
    return moved


def _portion(links: Sequence[Sealed]) -> Sequence[Sealed]:
    """The first of them, as many as one request may carry; at least one."""
    total = 0
    for count, link in enumerate(links):
        total += len(link.text)
        if total > PORTION:
            return links[: max(count, 1)]
    return links


def reconcile(begin: Begin, delivery: Delivery, *, receiver: Receiver, at: datetime) -> int:
    """Ask the receiver where its log ends, so that what it has lost is delivered again; how many events those are."""
    given = delivery.head()
    if given is None:
        return 0
    with begin() as work:
        acknowledged = work.ledger.acknowledged(receiver.name)
    return -min(_acknowledge(begin, receiver, given, acknowledged, acknowledged, at=at), 0)


def audit(begin: Begin, delivery: Delivery, *, receiver: Receiver, first: int, count: int, at: datetime) -> int:
    """Have records handed back and compare them; how many events are delivered again because one was not there."""
    with begin() as work:
        acknowledged = work.ledger.acknowledged(receiver.name)
        links = [link for link in work.ledger.after(first - 1, count) if link.seq <= acknowledged.seq]
    found = delivery.delivered(first, len(links)) if links else None
    if found is None:
        return 0
    held = {fields.get("body"): fields for fields in found}
    gone = next((link for link in links if held.get(link.text) != fields_of(link)), None)
    if gone is None:
        return 0
    with begin() as work:
        return -_fall_back(work.ledger, receiver, Head(gone.seq - 1, gone.previous), at=at)


def _acknowledge(
    begin: Begin, receiver: Receiver, given: Receipt | None, before: Head, end: Head, *, at: datetime
) -> int:
    """Take the receiver at its word up to that end and no further; how far that moves from where it was before."""
    with begin() as work:
        if work.ledger.acknowledged(receiver.name) != before:
            raise ReceiverUnavailable("another relay or an audit moved the mark meanwhile")
        said = end
        if given is not None:
            _require_sound(work.ledger, receiver, given)
            said = given.head if given.head.seq < end.seq else end
        if said.seq < before.seq:
            return _fall_back(work.ledger, receiver, said, at=at)
        if said != before:
            work.ledger.acknowledge(receiver.name, said, at=at)
            if given is not None:
                work.ledger.keep_receipt(receiver.name, given)
    return said.seq - before.seq


def _require_sound(ledger: Ledger, receiver: Receiver, given: Receipt) -> None:
    """Raises `ReceiptInvalid`, `ReceiverHoldsAnotherLog`."""
    last = ledger.receipt(receiver.name)
    key = receiver.key or (last.key if last else given.key)
    if given.key != key or not given.holds(receiver.verify):
        raise ReceiptInvalid(f"{given.head.seq}, {given.key[:16]}…")
    if ledger.at(given.head.seq) != given.head:
        raise ReceiverHoldsAnotherLog(given.head.seq)


def _fall_back(ledger: Ledger, receiver: Receiver, said: Head, *, at: datetime) -> int:
    """Deliver again from there on, and put on record that the receiver lost what it had acknowledged."""
    end, before = ledger.hold(), ledger.acknowledged(receiver.name)
    broken = ledger.receipt(receiver.name)
    facts = {"seq": said.seq + 1, "records": before.seq - said.seq}
    promise = {"seal": broken.head.seal, "signature": broken.signature, "key": broken.key} if broken else {}
    event = Event(receiver.new_id(), REDELIVERED, at, SEALER, f"receiver:{receiver.name}", {**facts, **promise})
    ledger.append(chained([event], end, at=at, hash=ledger.hash))
    ledger.acknowledge(receiver.name, said, at=at)
    return said.seq - before.seq


def relay_forever(
    begin: Begin,
    delivery: Delivery,
    *,
    receiver: Receiver,
    clock: Callable[[], datetime],
    stop: threading.Event,
    patience: Patience = Patience(),
    audits: Audit | None = None,
    batch: int = 500,
) -> None:
    """Deliver until told to stop; whatever fails is tried again, later and later up to a bound."""
    failures, agreed, audited_at = 0, False, clock()
    while not stop.is_set():
        try:
            at = clock()
            if not agreed:
                reconcile(begin, delivery, receiver=receiver, at=at)
                agreed = True
            moved = relay_once(begin, delivery, receiver=receiver, at=at, batch=batch)
            if moved < 0:
                raise ReceiverUnavailable(f"it has lost {-moved} records, which are delivered again")
            if audits is not None and not timedelta(0) <= at - audited_at < audits.every:
                audited_at = at
                moved += _audit_somewhere(begin, delivery, receiver, audits, at=at)
        except Exception as trouble:  # noqa: BLE001  # the ledger keeps every event: the next turn tries again
            failures, agreed = failures + 1, False
            pause = patience.wait(failures, trouble.after if isinstance(trouble, ReceiverUnavailable) else None)
            said = trouble if isinstance(trouble, Refusal) else type(trouble).__name__
            logger.warning("log delivery to %s: %s; next try in %.1f s", receiver.name, said, pause)
            stop.wait(pause)
        else:
            failures = 0
            if moved == 0:
                stop.wait(patience.idle)


def _audit_somewhere(begin: Begin, delivery: Delivery, receiver: Receiver, audits: Audit, *, at: datetime) -> int:
    with begin() as work:
        last = work.ledger.acknowledged(receiver.name).seq
    if not last:
        return 0
    first = 1 + audits.choose(last)
    return audit(begin, delivery, receiver=receiver, first=first, count=audits.count, at=at)


def flush(
    begin: Begin,
    delivery: Delivery,
    *,
    receiver: Receiver,
    at: datetime,
    checkpoints: Checkpoints | None = None,
    batch: int = 500,
) -> int:
    """Seal, sign and deliver all there is; how many events were acknowledged. Raises what the delivery raises."""
    seal_pending(begin, at=at)
    if checkpoints is not None:
        sign_checkpoint(begin, checkpoints.signer, id=checkpoints.new_id(), at=at)
    total = -reconcile(begin, delivery, receiver=receiver, at=at)
    while (moved := relay_once(begin, delivery, receiver=receiver, at=at, batch=batch)) != 0:
        total += moved
    return total
