"""Non-public data: the access rule, and files brought in under an agreement (Article 14)."""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile

from api.calls import At, By, Call, In, NewId, Speaks, idempotency_key
from api.listing import Cursor, Limit, page
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.nonpublic import (
    NAME,
    AcceptanceAsked,
    AccessRuleAsked,
    AccessRuleTold,
    OwnFileTold,
    RejectionAsked,
)
from api.schemas.procedure import ApprovalAsked
from api.uploads import laid_down
from masking.errors import RulesUnreadable
from policies import service as procedure
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, NotInForce
from policies.model import AgreementId
from sandbox.nonpublic import service
from sandbox.nonpublic.editions import AccessRuleId
from sandbox.nonpublic.errors import FileBeyondRule, FileTaken, FileUnreadable, NoAccessRule
from sandbox.nonpublic.file import Declaration, FileId
from sandbox.nonpublic.rule import Right
from sandbox.stopping import end_reading

router = APIRouter(route_class=Call, tags=["非公共数据 non-public data"])
WithKey = Depends(idempotency_key)
FILES = "/agreements/{id}/files"
MOVED = problems(NotPermitted, NoSuch, MoveNotAllowed)


@router.post(
    "/access-rules",
    status_code=201,
    summary="起草接入规则 / draft an access rule",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, RulesUnreadable)},
)
def post_access_rule(house: In, by: By, at: At, speaks: Speaks, asked: AccessRuleAsked) -> AccessRuleTold:
    """Put a rule for non-public data up for the bureau's approval."""
    return AccessRuleTold.of(service.draft_rule(house.domain, asked.document, by=by, at=at), speaks)


@router.get("/access-rules", summary="接入规则 / access rules", responses={**problems(NotPermitted)})
def get_access_rules(house: In, by: By, speaks: Speaks) -> Listed[AccessRuleTold]:
    """Every edition of the access rule."""
    return Listed(items=[AccessRuleTold.of(each, speaks) for each in service.see_rules(house.domain, by=by)])


@router.post(
    "/access-rules/{id}/approval",
    status_code=201,
    summary="批准接入规则 / approve an access rule",
    dependencies=[WithKey],
    responses={**MOVED, **problems(NotPermitted, SelfApproval)},
)
def post_access_rule_approval(
    house: In, by: By, at: At, speaks: Speaks, id: str, *, asked: ApprovalAsked
) -> AccessRuleTold:
    """Approve a drafted rule; it may then take effect."""
    approved = service.approve_rule(house.domain, AccessRuleId(id), reason=asked.reason, by=by, at=at)
    return AccessRuleTold.of(approved, speaks)


@router.post(
    "/access-rules/{id}/effect",
    status_code=201,
    summary="接入规则生效 / put in force",
    dependencies=[WithKey],
    responses={**MOVED},
)
def post_access_rule_effect(house: In, by: By, at: At, speaks: Speaks, id: str) -> AccessRuleTold:
    """Put an approved rule in force, in the place of the one before."""
    return AccessRuleTold.of(service.put_rule_in_force(house.domain, AccessRuleId(id), by=by, at=at), speaks)


