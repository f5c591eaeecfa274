"""Imported credit lists and ownership links, which decide who may develop (Articles 3, 5 and 15)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.standing import AffiliationAsked, AffiliationTold, CreditListAsked, CreditListTold
from logs.model import OrganisationId
from policies import service
from policies.denials import NotPermitted
from policies.errors import DoneAlready, MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model.affiliations import Affiliation, AffiliationId

router = APIRouter(route_class=Call, tags=["信用与关联 standing"], dependencies=[Depends(idempotency_key)])


@router.post(
    "/credit-lists",
    status_code=201,
    summary="导入名单 / import a list",
    responses={**problems(NotPermitted, DoneAlready, MaterialFlawed)},
)
def post_list(house: In, by: By, at: At, asked: CreditListAsked) -> CreditListTold:
    """Take in an edition of the list of the seriously dishonest, or of incidents made public; it replaces the last."""
    found = service.import_list(
        house.begin, asked.kind, edition=asked.edition, source=asked.source, listings=asked.values(), by=by, at=at
    )
    return CreditListTold.of(found)


@router.get("/credit-lists", summary="名单列表 / lists", responses={**problems(NotPermitted)})
def get_lists(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[CreditListTold]:
    """Imported lists, the newest first."""
    found = paged(
        lambda after, most: service.list_credit(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[CreditListTold.of(each) for each in found.items], next=found.next)


@router.post(
    "/affiliations",
    status_code=201,
    summary="登记关联关系 / record an ownership link",
    responses={**problems(NotPermitted, NoSuch, MaterialFlawed)},
)
def post_affiliation(house: In, by: By, at: At, id: NewId, asked: AffiliationAsked) -> AffiliationTold:
    """Record that one organisation owns or controls another: the operator's affiliates may not re-develop."""
    link = Affiliation(
        id=AffiliationId(id),
        owner=OrganisationId(asked.owner),
        owned=OrganisationId(asked.owned),
        basis=asked.basis,
    )
    return AffiliationTold.of(service.record_affiliation(house.begin, link, by=by, at=at))


@router.get("/affiliations", summary="关联关系列表 / ownership links", responses={**problems(NotPermitted)})
def get_affiliations(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[AffiliationTold]:
    """Ownership links, the newest first."""
    found = paged(
        lambda after, most: service.list_affiliations(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[AffiliationTold.of(link) for link in found.items], next=found.next)


@router.post(
    "/affiliations/{id}/end",
    status_code=201,
    summary="结束关联关系 / end a link",
    responses={**problems(NotPermitted, NoSuch, MoveNotAllowed, MaterialFlawed)},
)
def post_end(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> AffiliationTold:
    """Note that a link no longer stands."""
    ended = service.end_affiliation(house.begin, AffiliationId(id), reason=asked.reason, by=by, at=at)
    return AffiliationTold.of(ended)
