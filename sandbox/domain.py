"""What a query needs of the rest of the house: the ports of this package, put together once by the wiring."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from catalog.model import Resource, ResourceId, Version
from logs.errors import EventRecordedTwice
from logs.model import Actor, ActorId, OrganisationId, Recorder
from masking.techniques import Technique
from policies.annex import Annex
from policies.denials import DENIALS
from policies.service.acting import denied
from sandbox.budget import Spending
from sandbox.disclosure.document import default_rules
from sandbox.disclosure.protect import ProtectedTable
from sandbox.disclosure.rules import DisclosureRules
from sandbox.execution import Executor, Limits
from sandbox.gate.granted import Granted
from sandbox.ledger_entries import Ledger
from sandbox.nonpublic.editions import AccessRuleId, RuleInEdition
from sandbox.nonpublic.file import FileState, OwnFile
from sandbox.output import Output, OutputId
from sandbox.plan import Plan, Release
from sandbox.query import Query, QueryId
from sandbox.workspace import Quota, WorkspaceTable


class InForce(Protocol):
    """An agreement in force, as far as a query is concerned."""

    @property
    def annex(self) -> Annex: ...

    @property
    def scenario(self) -> str: ...


class Agreements(Protocol):
    """Whether this person may query under this agreement now; raises the refusals of `policies`."""

    def __call__(self, agreement: str, *, by: Actor, at: datetime) -> InForce: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """A resource as it stands in the domain: its latest version, and the snapshot file that holds it.

    `techniques` says what each column is seen through where it is granted `masked`, by the rules in force.
    """

    resource: Resource
    version: Version
    path: Path
    techniques: Mapping[str, Technique] = field(default_factory=dict)


class Check(Protocol):
    """The gate."""

    def __call__(self, sql: str, *, granted: Granted) -> Plan:
        """The plan of a lawful query; raises `NotLawful`."""


Protect = Callable[[pa.Table, Release, DisclosureRules], ProtectedTable]
"""Disclosure control with the platform's secret in it, under the rules of the resources read."""


class SecondLock(Protocol):
    """The engine's own parser."""

    def require(self, plan: Plan) -> None:
        """Raises `NotLawful` unless every statement of the plan reads as the gate meant it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored table, and the SHA-256 of it as an Arrow stream."""

    table: pa.Table
    digest: str


class Results(Protocol):
    """Where answers wait, encrypted."""

    def keep(self, id: str, table: pa.Table) -> Kept:
        """Store a table under that id."""

    def open(self, id: str) -> Kept:
        """What is stored under that id; raises `ResultDamaged`."""

    def remove(self, id: str) -> None:
        """Delete it; what is not there is no mistake."""


class Shelf(Protocol):
    """Where the rows of workspace tables lie, as snapshot files beside those of the resources."""

    def place(self, id: str, table: pa.Table) -> int:
        """Write a table whole or not at all; the bytes of its file. Raises `SnapshotNotPlaced`."""

    def adopt(self, id: str, snapshot: Path) -> None:
        """Take in a snapshot that was written elsewhere on the platform, whole or not at all."""

    def path(self, id: str) -> Path:
        """Where it lies."""

    def remove(self, id: str) -> None:
        """Delete it; what is not there is no mistake."""


class Workspaces(Protocol):
    """Workspace tables on record, inside one transaction."""

    def kept(self, agreement: str) -> Sequence[WorkspaceTable]:
        """The tables that stand in an agreement's workspace, by name."""

    def agreements(self) -> Sequence[str]:
        """The agreements with a table in their workspace."""

    def save(self, table: WorkspaceTable) -> None:
        """Keep it and record its news; raises `ConcurrentChange`, where the name was taken meanwhile too."""


class AccessRules(Protocol):
    """Editions of the access rule for non-public data, inside one transaction."""

    def get(self, id: AccessRuleId) -> RuleInEdition | None:
        """The edition of that id."""

    def all(self) -> Sequence[RuleInEdition]:
        """Every edition, by id."""

    def in_force(self) -> RuleInEdition | None:
        """The one in force; `None` when there is none."""

    def save(self, edition: RuleInEdition) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""


