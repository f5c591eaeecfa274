"""Stops: ordered by developer, operator or bureau, reported, lifted; and whether somebody may go on (Article 18)."""

from collections.abc import Collection
from datetime import datetime

from catalog.model import ResourceId
from logs.model import Actor, ActorId, OrganisationId, Role
from policies.denials import NotAParty
from policies.errors import DoneAlready, NoSuch
from policies.model import Agreement, AgreementId, AgreementState, ScenarioId
from policies.model.stops import Processing, Stop, StopId, StopScope
from policies.service.acting import acting
from policies.service.visible import require_visible, selection
from policies.service.work import Begin, Work


def order_stop(begin: Begin, id: StopId, *, scope: StopScope, target: str, note: str, by: Actor, at: datetime) -> Stop:
    """Halt processing at once; running queries are the caller's to kill. A developer halts its own side's alone.

    Raises `NoSuch` for a target that is not there, `NotAParty`, `DoneAlready`, `MaterialFlawed`.
    """
    with acting(begin, "order", "stop", id, by=by, at=at) as work:
        if work.stops.find(id) is not None:
            raise DoneAlready("stop", id, "order")
        stop = Stop.order(id, scope, target, note=note, by=by, at=at)
        _require_target(work, stop, by=by)
        if scope is StopScope.AGREEMENT:
            _stop_agreement(work, AgreementId(target), note=note, by=by, at=at)
        return work.stops.save(stop)


def report_stop(begin: Begin, id: StopId, *, risk: str, measures: str, by: Actor, at: datetime) -> Stop:
    """Report the risk to the bureau in writing. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "report", "stop", id, by=by, at=at) as work:
        return work.stops.save(work.stops.get(id).report(risk=risk, measures=measures, by=by, at=at))


def lift_stop(begin: Begin, id: StopId, *, reason: str, by: Actor, at: datetime) -> Stop:
    """Let processing go on once the risk is reported. Raises `NoSuch`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "lift", "stop", id, by=by, at=at) as work:
        lifted = work.stops.save(work.stops.get(id).lift(reason=reason, by=by, at=at))
        if lifted.scope is StopScope.AGREEMENT:
            _resume_agreement(work, lifted, reason=reason, by=by, at=at)
        return lifted


def view_stop(begin: Begin, id: StopId, *, by: Actor, at: datetime) -> Stop:
    """One stop, to who ordered it and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "stop", id, by=by, at=at) as work:
        found = work.stops.get(id)
        require_visible("stop", id, {found.ordered_by.organisation}, to=by)
        return found


def list_stops(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Stop, ...]:
    """Stops the actor may see, the newest first."""
    with acting(begin, "view", "stop", by=by, at=at) as work:
        return work.stops.list(selection(states=states, after=after, limit=limit, to=by))


def processing_under(agreement: Agreement, by: Actor, resources: Collection[ResourceId] = ()) -> Processing:
    """What somebody does under an agreement, as stops look at it."""
    return Processing(
        agreement=agreement.id,
        scenario=agreement.scenario,
        organisation=by.organisation,
        person=by.id,
        resources=frozenset(resources),
    )


def require_running(work: Work, processing: Processing) -> None:
    """Raises `ProcessingStopped` where a stop halts it."""
    for stop in work.stops.standing():
        stop.require_running(processing)


def _require_target(work: Work, stop: Stop, *, by: Actor) -> None:
    """Raises `NoSuch`, and `NotAParty` where a developer would halt what is of others."""
    match stop.scope:
        case StopScope.AGREEMENT:
            return  # the agreement's own move asks
        case StopScope.RESOURCE:
            if work.listed.provider(ResourceId(stop.target)) is None:
                raise NoSuch("resource", stop.target)
        case StopScope.SCENARIO:
            work.scenarios.get(ScenarioId(stop.target))
        case StopScope.ORGANISATION:
            _require_own(stop, work.organisations.get(OrganisationId(stop.target)).id, by=by)
        case StopScope.PERSON:
            _require_own(stop, work.people.get(ActorId(stop.target)).organisation, by=by)
        case StopScope.ALL:
            return


def _require_own(stop: Stop, organisation: OrganisationId, *, by: Actor) -> None:
    if by.role is Role.DEVELOPER and organisation != by.organisation:
        raise NotAParty("stop", stop.id)


def _stop_agreement(work: Work, id: AgreementId, *, note: str, by: Actor, at: datetime) -> None:
    agreement = work.agreements.get(id)
    if agreement.state is AgreementState.STOPPED:
        agreement.require_side_or_bureau(by)
        return  # a second risk seen is a second stop; the first holds it already
    work.agreements.save(agreement.stop(note=note, by=by, at=at))


def _resume_agreement(work: Work, lifted: Stop, *, reason: str, by: Actor, at: datetime) -> None:
    """The agreement goes on unless another stop holds it, or it is over."""
    agreement = work.agreements.get(AgreementId(lifted.target))
    held = [stop for stop in work.stops.standing() if (stop.scope, stop.target) == (lifted.scope, lifted.target)]
    if agreement.state is AgreementState.STOPPED and not held:
        work.agreements.save(agreement.resume(reason=reason, by=by, at=at))
