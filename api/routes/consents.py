"""Consents of those the data is about: presented, checked, withdrawn (Article 13)."""

import hashlib
import hmac

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.consents import ConsentAsked, ConsentTold
from catalog.model import ResourceId
from policies import service
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model import ScenarioId
from policies.model.consents import Consent, ConsentId

router = APIRouter(
    route_class=Call, tags=["授权同意 consents"], prefix="/consents", dependencies=[Depends(idempotency_key)]
)
MOVED = problems(NotPermitted, NotAParty, SelfApproval, NoSuch, MoveNotAllowed, MaterialFlawed)


@router.post("", status_code=201, summary="提交授权同意 / present a consent", responses={**MOVED})
def post_consent(house: In, by: By, at: At, id: NewId, asked: ConsentAsked) -> ConsentTold:
    """Hand in a data subject's consent. The identifier is turned into a keyed digest here and kept nowhere."""
    named = f"{asked.subject_kind}:{asked.subject.get_secret_value()}".encode()
    consent = Consent(
        id=ConsentId(id),
        subject_kind=asked.subject_kind,
        giver=hmac.new(house.secrets.records, b"consent " + named, hashlib.sha256).hexdigest(),
        scenario=ScenarioId(asked.scenario),
        resources=tuple(ResourceId(resource) for resource in asked.resources),
        until=asked.until,
        evidence=asked.evidence,
        presented_by=by,
        presented_at=at,
    )
    return ConsentTold.of(service.present_consent(house.begin, consent, by=by, at=at))


@router.get("", summary="授权同意列表 / consents", responses={**problems(NotPermitted)})
def get_consents(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[ConsentTold]:
    """The consents one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_consents(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[ConsentTold.of(consent) for consent in found.items], next=found.next)


@router.get("/{id}", summary="一份授权同意 / one consent", responses={**problems(NotPermitted, NoSuch)})
def get_consent(house: In, by: By, at: At, id: str) -> ConsentTold:
    """One consent, to who presented it and to those who oversee."""
    return ConsentTold.of(service.view_consent(house.begin, ConsentId(id), by=by, at=at))


@router.post("/{id}/acceptance", status_code=201, summary="核验通过 / accept", responses={**MOVED})
def post_acceptance(house: In, by: By, at: At, id: str) -> ConsentTold:
    """Find its evidence good; from now on it allows."""
    return ConsentTold.of(service.accept_consent(house.begin, ConsentId(id), by=by, at=at))


@router.post("/{id}/rejection", status_code=201, summary="核验不通过 / reject", responses={**MOVED})
def post_rejection(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> ConsentTold:
    """Find its evidence wanting, and say why."""
    return ConsentTold.of(service.reject_consent(house.begin, ConsentId(id), reason=asked.reason, by=by, at=at))


@router.post("/{id}/withdrawal", status_code=201, summary="撤回授权 / withdraw", responses={**MOVED})
def post_withdrawal(house: In, by: By, at: At, id: str) -> ConsentTold:
    """The data subject takes it back; it counts at once, and needs no reason."""
    return ConsentTold.of(service.withdraw_consent(house.begin, ConsentId(id), by=by, at=at))
