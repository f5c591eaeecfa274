"""The inbox, the chain and the acknowledgements, kept in the platform's database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from logs.adapters.database import delivery, head, inbox, ledger
from logs.canonical import read, read_sealed
from logs.errors import ChainForked
from logs.model import Event, Sealed
from logs.seal import GENESIS, Head
from logs.service import CHECKPOINT, Backlog, Begin


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


class Ledger:
    """`logs.service.Ledger` on a connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> Head:
        start = (
            _insert(self._connection, head).values(one=1, seq=0, seal=GENESIS, checkpoint=0).on_conflict_do_nothing()
        )
        self._connection.execute(start)
        row = self._connection.execute(select(head.c.seq, head.c.seal).with_for_update()).one()
        return Head(row.seq, row.seal)

    def pending(self, limit: int) -> Sequence[Event]:
        # Position is given out at writing, not at commit. An effect is written after its cause has committed, so it
        # has the higher position; and what commits late is still found, since the inbox holds whatever is not sealed.
        rows = self._connection.scalars(select(inbox.c.text).order_by(inbox.c.position).limit(limit))
        return [read(text) for text in rows]

    def append(self, links: Sequence[Sealed]) -> None:
        first, last = links[0], links[-1]
        moved = update(head).where(head.c.seq == first.seq - 1, head.c.seal == first.previous)
        signed = [link.seq for link in links if link.event.kind == CHECKPOINT]
        moved = moved.values({"seq": last.seq, "seal": last.seal} | ({"checkpoint": signed[-1]} if signed else {}))
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


def ledger_work(engine: Engine) -> Begin:
    """Opens units of work on the engine, each a transaction that commits on leaving."""

    @contextmanager
    def begin() -> Iterator[LedgerWork]:
        with engine.begin() as connection:
            yield LedgerWork(Ledger(connection))

    return begin


def ledger_view(engine: Engine) -> Begin:
    """Opens units of work that only read, and wait for no writer."""

    @contextmanager
    def begin() -> Iterator[LedgerWork]:
        with engine.connect().execution_options(reading=True) as connection:
            yield LedgerWork(Ledger(connection))

    return begin
