"""Desensitisation rules: drafted, approved by the bureau, put in force (Article 13)."""

from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import Field

from api.calls import At, By, Call, In, Speaks, idempotency_key
from api.listing import Cursor, Limit, page
from api.schemas.common import Asked, Listed, Told, problems
from api.schemas.procedure import ApprovalAsked
from logs.errors import Language
from masking import service
from masking.editions import RuleEdition, RuleId
from masking.errors import RuleMoveImpossible, RulesUnreadable, RuleUnknown
from policies.denials import NotPermitted

router = APIRouter(route_class=Call, tags=["规则文件 rules"], prefix="/rules", dependencies=[Depends(idempotency_key)])


class RuleAsked(Asked):
    """A rule document as YAML or JSON text."""

    document: str = Field(min_length=1, examples=["name: desensitisation\nedition: '2026-1'\n…"])


class RuleTold(Told):
    """A rule document, and each rule in a sentence."""

    id: str = Field(examples=["desensitisation.2026-1"])
    name: str
    edition: str
    title: str
    state: str = Field(examples=["in_force"])
    digest: str
    basis: list[str]
    rules: list[str]
    reason: str
    approved_at: datetime | None
    effective_at: datetime | None

    @classmethod
    def of(cls, found: RuleEdition, language: Language) -> "RuleTold":
        """The document as it is told."""
        document = found.document
        return cls(
            id=found.id,
            name=document.name,
            edition=document.edition,
            title=document.title[language],
            state=found.state.value,
            digest=document.digest,
            basis=list(document.basis),
            rules=list(document.lines(language)),
            reason=found.reason,
            approved_at=found.approved.at if found.approved else None,
            effective_at=found.effective.at if found.effective else None,
        )


@router.post(
    "",
    status_code=201,
    summary="起草规则 / draft a rule document",
    responses={**problems(NotPermitted, RulesUnreadable)},
)
def post_rule(house: In, by: By, at: At, speaks: Speaks, asked: RuleAsked) -> RuleTold:
    """Put a rule document up for the bureau's approval."""
    house.require(by, "draft", "rule", at=at)
    return RuleTold.of(service.draft(house.begin, asked.document, by=by, at=at), speaks)


@router.get("", summary="规则文件 / rule documents", responses={**problems(NotPermitted)})
def get_rules(
    house: In, by: By, at: At, speaks: Speaks, cursor: Cursor = None, *, limit: Limit = 50
) -> Listed[RuleTold]:
    """Every rule document."""
    house.require(by, "view", "rule", at=at)
    with house.reading() as work:
        found = page(work.rules.all(), key=lambda rule: rule.id, cursor=cursor, limit=limit)
    return Listed(items=[RuleTold.of(rule, speaks) for rule in found.items], next=found.next)


@router.post(
    "/{id}/approval",
    status_code=201,
    summary="批准规则 / approve a rule document",
    responses={**problems(NotPermitted, RuleUnknown, RuleMoveImpossible)},
)
def post_approval(house: In, by: By, at: At, speaks: Speaks, id: str, *, asked: ApprovalAsked) -> RuleTold:
    """Approve a drafted document; it may then take effect."""
    house.require(by, "approve", "rule", id, at=at)
    return RuleTold.of(service.approve(house.begin, RuleId(id), reason=asked.reason, by=by, at=at), speaks)


@router.post(
    "/{id}/effect",
    status_code=201,
    summary="规则生效 / put in force",
    responses={**problems(NotPermitted, RuleUnknown, RuleMoveImpossible)},
)
def post_effect(house: In, by: By, at: At, speaks: Speaks, id: str) -> RuleTold:
    """Put an approved document in force, in the place of the one before."""
    house.require(by, "draft", "rule", id, at=at)
    return RuleTold.of(service.put_in_force(house.begin, RuleId(id), by=by, at=at), speaks)
