"""The hash chain: each seal is SHA-256 over the previous seal and the event's text, so no record stands alone."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from logs.canonical import sealed_text
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


class Signer(Protocol):
    """Holds the platform's signing key; `key` is the public half in hexadecimal."""

    @property
    def key(self) -> str: ...

    def sign(self, statement: bytes) -> str:
        """The signature over the statement, in hexadecimal."""


def sealed_over(previous: str, text: str) -> str:
    """The seal of a text that follows the record with the seal `previous`; `ValueError` unless that is a seal.

    >>> sealed_over(GENESIS, "")[:16]
    '66687aadf862bd77'
    """
    if not _SEAL.fullmatch(previous):
        raise ValueError("a seal is 64 hexadecimal digits")
    return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()


def chained(events: Iterable[Event], head: Head, *, at: datetime) -> tuple[Sealed, ...]:
    """The events in their order, numbered and sealed onto the chain's end."""
    links = []
    for event in events:
        seq = head.seq + 1
        text = sealed_text(event, seq=seq, sealed_at=at)
        link = Sealed(seq, event, at, text, previous=head.seal, seal=sealed_over(head.seal, text))
        links.append(link)
        head = Head(seq, link.seal)
    return tuple(links)


def statement(head: Head) -> bytes:
    """What a checkpoint's signature is taken over: the log up to and including this record."""
    return f"public-data-sandbox log checkpoint 1\n{head.seq}\n{head.seal}\n".encode()
