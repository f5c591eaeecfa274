"""The hash chain: each seal is a hash over the previous seal and the event's text, so no record stands alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from logs.canonical import sealed_text
from logs.hashing import Hash, digest
from logs.model import Event, Sealed

GENESIS: Final = "0" * 64
_SEAL = re.compile("[0-9a-f]{64}")  # one way to write it: a capital letter is an alteration


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the last number and its seal; written `number:seal` where somebody keeps it as a witness."""

    seq: int = 0
    seal: str = GENESIS

    def __str__(self) -> str:
        return f"{self.seq}:{self.seal}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The head written as `number:seal`; `ValueError` when it is not one."""
        written = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip())
        if written is None:
            raise ValueError("a head is a number, a colon and 64 hexadecimal digits")
        return cls(int(written[1]), written[2])


def sealed_over(previous: str, text: str, hash: Hash = Hash.SHA256) -> str:
    """The seal of a text that follows the record with the seal `previous`; `ValueError` unless that is a seal.

    >>> sealed_over(GENESIS, "")[:16]
    '66687aadf862bd77'
    """
    if not _SEAL.fullmatch(previous):
        raise ValueError("a seal is 64 hexadecimal digits")
    return digest(hash, bytes.fromhex(previous) + text.encode()).hex()


def chained(events: Iterable[Event], head: Head, *, at: datetime, hash: Hash = Hash.SHA256) -> tuple[Sealed, ...]:
    """The events in their order, numbered and sealed onto the chain's end."""
    links = []
    for event in events:
        seq = head.seq + 1
        text = sealed_text(event, seq=seq, sealed_at=at, hash=hash)
        seal = sealed_over(head.seal, text, hash)
        links.append(Sealed(seq, event, at, text, previous=head.seal, seal=seal, hash=hash))
        head = Head(seq, seal)
    return tuple(links)
