"""The tables of the procedure on one connection."""

from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from logs.adapters.history import History
from logs.model import ActorId, OrganisationId, Recorder
from policies.adapters.database import (
    Documents,
    Values,
    affiliation_table,
    agreement_table,
    application_table,
    consent_table,
    contact_table,
    credit_list_table,
    matter_table,
    organisation_table,
    person_table,
    qualification_table,
    reminder_table,
    report_table,
    scenario_table,
    statement_table,
    stop_table,
    training_table,
)
from policies.model import (
    Agreement,
    AgreementId,
    AgreementState,
    Application,
    ApplicationId,
    Organisation,
    Person,
    Qualification,
    Scenario,
    ScenarioId,
)
from policies.model.affiliations import Affiliation, AffiliationId
from policies.model.consents import Consent, ConsentId, ConsentState
from policies.model.listings import CreditList, CreditListId, CreditListState
from policies.model.matters import Matter, MatterId
from policies.model.reminders import Contact, Reminder, ReminderId, ReminderState
from policies.model.reports import Report, ReportId
from policies.model.scenarios import OVER
from policies.model.statements import Statement, StatementId
from policies.model.stops import Stop, StopId, StopState
from policies.model.training import Training, TrainingId

LIVING = (AgreementState.IN_FORCE.value, AgreementState.STOPPED.value)
_ORGANISATION = TypeAdapter(Organisation)
_PERSON = TypeAdapter(Person)
_QUALIFICATION = TypeAdapter(Qualification)
_SCENARIO = TypeAdapter(Scenario)
_APPLICATION = TypeAdapter(Application)
_AGREEMENT = TypeAdapter(Agreement)
_STOP = TypeAdapter(Stop)
_MATTER = TypeAdapter(Matter)
_CONSENT = TypeAdapter(Consent)
_STATEMENT = TypeAdapter(Statement)
_REPORT = TypeAdapter(Report)
_CREDIT = TypeAdapter(CreditList)
_AFFILIATION = TypeAdapter(Affiliation)
_TRAINING = TypeAdapter(Training)
_CONTACT = TypeAdapter(Contact)
_REMINDER = TypeAdapter(Reminder)


def organisations(connection: Connection, recorder: Recorder) -> Documents[OrganisationId, Organisation]:
    """Organisations on record."""
    return Documents(connection, recorder, organisation_table, _ORGANISATION, columns=lambda _: {})


def people(connection: Connection, recorder: Recorder) -> Documents[ActorId, Person]:
    """People on record."""
    return Documents(connection, recorder, person_table, _PERSON, columns=_person)


def qualifications(connection: Connection, recorder: Recorder) -> Documents[OrganisationId, Qualification]:
    """Evidence on record."""
    return Documents(connection, recorder, qualification_table, _QUALIFICATION, columns=lambda _: {})


def applications(connection: Connection, recorder: Recorder) -> Documents[ApplicationId, Application]:
    """Applications on record."""
    return Documents(connection, recorder, application_table, _APPLICATION, columns=_application)


def matters(connection: Connection, recorder: Recorder) -> Documents[MatterId, Matter]:
    """Matters on record."""
    return Documents(connection, recorder, matter_table, _MATTER, columns=_matter)


def statements(connection: Connection, recorder: Recorder) -> Documents[StatementId, Statement]:
    """Monthly statements on record."""
    return Documents(connection, recorder, statement_table, _STATEMENT, columns=_statement)


def reports(connection: Connection, recorder: Recorder) -> Documents[ReportId, Report]:
    """Operation reports on record."""
    columns = lambda report: {"state": report.state.value, "operator": report.operator}  # noqa: E731
    return Documents(connection, recorder, report_table, _REPORT, columns=columns)


def contacts(connection: Connection, recorder: Recorder) -> Documents[OrganisationId, Contact]:
    """Contacts on record."""
    return Documents(connection, recorder, contact_table, _CONTACT, columns=lambda _: {})


def affiliations(connection: Connection, recorder: Recorder) -> Documents[AffiliationId, Affiliation]:
    """Ownership links on record."""
    return Documents(connection, recorder, affiliation_table, _AFFILIATION, columns=_affiliation)


class CreditListTable(Documents[CreditListId, CreditList]):
    """`policies.service.work.CreditLists` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        columns = lambda found: {"state": found.state.value}  # noqa: E731
        super().__init__(connection, recorder, credit_list_table, _CREDIT, columns=columns)

    def current(self) -> tuple[CreditList, ...]:
        """The latest of each kind."""
        return self._all(credit_list_table.c.state == CreditListState.CURRENT.value)


class TrainingTable(Documents[TrainingId, Training]):
    """`policies.service.work.Trainings` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, training_table, _TRAINING, columns=_training)

    def of(self, person: ActorId) -> tuple[Training, ...]:
        """What a person attended."""
        return self._all(training_table.c.person == person)


