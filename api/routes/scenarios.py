"""Application scenarios: demanded, decided once by the bureau, published by the operator (Article 10)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.procedure import ScenarioApproval, ScenarioAsked, ScenarioRefusal, ScenarioTold
from policies import service
from policies.denials import NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model import ScenarioId
from sandbox.stopping import halt

router = APIRouter(
    route_class=Call, tags=["应用场景 scenarios"], prefix="/scenarios", dependencies=[Depends(idempotency_key)]
)


@router.post(
    "",
    status_code=201,
    summary="提出场景需求 / demand a scenario",
    responses={**problems(NotPermitted, MaterialFlawed)},
)
def post_scenario(house: In, by: By, at: At, id: NewId, asked: ScenarioAsked) -> ScenarioTold:
    """Ask for a class of scenario; where the class stands already, the demand is added to it."""
    demanded = service.demand_scenario(
        house.begin, ScenarioId(id), category=asked.category, title=asked.title, purpose=asked.purpose, by=by, at=at
    )
    return ScenarioTold.of(demanded)


@router.get("", summary="应用场景目录 / the scenario catalog", responses={**problems(NotPermitted)})
def get_scenarios(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[ScenarioTold]:
    """Every class of scenario, the newest first."""
    found = paged(
        lambda after, most: service.list_scenarios(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[ScenarioTold.of(scenario) for scenario in found.items], next=found.next)


@router.get("/{id}", summary="一个应用场景 / one scenario", responses={**problems(NotPermitted, NoSuch)})
def get_scenario(house: In, by: By, at: At, id: str) -> ScenarioTold:
    """One class of scenario."""
    return ScenarioTold.of(service.view_scenario(house.begin, ScenarioId(id), by=by, at=at))


@router.post(
    "/{id}/approval",
    status_code=201,
    summary="审定通过 / approve a class",
    responses={**problems(NotPermitted, SelfApproval, NoSuch, MoveNotAllowed)},
)
def post_approval(house: In, by: By, at: At, id: str, asked: ScenarioApproval) -> ScenarioTold:
    """Decide for a class, once and for every later demand of it (一类场景一审定)."""
    approved = service.approve_scenario(
        house.begin, ScenarioId(id), reason=asked.reason, opinions=asked.values(), by=by, at=at
    )
    return ScenarioTold.of(approved)


@router.post(
    "/{id}/refusal",
    status_code=201,
    summary="审定不通过 / refuse a class",
    responses={**problems(NotPermitted, SelfApproval, NoSuch, MoveNotAllowed)},
)
def post_refusal(house: In, by: By, at: At, id: str, asked: ScenarioRefusal) -> ScenarioTold:
    """Decide against a class, with the reason."""
    refused = service.refuse_scenario(
        house.begin, ScenarioId(id), reason=asked.reason, opinions=asked.values(), by=by, at=at
    )
    return ScenarioTold.of(refused)


@router.post(
    "/{id}/publication",
    status_code=201,
    summary="发布 / publish a class",
    responses={**problems(NotPermitted, NoSuch, MoveNotAllowed)},
)
def post_publication(house: In, by: By, at: At, id: str) -> ScenarioTold:
    """Put an approved class into the scenario catalog."""
    return ScenarioTold.of(service.publish_scenario(house.begin, ScenarioId(id), by=by, at=at))


@router.post(
    "/{id}/withdrawal",
    status_code=201,
    summary="撤回 / withdraw a class",
    responses={**problems(NotPermitted, NoSuch, MoveNotAllowed)},
)
def post_withdrawal(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> ScenarioTold:
    """Take a class back: nothing new may rest on it, and what does is halted, running queries included."""
    withdrawn, stop = service.withdraw_scenario(house.begin, ScenarioId(id), reason=asked.reason, by=by, at=at)
    halt(house.domain, stop, by=by, at=at)
    return ScenarioTold.of(withdrawn)
