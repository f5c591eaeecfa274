"""The resource platform's side: taking records in, once and in order, and showing who saw what."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from logs.checkpoint import CHECKPOINT, Signer, Verify, signed_checkpoint
from logs.delivered import Field, differences, link_of
from logs.errors import NotAnEvent, NotYetSigned
from logs.inclusion import RecordProof, record_proof
from logs.merkle import Frontier, Node, leaf_hash
from logs.misdelivered import (
    AlteredDuplicate,
    AlteredRecord,
    BrokenChain,
    GapInDelivery,
    Misdelivered,
    UnreadableRecord,
    WrongCheckpoint,
)
from logs.model import Sealed
from logs.receipts import Receipt, receipt
from logs.seal import GENESIS, Head, sealed_over


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records to show. `about` says what they refer to, as `{"agreement": id, "resource": id, ...}`, all of it.

    `after` is the number to go on from; `since` is included, `until` is not.
    """

    about: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Incident:
    """A refused delivery: its kind, the number concerned, when it first and last came, and how often."""

    kind: str
    seq: int
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Tie:
    """How a record is tied into the chain: the seal before it and its own."""

    previous: str
    seal: str


class Archive(Protocol):
    """The records taken in, inside one transaction."""

    def head(self) -> Head:
        """Where the log held here ends."""

    def ties(self, first: int, last: int) -> Mapping[int, Tie]:
        """How the records of these numbers are tied into the chain, as far as they are held, wherever they are kept."""

    def tree(self) -> Frontier | None:
        """The tree over all records up to the end; `None` before the first."""

    def complete(self, level: int, index: int) -> bytes:
        """`logs.merkle.Complete`; raises `NotYetSigned` for a subtree that is not held in full."""

    def keep(self, links: Sequence[Sealed], tree: Frontier, nodes: Sequence[Node], given: Receipt) -> None:
        """Keep records that follow the end, the tree and its new nodes, and the receipt given for them."""

    def mend(self, links: Sequence[Sealed]) -> None:
        """Keep records that were taken in before and are no longer held."""

    def note(self, kind: str, seq: int, *, at: datetime) -> None:
        """Keep a note of a refused delivery; one that repeats is counted."""

    def search(self, wanted: Filter) -> Sequence[Sealed]:
        """The records wanted, in order."""

    def incidents(self) -> Sequence[Incident]:
        """The refused deliveries, latest first."""


class Reception(Protocol):
    """A unit of work that reaches the archive."""

    @property
    def archive(self) -> Archive: ...


