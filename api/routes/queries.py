"""Queries: checked, run, looked up, read, stopped."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api.calls import At, By, Call, In, NewId, Speaks, idempotency_key
from api.formats import chosen
from api.listing import Cursor, Limit, Page, after, at_of
from api.schemas.common import Listed, Responses, problems
from api.schemas.queries import (
    AnswerTold,
    FigureErrorTold,
    QueryAsked,
    QueryTold,
    RulesTold,
    VerdictTold,
    band,
    remarks,
)
from logs.errors import Language
from logs.model import EventId
from policies.denials import NotAParty, NotPermitted
from policies.errors import MoveNotAllowed, NoSuch, NotInForce
from sandbox.errors import NotAnswered, NotLawful, QueryFailed, QueryKilled, WorkersBusy
from sandbox.queries import cancel_query, check_query, list_queries, read_answer, see_query
from sandbox.query import Query, QueryId, QueryState
from sandbox.results import Format, Jsonable, write

router = APIRouter(route_class=Call, tags=["查询 queries"], prefix="/queries", dependencies=[Depends(idempotency_key)])
Accept = Annotated[str | None, Header(include_in_schema=False)]
FORMS: Responses = {
    200: {
        "model": AnswerTold,
        "description": "安全的统计结果 / a safe statistic",
        "content": {form.media_type.partition(";")[0]: {} for form in Format if form is not Format.JSON},
    }
}
ASKED = problems(NotPermitted, NotAParty, NoSuch, NotInForce, NotLawful)


@router.post(
    "",
    summary="执行查询 / run a query",
    response_class=Response,
    responses={
        **FORMS,
        202: {"model": QueryTold, "description": "仍在执行，见 Location / still running, see Location"},
        **ASKED,
        **problems(QueryFailed, QueryKilled, WorkersBusy, NotLawful),
    },
)
def post_query(
    house: In, by: By, at: At, speaks: Speaks, id: NewId, *, asked: QueryAsked, accept: Accept = None
) -> Response:
    """Run SQL under an agreement: 200 with the result when it is quick, 202 when it is a job, 422 with every reason
    when the gate refuses it. What runs is generated from the checked tree; nothing of the text reaches the engine."""
    form = chosen(accept)
    query = house.jobs.run(id=QueryId(id), agreement=asked.agreement, sql=asked.sql, by=by, at=at)
    if query.refusal is not None:
        raise query.refusal
    if query.state is QueryState.RUNNING:
        told = QueryTold.of(query, speaks)
        where = {"Location": f"/api/v1/queries/{id}", "Retry-After": "1"}
        return Response(told.model_dump_json(), 202, where, media_type="application/json")
    table = read_answer(house.domain, query.id, format=form.value, event=EventId(f"{id}-1"), by=by, at=house.clock())
    return Response(
        b"".join(write(table, form, _beside(query, speaks))),
        headers={"Content-Location": f"/api/v1/queries/{id}/result", "Content-Language": speaks},
        media_type=form.media_type,
    )


@router.post("/check", summary="检查查询 / have a query checked", responses={**ASKED})
def post_check(house: In, by: By, at: At, id: NewId, asked: QueryAsked) -> VerdictTold:
    """The gate's verdict without running: where every column flows, which uses it makes, and the safe form."""
    lawful = check_query(
        house.domain,
        id=QueryId(id),
        agreement=asked.agreement,
        sql=asked.sql,
        event=EventId(f"{id}-check"),
        by=by,
        at=at,
    )
    return VerdictTold.of(lawful.plan)


@router.get("", summary="查询列表 / queries", responses={**problems(NotPermitted)})
def get_queries(house: In, by: By, speaks: Speaks, cursor: Cursor = None, limit: Limit = 50) -> Listed[QueryTold]:
    """The newest queries of one's organisation, or of all for those who supervise."""
    found = list_queries(house.domain, before=at_of(cursor), limit=limit + 1, by=by)
    part: Page[Query] = after(found, limit=limit, at=lambda query: query.received_at)
    return Listed(items=[QueryTold.of(query, speaks) for query in part.items], next=part.next)


@router.get("/{id}", summary="查询状态 / state of a query", responses={**problems(NotPermitted, NoSuch)})
def get_query(house: In, by: By, speaks: Speaks, id: str) -> QueryTold:
    """Where a query stands, what it read, and why there is no answer where there is none."""
    return QueryTold.of(see_query(house.domain, QueryId(id), by=by), speaks)


@router.get(
    "/{id}/result",
    summary="查询结果 / the result",
    response_class=Response,
    responses={**FORMS, **problems(NotPermitted, NotAParty, NoSuch, NotAnswered)},
)
def get_result(house: In, by: By, at: At, speaks: Speaks, event: NewId, *, id: str, accept: Accept = None) -> Response:
    """The result as JSON, CSV, Parquet or Arrow by `Accept`; that it was read goes on record."""
    form = chosen(accept)
    table = read_answer(house.domain, QueryId(id), format=form.value, event=EventId(event), by=by, at=at)
    query = see_query(house.domain, QueryId(id), by=by)
    return Response(
        b"".join(write(table, form, _beside(query, speaks))),
        headers={
            "Content-Language": speaks,
            "Content-Disposition": f'attachment; filename="{id}.{form.value}"',
            "Cache-Control": "no-store",
        },
        media_type=form.media_type,
    )


@router.post(
    "/{id}/cancellation",
    status_code=201,
    summary="终止查询 / stop a query",
    responses={**problems(NotPermitted, NotAParty, NoSuch, MoveNotAllowed)},
)
def post_cancellation(house: In, by: By, at: At, speaks: Speaks, id: str) -> QueryTold:
    """Stop a query that runs, at once."""
    return QueryTold.of(cancel_query(house.domain, QueryId(id), by=by, at=at), speaks)


def _beside(query: Query, speaks: Language) -> dict[str, Jsonable]:
    told, rules = query.told, RulesTold.of(query)
    return {
        "id": query.id,
        "state": query.state.value,
        "hidden_cells": band(told.hidden_cells) if told else "0",
        "hidden_figures": band(told.hidden_figures) if told else "0",
        "remarks": list(remarks(query, speaks)),
        "rules": rules.model_dump() if rules else None,
        "errors": [each.model_dump() for each in FigureErrorTold.all_of(query)],
        "milliseconds": query.milliseconds,
    }
