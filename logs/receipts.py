"""What a receiver signs when it acknowledges: up to which record, with which seal, and when it took it in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from logs.canonical import moment
from logs.checkpoint import Signer, Verify
from logs.seal import Head


@dataclass(frozen=True, slots=True)
class Receipt:
    """Signed by the receiver: its log ended there at that time. Kept, it holds the receiver to its word.

    Written `number:seal time key signature` where it travels in a header.
    """

    head: Head
    at: datetime
    key: str
    signature: str

    def __str__(self) -> str:
        return f"{self.head} {moment(self.at)} {self.key} {self.signature}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The receipt written as above; `ValueError` when it is not one."""
        head, at, key, signature = text.split(" ")
        taken = datetime.fromisoformat(at)
        if taken.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return cls(Head.parse(head), taken, key, signature)

    def holds(self, verify: Verify) -> bool:
        """Whether the key it names signed it."""
        return verify(self.key, _statement(self.head, self.at), self.signature)


def receipt(head: Head, signer: Signer, *, at: datetime) -> Receipt:
    """A receipt for the log up to that end."""
    return Receipt(head, at, signer.key, signer.sign(_statement(head, at)))


def _statement(head: Head, at: datetime) -> bytes:
    return f"public-data-sandbox log receipt 1\n{head.seq}\n{head.seal}\n{moment(at)}\n".encode()
