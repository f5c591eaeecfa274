"""What the procedure's verbs need of a transaction; `policies.adapters.database` gives it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from catalog.model import Resource, ResourceId
from logs.model import ActorId, Event, OrganisationId, Recorder
from policies.model import (
    Agreement,
    AgreementId,
    Application,
    ApplicationId,
    Organisation,
    Person,
    Qualification,
    Scenario,
    ScenarioId,
)
from policies.model.affiliations import Affiliation, AffiliationId
from policies.model.consents import Consent, ConsentId
from policies.model.listings import CreditList, CreditListId
from policies.model.matters import Matter, MatterId
from policies.model.reminders import Contact, Reminder, ReminderId
from policies.model.reports import Report, ReportId
from policies.model.statements import Statement, StatementId
from policies.model.stops import Stop, StopId
from policies.model.training import Training, TrainingId
from policies.roles import Permissions

Id_contra = TypeVar("Id_contra", bound=str, contravariant=True)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which things to list, the newest first: whose, in which states, after which one, how many, of which course."""

    organisation: OrganisationId | None = None  # applicant, or a side
    states: frozenset[str] = field(default_factory=frozenset)  # empty: any
    after: str | None = None
    limit: int | None = None
    noun: str | None = None


class Shelf(Protocol[Id_contra, Thing]):
    """Things of one kind on record. Saving writes row and events together, or neither."""

    def find(self, id: Id_contra) -> Thing | None:
        """The one of that id, if there is one."""

    def get(self, id: Id_contra) -> Thing:
        """The one of that id; raises `NoSuch`."""

    def hold(self, id: Id_contra) -> Thing:
        """The same, kept from changing until the transaction is over: for what a decision rests on."""

    def save(self, thing: Thing) -> Thing:
        """Keep it with its news, as its next version; raises `ConcurrentChange` when somebody else was faster."""

    def list(self, selection: Selection) -> tuple[Thing, ...]:
        """Those selected."""

    def due(self) -> tuple[Thing, ...]:
        """Those with something owed by a moment."""


class Scenarios(Shelf[ScenarioId, Scenario], Protocol):
    """Classes of scenario on record."""

    def of_category(self, category: str) -> Scenario | None:
        """The one that stands for the class now: neither refused nor withdrawn."""


class Agreements(Shelf[AgreementId, Agreement], Protocol):
    """Agreements on record."""

    def of_application(self, application: ApplicationId) -> Agreement | None:
        """The one drawn from the application and not cancelled."""

    def run_out(self, *, at: datetime) -> tuple[Agreement, ...]:
        """Those in force or stopped whose term is over."""

    def living(self) -> tuple[Agreement, ...]:
        """Those in force or stopped."""


class Stops(Shelf[StopId, Stop], Protocol):
    """Stops on record."""

    def standing(self) -> tuple[Stop, ...]:
        """Those not lifted."""


class Consents(Shelf[ConsentId, Consent], Protocol):
    """Consents on record."""

    def run_out(self, *, on: date) -> tuple[Consent, ...]:
        """Those given whose last day is past."""

    def given(self, scenario: str) -> tuple[Consent, ...]:
        """Those given for a scenario."""


class Trainings(Shelf[TrainingId, Training], Protocol):
    """Training on record."""

    def of(self, person: ActorId) -> tuple[Training, ...]:
        """What a person attended."""


class Reminders(Shelf[ReminderId, Reminder], Protocol):
    """Reminders on record."""

    def waiting(self, *, at: datetime) -> tuple[Reminder, ...]:
        """Those queued whose time has come."""


class CreditLists(Shelf[CreditListId, CreditList], Protocol):
    """Imported lists on record."""

    def current(self) -> tuple[CreditList, ...]:
        """The latest of each kind."""


class History(Protocol):
    """The log, as far as it is counted."""

    def between(self, since: datetime, until: datetime, *, kinds: Collection[str]) -> Iterator[Event]:
        """Events of those kinds from `since` on and before `until`, each once."""


class Listed(Protocol):
    """The development catalog, as far as an application needs it."""

    def resource(self, id: ResourceId) -> Resource | None:
        """The resource as published; `None` when it is not listed."""

    def provider(self, id: ResourceId) -> str | None:
        """Who provides the resource, listed or not; `None` when there is none of that id."""


class Work(Protocol):
    """A unit of work that reaches everything of the procedure."""

    @property
    def organisations(self) -> Shelf[OrganisationId, Organisation]:
        """Organisations."""

    @property
    def people(self) -> Shelf[ActorId, Person]:
        """The people who act for them."""

    @property
    def qualifications(self) -> Shelf[OrganisationId, Qualification]:
        """Evidence of the safety conditions, by organisation."""

    @property
    def scenarios(self) -> Scenarios:
        """Classes of scenario."""

    @property
    def applications(self) -> Shelf[ApplicationId, Application]:
        """Applications."""

    @property
    def agreements(self) -> Agreements:
        """Agreements."""

    @property
    def stops(self) -> Stops:
        """Stops."""

    @property
    def matters(self) -> Shelf[MatterId, Matter]:
        """Matters on their courses."""

    @property
    def consents(self) -> Consents:
        """Consents of data subjects."""

    @property
    def statements(self) -> Shelf[StatementId, Statement]:
        """Monthly statements."""

    @property
    def reports(self) -> Shelf[ReportId, Report]:
        """Operation reports."""

    @property
    def trainings(self) -> Trainings:
        """Training records."""

    @property
    def contacts(self) -> Shelf[OrganisationId, Contact]:
        """Where organisations want to be reminded."""

    @property
    def reminders(self) -> Reminders:
        """Reminders on their way."""

    @property
    def credit(self) -> CreditLists:
        """Imported lists."""

    @property
    def affiliations(self) -> Shelf[AffiliationId, Affiliation]:
        """Ownership links."""

    @property
    def history(self) -> History:
        """What the log holds."""

    @property
    def listed(self) -> Listed:
        """What the development catalog lists."""

    @property
    def permissions(self) -> Permissions:
        """The role table."""

    @property
    def events(self) -> Recorder:
        """The trail."""


Begin = Callable[[], AbstractContextManager[Work]]
