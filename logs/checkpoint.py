"""A signed checkpoint: how long the log was, its last seal and the root of its tree, by the platform's key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from logs.hashing import Hash
from logs.model import Actor, ActorId, Event, EventId, OrganisationId, Role, Sealed

CHECKPOINT = "log.checkpointed"
SEALER = Actor(ActorId("sealer"), OrganisationId("platform"), Role.SYSTEM)

Verify = Callable[[str, bytes, str], bool]
"""Whether (public key, statement, signature) belong together; key and signature hexadecimal."""


class Signer(Protocol):
    """Holds a signing key; `key` is the public half in hexadecimal."""

    @property
    def key(self) -> str: ...

    def sign(self, statement: bytes) -> str:
        """The signature over the statement, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log up to and including record `size`: its seal, and the root of the tree over all records so far."""

    size: int
    seal: str
    root: str
    hash: Hash

    def statement(self) -> bytes:
        """What the signature is taken over."""
        return f"public-data-sandbox log checkpoint 2\n{self.hash}\n{self.size}\n{self.seal}\n{self.root}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the public key that signed it and the signature, as claimed."""

    checkpoint: Checkpoint
    key: str
    signature: str

    def holds(self, verify: Verify) -> bool:
        """Whether that key signed it."""
        return verify(self.key, self.checkpoint.statement(), self.signature)


def checkpoint_event(checkpoint: Checkpoint, signer: Signer, *, id: EventId, at: datetime) -> Event:
    """The event that carries the signed checkpoint; it is itself the record after the last one covered."""
    return Event(
        id,
        CHECKPOINT,
        at,
        SEALER,
        f"log:{checkpoint.size}",
        {
            "seq": checkpoint.size,
            "seal": checkpoint.seal,
            "root": checkpoint.root,
            "signature": signer.sign(checkpoint.statement()),
            "key": signer.key,
        },
    )


def signed_checkpoint(link: Sealed) -> SignedCheckpoint | None:
    """What a sealed `log.checkpointed` claims; `None` where it lacks a part."""
    seq, seal, root, key, signature = (
        link.event.facts.get(name) for name in ("seq", "seal", "root", "key", "signature")
    )
    if not (type(seq) is int and isinstance(seal, str) and isinstance(root, str)):
        return None
    if not (isinstance(key, str) and isinstance(signature, str)):
        return None
    return SignedCheckpoint(Checkpoint(seq, seal, root, link.hash), key, signature)
