"""Alerts, orders and alert rules beside the delivered records, in the receiver's own database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from logs.adapters.archive import Archive, archive_metadata, record
from logs.adapters.database import Instant
from logs.canonical import moment
from logs.model import Sealed
from logs.monitoring.alert import Alert, AlertState, Order
from logs.monitoring.errors import AlertUnknown
from logs.monitoring.watch import Begin
from logs.reception import Filter

alert_table = Table(
    "alert",
    archive_metadata,
    Column("number", Integer, primary_key=True),
    Column("rule", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("measure", Float, nullable=False),
    Column("seqs", JSON, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("closed_at", Instant),
    Index("alert_state", "state", "number"),
)

order_table = Table(
    "freeze_order",
    archive_metadata,
    Column("id", String, primary_key=True),
    Column("alert", Integer, nullable=False),
    Column("scope", String, nullable=False),
    Column("target", String, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("confirmed", Integer),
    Column("declined", Text, nullable=False),
)

rules_table = Table(
    "alert_rules",
    archive_metadata,
    Column("at", Instant, primary_key=True),
    Column("text", Text, nullable=False),
)

contact_table = Table(
    "contact",
    archive_metadata,
    Column("who", String, primary_key=True),
    Column("at", Instant, nullable=False),
)


class WatchedRecords:
    """`logs.monitoring.watch.Records` over the archive."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._archive = Archive(connection)

    def search(self, wanted: Filter) -> Sequence[Sealed]:
        return self._archive.search(wanted)

    def heard_at(self) -> datetime | None:
        told = self._connection.scalar(select(contact_table.c.at))
        received = self._archive.last_received()
        return max((at for at in (told, received) if at is not None), default=None)


class AlertTable:
    """`logs.monitoring.watch.Alerts` on a connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self) -> Sequence[Alert]:
        closed = alert_table.c.state != AlertState.CLOSED
        return [_alert(row) for row in self._connection.execute(select(alert_table).where(closed))]

    def get(self, number: int) -> Alert:
        row = self._connection.execute(select(alert_table).where(alert_table.c.number == number)).first()
        if row is None:
            raise AlertUnknown(number)
        return _alert(row)

    def listed(self, *, states: Sequence[str], before: int | None, limit: int) -> Sequence[Alert]:
        rows = select(alert_table).order_by(alert_table.c.number.desc()).limit(limit)
        if states:
            rows = rows.where(alert_table.c.state.in_(states))
        if before is not None:
            rows = rows.where(alert_table.c.number < before)
        return [_alert(row) for row in self._connection.execute(rows)]

    def save(self, alert: Alert) -> Alert:
        values = {**asdict(alert), "seqs": list(alert.seqs)}
        values.pop("number")
        if alert.number:
            self._connection.execute(update(alert_table).where(alert_table.c.number == alert.number).values(values))
            return alert
        kept = self._connection.execute(insert(alert_table).values(values))
        (number,) = kept.inserted_primary_key or (0,)
        return self.get(number)

    def order(self, id: str) -> Order | None:
        row = self._connection.execute(select(order_table).where(order_table.c.id == id)).first()
        return None if row is None else Order(**row._mapping)

    def orders(self, *, pending: bool) -> Sequence[Order]:
        rows = select(order_table).order_by(order_table.c.at)
        if pending:
            rows = rows.where(order_table.c.confirmed.is_(None), order_table.c.declined == "")
        return [Order(**row._mapping) for row in self._connection.execute(rows)]

    def save_order(self, order: Order) -> None:
        values = asdict(order)
        self._connection.execute(
            upsert(order_table).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def rules(self) -> str | None:
        return self._connection.scalar(select(rules_table.c.text).order_by(rules_table.c.at.desc()).limit(1))

    def save_rules(self, text: str, *, at: datetime) -> None:
        self._connection.execute(insert(rules_table).values(at=at, text=text))


@dataclass(frozen=True, slots=True)
class WatchWork:
    """A unit of work that reaches records and alerts."""

    archive: WatchedRecords
    alerts: AlertTable


def watch_work(engine: Engine) -> Begin:
    """Opens units of work on the receiver's database, each a transaction that commits on leaving."""

    @contextmanager
    def begin() -> Iterator[WatchWork]:
        with engine.begin() as connection:
            yield WatchWork(WatchedRecords(connection), AlertTable(connection))

    return begin


def heard(engine: Engine, *, at: datetime) -> None:
    """Note that the platform called, though it had nothing to deliver."""
    with engine.begin() as connection:
        kept = upsert(contact_table).values(who="platform", at=at)
        connection.execute(kept.on_conflict_do_update(index_elements=["who"], set_={"at": at}))


def _alert(row: Row[tuple[object, ...]]) -> Alert:
    values = dict(row._mapping)
    return Alert(**{**values, "state": AlertState(values["state"]), "seqs": tuple(values["seqs"])})


LENGTH = {"hour": 13, "day": 10, "month": 7}
"""How much of an RFC 3339 time names the hour, the day, the month."""


def counts_over_time(
    engine: Engine, *, by: str, kinds: Sequence[str], since: datetime | None, until: datetime | None
) -> Sequence[tuple[str, str, int]]:
    """How many records of each kind fell into each hour, day or month, by UTC."""
    start = func.substr(record.c.at, 1, LENGTH[by])
    rows = select(start, record.c.kind, func.count()).group_by(start, record.c.kind).order_by(start, record.c.kind)
    if kinds:
        rows = rows.where(record.c.kind.in_(kinds))
    if since:
        rows = rows.where(record.c.at >= moment(since))
    if until:
        rows = rows.where(record.c.at < moment(until))
    with engine.connect().execution_options(reading=True) as connection:
        return [(str(first), str(kind), int(count)) for first, kind, count in connection.execute(rows)]
