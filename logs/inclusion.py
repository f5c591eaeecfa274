"""One record proved without the rest of the log: its text, a path of hashes, and a signed checkpoint it leads to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from logs.canonical import read_sealed
from logs.checkpoint import CHECKPOINT, Checkpoint, SignedCheckpoint, Verify, signed_checkpoint
from logs.errors import NotAnEvent, NotAProof, NotYetSigned
from logs.hashing import Hash
from logs.merkle import Complete, Frontier, Root, included, inclusion, leaf_hash
from logs.model import Sealed
from logs.seal import GENESIS


@dataclass(frozen=True, slots=True)
class RecordProof:
    """What is handed over to prove one record. `path` runs from the record's side to the root (RFC 6962, 2.1.1)."""

    text: str
    path: tuple[str, ...]
    signed: SignedCheckpoint

    def wrong(self, verify: Verify, keys: frozenset[str]) -> tuple[str, ...]:
        """What does not hold, by name: nothing, where the record is proved. `keys` are the public keys trusted."""
        checkpoint = self.signed.checkpoint
        names = []
        try:
            link = self.link()
            if link.hash is not checkpoint.hash or not self._leads(link):
                names.append("path")
        except NotAnEvent:
            names.append("text")
        if not self.signed.holds(verify):
            names.append("signature")
        if keys and self.signed.key not in keys:
            names.append("key")
        return tuple(names)

    def link(self) -> Sealed:
        """The record; its seals are no part of this proof. Raises `NotAnEvent`."""
        return read_sealed(self.text, previous=GENESIS, seal=GENESIS)

    def _leads(self, link: Sealed) -> bool:
        checkpoint = self.signed.checkpoint
        try:
            path = [bytes.fromhex(step) for step in self.path]
            tree = Root(checkpoint.size, bytes.fromhex(checkpoint.root), checkpoint.hash)
        except ValueError:
            return False
        return included(leaf_hash(self.text.encode(), tree.hash), link.seq - 1, path, tree)

    def written(self) -> str:
        """As JSON, the form to hand over."""
        checkpoint = self.signed.checkpoint
        members = {
            "proof": 1,
            "text": self.text,
            "path": list(self.path),
            "checkpoint": {
                "hash": checkpoint.hash.value,
                "size": checkpoint.size,
                "seal": checkpoint.seal,
                "root": checkpoint.root,
                "key": self.signed.key,
                "signature": self.signed.signature,
            },
        }
        return json.dumps(members, ensure_ascii=False, indent=1)

    @classmethod
    def read(cls, text: str) -> Self:
        """The proof of `written`; raises `NotAProof`."""
        try:
            members = json.loads(text)
            said = members["checkpoint"]
            checkpoint = Checkpoint(_number(said["size"]), _word(said["seal"]), _word(said["root"]), Hash(said["hash"]))
            signed = SignedCheckpoint(checkpoint, _word(said["key"]), _word(said["signature"]))
            if members["proof"] != 1:
                raise NotAProof
            return cls(_word(members["text"]), tuple(_word(step) for step in members["path"]), signed)
        except (KeyError, RecursionError, TypeError, ValueError) as cause:
            raise NotAProof from cause


def record_proof(link: Sealed, signed: SignedCheckpoint, complete: Complete) -> RecordProof:
    """The proof of a record that the checkpoint covers, out of a tree that is at hand."""
    checkpoint = signed.checkpoint
    path = inclusion(link.seq - 1, checkpoint.size, complete, checkpoint.hash)
    return RecordProof(link.text, tuple(step.hex() for step in path), signed)


def proof_among(links: Iterable[Sealed], seq: int) -> RecordProof:
    """The proof of a record, out of the log read from its beginning; raises `NotYetSigned`."""
    leaves: list[bytes] = []
    wanted: Sealed | None = None
    for link in links:
        signed = signed_checkpoint(link) if wanted and link.event.kind == CHECKPOINT else None
        if wanted and signed and signed.checkpoint.size == len(leaves):
            hash = signed.checkpoint.hash

            def complete(level: int, index: int, hash: Hash = hash) -> bytes:
                return Frontier(hash).grown(leaves[index << level : (index + 1) << level])[0].root

            return record_proof(wanted, signed, complete)
        leaves.append(leaf_hash(link.text.encode(), link.hash))
        wanted = link if link.seq == seq else wanted
    raise NotYetSigned(seq)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value
