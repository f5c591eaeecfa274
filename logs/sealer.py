"""Sealing without end: whatever is recorded is numbered and chained within moments, and the chain's end is signed.

Any number of sealers may run at once. Whoever seals holds the chain's end for one transaction, so the others wait and
go on where it stopped; one that dies leaves its events to the next, and its hold goes with its connection.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from logs.checkpoint import Signer
from logs.errors import Refusal
from logs.model import EventId
from logs.service import Begin, seal_pending, sign_checkpoint

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Who signs the chain's end, with what event ids, and when: after so many new events, or so long after the last."""

    signer: Signer
    new_id: Callable[[], EventId]
    every: int = 1000
    rest: timedelta = timedelta(minutes=1)


def seal_forever(
    begin: Begin,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event,
    checkpoints: Checkpoints | None = None,
    idle: float = 0.1,
) -> None:
    """Seal and sign until told to stop, looking every `idle` seconds; whatever fails is tried again."""
    signed_at = clock()
    while not stop.is_set():
        try:
            at = clock()
            sealed = seal_pending(begin, at=at)
            if checkpoints is not None and sign_due(begin, checkpoints, signed_at, at=at):
                signed_at = at
        except Exception as trouble:  # noqa: BLE001  # the inbox keeps every event: the next turn tries again
            said = trouble if isinstance(trouble, Refusal) else type(trouble).__name__
            logger.warning("sealing: %s; next try in %.1f s", said, idle * 5)
            stop.wait(idle * 5)
        else:
            if sealed == 0:
                stop.wait(idle)


def sign_due(begin: Begin, checkpoints: Checkpoints, signed_at: datetime, *, at: datetime) -> bool:
    """Sign the chain's end if enough is new or enough time has passed; a clock set back counts as time passed."""
    rested = not timedelta(0) <= at - signed_at < checkpoints.rest
    least = 1 if rested else checkpoints.every
    signed = sign_checkpoint(begin, checkpoints.signer, id=checkpoints.new_id(), at=at, least=least)
    return rested or signed is not None
