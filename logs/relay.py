"""Delivering the chain to a receiver: in order, acknowledged, resumed, tried for ever, never dropped."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from logs.errors import ReceiverHoldsAnotherLog, ReceiverUnavailable, Refusal
from logs.model import EventId, Sealed
from logs.seal import Head, Signer
from logs.service import Begin, Ledger, seal_pending, sign_checkpoint

PORTION = 4_000_000  # characters of event text to a request, well below what receivers take
logger = logging.getLogger(__name__)


class Delivery(Protocol):
    """The way to one receiver."""

    def deliver(self, links: Sequence[Sealed]) -> Head | None:
        """Hand over a batch; where the receiver's log now ends, `None` when it took all and does not say.

        Raises `ReceiverUnavailable`, `ReceiverRefused`.
        """

    def head(self) -> Head | None:
        """Where the receiver's log ends, `None` when it does not say; raises as `deliver` does."""


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
class Checkpoints:
    """Who signs the chain's end, with what event ids, and when: after so many new events, or so long after the last."""

    signer: Signer
    new_id: Callable[[], EventId]
    every: int = 1000
    rest: timedelta = timedelta(minutes=1)


def relay_once(begin: Begin, delivery: Delivery, *, receiver: str, at: datetime, batch: int = 500) -> int:
    """Deliver the next batch; how many events the receiver acknowledged.

    The acknowledgement is kept only once the receiver has given it: whoever dies in between delivers again, and the
    receiver knows the records by number.
    """
    with begin() as work:
        links = work.ledger.after(work.ledger.acknowledged(receiver).seq, batch)
    if not links:
        return 0
    links = _portion(links)
    said = delivery.deliver(links) or Head(links[-1].seq, links[-1].seal)
    moved = _acknowledge(begin, receiver, said, at=at)
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


def reconcile(begin: Begin, delivery: Delivery, *, receiver: str, at: datetime) -> int:
    """Take the receiver's own word for where its log ends, so that what it has lost is delivered again.

    How many events it is ahead of what was on record, below zero when it fell behind; 0 when it does not say.
    """
    said = delivery.head()
    return 0 if said is None else _acknowledge(begin, receiver, said, at=at)


def _acknowledge(begin: Begin, receiver: str, said: Head, *, at: datetime) -> int:
    with begin() as work:
        before = work.ledger.acknowledged(receiver)
        _require_own(work.ledger, said)
        if said != before:
            work.ledger.acknowledge(receiver, said, at=at)
    return said.seq - before.seq


def _require_own(ledger: Ledger, said: Head) -> None:
    if ledger.at(said.seq) != said:
        raise ReceiverHoldsAnotherLog(said.seq)


def relay_forever(
    begin: Begin,
    delivery: Delivery,
    *,
    receiver: str,
    clock: Callable[[], datetime],
    stop: threading.Event,
    patience: Patience = Patience(),
    checkpoints: Checkpoints | None = None,
    batch: int = 500,
) -> None:
    """Seal and deliver until told to stop; whatever fails is tried again, later and later up to a bound."""
    failures, agreed, signed_at = 0, False, clock()
    while not stop.is_set():
        try:
            at = clock()
            seal_pending(begin, at=at)
            if checkpoints is not None:
                least = 1 if at - signed_at >= checkpoints.rest else checkpoints.every
                signed = sign_checkpoint(begin, checkpoints.signer, id=checkpoints.new_id(), at=at, least=least)
                signed_at = at if signed else signed_at
            if not agreed:
                reconcile(begin, delivery, receiver=receiver, at=at)
                agreed = True
            moved = relay_once(begin, delivery, receiver=receiver, at=at, batch=batch)
            if moved < 0:
                raise ReceiverUnavailable(f"it has lost {-moved} records, which are delivered again")
        except Exception as trouble:  # noqa: BLE001  # the ledger keeps every event: the next turn tries again
            failures, agreed = failures + 1, False
            pause = patience.wait(failures, trouble.after if isinstance(trouble, ReceiverUnavailable) else None)
            said = trouble if isinstance(trouble, Refusal) else type(trouble).__name__
            logger.warning("log delivery to %s: %s; next try in %.1f s", receiver, said, pause)
            stop.wait(pause)
        else:
            failures = 0
            if moved == 0:
                stop.wait(patience.idle)


def flush(
    begin: Begin,
    delivery: Delivery,
    *,
    receiver: str,
    at: datetime,
    checkpoints: Checkpoints | None = None,
    batch: int = 500,
) -> int:
    """Seal, sign and deliver all there is; how many events were acknowledged. Raises what the delivery raises."""
    seal_pending(begin, at=at)
    if checkpoints is not None:
        sign_checkpoint(begin, checkpoints.signer, id=checkpoints.new_id(), at=at)
    total = reconcile(begin, delivery, receiver=receiver, at=at)
    while (moved := relay_once(begin, delivery, receiver=receiver, at=at, batch=batch)) != 0:
        total += moved
    return total
