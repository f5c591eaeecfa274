"""The one composition: the only file that imports adapters, used alike by the service, the commands and the tests."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from traceback import extract_tb

import httpx
import pyarrow as pa
import structlog
from sqlalchemy import Connection, Engine

from api.adapters.database import RepeatTable, TokenTable
from api.adapters.resource_platform import ResourcePlatform
from api.disclosure import rules_in_force
from api.identity import PLATFORM
from api.settings import Settings
from api.state import Secrets, lay_out, secrets_in
from api.supply import Intake
from api.uploads import FOLDER
from api.wiring_logs import RECEIVER, certificates, receiver_address, receiver_tokens
from catalog.adapters.database import EditionTable, EntryTable
from catalog.adapters.duckdb import take_in
from catalog.adapters.folder import read_folder
from catalog.adapters.keeping import SnapshotShelf
from catalog.adapters.marginals import sample
from catalog.arrival import Recognise
from catalog.entry import Entry, EntryState
from catalog.listing_errors import EntryUnknown
from catalog.masks import techniques
from catalog.model import ResourceId
from logs.adapters.database import Inbox, Instant, metadata, open_database
from logs.adapters.ledger import ledger_view, ledger_work
from logs.model import Actor, OrganisationId
from logs.service import Begin as BeginLedger
from logs.service import Room, require_room
from masking.adapters.database import RuleTable
from masking.adapters.presidio import PresidioScan
from masking.editions import RuleEdition
from masking.model import Recognition
from masking.recognise import classify
from policies.adapters.casbin import CasbinPermissions
from policies.adapters.couriers import SmtpCourier, WebhookCourier
from policies.adapters.holidays import official_calendar
from policies.adapters.listed import ListedEntries
from policies.adapters.signing import Ed25519Signer as PartySigner
from policies.adapters.signing import Ed25519Verifier
from policies.adapters.tables import ProcedureTables
from policies.calendar import WorkingDays
from policies.model import AgreementId, AgreementState, Verifier
from policies.model.reminders import Channel, Courier
from policies.service import acting, annex_in_force
from policies.service.reports import require_trained
from policies.service.standing import relatives
from policies.service.stops import require_running
from sandbox.adapters.database import OutputTable, QueryTable
from sandbox.adapters.engine_parser import EngineParser
from sandbox.adapters.ledger_spending import SpendingTable
from sandbox.adapters.ledger_table import LedgerTable
from sandbox.adapters.nonpublic_tables import AccessRuleTable, OwnFileTable
from sandbox.adapters.pads import padded
from sandbox.adapters.result_files import ResultFiles
from sandbox.adapters.scanning import ApartScan
from sandbox.adapters.worker import PoolSettings, WorkerPool
from sandbox.adapters.workspace_table import WorkspaceTables
from sandbox.confinement import Ring
from sandbox.disclosure.protect import ProtectedTable, protect
from sandbox.disclosure.rules import DisclosureRules
from sandbox.domain import Domain, Holding, InForce
from sandbox.gate import check
from sandbox.plan import Release
from sandbox.query import Query, QueryId
from sandbox.running import Jobs, give_up_lost
from sandbox.workspace import Quota

__all__ = ["Instant", "PartySigner", "Platform", "Work", "compose", "metadata", "read_folder", "transactions"]

OVER = frozenset({AgreementState.CANCELLED, AgreementState.EXPIRED, AgreementState.TERMINATED})
log = structlog.get_logger("api")

Clock = Callable[[], datetime]
"""Tells the moment."""


class Work(ProcedureTables):
    """One transaction: every package's tables and the event inbox on one connection."""

    def __init__(self, connection: Connection, secrets: Secrets, permissions: CasbinPermissions) -> None:
        self.events = Inbox(connection)
        super().__init__(connection, self.events)
        self.permissions = permissions
        self.tokens = TokenTable(connection)
        self.repeats = RepeatTable(connection, secret=secrets.results)
        self.rules = RuleTable(connection, self.events)
        self.entries = EntryTable(connection, self.events)
        self.editions = EditionTable(connection, self.events)
        self.listed = ListedEntries(self.entries)
        self.queries = QueryTable(connection)
        self.outputs = OutputTable(connection)
        self.spending = SpendingTable(connection)
        self.ledger = LedgerTable(connection)
        self.workspace = WorkspaceTables(connection)
        self.access_rules = AccessRuleTable(connection)
        self.own_files = OwnFileTable(connection)


Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Platform:
    """Everything composed. `begin` opens a transaction that writes, `reading` one that only reads.

    `serving` gives what answering queries takes; it starts the confined workers when first asked for.
    """

    settings: Settings
    secrets: Secrets
    engine: Engine
    permissions: CasbinPermissions
    calendar: WorkingDays
    intake: Intake
    resource_platform: ResourcePlatform
    clock: Clock
    verifier: Verifier

    @cached_property
    def begin(self) -> Begin:
        """Opens a transaction that writes."""
        return transactions(self.engine, self.secrets, self.permissions, reading=False)

    @cached_property
    def reading(self) -> Begin:
        """Opens a transaction that only reads, and waits for no writer."""
        return transactions(self.engine, self.secrets, self.permissions, reading=True)

    @cached_property
    def ledger(self) -> BeginLedger:
        """Opens a transaction of the sealer or the relay."""
        return ledger_work(self.engine, self.settings.log_hash)

    @cached_property
    def ledger_view(self) -> BeginLedger:
        """Opens a look at the chain."""
        return ledger_view(self.engine, self.settings.log_hash)

    @cached_property
    def pool(self) -> WorkerPool:
        """The confined query workers, which stand ready once `jobs` is asked for."""
        return WorkerPool(self.intake.snapshots, PoolSettings(workers=self.settings.workers))

    @cached_property
    def scan(self) -> ApartScan:
        """Reads the files that developers bring in, apart from the platform."""
        return ApartScan(lay_out(self.settings.state) / FOLDER)

    @cached_property
    def domain(self) -> Domain:
        """What a query and an output need."""
        return domain_of(self)

    @cached_property
    def jobs(self) -> Jobs:
        """Queries under way in this process; those that it had under way when it last ended have failed.

        Raises `WorkersUnavailable`.
        """
        self.pool.start()
        give_up_lost(self.domain, at=self.clock())
        return Jobs(self.domain, fault=_told_of)

    def require_room(self, *, at: datetime) -> None:
        """Raises `LogsBehind` where delivery of the log lags so far that nothing new may begin."""
        room = Room(self.settings.log_room, timedelta(minutes=self.settings.log_room_minutes))
        require_room(self.ledger_view, RECEIVER, room, at=at)

    def rings(self) -> tuple[Ring, ...]:
        """The rings that confine the query workers."""
        return self.pool.rings() if self.jobs else ()

    def require(self, by: Actor, verb: str, thing: str, id: str = "", *, at: datetime) -> None:
        """Raises `NotPermitted` or `NotActing`, and puts the denial on record."""
        with acting(self.begin, verb, thing, id, by=by, at=at):
            pass

    def close(self) -> None:
        """Let go of connections and workers; queries under way end with a word on record."""
        if "jobs" in self.__dict__:
            self.jobs.close(by=PLATFORM, at=self.clock())
            self.pool.close()
        self.resource_platform.close()
        self.engine.dispose()


