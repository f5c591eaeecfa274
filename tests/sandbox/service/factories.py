"""A small domain to run queries in: two resources, an agreement, the real gate, the real disclosure control."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlalchemy import Engine, select

from catalog.adapters.keeping import SnapshotShelf
from catalog.model import Column, ColumnType, Digest, Resource, ResourceId, Use, Version
from logs.adapters.database import Inbox, inbox, metadata
from logs.canonical import read
from logs.model import Actor, ActorId, Event, EventId, OrganisationId, Role
from masking.techniques import KeepEdges, Pseudonym
from policies.annex import Annex, Grant
from policies.denials import NotPermitted
from policies.errors import NoSuch
from sandbox.adapters.database import OutputTable, QueryTable
from sandbox.adapters.engine_parser import EngineParser
from sandbox.adapters.ledger_spending import SpendingTable
from sandbox.adapters.ledger_table import LedgerTable
from sandbox.adapters.nonpublic_tables import AccessRuleTable, OwnFileTable
from sandbox.adapters.pads import padded
from sandbox.adapters.result_files import ResultFiles
from sandbox.adapters.worker_engine import EngineSettings, compute, failure_of, furnish, lent, open_engine
from sandbox.adapters.workspace_table import WorkspaceTables
from sandbox.confinement import Ring
from sandbox.disclosure.protect import ProtectedTable, protect
from sandbox.disclosure.rules import DisclosureRules
from sandbox.domain import Begin, Domain, Holding
from sandbox.errors import QueryFailed, QueryKilled
from sandbox.execution import Executor, Limits
from sandbox.failures import Killed
from sandbox.gate import check
from sandbox.plan import Release, Statement

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = b"a secret of thirty-two bytes ..."


def actor(id: str = "lin", organisation: str = "minyun", role: Role = Role.DEVELOPER) -> Actor:
    """Somebody of the developer's, unless said otherwise."""
    return Actor(ActorId(id), OrganisationId(organisation), role)


DEVELOPER = actor()
COLLEAGUE = actor("chen")
RIVAL = actor("zhao", "other")
OPERATOR = actor("wu", "operator", Role.OPERATOR)
REVIEWER = actor("su", "third-party", Role.REVIEWER)
BUREAU = actor("he", "bureau", Role.BUREAU)
SYSTEM = actor("platform", "platform", Role.SYSTEM)

PERSON = Resource(
    id=ResourceId("person"),
    name="person",
    title="人口",
    title_en="People",
    provider="公安局",
    columns=(
        Column("id_card", "身份证号", ColumnType.TEXT, kind="resident_id"),
        Column("district", "区", ColumnType.TEXT),
        Column("income", "收入", ColumnType.DOUBLE, bounds=(0, 100_000)),
    ),
    privacy_unit="id_card",
)
FENCE = Resource(
    id=ResourceId("fence"),
    name="fence",
    title="电子围栏",
    title_en="Fences",
    provider="交通局",
    columns=(
        Column("road", "路", ColumnType.TEXT),
        Column("size", "面积", ColumnType.DOUBLE),
        Column("phone", "管护人手机", ColumnType.TEXT, kind="mobile"),
        Column("keeper", "管护单位", ColumnType.TEXT, kind="uscc"),
    ),
    privacy_unit=None,
)
ANNEX = Annex(
    (
        Grant(
            PERSON.id,
            {
                "id_card": frozenset({Use.JOIN}),
                "district": frozenset({Use.GROUP, Use.FILTER}),
                "income": frozenset({Use.AGGREGATE, Use.FILTER}),
            },
        ),
        Grant(
            FENCE.id,
            {
                "road": frozenset({Use.SHOW, Use.GROUP}),
                "size": frozenset({Use.SHOW, Use.AGGREGATE}),
                "phone": frozenset({Use.MASKED}),
                "keeper": frozenset({Use.MASKED}),
            },
        ),
    )
)


TECHNIQUES = {"fence": {"phone": KeepEdges(left=3, width=8), "keeper": Pseudonym("uscc", 18)}}


@dataclass(frozen=True)
class Terms:
    """An agreement in force."""

    annex: Annex = ANNEX
    scenario: str = "mobility"


@dataclass
class Agreements:
    """Agreements by id; one that is missing or stopped refuses."""

    found: dict[str, Terms] = field(default_factory=lambda: {"agreement-1": Terms()})

    def __call__(self, agreement: str, *, by: Actor, at: datetime) -> Terms:
        if agreement not in self.found or by.organisation != DEVELOPER.organisation:
            raise NoSuch("agreement", agreement)
        return self.found[agreement]


@dataclass
class Permissions:
    """Everybody may do everything but what is listed here."""

    denied: set[tuple[Role, str, str]] = field(default_factory=set)

    def require(self, actor: Actor, verb: str, kind: str) -> None:
        if (actor.role, verb, kind) in self.denied:
            raise NotPermitted(actor.role, verb, kind, {"zh": verb, "en": verb}, ())


