"""Applications: drafted, checked, handed in, decided within five working days (Articles 12 and 16)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, Speaks, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.common import Listed, problems
from api.schemas.procedure import (
    ApplicationTold,
    ApprovalAsked,
    FlawTold,
    MaterialsAsked,
    RefusalAsked,
    SupplementAsked,
)
from policies import service
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, QualificationLacking
from policies.model import ApplicationId

router = APIRouter(
    route_class=Call,
    tags=["开发利用申请 applications"],
    prefix="/applications",
    dependencies=[Depends(idempotency_key)],
)
OWN = problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed, MaterialFlawed)
DECIDED = problems(NotPermitted, SelfApproval, NoSuch, MoveNotAllowed, MaterialFlawed, QualificationLacking)


@router.post("", status_code=201, summary="起草申请 / draft an application", responses={**problems(NotPermitted)})
def post_application(house: In, by: By, at: At, id: NewId, asked: MaterialsAsked) -> ApplicationTold:
    """Begin an application; it may be incomplete until it is handed in."""
    return ApplicationTold.of(service.draft_application(house.begin, ApplicationId(id), asked.value(), by=by, at=at))


@router.get("", summary="申请列表 / applications", responses={**problems(NotPermitted)})
def get_applications(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[ApplicationTold]:
    """The applications one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_applications(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[ApplicationTold.of(application) for application in found.items], next=found.next)


@router.get("/{id}", summary="一份申请 / one application", responses={**problems(NotPermitted, NoSuch)})
def get_application(house: In, by: By, at: At, id: str) -> ApplicationTold:
    """One application, to its applicant and to those who oversee."""
    return ApplicationTold.of(service.view_application(house.begin, ApplicationId(id), by=by, at=at))


@router.put("/{id}/materials", summary="修改材料 / revise a draft", responses={**OWN})
def put_materials(house: In, by: By, at: At, id: str, asked: MaterialsAsked) -> ApplicationTold:
    """Put other materials in a draft's place."""
    return ApplicationTold.of(service.revise_application(house.begin, ApplicationId(id), asked.value(), by=by, at=at))


@router.post("/{id}/check", summary="提交前检查 / have a draft checked", responses={**problems(NotPermitted, NoSuch)})
def post_check(house: In, by: By, at: At, speaks: Speaks, id: str) -> list[FlawTold]:
    """Every flaw that would keep it from being handed in or approved, all at once."""
    found = service.check_application(house.begin, ApplicationId(id), by=by, at=at)
    return [
        FlawTold(rule=flaw.rule, place=flaw.place, message=flaw.what[speaks], instead=flaw.instead.get(speaks, ""))
        for flaw in found
    ]


@router.post("/{id}/submission", status_code=201, summary="提交 / hand in", responses={**OWN})
def post_submission(house: In, by: By, at: At, id: str) -> ApplicationTold:
    """Hand it in; the five working days begin to run on the day after."""
    return ApplicationTold.of(
        service.submit_application(house.begin, ApplicationId(id), calendar=house.calendar, by=by, at=at)
    )


@router.post("/{id}/supplement-request", status_code=201, summary="要求补正 / want more", responses={**DECIDED})
def post_supplement_request(house: In, by: By, at: At, id: str, asked: SupplementAsked) -> ApplicationTold:
    """Want more before deciding; the working days stand still until it is there."""
    told = service.ask_supplement(
        house.begin, ApplicationId(id), wanted=asked.wanted, calendar=house.calendar, by=by, at=at
    )
    return ApplicationTold.of(told)


@router.post("/{id}/supplement", status_code=201, summary="补正 / hand in what was wanted", responses={**OWN})
def post_supplement(house: In, by: By, at: At, id: str, asked: MaterialsAsked) -> ApplicationTold:
    """Hand in what was wanted, with the materials as they are now; the working days that were left go on."""
    told = service.supplement_application(
        house.begin, ApplicationId(id), asked.value(), calendar=house.calendar, by=by, at=at
    )
    return ApplicationTold.of(told)


@router.post("/{id}/approval", status_code=201, summary="审核通过 / approve", responses={**DECIDED})
def post_approval(house: In, by: By, at: At, id: str, asked: ApprovalAsked) -> ApplicationTold:
    """Say yes; the agreement may then be drawn up."""
    return ApplicationTold.of(
        service.approve_application(house.begin, ApplicationId(id), reason=asked.reason, by=by, at=at)
    )


@router.post("/{id}/refusal", status_code=201, summary="驳回 / refuse", responses={**DECIDED})
def post_refusal(house: In, by: By, at: At, id: str, asked: RefusalAsked) -> ApplicationTold:
    """Say no, with every reason."""
    return ApplicationTold.of(
        service.refuse_application(house.begin, ApplicationId(id), reasons=asked.reasons, by=by, at=at)
    )


@router.post("/{id}/withdrawal", status_code=201, summary="撤回 / withdraw", responses={**OWN})
def post_withdrawal(house: In, by: By, at: At, id: str) -> ApplicationTold:
    """Take it back before it is decided."""
    return ApplicationTold.of(service.withdraw_application(house.begin, ApplicationId(id), by=by, at=at))