class ReminderTable(Documents[ReminderId, Reminder]):
    """`policies.service.work.Reminders` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, reminder_table, _REMINDER, columns=_reminder)

    def waiting(self, *, at: datetime) -> tuple[Reminder, ...]:
        """Those queued whose time has come."""
        queued = reminder_table.c.state == ReminderState.QUEUED.value
        return self._all(queued, reminder_table.c.next_at <= at)


class ConsentTable(Documents[ConsentId, Consent]):
    """`policies.service.work.Consents` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, consent_table, _CONSENT, columns=_consent)

    def run_out(self, *, on: date) -> tuple[Consent, ...]:
        """Those given whose last day is past."""
        return self._all(consent_table.c.state == ConsentState.GIVEN.value, consent_table.c.until < on)

    def given(self, scenario: str) -> tuple[Consent, ...]:
        """Those given for a scenario."""
        return self._all(consent_table.c.state == ConsentState.GIVEN.value, consent_table.c.scenario == scenario)


class ScenarioTable(Documents[ScenarioId, Scenario]):
    """`policies.service.work.Scenarios` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, scenario_table, _SCENARIO, columns=_scenario)

    def of_category(self, category: str) -> Scenario | None:
        """The one that stands for the class now."""
        return self._one(scenario_table.c.standing == category)


class AgreementTable(Documents[AgreementId, Agreement]):
    """`policies.service.work.Agreements` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, agreement_table, _AGREEMENT, columns=_agreement)

    def of_application(self, application: ApplicationId) -> Agreement | None:
        """The one drawn from the application and not cancelled."""
        return self._one(agreement_table.c.standing == application)

    def run_out(self, *, at: datetime) -> tuple[Agreement, ...]:
        """Those in force or stopped whose term is over."""
        return self._all(agreement_table.c.state.in_(LIVING), agreement_table.c.ends_at <= at)

    def living(self) -> tuple[Agreement, ...]:
        """Those in force or stopped."""
        return self._all(agreement_table.c.state.in_(LIVING))


class StopTable(Documents[StopId, Stop]):
    """`policies.service.work.Stops` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection, recorder, stop_table, _STOP, columns=_stop)

    def standing(self) -> tuple[Stop, ...]:
        """Those not lifted."""
        return self._all(stop_table.c.state != StopState.LIFTED.value)


class ProcedureTables:
    """Everything of the procedure on one connection, as `policies.service.work.Work` asks for it."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        self.organisations = organisations(connection, recorder)
        self.people = people(connection, recorder)
        self.qualifications = qualifications(connection, recorder)
        self.scenarios = ScenarioTable(connection, recorder)
        self.applications = applications(connection, recorder)
        self.agreements = AgreementTable(connection, recorder)
        self.stops = StopTable(connection, recorder)
        self.matters = matters(connection, recorder)
        self.consents = ConsentTable(connection, recorder)
        self.statements = statements(connection, recorder)
        self.reports = reports(connection, recorder)
        self.trainings = TrainingTable(connection, recorder)
        self.contacts = contacts(connection, recorder)
        self.reminders = ReminderTable(connection, recorder)
        self.credit = CreditListTable(connection, recorder)
        self.affiliations = affiliations(connection, recorder)
        self.history = History(connection)


def _person(person: Person) -> Values:
    return {"organisation": person.organisation, "role": person.role.value, "state": person.state.value}


def _scenario(scenario: Scenario) -> Values:
    return {"state": scenario.state.value, "standing": None if scenario.state in OVER else scenario.category}


def _application(application: Application) -> Values:
    return {
        "state": application.state.value,
        "applicant": application.applicant,
        "scenario": application.materials.scenario,
        "due_at": application.submission.due.at if application.submission and application.waiting else None,
    }


def _agreement(agreement: Agreement) -> Values:
    return {
        "state": agreement.state.value,
        "scenario": agreement.scenario,
        "operator": agreement.operator,
        "developer": agreement.developer,
        "standing": None if agreement.state is AgreementState.CANCELLED else agreement.application,
        "annex": agreement.annex.digest,
        "ends_at": agreement.ends,
        "filing_due_at": agreement.filing_due.at if agreement.filing_due and not agreement.filing else None,
    }


def _stop(stop: Stop) -> Values:
    return {
        "state": stop.state.value,
        "organisation": stop.ordered_by.organisation,
        "due_at": stop.report_due if stop.state is StopState.ORDERED else None,
    }


def _matter(matter: Matter) -> Values:
    return {
        "noun": matter.noun,
        "state": matter.state,
        "organisation": matter.opened_by.organisation,
        "addressee": matter.addressee,
        "due_at": matter.due.at if matter.due else None,
    }


def _consent(consent: Consent) -> Values:
    return {
        "state": consent.state.value,
        "organisation": consent.presented_by.organisation,
        "scenario": consent.scenario,
        "giver": consent.giver,
        "until": consent.until,
    }


def _statement(statement: Statement) -> Values:
    return {
        "state": statement.state.value,
        "operator": statement.operator,
        "developer": statement.developer,
        "agreement": statement.agreement,
    }


def _training(training: Training) -> Values:
    return {"person": training.person, "organisation": training.organisation}


def _reminder(reminder: Reminder) -> Values:
    return {"state": reminder.state.value, "organisation": reminder.to, "next_at": reminder.next_at}


def _affiliation(affiliation: Affiliation) -> Values:
    return {"state": affiliation.state.value, "owner": affiliation.owner, "owned": affiliation.owned}
