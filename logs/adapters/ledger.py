"""The inbox, the chain and the acknowledgements, kept in the platform's database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from logs.adapters.database import delivery, head, inbox, ledger, receipt
from logs.canonical import read, read_sealed
from logs.checkpoint import CHECKPOINT
from logs.errors import ChainForked, SealedOtherwise
from logs.hashing import Hash
from logs.merkle import Frontier, leaf_hash
from logs.model import Event, Sealed
from logs.receipts import Receipt
from logs.seal import GENESIS, Head
from logs.service import Backlog, Begin

GROWTH = 1000  # records read at a time where the tree is behind the chain


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


class Ledger:
    """`logs.service.Ledger` on a connection whose transaction the caller owns."""

    def __init__(self, connection: Connection, hash: Hash) -> None:
        self._connection = connection
        self.hash = hash

    def hold(self) -> Head:
        begun = {"one": 1, "seq": 0, "seal": GENESIS, "checkpoint": 0, "hash": self.hash.value, "tree": "0:"}
        self._connection.execute(_insert(self._connection, head).values(begun).on_conflict_do_nothing())
        row = self._connection.execute(select(head.c.seq, head.c.seal, head.c.hash).with_for_update()).one()
        if row.hash != self.hash:
            raise SealedOtherwise(row.hash, self.hash.value)
        return Head(row.seq, row.seal)

    def tree(self) -> Frontier:
        row = self._connection.execute(select(head.c.seq, head.c.tree)).one()
        tree = Frontier.parse(row.tree, self.hash)
        while tree.size < row.seq:  # a log from before there was a tree
            following = ledger.c.seq.between(tree.size + 1, min(tree.size + GROWTH, row.seq))
            texts = self._connection.scalars(select(ledger.c.text).where(following).order_by(ledger.c.seq))
            tree, _ = tree.grown(leaf_hash(text.encode(), self.hash) for text in texts)
        return tree

    def pending(self, limit: int) -> Sequence[Event]:
        # Position is given out at writing, not at commit. An effect is written after its cause has committed, so it
        # has the higher position; and what commits late is still found, since the inbox holds whatever is not sealed.
        rows = self._connection.scalars(select(inbox.c.text).order_by(inbox.c.position).limit(limit))
        return [read(text) for text in rows]

    def append(self, links: Sequence[Sealed]) -> None:
        first, last = links[0], links[-1]
        tree, _ = self.tree().grown(leaf_hash(link.text.encode(), self.hash) for link in links)
        moved = update(head).where(head.c.seq == first.seq - 1, head.c.seal == first.previous)
        signed = [link.seq for link in links if link.event.kind == CHECKPOINT]
        values = {"seq": last.seq, "seal": last.seal, "tree": str(tree)}
        moved = moved.values(values | ({"checkpoint": signed[-1]} if signed else {}))
        if self._connection.execute(moved).rowcount != 1:
            raise ChainForked(first.seq)
        self._connection.execute(
            insert(ledger),
            [
                {
                    "seq": link.seq,
                    "id": link.event.id,
                    "at": link.event.at,
                    "previous": link.previous,
                    "seal": link.seal,
                    "text": link.text,
                }
                for link in links
            ],
        )
        self._connection.execute(delete(inbox).where(inbox.c.id.in_([link.event.id for link in links])))

    def checkpoint(self) -> int:
        return self._connection.scalar(select(head.c.checkpoint)) or 0

    def at(self, seq: int) -> Head | None:
        if seq == 0:
            return Head()
        seal = self._connection.scalar(select(ledger.c.seal).where(ledger.c.seq == seq))
        return None if seal is None else Head(seq, seal)

    def after(self, seq: int, limit: int) -> Sequence[Sealed]:
        columns = (ledger.c.text, ledger.c.previous, ledger.c.seal)
        rows = self._connection.execute(select(*columns).where(ledger.c.seq > seq).order_by(ledger.c.seq).limit(limit))
        return [read_sealed(row.text, previous=row.previous, seal=row.seal) for row in rows]

    def acknowledged(self, receiver: str) -> Head:
        columns = (delivery.c.seq, delivery.c.seal)
        row = self._connection.execute(select(*columns).where(delivery.c.receiver == receiver)).one_or_none()
        return Head(row.seq, row.seal) if row else Head()

    def acknowledge(self, receiver: str, head: Head, *, at: datetime) -> None:
        values = {"seq": head.seq, "seal": head.seal, "at": at}
        kept = _insert(self._connection, delivery).values(receiver=receiver, **values)
        self._connection.execute(kept.on_conflict_do_update(index_elements=["receiver"], set_=values))

    def keep_receipt(self, receiver: str, given: Receipt) -> None:
        values = {"seq": given.head.seq, "seal": given.head.seal, "at": given.at}
        signed = {"key": given.key, "signature": given.signature}
        kept = _insert(self._connection, receipt).values(receiver=receiver, **values, **signed)
        self._connection.execute(kept.on_conflict_do_nothing())

    def receipt(self, receiver: str) -> Receipt | None:
        last = select(receipt).where(receipt.c.receiver == receiver).order_by(receipt.c.seq.desc()).limit(1)
        row = self._connection.execute(last).one_or_none()
        return Receipt(Head(row.seq, row.seal), row.at, row.key, row.signature) if row else None

    def backlog(self, receiver: str) -> Backlog:
        acknowledged = self.acknowledged(receiver).seq
        end = self._connection.scalar(select(head.c.seq)) or 0
        unsealed = self._connection.scalar(select(func.count()).select_from(inbox)) or 0
        waiting = [
            self._connection.scalar(select(ledger.c.at).where(ledger.c.seq == acknowledged + 1)),
            self._connection.scalar(select(inbox.c.at).order_by(inbox.c.position).limit(1)),
        ]
        oldest = min((at for at in waiting if at is not None), default=None)
        return Backlog(unsealed, max(end - acknowledged, 0), oldest)


@dataclass(frozen=True, slots=True)
class LedgerWork:
    """A unit of work that reaches the ledger and nothing else: the sealer's and the relay's."""

    ledger: Ledger


def ledger_work(engine: Engine, hash: Hash = Hash.SHA256) -> Begin:
    """Opens units of work on the engine, each a transaction that commits on leaving."""

    @contextmanager
    def begin() -> Iterator[LedgerWork]:
        with engine.begin() as connection:
            yield LedgerWork(Ledger(connection, hash))

    return begin


def ledger_view(engine: Engine, hash: Hash = Hash.SHA256) -> Begin:
    """Opens units of work that only read, and wait for no writer."""

    @contextmanager
    def begin() -> Iterator[LedgerWork]:
        with engine.connect().execution_options(reading=True) as connection:
            yield LedgerWork(Ledger(connection, hash))

    return begin
