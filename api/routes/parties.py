"""Who takes part: organisations, people, their keys and tokens, and the evidence of Article 15."""

from datetime import timedelta

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.identity import digest, draw, issue, revoke
from api.schemas.catalog import ReasonAsked
from api.schemas.common import problems
from api.schemas.parties import (
    EvidenceAsked,
    KeyAsked,
    Me,
    OrganisationAsked,
    OrganisationTold,
    PersonAsked,
    PersonTold,
    QualificationTold,
    Revoked,
    TokenAsked,
    TokenTold,
)
from logs.model import ActorId, EventId, OrganisationId
from policies import service
from policies.denials import NotActing, NotPermitted, NotTheirsToAppoint, SelfApproval
from policies.errors import DoneAlready, MaterialFlawed, MoveNotAllowed, NoSuch, RoleNotHeld, RolesIncompatible
from policies.model import Organisation

router = APIRouter(route_class=Call, tags=["主体 parties"], dependencies=[Depends(idempotency_key)])


@router.get("/me", summary="当前身份 / whom the token stands for")
def get_me(by: By) -> Me:
    """Person, organisation and role."""
    return Me.of(by)


@router.post("/me/key", status_code=201, summary="登记签名公钥 / enrol a key", responses={**problems(MaterialFlawed)})
def post_key(house: In, by: By, at: At, asked: KeyAsked) -> PersonTold:
    """Put one's own public key on record, to sign agreements with."""
    return PersonTold.of(service.enrol_key(house.begin, asked.key, by=by, at=at))


@router.post(
    "/organisations",
    status_code=201,
    summary="登记组织 / register an organisation",
    responses={**problems(NotPermitted, NotTheirsToAppoint, RolesIncompatible, DoneAlready)},
)
def post_organisation(house: In, by: By, at: At, asked: OrganisationAsked) -> OrganisationTold:
    """Put an organisation on record with the roles it may act in (Articles 3 and 5)."""
    wanted = Organisation(
        id=OrganisationId(asked.id),
        title=asked.title,
        nature=asked.nature,
        roles=frozenset(asked.roles),
        code=asked.code,
    )
    return OrganisationTold.of(service.register_organisation(house.begin, wanted, by=by, at=at))


@router.post(
    "/people",
    status_code=201,
    summary="任命人员 / appoint a person",
    responses={**problems(NotPermitted, NotTheirsToAppoint, RoleNotHeld, MoveNotAllowed, NoSuch)},
)
def post_person(house: In, by: By, at: At, asked: PersonAsked) -> PersonTold:
    """Let a person act for an organisation in one role."""
    appointed = service.appoint(
        house.begin,
        ActorId(asked.id),
        title=asked.title,
        organisation=OrganisationId(asked.organisation),
        role=asked.role,
        by=by,
        at=at,
    )
    return PersonTold.of(appointed)


@router.post(
    "/people/{id}/dismissal",
    status_code=201,
    summary="卸任 / dismiss a person",
    responses={**problems(NotPermitted, NotTheirsToAppoint, MoveNotAllowed, NoSuch)},
)
def post_dismissal(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> PersonTold:
    """End a person's acting, at once."""
    return PersonTold.of(service.dismiss(house.begin, ActorId(id), reason=asked.reason, by=by, at=at))


@router.post(
    "/people/{id}/tokens",
    status_code=201,
    summary="签发令牌 / issue a token",
    responses={**problems(NotPermitted, NotActing, NoSuch)},
)
def post_token(house: In, by: By, at: At, event: NewId, id: str, *, asked: TokenAsked) -> TokenTold:
    """A token for a person who acts now; it is shown this once and kept as a digest."""
    house.require(by, "issue", "token", id, at=at)
    text, until = draw(), at + timedelta(days=asked.days or house.settings.token_days)
    issue(
        house.begin,
        digest(text, secret=house.secrets.tokens),
        to=service.actor_of(house.begin, ActorId(id)),
        by=by,
        at=at,
        until=until,
        event=EventId(event),
    )
    return TokenTold(token=text, expires_at=until)


@router.post(
    "/people/{id}/tokens/revocation",
    status_code=201,
    summary="收回令牌 / take tokens back",
    responses={**problems(NotPermitted)},
)
def post_revocation(house: In, by: By, at: At, event: NewId, id: str) -> Revoked:
    """Take every token of a person back, at once."""
    house.require(by, "revoke", "token", id, at=at)
    return Revoked(tokens=revoke(house.begin, ActorId(id), by=by, at=at, event=EventId(event)))


@router.post(
    "/qualifications",
    status_code=201,
    summary="提交安全条件证明 / present evidence",
    responses={**problems(NotPermitted, MaterialFlawed)},
)
def post_evidence(house: In, by: By, at: At, asked: EvidenceAsked) -> QualificationTold:
    """Hand in a document for one of the six safety conditions of one's own organisation (Article 15)."""
    presented = service.present_evidence(
        house.begin,
        asked.condition,
        title=asked.title,
        digest=asked.digest,
        valid_until=asked.valid_until,
        by=by,
        at=at,
    )
    return QualificationTold.of(presented)


@router.get(
    "/qualifications/{organisation}",
    summary="安全条件证明 / evidence of an organisation",
    responses={**problems(NotPermitted, NoSuch)},
)
def get_qualification(house: In, by: By, at: At, organisation: str) -> QualificationTold:
    """What an organisation has presented, to itself and to those who oversee."""
    return QualificationTold.of(service.view_qualification(house.begin, OrganisationId(organisation), by=by, at=at))


@router.post(
    "/qualifications/{organisation}/evidence/{number}/acceptance",
    status_code=201,
    summary="核验通过 / accept evidence",
    responses={**problems(NotPermitted, SelfApproval, NoSuch, MoveNotAllowed)},
)
def post_acceptance(house: In, by: By, at: At, organisation: str, number: int) -> QualificationTold:
    """Find a document good."""
    return QualificationTold.of(
        service.accept_evidence(house.begin, OrganisationId(organisation), number, by=by, at=at)
    )


@router.post(
    "/qualifications/{organisation}/evidence/{number}/rejection",
    status_code=201,
    summary="核验不通过 / reject evidence",
    responses={**problems(NotPermitted, SelfApproval, NoSuch, MoveNotAllowed)},
)
def post_rejection(
    house: In, by: By, at: At, organisation: str, number: int, *, asked: ReasonAsked
) -> QualificationTold:
    """Find a document wanting, and say why."""
    rejected = service.reject_evidence(
        house.begin, OrganisationId(organisation), number, reason=asked.reason, by=by, at=at
    )
    return QualificationTold.of(rejected)
