"""Reports to the bureau, contributions of providers, training records (Articles 22, 24 and 25)."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.catalog import ReasonAsked
from api.schemas.common import Listed, problems
from api.schemas.reports import (
    PERIOD,
    ContributionsTold,
    ContributionTold,
    ReportAsked,
    ReportTold,
    TrainingAsked,
    TrainingTold,
)
from logs.model import ActorId
from policies import service
from policies.billing import Month
from policies.denials import NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.figures import Formula, Period
from policies.model.reports import ReportId
from policies.model.training import Training, TrainingId

router = APIRouter(route_class=Call, tags=["运营报告 reports"], dependencies=[Depends(idempotency_key)])
MOVED = problems(NotPermitted, NoSuch, MoveNotAllowed, MaterialFlawed)
Named = Annotated[str | None, Query(pattern=PERIOD, description="2026-11, 2026-Q4, 2026; 缺省为本月 / this month")]


@router.post("/reports", status_code=201, summary="报送运营报告 / file a report", responses={**MOVED})
def post_report(house: In, by: By, at: At, asked: ReportAsked) -> ReportTold:
    """Generate a period's report from the records and file it with the bureau, once the period is over."""
    filed = service.file_report(house.begin, Period.read(asked.period), remarks=asked.remarks, by=by, at=at)
    return ReportTold.of(filed)


@router.get("/reports", summary="报告列表 / reports", responses={**problems(NotPermitted)})
def get_reports(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[ReportTold]:
    """The reports one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_reports(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[ReportTold.of(report) for report in found.items], next=found.next)


@router.get("/reports/{id}", summary="一份报告 / one report", responses={**problems(NotPermitted, NoSuch)})
def get_report(house: In, by: By, at: At, id: str) -> ReportTold:
    """One report, to its operator and to those who oversee."""
    return ReportTold.of(service.view_report(house.begin, ReportId(id), by=by, at=at))


@router.get(
    "/reports/{id}/table",
    summary="报告数据表 / the figures as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems(NotPermitted, NoSuch)},
)
def get_table(house: In, by: By, at: At, id: str) -> Response:
    """The figures of a report as CSV, for a spreadsheet."""
    found = service.view_report(house.begin, ReportId(id), by=by, at=at)
    text = io.StringIO()
    csv.writer(text).writerows([("figure", "count"), *found.figures.items()])
    named = {"Content-Disposition": f'attachment; filename="{found.period}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


@router.post("/reports/{id}/acknowledgement", status_code=201, summary="知悉报告 / acknowledge", responses={**MOVED})
def post_acknowledgement(house: In, by: By, at: At, id: str) -> ReportTold:
    """The bureau takes note of it."""
    return ReportTold.of(service.acknowledge_report(house.begin, ReportId(id), by=by, at=at))


@router.post("/reports/{id}/return", status_code=201, summary="退回报告 / send back", responses={**MOVED})
def post_return(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> ReportTold:
    """The bureau wants it better."""
    return ReportTold.of(service.return_report(house.begin, ReportId(id), reason=asked.reason, by=by, at=at))


@router.get("/figures", summary="期间数据 / figures of a period", responses={**problems(NotPermitted)})
def get_figures(house: In, by: By, at: At, period: Named = None) -> dict[str, int]:
    """The figures of a period as the log has them now, filed or not."""
    return dict(service.figures_of(house.begin, Period.read(period or str(Month.of(at))), by=by, at=at))


@router.get("/contributions", summary="数据贡献评价 / contributions", responses={**problems(NotPermitted)})
def get_contributions(house: In, by: By, at: At, period: Named = None) -> ContributionsTold:
    """How much each provider contributed, by the declared formula and counted from the log; a provider sees its own."""
    scored = service.contributions_of(house.begin, Period.read(period or str(Month.of(at))), by=by, at=at)
    formula = Formula.declared()
    return ContributionsTold(
        weights={"quality": formula.quality, "use": formula.use, "products": formula.products},
        contributions=[ContributionTold.of(each) for each in scored],
    )


@router.post(
    "/trainings",
    status_code=201,
    summary="登记安全培训 / record a training",
    responses={**problems(NotPermitted, SelfApproval, NoSuch, MaterialFlawed)},
)
def post_training(house: In, by: By, at: At, id: NewId, asked: TrainingAsked) -> TrainingTold:
    """Put a person's attendance on record."""
    with house.reading() as work:
        person = work.people.get(ActorId(asked.person))
    training = Training(
        id=TrainingId(id),
        person=person.id,
        organisation=person.organisation,
        title=asked.title,
        held_on=asked.held_on,
        until=asked.until,
        evidence=asked.evidence,
    )
    return TrainingTold.of(service.record_training(house.begin, training, by=by, at=at))


@router.get("/trainings", summary="培训记录 / trainings", responses={**problems(NotPermitted)})
def get_trainings(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[TrainingTold]:
    """Training on record that one may see, the newest first."""
    found = paged(
        lambda after, most: service.list_trainings(house.begin, after=after, limit=most, by=by, at=at), cursor, limit
    )
    return Listed(items=[TrainingTold.of(training) for training in found.items], next=found.next)