BeginReception = Callable[[], AbstractContextManager[Reception]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who takes in: the archive, the key that receipts are signed with, and whose checkpoints are taken.

    `keys` are the platform's public keys; with none given, a checkpoint signed by any one key is taken.
    """

    begin: BeginReception
    signer: Signer
    verify: Verify
    keys: frozenset[str] = frozenset()


def receive(desk: Desk, batch: Sequence[Mapping[str, Field]], *, at: datetime) -> Receipt:
    """Take in a batch of delivered records, all or none; a signed receipt for where the log ends then.

    What was taken in before is recognised by number and not taken twice. Raises `Misdelivered`, with the incident
    on record.
    """
    try:
        links = [read_delivered(fields, place) for place, fields in enumerate(batch, start=1)]
        with desk.begin() as work:
            head = work.archive.head()
            numbers = [link.seq for link in links] or [0]
            admitted = sorted_out(links, head, work.archive.ties(min(numbers) - 1, max(numbers) + 1))
            if admitted.lost:
                work.archive.mend(admitted.lost)
            if admitted.fresh:
                last = admitted.fresh[-1]
                tree, nodes = grown(admitted.fresh, work.archive.tree(), desk)
                given = receipt(Head(last.seq, last.seal), desk.signer, at=at)
                work.archive.keep(admitted.fresh, tree, nodes, given)
                return given
    except Misdelivered as refusal:
        with desk.begin() as work:
            work.archive.note(refusal.kind, refusal.seq, at=at)
        raise
    return receipt(head, desk.signer, at=at)


def prove_record(begin: BeginReception, seq: int) -> RecordProof:
    """The proof of one record by the first signed checkpoint that covers it; raises `NotYetSigned`."""
    with begin() as work:
        found = work.archive.search(Filter(after=seq - 1, limit=1))
        signing = work.archive.search(Filter(kinds=(CHECKPOINT,), after=seq, limit=1))
        signed = signed_checkpoint(signing[0]) if signing else None
        if not found or found[0].seq != seq or signed is None:
            raise NotYetSigned(seq)
        return record_proof(found[0], signed, work.archive.complete)


def read_delivered(fields: Mapping[str, Field], place: int) -> Sealed:
    """The sealed event of one delivered record, checked by itself; raises `UnreadableRecord`, `AlteredRecord`."""
    try:
        link = link_of(fields)
        seal = sealed_over(link.previous, link.text, link.hash)
    except (NotAnEvent, ValueError) as cause:
        raise UnreadableRecord(place) from cause
    differs = differences(fields, link) or (("seal",) if seal != link.seal else ())
    if differs:
        raise AlteredRecord(link.seq, differs)
    return link


@dataclass(frozen=True, slots=True)
class Admitted:
    """What of a delivery is to be kept: records after the end, and records before it that are no longer held."""

    fresh: Sequence[Sealed]
    lost: Sequence[Sealed]


def sorted_out(links: Sequence[Sealed], head: Head, held: Mapping[int, Tie]) -> Admitted:
    """The records to keep; `held` are the ties of those held, from one before the first to one after the last.

    Raises `AlteredDuplicate`, `GapInDelivery`, `BrokenChain`.
    """
    fresh: list[Sealed] = []
    lost: dict[int, Sealed] = {}
    known = dict(held)
    for link in links:
        tie = known.get(link.seq)
        if tie is not None and tie.seal != link.seal:
            raise AlteredDuplicate(link.seq)
        if tie is None and link.seq <= head.seq:
            lost[link.seq] = link
        if link.seq > head.seq + 1:
            raise GapInDelivery(head.seq + 1, link.seq)
        if link.seq == head.seq + 1:
            if link.previous != head.seal:
                raise BrokenChain(link.seq)
            fresh.append(link)
            head = Head(link.seq, link.seal)
        known[link.seq] = Tie(link.previous, link.seal)
    for link in lost.values():
        before, after = known.get(link.seq - 1), known.get(link.seq + 1)
        behind = GENESIS if link.seq == 1 else before.seal if before else link.previous
        if behind != link.previous or (after is not None and after.previous != link.seal):
            raise BrokenChain(link.seq)
    return Admitted(fresh, list(lost.values()))


def grown(fresh: Sequence[Sealed], tree: Frontier | None, desk: Desk) -> tuple[Frontier, list[Node]]:
    """The tree with these records at its end, and its new nodes; raises `WrongCheckpoint`, `BrokenChain`."""
    tree = tree or Frontier(fresh[0].hash)
    nodes: list[Node] = []
    for link in fresh:
        if link.hash is not tree.hash:
            raise BrokenChain(link.seq)
        if link.event.kind == CHECKPOINT:
            _require_checkpoint(link, tree, desk)
        tree, completed = tree.grown([leaf_hash(link.text.encode(), tree.hash)])
        nodes += completed
    return tree, nodes


def _require_checkpoint(link: Sealed, tree: Frontier, desk: Desk) -> None:
    signed = signed_checkpoint(link)
    if signed is None:
        raise WrongCheckpoint(link.seq, ("signature",))
    said = signed.checkpoint
    holds = {
        "seal": (said.size, said.seal) == (link.seq - 1, link.previous),
        "root": said.root == tree.root.hex(),
        "signature": signed.holds(desk.verify),
        "key": not desk.keys or signed.key in desk.keys,
    }
    if not all(holds.values()):
        raise WrongCheckpoint(link.seq, tuple(name for name, held in holds.items() if not held))
