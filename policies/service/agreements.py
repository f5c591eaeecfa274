"""Agreements: drawn up, signed, filed, ended; and the annex in force (Articles 12 and 17)."""

from collections.abc import Collection
from datetime import datetime

from catalog.model import ResourceId
from logs.model import Actor
from policies.calendar import WorkingDays
from policies.drafting import drawn_from
from policies.errors import DoneAlready, KeyMissing, MoveNotAllowed
from policies.model import Agreement, AgreementId, Application, ApplicationId, ScenarioId, Terms, Verifier
from policies.model.agreements import FILING_DAYS
from policies.service.acting import acting, require_acting
from policies.service.stops import processing_under, require_running
from policies.service.visible import require_visible, selection
from policies.service.work import Begin


def draw_agreement(
    begin: Begin, id: AgreementId, *, application: ApplicationId, terms: Terms, by: Actor, at: datetime
) -> Agreement:
    """Draw up the agreement of an approved application; the annex holds what was approved and nothing else.

    Raises `NoSuch`, `NotAParty`, `SelfApproval`, `MoveNotAllowed`, `DoneAlready`, `MaterialFlawed`.
    """
    with acting(begin, "draw", "agreement", id, by=by, at=at) as work:
        asked = work.applications.hold(application)
        if work.agreements.of_application(application) is not None or work.agreements.find(id) is not None:
            raise DoneAlready("application", application, "draw")
        scenario = work.scenarios.hold(_scenario_of(asked))
        drawn = drawn_from(asked, scenario=scenario, terms=terms, id=id, by=by, at=at)
        return work.agreements.save(drawn)


def sign_agreement(
    begin: Begin,
    id: AgreementId,
    signature: str,
    *,
    verifier: Verifier,
    calendar: WorkingDays,
    by: Actor,
    at: datetime,
) -> Agreement:
    """Sign for one's side: an Ed25519 signature over `agreement.statement`, by the key one has on record.

    Raises `NoSuch`, `KeyMissing`, `NotAParty`, `DoneAlready`, `MoveNotAllowed`, `NotInForce`, `SignatureInvalid`.
    """
    with acting(begin, "sign", "agreement", id, by=by, at=at) as work:
        agreement = work.agreements.get(id)
        key = work.people.hold(by.id).key
        if key is None:
            raise KeyMissing(by.id)
        due = calendar.deadline(at, days=FILING_DAYS)
        signed = agreement.sign(key=key, signature=signature, verifier=verifier, due=due, by=by, at=at)
        return work.agreements.save(signed)


def cancel_agreement(begin: Begin, id: AgreementId, *, reason: str, by: Actor, at: datetime) -> Agreement:
    """Give it up before both have signed. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "cancel", "agreement", id, by=by, at=at) as work:
        return work.agreements.save(work.agreements.get(id).cancel(reason=reason, by=by, at=at))


def file_agreement(begin: Begin, id: AgreementId, *, notice: str, by: Actor, at: datetime) -> Agreement:
    """File it with the bureau. Raises `NoSuch`, `NotAParty`, `DoneAlready`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "file", "agreement", id, by=by, at=at) as work:
        return work.agreements.save(work.agreements.get(id).file(notice=notice, by=by, at=at))


def terminate_agreement(begin: Begin, id: AgreementId, *, reason: str, by: Actor, at: datetime) -> Agreement:
    """End it for good. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "terminate", "agreement", id, by=by, at=at) as work:
        return work.agreements.save(work.agreements.get(id).terminate(reason=reason, by=by, at=at))


def expire_agreements(begin: Begin, *, by: Actor, at: datetime) -> tuple[Agreement, ...]:
    """Note which agreements have run out; they opened nothing since their end in any case."""
    with acting(begin, "expire", "agreement", by=by, at=at) as work:
        run_out = work.agreements.run_out(at=at)
        return tuple(work.agreements.save(agreement.expire(by=by, at=at)) for agreement in run_out)


def view_agreement(begin: Begin, id: AgreementId, *, by: Actor, at: datetime) -> Agreement:
    """One agreement, to its sides and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "agreement", id, by=by, at=at) as work:
        found = work.agreements.get(id)
        require_visible("agreement", id, {found.operator, found.developer}, to=by)
        return found


def list_agreements(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Agreement, ...]:
    """Agreements the actor may see, the newest first."""
    with acting(begin, "view", "agreement", by=by, at=at) as work:
        return work.agreements.list(selection(states=states, after=after, limit=limit, to=by))


def annex_in_force(
    begin: Begin, id: AgreementId, *, resources: Collection[ResourceId] = (), by: Actor, at: datetime
) -> Agreement:
    """The agreement whose annex opens data to this person now: on the developer's side, signed, in its term, and no
    stop halts it; nor the use of those resources, where some are named.

    Raises `NoSuch`, `NotActing`, `NotAParty`, `NotInForce`, `ProcessingStopped`; whoever
    calls records the denial with what was asked.
    """
    with begin() as work:
        require_acting(work, by)
        found = work.agreements.get(id)
        found.require_developer(by)
        found.require_in_force(at=at)
        require_running(work, processing_under(found, by, resources))
        return found


def _scenario_of(application: Application) -> ScenarioId:
    if application.materials.scenario is None:
        raise MoveNotAllowed("application", application.id, application.state, "draw", ())
    return application.materials.scenario