@dataclass
class InProcess:
    """An executor without confinement; `before` runs ahead of each statement and may wait or raise."""

    before: Callable[[Statement], None] = lambda statement: None
    ran: list[Statement] = field(default_factory=list)
    given: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)

    @contextmanager
    def stream(
        self,
        statement: Statement,
        *,
        snapshots: Mapping[str, Path],
        safe: Mapping[str, pa.Table],
        limits: Limits,
        id: str,
    ) -> Iterator[pa.RecordBatchReader]:
        self.ran.append(statement)
        self.given.append((frozenset(snapshots), frozenset(safe)))
        self.before(statement)
        if id in self.cancelled:
            raise QueryKilled(Killed.CANCELLED)
        engine = open_engine(EngineSettings(threads=1))
        try:
            furnish(engine, {name: str(path) for name, path in snapshots.items()}, locked=True)
            with lent(engine, safe) as connection:
                schema, batches = compute(connection, statement.sql, rows=limits.rows, most=limits.bytes, locked=True)
                answer = pa.Table.from_batches(list(batches), schema)
        except Exception as cause:  # noqa: BLE001  # as the worker does
            raise QueryFailed(failure_of(cause)) from None
        finally:
            engine.close()
        yield answer.to_reader()

    def cancel(self, id: str) -> bool:
        self.cancelled.add(id)
        return True

    def rings(self) -> tuple[Ring, ...]:
        return ()


class Work:
    """One transaction."""

    def __init__(self, connection: object) -> None:
        self.queries = QueryTable(connection)  # type: ignore[arg-type]
        self.outputs = OutputTable(connection)  # type: ignore[arg-type]
        self.spending = SpendingTable(connection)  # type: ignore[arg-type]
        self.ledger = LedgerTable(connection)  # type: ignore[arg-type]
        self.workspace = WorkspaceTables(connection)  # type: ignore[arg-type]
        self.access_rules = AccessRuleTable(connection)  # type: ignore[arg-type]
        self.own_files = OwnFileTable(connection)  # type: ignore[arg-type]
        self.events = Inbox(connection)  # type: ignore[arg-type]


def transactions(engine: Engine, *, reading: bool = False) -> Begin:
    """Units of work on a database."""
    source = engine.execution_options(reading=True) if reading else engine

    @contextmanager
    def begin() -> Iterator[Work]:
        with source.begin() as connection:
            yield Work(connection)

    return begin


@dataclass
class Clock:
    """A clock that moves only when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class House:
    """The domain under test and what stands around it."""

    domain: Domain
    engine: Engine
    agreements: Agreements
    permissions: Permissions
    executor: InProcess
    clock: Clock
    folder: Path

    def events(self, *kinds: str) -> list[Event]:
        """What went on record, in order; of those kinds when any are named."""
        with self.engine.connect() as connection:
            texts = connection.scalars(select(inbox.c.text).order_by(inbox.c.position)).all()
        found = [read(text) for text in texts]
        return [event for event in found if not kinds or event.kind in kinds]

    def over(self, executor: Executor) -> Domain:
        """The same domain over another executor."""
        return replace(self.domain, executor=executor)


def make_snapshots(folder: Path) -> Mapping[ResourceId, Holding]:
    """People in three districts, one of them with too few to tell about, and three fences."""
    folder.mkdir(exist_ok=True)
    rows = {
        PERSON: "SELECT '3502' || i AS id_card, CASE WHEN i < 4 THEN '翔安区' WHEN i % 2 = 0 THEN '思明区'"
        " ELSE '湖里区' END AS district, 5000.0 + i AS income, (hash(i) >> 33)::UINTEGER AS __key,"
        " (1::UBIGINT << (i % 64)) AS __mask"
        " FROM range(400) t (i)",
        FENCE: "SELECT 'r' || i AS road, i * 1.5 AS size, '1380000000' || i AS phone, '91350200' || (i // 2) AS keeper"
        " FROM range(3) t (i)",
    }
    held = {}
    for resource, sql in rows.items():
        path = folder / f"{resource.name}.duckdb"
        with duckdb.connect(str(path)) as engine:
            engine.execute(f"CREATE TABLE rows AS {sql}")
        version = Version(resource.id, Digest(f"digest-of-{resource.name}"), 400, NOON, True)
        held[resource.id] = Holding(resource, version, path, TECHNIQUES.get(resource.name, {}))
    return held


def build(engine: Engine, folder: Path, held: Mapping[ResourceId, Holding], parser: EngineParser) -> House:
    """A domain on that database, its results in that folder."""
    metadata.create_all(engine)
    agreements, permissions, executor, clock = Agreements(), Permissions(), InProcess(), Clock()

    def holdings(resources: Collection[ResourceId]) -> Mapping[ResourceId, Holding]:
        return {id: held[id] for id in resources}

    def protected(measured: pa.Table, release: Release, rules: DisclosureRules) -> ProtectedTable:
        return protect(measured, release, rules, SECRET)

    domain = Domain(
        begin=transactions(engine),
        reading=transactions(engine, reading=True),
        permissions=permissions,
        agreement=agreements,
        holdings=holdings,
        check=check,
        second_lock=parser,
        executor=executor,
        protect=protected,
        results=ResultFiles(folder / "results", SECRET),
        shelf=SnapshotShelf(folder / "kept"),
        clock=clock,
        runner="node-1",
        secret=SECRET,
        pads=padded(SECRET),
    )
    return House(domain, engine, agreements, permissions, executor, clock, folder)


@dataclass
class Ids:
    """Ids that count up, safe in threads."""

    last: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> EventId:
        with self.lock:
            self.last += 1
            return EventId(f"event-{self.last}")