class OwnFiles(Protocol):
    """Files that agreements brought in, inside one transaction."""

    def of(self, agreement: str, states: Collection[FileState]) -> Sequence[OwnFile]:
        """Those of an agreement in one of those states, the newest first."""

    def waiting(self) -> Sequence[OwnFile]:
        """Those in quarantine, the oldest first."""

    def agreements(self) -> Sequence[str]:
        """The agreements whose files lie on the platform."""

    def save(self, file: OwnFile) -> None:
        """Keep it and record its news; raises `ConcurrentChange`, where the name was taken meanwhile too."""


class Queries(Protocol):
    """Queries on record, inside one transaction."""

    def get(self, id: QueryId) -> Query | None: ...

    def save(self, query: Query) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""

    def listed(
        self, *, organisation: OrganisationId | None = None, before: datetime | None = None, limit: int
    ) -> Sequence[Query]:
        """The newest first, of one organisation or of all, those received before a moment."""

    def running(
        self, *, runner: str | None = None, agreement: str | None = None, resource: str | None = None
    ) -> Sequence[Query]:
        """Those that run: of one process, under one agreement, on one resource."""

    def answered(self, agreement: str) -> Sequence[Query]:
        """Those under an agreement whose answer waits."""

    def overdue(self, at: datetime, *, limit: int) -> Sequence[Query]:
        """Answered queries whose answer is kept no longer."""


class Outputs(Protocol):
    """Outputs on record, inside one transaction."""

    def get(self, id: OutputId) -> Output | None: ...

    def save(self, output: Output) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""

    def listed(
        self,
        *,
        organisation: OrganisationId | None = None,
        reviewer: ActorId | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Output]:
        """The newest first, of one organisation, for one reviewer or of all, those asked for before a moment."""


class Work(Protocol):
    """One transaction over this package's tables and the event inbox."""

    @property
    def queries(self) -> Queries: ...

    @property
    def outputs(self) -> Outputs: ...

    @property
    def spending(self) -> Spending: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def workspace(self) -> Workspaces: ...

    @property
    def access_rules(self) -> AccessRules: ...

    @property
    def own_files(self) -> OwnFiles: ...

    @property
    def events(self) -> Recorder: ...


Begin = Callable[[], AbstractContextManager[Work]]


class Permissions(Protocol):
    """The table of roles: may this role do this verb on this kind of thing."""

    def require(self, actor: Actor, verb: str, kind: str) -> None:
        """Raises `NotPermitted`."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Everything a query and an output need.

    `begin` opens a transaction that writes, `reading` one that only reads. `runner` names this process among those
    that share the database. `rules` bounds what may be asked; `secret` marks what was released, and `related`
    names the organisations that count as one there. `require_running` raises
    `ProcessingStopped` where a stop halts what a query does. `keep` is how long an answer waits to be read; `quota`
    bounds a workspace, and `over` says whether an agreement has ended for good.
    `pads` gives an agreement's pads for keyed pseudonyms, a row of two, so that no key stands in any text.
    """

    begin: Begin
    reading: Begin
    permissions: Permissions
    agreement: Agreements
    holdings: Callable[[Collection[ResourceId]], Mapping[ResourceId, Holding]]
    check: Check
    second_lock: SecondLock
    executor: Executor
    protect: Protect
    results: Results
    shelf: Shelf
    clock: Callable[[], datetime]
    runner: str
    secret: bytes = field(repr=False)
    pads: Callable[[str], pa.Table] = field(repr=False)
    related: Callable[[OrganisationId], Collection[OrganisationId]] = lambda organisation: (organisation,)
    require_running: Callable[[Query], None] = lambda query: None
    rules: DisclosureRules = field(default_factory=default_rules)
    limits: Limits = field(default_factory=Limits)
    keep: timedelta = timedelta(days=7)
    quota: Quota = field(default_factory=Quota)
    over: Callable[[str], bool] = lambda agreement: False


@contextmanager
def doing(domain: Domain, verb: str, thing: str, id: str, *, by: Actor, at: datetime) -> Iterator[Work]:
    """One transaction that writes; a denial undoes it and goes on record before it is raised."""
    try:
        with domain.begin() as work:
            yield work
    except DENIALS as denial:
        with domain.begin() as work, suppress(EventRecordedTwice):  # the same attempt, told twice in one microsecond
            work.events.record(denied(denial, verb, thing, id, by=by, at=at))
        raise
