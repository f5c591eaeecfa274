"""Outputs: asked for, reviewed by the operator or a qualified third party, released, downloaded (Article 19)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api.calls import At, By, Call, In, NewId, Speaks, idempotency_key
from api.formats import chosen
from api.listing import Cursor, Limit, after, at_of
from api.routes.queries import FORMS
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.queries import OutputAsked, OutputRefusal, OutputTold, ReviewerAsked
from logs.model import ActorId, EventId
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.service import actor_of
from sandbox.errors import NotAnswered, NotAReviewer, NotReleased
from sandbox.output import OutputId
from sandbox.outputs import (
    assign_reviewer,
    download_output,
    inspect_output,
    list_outputs,
    refuse_output,
    release_output,
    request_output,
    see_output,
    withdraw_output,
)
from sandbox.query import QueryId
from sandbox.results import write

router = APIRouter(route_class=Call, tags=["成果 outputs"], prefix="/outputs", dependencies=[Depends(idempotency_key)])
Accept = Annotated[str | None, Header(include_in_schema=False)]
REVIEWED = problems(NotPermitted, NotAParty, SelfApproval, NoSuch, MoveNotAllowed)


@router.post(
    "",
    status_code=201,
    summary="申请导出 / ask for an output",
    responses={**problems(NotPermitted, NoSuch, NotAnswered, MaterialFlawed)},
)
def post_output(house: In, by: By, at: At, id: NewId, asked: OutputAsked) -> OutputTold:
    """Ask to let an answer out; the very table under review is kept from here on."""
    asked_for = request_output(
        house.domain, QueryId(asked.query), id=OutputId(id), title=asked.title, purpose=asked.purpose, by=by, at=at
    )
    return OutputTold.of(asked_for)


@router.get("", summary="成果列表 / outputs", responses={**problems(NotPermitted)})
def get_outputs(house: In, by: By, cursor: Cursor = None, limit: Limit = 50) -> Listed[OutputTold]:
    """The newest outputs that one has to do with."""
    found = list_outputs(house.domain, before=at_of(cursor), limit=limit + 1, by=by)
    part = after(found, limit=limit, at=lambda output: output.asked_at)
    return Listed(items=[OutputTold.of(output) for output in part.items], next=part.next)


@router.get("/{id}", summary="一项成果 / one output", responses={**problems(NotPermitted, NoSuch)})
def get_output(house: In, by: By, id: str) -> OutputTold:
    """One output that one has to do with."""
    return OutputTold.of(see_output(house.domain, OutputId(id), by=by))


@router.post(
    "/{id}/reviewer",
    status_code=201,
    summary="指派审核 / name the reviewer",
    responses={**REVIEWED, **problems(NotAReviewer)},
)
def post_reviewer(house: In, by: By, at: At, id: str, asked: ReviewerAsked) -> OutputTold:
    """Name who reviews it."""
    house.require(by, "assign", "output", id, at=at)
    reviewer = actor_of(house.reading, ActorId(asked.reviewer))
    return OutputTold.of(assign_reviewer(house.domain, OutputId(id), reviewer, by=by, at=at))


@router.get(
    "/{id}/review",
    summary="送审内容 / the table under review",
    response_class=Response,
    responses={**FORMS, **problems(NotPermitted, NotAParty, SelfApproval, NoSuch)},
)
def get_review(house: In, by: By, at: At, event: NewId, speaks: Speaks, *, id: str, accept: Accept = None) -> Response:
    """The table under review, for its reviewer; that it was looked at goes on record."""
    form = chosen(accept)
    table = inspect_output(house.domain, OutputId(id), event=EventId(event), by=by, at=at)
    headers = {"Content-Language": speaks, "Cache-Control": "no-store"}
    return Response(b"".join(write(table, form)), headers=headers, media_type=form.media_type)


@router.post("/{id}/release", status_code=201, summary="审核通过并放行 / release", responses={**REVIEWED})
def post_release(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> OutputTold:
    """Let it out."""
    return OutputTold.of(release_output(house.domain, OutputId(id), reason=asked.reason, by=by, at=at))


@router.post(
    "/{id}/refusal",
    status_code=201,
    summary="审核不通过 / refuse",
    responses={**REVIEWED, **problems(MaterialFlawed)},
)
def post_refusal(house: In, by: By, at: At, id: str, asked: OutputRefusal) -> OutputTold:
    """Keep it in, with every reason."""
    return OutputTold.of(refuse_output(house.domain, OutputId(id), tuple(asked.reasons), by=by, at=at))


@router.post(
    "/{id}/withdrawal",
    status_code=201,
    summary="撤回 / withdraw",
    responses={**problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed)},
)
def post_withdrawal(house: In, by: By, at: At, id: str) -> OutputTold:
    """Whoever asked no longer wants it."""
    return OutputTold.of(withdraw_output(house.domain, OutputId(id), by=by, at=at))


@router.get(
    "/{id}/download",
    summary="下载已放行成果 / download",
    response_class=Response,
    responses={**FORMS, **problems(NotPermitted, NotAParty, NoSuch, NotReleased)},
)
def get_download(
    house: In, by: By, at: At, event: NewId, speaks: Speaks, *, id: str, accept: Accept = None
) -> Response:
    """The released table as JSON, CSV, Parquet or Arrow by `Accept`; each time goes on record."""
    form = chosen(accept)
    table = download_output(house.domain, OutputId(id), format=form.value, event=EventId(event), by=by, at=at)
    headers = {
        "Content-Language": speaks,
        "Content-Disposition": f'attachment; filename="{id}.{form.value}"',
        "Cache-Control": "no-store",
    }
    return Response(b"".join(write(table, form)), headers=headers, media_type=form.media_type)