def wall_clock() -> datetime:
    """The present moment; nothing else in the house asks for it."""
    return datetime.now(UTC)


def compose(settings: Settings, *, clock: Clock = wall_clock) -> Platform:
    """The platform on its state folder and database; raises `StateNotWritable`, `StateFull`."""
    state = lay_out(settings.state)
    secrets = secrets_in(state)

    def seed(digest: str) -> int:
        return int.from_bytes(hmac.digest(secrets.records, f"sample {digest}".encode(), hashlib.sha256)[:8], "big")

    return Platform(
        settings=settings,
        secrets=secrets,
        engine=open_database(settings.database_url),
        permissions=CasbinPermissions(),
        calendar=official_calendar(),
        intake=Intake(
            snapshots=state / "snapshots",
            secret=secrets.records,
            recognise=recogniser(),
            read_folder=read_folder,
            take_in=take_in,
            draw_sample=sample,
            seed=seed,
        ),
        resource_platform=ResourcePlatform(
            lambda: receiver_address(settings),
            token=receiver_tokens(settings, secrets).reading,
            certificates=certificates(settings),
        ),
        clock=clock,
        verifier=Ed25519Verifier(),
    )


def recogniser() -> Recognise:
    """Says what a column holds; presidio is loaded when it is first needed."""
    scan = PresidioScan()

    def recognise(name: str, title: str, values: Sequence[object]) -> Recognition:
        return classify(name, title, values, scan=scan)

    return recognise


