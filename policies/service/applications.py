"""Applications: drafted and handed in by a developer, decided by the operator within 5 working days (Article 12)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from logs.model import Actor, OrganisationId
from policies.calendar import WorkingDays, day_of
from policies.errors import DoneAlready, QualificationLacking
from policies.flaws import Flaw
from policies.lint import flaws_of
from policies.model import Application, ApplicationId, ApplicationState, Materials
from policies.model.applications import DECISION_DAYS
from policies.service.acting import acting
from policies.service.standing import lacking, require_no_affiliate, require_unrelated
from policies.service.visible import require_visible, selection
from policies.service.work import Begin, Work


def draft_application(begin: Begin, id: ApplicationId, materials: Materials, *, by: Actor, at: datetime) -> Application:
    """Begin an application for one's own organisation; it may be incomplete. Raises `DoneAlready`."""
    with acting(begin, "draft", "application", id, by=by, at=at) as work:
        if work.applications.find(id) is not None:
            raise DoneAlready("application", id, "draft")
        return work.applications.save(Application.draft(id, materials, by=by, at=at))


def revise_application(
    begin: Begin, id: ApplicationId, materials: Materials, *, by: Actor, at: datetime
) -> Application:
    """Put other materials in a draft's place. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`."""
    with acting(begin, "revise", "application", id, by=by, at=at) as work:
        return work.applications.save(work.applications.get(id).revise(materials, by=by, at=at))


def check_application(begin: Begin, id: ApplicationId, *, by: Actor, at: datetime) -> tuple[Flaw, ...]:
    """Every flaw that would keep it from being handed in or approved, without handing it in. Raises `NoSuch`."""
    with acting(begin, "check", "application", id, by=by, at=at) as work:
        application = work.applications.get(id)
        require_visible("application", id, {application.applicant}, to=by)
        return (*_flaws(work, application), *lacking(work, application.applicant, on=day_of(at)))


def submit_application(
    begin: Begin, id: ApplicationId, *, calendar: WorkingDays, by: Actor, at: datetime
) -> Application:
    """Hand it in; the five working days begin to run on the day after.

    Raises `NoSuch`, `NotAParty`, `RelatedToOperator`, `MoveNotAllowed`, `MaterialFlawed` naming every flaw at once.
    """
    with acting(begin, "submit", "application", id, by=by, at=at) as work:
        application = work.applications.get(id)
        require_unrelated(work, application.applicant)
        due = calendar.deadline(at, days=DECISION_DAYS)
        return work.applications.save(application.submit(_flaws(work, application), due=due, by=by, at=at))


def ask_supplement(
    begin: Begin, id: ApplicationId, *, wanted: Sequence[str], calendar: WorkingDays, by: Actor, at: datetime
) -> Application:
    """Want more before deciding; the working days stand still until it is there.

    Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`.
    """
    with acting(begin, "ask_supplement", "application", id, by=by, at=at) as work:
        application = work.applications.get(id)
        left = calendar.left(at, application.submission.due) if application.submission else 1
        return work.applications.save(application.ask_supplement(wanted, days_left=left, by=by, at=at))


def supplement_application(
    begin: Begin, id: ApplicationId, materials: Materials, *, calendar: WorkingDays, by: Actor, at: datetime
) -> Application:
    """Hand in what was wanted, with the materials as they are now; the working days left begin on the day after.

    Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `MaterialFlawed` naming every flaw at once.
    """
    with acting(begin, "supplement", "application", id, by=by, at=at) as work:
        application = work.applications.get(id)
        waiting = application.state is ApplicationState.SUPPLEMENTING
        due = calendar.deadline(at, days=application.days_left if waiting else 1)
        flaws = _flaws(work, replace(application, materials=materials))
        return work.applications.save(application.supplement(materials, flaws, due=due, by=by, at=at))


def approve_application(begin: Begin, id: ApplicationId, *, reason: str = "", by: Actor, at: datetime) -> Application:
    """Say yes; the agreement may then be drawn up. What the application rests on is held still meanwhile.

    Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `QualificationLacking`, `MaterialFlawed`.
    """
    with acting(begin, "approve", "application", id, by=by, at=at) as work:
        application = work.applications.get(id)
        approved = application.approve(_flaws(work, application), reason=reason, by=by, at=at)
        applicant = work.organisations.hold(application.applicant).id
        require_no_affiliate(work, "application", id, of=applicant, by=by)
        require_unrelated(work, applicant)
        _hold_evidence(work, applicant)
        if flaws := lacking(work, applicant, on=day_of(at)):
            raise QualificationLacking(applicant, flaws)
        return work.applications.save(approved)


def refuse_application(
    begin: Begin, id: ApplicationId, *, reasons: Sequence[str], by: Actor, at: datetime
) -> Application:
    """Say no, with reasons. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "refuse", "application", id, by=by, at=at) as work:
        return work.applications.save(work.applications.get(id).refuse(reasons, by=by, at=at))


def withdraw_application(begin: Begin, id: ApplicationId, *, by: Actor, at: datetime) -> Application:
    """Take it back before it is decided. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`."""
    with acting(begin, "withdraw", "application", id, by=by, at=at) as work:
        return work.applications.save(work.applications.get(id).withdraw(by=by, at=at))


def view_application(begin: Begin, id: ApplicationId, *, by: Actor, at: datetime) -> Application:
    """One application, to its applicant and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "application", id, by=by, at=at) as work:
        found = work.applications.get(id)
        require_visible("application", id, {found.applicant}, to=by)
        return found


def list_applications(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Application, ...]:
    """Applications the actor may see, the newest first."""
    with acting(begin, "view", "application", by=by, at=at) as work:
        return work.applications.list(selection(states=states, after=after, limit=limit, to=by))


def _flaws(work: Work, application: Application) -> tuple[Flaw, ...]:
    wanted = application.materials
    scenario = work.scenarios.find(wanted.scenario) if wanted.scenario else None
    if scenario is not None:
        scenario = work.scenarios.hold(scenario.id)
    entries = {grant.resource: work.listed.resource(grant.resource) for grant in wanted.data}
    listed = {id: resource for id, resource in entries.items() if resource is not None}
    return flaws_of(wanted, scenario=scenario, listed=listed)


def _hold_evidence(work: Work, applicant: OrganisationId) -> None:
    """Keep what the decision rests on from changing meanwhile."""
    if work.qualifications.find(applicant) is not None:
        work.qualifications.hold(applicant)
