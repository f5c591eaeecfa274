"""The procedure on a real database, SQLite and PostgreSQL in turn, with its parties on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from catalog.model import Resource, ResourceId
from logs.adapters.database import Inbox, inbox, metadata
from logs.canonical import read
from logs.model import Actor, Event, Recorder
from policies import service
from policies.adapters.casbin import CasbinPermissions
from policies.adapters.holidays import official_calendar
from policies.adapters.signing import Ed25519Signer, Ed25519Verifier
from policies.adapters.tables import ProcedureTables
from policies.model import Agreement, AgreementId, Application, ApplicationId, Organisation, ScenarioId
from policies.model.stops import Stop, StopId, StopScope
from policies.roles import Permissions
from policies.service.work import Begin
from tests.policies.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    LATER,
    MONDAY,
    OPERATOR,
    PLATFORM,
    RIVAL,
    a_person,
    a_resource,
    an_organisation,
    materials,
    published,
    qualified,
    terms,
)

PERMISSIONS = CasbinPermissions()
CALENDAR = official_calendar()
VERIFIER = Ed25519Verifier()


class Listing:
    """A development catalog as a dictionary."""

    def __init__(self, *resources: Resource) -> None:
        self.entries = {resource.id: resource for resource in resources}

    def resource(self, id: ResourceId) -> Resource | None:
        return self.entries.get(id)

    def provider(self, id: ResourceId) -> str | None:
        return self.entries[id].provider if id in self.entries else None


class ProcedureWork(ProcedureTables):
    """A unit of work that reaches everything of the procedure."""

    def __init__(self, connection: Connection, permissions: Permissions, listed: Listing) -> None:
        self.events: Recorder = Inbox(connection)
        super().__init__(connection, self.events)
        self.permissions = permissions
        self.listed = listed


@dataclass
class Office:
    """The procedure, and short ways to each of its stages; by default everything is done at the same moment."""

    begin: Begin
    engine: Engine
    listed: Listing
    signers: dict[str, Ed25519Signer] = field(default_factory=dict)

    def events(self, kind: str = "") -> list[Event]:
        """What was recorded, in order, of that kind."""
        with self.engine.connect() as connection:
            texts = connection.scalars(select(inbox.c.text).order_by(inbox.c.position)).all()
        return [event for event in map(read, texts) if not kind or event.kind == kind]

    def admit(self, *actors: Actor) -> None:
        """Put people and their organisations on record, in one transaction."""
        with self.begin() as work:
            for actor in actors:
                organisation = work.organisations.find(actor.organisation)
                if organisation is None:
                    new = an_organisation(actor.organisation, roles=frozenset({actor.role}))
                    organisation = work.organisations.save(Organisation.register(new, by=PLATFORM, at=MONDAY))
                work.people.save(a_person(actor).appoint(organisation, actor.role, by=PLATFORM, at=MONDAY))

    def qualify(self, *, until: date = date(2027, 12, 31)) -> None:
        """Have the developer's six conditions shown and accepted."""
        with self.begin() as work:
            work.qualifications.save(qualified(until=until))

    def publish(self, id: str = "s1") -> ScenarioId:
        """A published class of scenario."""
        with self.begin() as work:
            return work.scenarios.save(published(id)).id

    def draft(self, id: str = "a1", *, by: Actor = DEVELOPER) -> ApplicationId:
        """A complete draft."""
        return service.draft_application(self.begin, ApplicationId(id), materials(), by=by, at=MONDAY).id

    def submit(self, id: str = "a1", *, by: Actor = DEVELOPER, at: datetime = MONDAY) -> Application:
        """An application handed in."""
        return service.submit_application(self.begin, self.draft(id, by=by), calendar=CALENDAR, by=by, at=at)

    def draw(self, id: str = "a1", **changes: Any) -> Agreement:
        """An agreement drawn up from an application that was handed in and approved."""
        self.submit(id)
        service.approve_application(self.begin, ApplicationId(id), by=OPERATOR, at=LATER)
        return service.draw_agreement(
            self.begin,
            AgreementId(f"of-{id}"),
            application=ApplicationId(id),
            terms=terms(**changes),
            by=OPERATOR,
            at=LATER,
        )

    def sign(self, agreement: Agreement, by: Actor, *, at: datetime = LATER) -> Agreement:
        """Sign with the key on record; one is enrolled first when there is none."""
        if by.id not in self.signers:
            self.signers[by.id] = Ed25519Signer.new()
            service.enrol_key(self.begin, self.signers[by.id].key, by=by, at=at)
        signature = self.signers[by.id].sign(agreement.statement)
        return service.sign_agreement(
            self.begin, agreement.id, signature, verifier=VERIFIER, calendar=CALENDAR, by=by, at=at
        )

    def bring_into_force(self, id: str = "a1", **changes: Any) -> Agreement:
        """An agreement signed by both sides."""
        drawn = self.draw(id, **changes)
        self.sign(drawn, DEVELOPER)
        return self.sign(drawn, OPERATOR)

    def stop(self, scope: StopScope, target: str = "", *, by: Actor = DEVELOPER, id: str = "stop-1") -> Stop:
        """Processing halted because of a risk."""
        return service.order_stop(
            self.begin, StopId(id), scope=scope, target=target, note="可识别到个人", by=by, at=LATER
        )


@pytest.fixture
def listed() -> Listing:
    """The development catalog: one resource about people."""
    return Listing(a_resource())


@pytest.fixture
def begin(engine: Engine, listed: Listing) -> Begin:
    """Opens transactions on an empty database."""
    metadata.create_all(engine)

    @contextmanager
    def opened() -> Iterator[ProcedureWork]:
        with engine.begin() as connection:
            yield ProcedureWork(connection, PERMISSIONS, listed)

    return opened


@pytest.fixture
def office(begin: Begin, engine: Engine, listed: Listing) -> Office:
    """The parties are on record, and nothing else."""
    office = Office(begin, engine, listed)
    office.admit(DEVELOPER, COLLEAGUE, RIVAL, OPERATOR, BUREAU)
    return office


@pytest.fixture
def ready(office: Office) -> Office:
    """The developer is qualified and a scenario is published."""
    office.qualify()
    office.publish()
    return office