def transactions(engine: Engine, secrets: Secrets, permissions: CasbinPermissions, *, reading: bool) -> Begin:
    """A way to open units of work, each one transaction: committed on leaving, undone on an exception."""
    source = engine.execution_options(reading=True) if reading else engine

    @contextmanager
    def begin() -> Iterator[Work]:
        with source.begin() as connection:
            yield Work(connection, secrets, permissions)

    return begin


def domain_of(platform: Platform) -> Domain:
    """The sandbox's ports, each tied to what stands behind it."""
    rules = rules_in_force(platform.settings)

    def in_force(agreement: str, *, by: Actor, at: datetime) -> InForce:
        with acting(platform.begin, "run", "query", agreement, by=by, at=at) as work:
            if platform.settings.training == "required":
                require_trained(work, by, at=at)
            return annex_in_force(lambda: nullcontext(work), AgreementId(agreement), by=by, at=at)

    def holdings(ids: Collection[ResourceId]) -> Mapping[ResourceId, Holding]:
        with platform.reading() as work:
            return {id: _held(platform, work.entries.get(id), work.rules.in_force()) for id in ids}

    def over(agreement: str) -> bool:
        with platform.reading() as work:
            found = work.agreements.find(AgreementId(agreement))
        return found is None or found.state in OVER

    def protected(measured: pa.Table, release: Release, rules: DisclosureRules) -> ProtectedTable:
        return protect(measured, release, rules, platform.secrets.cells)

    def running(query: Query) -> None:
        with platform.reading() as work:
            require_running(work, query.processing)

    def related(organisation: OrganisationId) -> frozenset[OrganisationId]:
        with platform.reading() as work:
            return relatives(work, organisation)

    return Domain(
        begin=platform.begin,
        reading=platform.reading,
        permissions=Recorded(platform),
        agreement=in_force,
        holdings=holdings,
        check=check,
        second_lock=EngineParser(),
        executor=platform.pool,
        protect=protected,
        results=ResultFiles(lay_out(platform.settings.state / "results"), platform.secrets.results),
        shelf=SnapshotShelf(platform.intake.snapshots),
        clock=platform.clock,
        runner=platform.settings.runner,
        secret=platform.secrets.cells,
        pads=padded(platform.secrets.records),
        rules=rules,
        require_running=running,
        quota=Quota(platform.settings.workspace_tables, platform.settings.workspace_bytes),
        over=over,
    )


def _held(platform: Platform, entry: Entry, masking: RuleEdition | None) -> Holding:
    if entry.version is None or entry.state is EntryState.BARRED:
        raise EntryUnknown(entry.id)
    path = platform.intake.snapshot(entry.version.digest)
    return Holding(entry.resource, entry.version, path, techniques(entry, masking))


class Recorded:
    """The role table for the sandbox (`sandbox.domain.Permissions`): its denials go on record as well."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def require(self, actor: Actor, verb: str, kind: str) -> None:
        """Raises `NotPermitted` or `NotActing`."""
        self._platform.require(actor, verb, kind, at=self._platform.clock())


def _told_of(id: QueryId, cause: BaseException) -> None:
    where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(cause.__traceback__)[-6:]]
    log.error("query fault", query=id, error=type(cause).__name__, where=where)


@contextmanager
def couriers_of(platform: Platform) -> Iterator[Mapping[Channel, Courier]]:
    """The ways that reminders go, those that are configured."""
    settings = platform.settings
    with httpx.Client(timeout=10.0, trust_env=False, follow_redirects=False) as client:
        ways: dict[Channel, Courier] = {}
        if settings.webhook_hosts:
            ways[Channel.WEBHOOK] = WebhookCourier(platform.secrets.tokens, settings.webhook_hosts, client)
        if settings.smtp_host:
            server, sender = (settings.smtp_host, settings.smtp_port), settings.smtp_sender
            user, password = settings.smtp_user, settings.smtp_password.get_secret_value()
            ways[Channel.EMAIL] = SmtpCourier(*server, sender, user, password, tls=settings.smtp_tls)
        yield ways
