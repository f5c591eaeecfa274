"""Agreements: drawn up, signed by both sides, filed, stopped, ended (Articles 12, 17 and 18)."""

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, page
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.procedure import (
    AgreementAsked,
    AgreementTold,
    FilingAsked,
    SignatureAsked,
    StopAsked,
    StoppedTold,
)
from policies import service
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import DoneAlready, KeyMissing, MaterialFlawed, MoveNotAllowed, NoSuch, SignatureInvalid
from policies.model import AgreementId, ApplicationId, Terms

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
    )
    drawn = service.draw_agreement(
        house.begin, AgreementId(id), application=ApplicationId(asked.application), terms=terms, by=by, at=at
    )
    return AgreementTold.of(drawn)


@router.get("", summary="协议列表 / agreements", responses={**problems(NotPermitted)})
def get_agreements(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[AgreementTold]:
    """The agreements one may see, the newest first."""
    every = service.list_agreements(house.begin, by=by, at=at)
    found = page(every, key=lambda agreement: agreement.id, cursor=cursor, limit=limit)
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


@router.post("/{id}/stop", status_code=201, summary="停止 / stop processing", responses={**MOVED})
def post_stop(house: In, by: By, at: At, id: str, asked: StopAsked) -> StoppedTold:
    """Stop all processing under it at once, running queries included; the note reaches the bureau (Article 18)."""
    stopped = service.stop_agreement(house.begin, AgreementId(id), note=asked.note, by=by, at=at)
    return StoppedTold(agreement=AgreementTold.of(stopped), killed=house.kill_queries(id, by=by, at=at))


@router.post("/{id}/resumption", status_code=201, summary="恢复 / resume", responses={**MOVED})
def post_resumption(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> AgreementTold:
    """Let processing go on after a stop."""
    return AgreementTold.of(service.resume_agreement(house.begin, AgreementId(id), reason=asked.reason, by=by, at=at))


@router.post("/{id}/termination", status_code=201, summary="终止 / terminate", responses={**MOVED})
def post_termination(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> StoppedTold:
    """End it for good, running queries included."""
    ended = service.terminate_agreement(house.begin, AgreementId(id), reason=asked.reason, by=by, at=at)
    return StoppedTold(agreement=AgreementTold.of(ended), killed=house.kill_queries(id, by=by, at=at))
