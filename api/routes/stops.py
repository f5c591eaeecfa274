"""Stops: ordered, reported to the bureau, lifted (Article 18)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.stops import RiskAsked, StopAsked, StopOrdered, StopTold
from policies import service
from policies.denials import NotAParty, NotPermitted
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model.stops import StopId
from sandbox.stopping import halt

router = APIRouter(route_class=Call, tags=["停止令 stops"], prefix="/stops", dependencies=[Depends(idempotency_key)])
MOVED = problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed, MaterialFlawed)


@router.post("", status_code=201, summary="停止数据处理 / stop processing", responses={**MOVED})
def post_stop(house: In, by: By, at: At, id: NewId, asked: StopAsked) -> StopOrdered:
    """Halt processing at once, running queries included: of an agreement, a resource, a scenario, an organisation, a
    person or all. A developer halts its own side's processing; the risk is to be reported within twelve hours."""
    stop = service.order_stop(
        house.begin, StopId(id), scope=asked.scope, target=asked.target, note=asked.note, by=by, at=at
    )
    return StopOrdered(stop=StopTold.of(stop), killed=halt(house.domain, stop, by=by, at=at))


@router.get("", summary="停止令列表 / stops", responses={**problems(NotPermitted)})
def get_stops(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[StopTold]:
    """The stops one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_stops(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[StopTold.of(stop) for stop in found.items], next=found.next)


@router.get("/{id}", summary="一项停止令 / one stop", responses={**problems(NotPermitted, NoSuch)})
def get_stop(house: In, by: By, at: At, id: str) -> StopTold:
    """One stop, to who ordered it and to those who oversee."""
    return StopTold.of(service.view_stop(house.begin, StopId(id), by=by, at=at))


@router.post("/{id}/report", status_code=201, summary="报告风险 / report the risk", responses={**MOVED})
def post_report(house: In, by: By, at: At, id: str, asked: RiskAsked) -> StopTold:
    """Report the risk to the bureau, by who ordered the stop."""
    told = service.report_stop(house.begin, StopId(id), risk=asked.risk, measures=asked.measures, by=by, at=at)
    return StopTold.of(told)


@router.post("/{id}/lifting", status_code=201, summary="解除停止令 / lift a stop", responses={**MOVED})
def post_lifting(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> StopTold:
    """Let processing go on, once the risk is reported; the bureau alone."""
    return StopTold.of(service.lift_stop(house.begin, StopId(id), reason=asked.reason, by=by, at=at))
