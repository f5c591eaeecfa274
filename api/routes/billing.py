"""Metering and billing by the agreement's tariff: usage so far, monthly statements (Article 20)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.calls import At, By, Call, In, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.billing import MONTH, LineTold, StatementAsked, StatementTold
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from policies import service
from policies.billing import Month
from policies.denials import NotAParty, NotPermitted
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, NotInForce
from policies.model import AgreementId
from policies.model.statements import StatementId

router = APIRouter(route_class=Call, tags=["计量计费 billing"], dependencies=[Depends(idempotency_key)])
MOVED = problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed, MaterialFlawed)


@router.get("/agreements/{id}/usage", summary="用量 / usage of a month", responses={**problems(NotPermitted, NoSuch)})
def get_usage(
    house: In, by: By, at: At, id: str, month: Annotated[str | None, Query(pattern=MONTH)] = None
) -> list[LineTold]:
    """What an agreement's use has come to so far in a month, this one when none is named; counted from the log."""
    asked = Month.read(month) if month else Month.of(at)
    counted = service.usage_of(house.begin, AgreementId(id), asked, by=by, at=at)
    return [LineTold.of(line) for line in counted]


@router.post(
    "/agreements/{id}/statements",
    status_code=201,
    summary="出具账单 / issue a statement",
    responses={**MOVED, **problems(NotInForce)},
)
def post_statement(house: In, by: By, at: At, id: str, asked: StatementAsked) -> StatementTold:
    """Issue a month's statement when the month is over, or again after a dispute."""
    issued = service.issue_statement(house.begin, AgreementId(id), Month.read(asked.month), by=by, at=at)
    return StatementTold.of(issued)


@router.get("/statements", summary="账单列表 / statements", responses={**problems(NotPermitted)})
def get_statements(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[StatementTold]:
    """The statements one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_statements(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[StatementTold.of(statement) for statement in found.items], next=found.next)


@router.get("/statements/{id}", summary="一份账单 / one statement", responses={**problems(NotPermitted, NoSuch)})
def get_statement(house: In, by: By, at: At, id: str) -> StatementTold:
    """One statement, to its sides and to those who oversee."""
    return StatementTold.of(service.view_statement(house.begin, StatementId(id), by=by, at=at))


@router.post("/statements/{id}/confirmation", status_code=201, summary="确认账单 / confirm", responses={**MOVED})
def post_confirmation(house: In, by: By, at: At, id: str) -> StatementTold:
    """The developer agrees to it."""
    return StatementTold.of(service.confirm_statement(house.begin, StatementId(id), by=by, at=at))


@router.post("/statements/{id}/dispute", status_code=201, summary="对账单提出异议 / dispute", responses={**MOVED})
def post_dispute(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> StatementTold:
    """The developer contests it; the operator counts again."""
    return StatementTold.of(service.dispute_statement(house.begin, StatementId(id), reason=asked.reason, by=by, at=at))


@router.post("/statements/{id}/settlement", status_code=201, summary="登记结清 / settle", responses={**MOVED})
def post_settlement(house: In, by: By, at: At, id: str) -> StatementTold:
    """The operator notes that it is paid."""
    return StatementTold.of(service.settle_statement(house.begin, StatementId(id), by=by, at=at))
