"""Agreements: drawn up, signed by both sides, filed, ended (Articles 12 and 17)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.procedure import (
    AgreementAsked,
    AgreementTold,
    EndedTold,
    FilingAsked,
    SignatureAsked,
)
from policies import service
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import DoneAlready, KeyMissing, MaterialFlawed, MoveNotAllowed, NoSuch, SignatureInvalid
from policies.model import AgreementId, ApplicationId, Terms
from sandbox.stopping import close_agreement

router = APIRouter(
    route_class=Call, tags=["开发利用协议 agreements"], prefix="/agreements", dependencies=[Depends(idempotency_key)]
)
MOVED = problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed, MaterialFlawed)


@router.post(
    "",
    status_code=201,
    summary="拟定协议 / draw up",
    responses={**problems(NotPermitted, NotAParty, SelfApproval, NoSuch, MoveNotAllowed, DoneAlready, MaterialFlawed)},
)
def post_agreement(house: In, by: By, at: At, id: NewId, asked: AgreementAsked) -> AgreementTold:
    """Draw up the agreement of an approved application; its annex holds what was approved and nothing else."""
    begins, ends = asked.term(at)
    terms = Terms(
        rights_and_duties=asked.rights_and_duties,
        conditions=asked.conditions,
        security=asked.security,
        fees=asked.fees,
        liability=asked.liability,
        begins=begins,
        ends=ends,
        tariff=asked.tariff.value(),
    )
    drawn = service.draw_agreement(
        house.begin, AgreementId(id), application=ApplicationId(asked.application), terms=terms, by=by, at=at
    )
    return AgreementTold.of(drawn)


@router.get("", summary="协议列表 / agreements", responses={**problems(NotPermitted)})
def get_agreements(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[AgreementTold]:
    """The agreements one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_agreements(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[AgreementTold.of(agreement) for agreement in found.items], next=found.next)


@router.get("/{id}", summary="一份协议 / one agreement", responses={**problems(NotPermitted, NoSuch)})
def get_agreement(house: In, by: By, at: At, id: str) -> AgreementTold:
    """One agreement, to its sides and to those who oversee."""
    return AgreementTold.of(service.view_agreement(house.begin, AgreementId(id), by=by, at=at))


@router.post(
    "/{id}/signatures",
    status_code=201,
    summary="签署 / sign",
    responses={**problems(NotPermitted, NotAParty, NoSuch, KeyMissing, SignatureInvalid, DoneAlready, MoveNotAllowed)},
)
def post_signature(house: In, by: By, at: At, id: str, asked: SignatureAsked) -> AgreementTold:
    """Sign for one's side; with the second signature the agreement is in force, its filing due in five working days."""
    signed = service.sign_agreement(
        house.begin,
        AgreementId(id),
        asked.signature,
        verifier=house.verifier,
        calendar=house.calendar,
        by=by,
        at=at,
    )
    return AgreementTold.of(signed)


@router.post("/{id}/cancellation", status_code=201, summary="取消 / cancel", responses={**MOVED})
def post_cancellation(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> AgreementTold:
    """Give it up before both have signed."""
    return AgreementTold.of(service.cancel_agreement(house.begin, AgreementId(id), reason=asked.reason, by=by, at=at))


@router.post("/{id}/filing", status_code=201, summary="备案 / file with the bureau", responses={**MOVED})
def post_filing(house: In, by: By, at: At, id: str, asked: FilingAsked) -> AgreementTold:
    """File it with the bureau."""
    return AgreementTold.of(service.file_agreement(house.begin, AgreementId(id), notice=asked.notice, by=by, at=at))


@router.post("/{id}/termination", status_code=201, summary="终止 / terminate", responses={**MOVED})
def post_termination(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> EndedTold:
    """End it for good: running queries end with it, its answers and its workspace are deleted."""
    ended = service.terminate_agreement(house.begin, AgreementId(id), reason=asked.reason, by=by, at=at)
    return EndedTold(agreement=AgreementTold.of(ended), killed=close_agreement(house.domain, id, by=by, at=at))