@router.post(
    FILES,
    status_code=201,
    summary="提交非公共数据 / bring a file in",
    dependencies=[WithKey],
    responses={
        **problems(NotPermitted, NotAParty, NoSuch, NotInForce, NoAccessRule, FileTaken),
        **problems(FileBeyondRule, FileUnreadable, MaterialFlawed),
    },
)
def post_file(
    house: In,
    by: By,
    at: At,
    new: NewId,
    id: str,
    *,
    file: Annotated[UploadFile, File(description="CSV（UTF-8、GB18030）或 Parquet / or Parquet")],
    name: Annotated[str, Form(pattern=NAME, description="查询中写作 own.名称 / own.name in queries")],
    title: Annotated[str, Form(min_length=1, max_length=200)],
    source: Annotated[str, Form(min_length=1, max_length=500, description="数据来源 / where it comes from")],
    right: Annotated[Right, Form(description="权利依据 / by what right")],
    evidence: Annotated[str, Form(min_length=1, max_length=2000, description="权利证明 / what shows it")],
) -> OwnFileTold:
    """Declare and bring in a file: it is scanned apart from the platform and lies in quarantine until it is decided on.

    识别出的标识类列不存入平台；接入前任何人都不能查询，接入后仅限本协议以 `own.名称` 查询。
    """
    house.require(by, "bring", "own_file", id, at=at)
    laid = f"brought{PurePath(file.filename or '').suffix.lower()[:10]}"
    declared = Declaration(name=name.lower(), title=title, source=source, right=right, evidence=evidence)
    with laid_down(house.settings.state, [(laid, file.file)]) as folder:
        brought = service.bring_file(
            house.domain, house.scan, folder / laid, id=FileId(new), agreement=id, declared=declared, by=by, at=at
        )
    return OwnFileTold.of(brought)


@router.get(FILES, summary="协议的非公共数据 / an agreement's files", responses={**problems(NotPermitted, NoSuch)})
def get_files(house: In, by: By, at: At, id: str) -> Listed[OwnFileTold]:
    """Every file brought in under an agreement, whatever became of it, the newest first."""
    procedure.view_agreement(house.begin, AgreementId(id), by=by, at=at)
    return Listed(items=[OwnFileTold.of(file) for file in service.see_files(house.domain, id, by=by)])


@router.get("/files", summary="待决定的非公共数据 / files that wait", responses={**problems(NotPermitted)})
def get_waiting(house: In, by: By, cursor: Cursor = None, limit: Limit = 50) -> Listed[OwnFileTold]:
    """The files in quarantine, of every agreement, the oldest first."""
    waiting = service.see_waiting(house.domain, by=by)
    found = page(waiting, key=lambda file: file.id, cursor=cursor, limit=limit)
    return Listed(items=[OwnFileTold.of(file) for file in found.items], next=found.next)


@router.post(
    FILES + "/{name}/acceptance",
    status_code=201,
    summary="接入 / accept",
    dependencies=[WithKey],
    responses={**MOVED, **problems(NotPermitted, SelfApproval)},
)
def post_acceptance(house: In, by: By, at: At, id: str, name: str, *, asked: AcceptanceAsked) -> OwnFileTold:
    """Let the agreement query its file."""
    return OwnFileTold.of(service.accept_file(house.domain, id, _full(name), reason=asked.reason, by=by, at=at))


@router.post(
    FILES + "/{name}/rejection",
    status_code=201,
    summary="退回 / reject",
    dependencies=[WithKey],
    responses={**MOVED, **problems(NotPermitted, SelfApproval, MaterialFlawed)},
)
def post_rejection(house: In, by: By, at: At, id: str, name: str, *, asked: RejectionAsked) -> OwnFileTold:
    """Send a file back with reasons; what was taken of it is deleted."""
    rejected = service.reject_file(house.domain, id, _full(name), reasons=tuple(asked.reasons), by=by, at=at)
    return OwnFileTold.of(rejected)


@router.post(
    FILES + "/{name}/withdrawal",
    status_code=201,
    summary="撤回 / withdraw",
    dependencies=[WithKey],
    responses={**MOVED, **problems(NotPermitted, MaterialFlawed)},
)
def post_file_withdrawal(house: In, by: By, at: At, id: str, name: str, *, asked: ReasonAsked) -> OwnFileTold:
    """Take one's file back: running queries that read it end, and it is deleted."""

    def stop(agreement: str, full: str) -> None:
        end_reading(house.domain, agreement, full, by=by, at=at)

    withdrawn = service.withdraw_file(house.domain, id, _full(name), reason=asked.reason, stop=stop, by=by, at=at)
    return OwnFileTold.of(withdrawn)


def _full(name: str) -> str:
    small = name.lower()
    return small if small.startswith("own.") else f"own.{small}"
