"""Resources on their way into the development catalog: arrival, grades, the bureau's decision, editions."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile

from api.calls import At, By, Call, In, Speaks, idempotency_key
from api.listing import Cursor, Limit, page
from api.schemas.catalog import (
    ArrivalTold,
    DecisionAsked,
    EditionAsked,
    EditionTold,
    EntryTold,
    GradingsAsked,
    NoteTold,
    NoticeAsked,
    ReasonAsked,
    ReidentificationTold,
)
from api.schemas.common import Listed, problems
from api.supply import Taken, arrive
from api.uploads import laid_down
from catalog import service
from catalog.entry import Grading
from catalog.errors import ManifestMissing, ManifestWrong, TableMalformed, UnitUnknown
from catalog.listing_errors import EntryUnknown, MoveImpossible, NoReport, NotListable, ReasonMissing
from catalog.manifest import NAME
from catalog.model import ResourceId
from logs.errors import Language
from policies.denials import NotPermitted

router = APIRouter(route_class=Call, tags=["供数与编目 supply"])
WithKey = Depends(idempotency_key)


@router.post(
    "/arrivals",
    status_code=201,
    summary="数据到达 / resources arrive",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, ManifestMissing, ManifestWrong, TableMalformed, UnitUnknown)},
)
def post_arrival(
    house: In,
    by: By,
    at: At,
    speaks: Speaks,
    *,
    manifest: Annotated[UploadFile, File(description="dataset.toml")],
    files: Annotated[list[UploadFile], File(description="dataset.toml 中写明的数据文件 / the files it names")],
) -> list[ArrivalTold]:
    """Take in the resources that a `dataset.toml` describes, all or none: CSV (UTF-8, GB18030) or Parquet.

    每项资源成为一个不可变的版本：识别标识符、按规则分级、生成不指向任何人的样例数据；推断出的内容在 `notes` 中说明。
    """
    house.require(by, "arrive", "resource", at=at)
    named = [(NAME, manifest.file), *((file.filename or "", file.file) for file in files)]
    with laid_down(house.settings.state, named) as folder:
        supplies = house.intake.read_folder(folder, recognise=house.intake.recognise)
        taken = arrive(house.intake, house.begin, supplies, by=by, at=at)
    return [_told(each, speaks) for each in taken]


@router.get("/resources", summary="全部数据资源 / every resource on record", responses={**problems(NotPermitted)})
def get_resources(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[EntryTold]:
    """Every resource whatever its state, for those who compile, supply, review and supervise."""
    house.require(by, "view", "resource", at=at)
    found = page(service.entries(house.reading), key=lambda entry: entry.id, cursor=cursor, limit=limit)
    return Listed(items=[EntryTold.of(entry) for entry in found.items], next=found.next)


@router.get(
    "/resources/{id}", summary="一项数据资源 / one resource", responses={**problems(NotPermitted, EntryUnknown)}
)
def get_resource(house: In, by: By, at: At, id: str) -> EntryTold:
    """One resource whatever its state."""
    house.require(by, "view", "resource", at=at)
    return EntryTold.of(service.entry(house.reading, ResourceId(id)))


@router.get(
    "/resources/{id}/reidentification",
    summary="样例数据再识别风险报告 / how far a sample lets anybody be told apart",
    responses={**problems(NotPermitted, EntryUnknown, NoReport)},
)
def get_reidentification(house: In, by: By, at: At, id: str) -> ReidentificationTold:
    """k, l, t and uniques of the sample data, and how many of its rows real subjects share."""
    house.require(by, "view", "resource", at=at)
    return ReidentificationTold.of(service.reidentification(house.reading, ResourceId(id)))


@router.post(
    "/resources/{id}/grading",
    status_code=201,
    summary="调整分级 / overrule grades",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, EntryUnknown, ReasonMissing, MoveImpossible)},
)
def post_grading(house: In, by: By, at: At, id: str, asked: GradingsAsked) -> EntryTold:
    """Put a person's grades, with reasons, in the place of those that the rules gave."""
    house.require(by, "grade", "resource", id, at=at)
    gradings = [Grading(each.column, each.grade, by.id, each.reason) for each in asked.gradings]
    return EntryTold.of(service.grade(house.begin, ResourceId(id), gradings, by=by, at=at))


@router.post(
    "/resources/{id}/decision",
    status_code=201,
    summary="审定是否属于禁止类 / decide on the prohibited classes",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, EntryUnknown, ReasonMissing, MoveImpossible)},
)
def post_decision(house: In, by: By, at: At, id: str, asked: DecisionAsked) -> EntryTold:
    """Record that the resource may be listed, or that it falls under a class that never may (Article 9)."""
    house.require(by, "decide", "resource", id, at=at)
    decided = service.decide(
        house.begin, ResourceId(id), prohibition=asked.prohibition, reason=asked.reason, by=by, at=at
    )
    return EntryTold.of(decided)


@router.post(
    "/resources/{id}/withdrawal",
    status_code=201,
    summary="撤出开发目录 / withdraw from the catalog",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, EntryUnknown, ReasonMissing, MoveImpossible)},
)
def post_withdrawal(house: In, by: By, at: At, id: str, asked: ReasonAsked) -> EntryTold:
    """Take a resource out of the development catalog."""
    house.require(by, "publish", "catalog", id, at=at)
    return EntryTold.of(service.withdraw(house.begin, ResourceId(id), reason=asked.reason, by=by, at=at))


@router.post(
    "/editions",
    status_code=201,
    summary="编制开发目录 / compile an edition",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, EntryUnknown, NotListable)},
)
def post_edition(house: In, by: By, at: At, asked: EditionAsked) -> EditionTold:
    """Compile the next edition of the development catalog."""
    house.require(by, "compile", "catalog", at=at)
    return EditionTold.of(
        service.compile_catalog(house.begin, [ResourceId(id) for id in asked.resources], by=by, at=at)
    )


@router.post(
    "/editions/{number}/filing",
    status_code=201,
    summary="开发目录备案 / file an edition",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, MoveImpossible)},
)
def post_edition_filing(house: In, by: By, at: At, number: int, asked: NoticeAsked) -> EditionTold:
    """File an edition with the bureau (Article 9)."""
    house.require(by, "file", "catalog", str(number), at=at)
    return EditionTold.of(service.file_catalog(house.begin, number, notice=asked.notice, by=by, at=at))


@router.post(
    "/editions/{number}/publication",
    status_code=201,
    summary="发布开发目录 / publish an edition",
    dependencies=[WithKey],
    responses={**problems(NotPermitted, MoveImpossible)},
)
def post_edition_publication(house: In, by: By, at: At, number: int) -> EditionTold:
    """Publish a filed edition: its resources can be applied for."""
    house.require(by, "publish", "catalog", str(number), at=at)
    return EditionTold.of(service.publish_catalog(house.begin, number, by=by, at=at))


def _told(taken: Taken, speaks: Language) -> ArrivalTold:
    arrival = taken.arrival
    notes = [NoteTold(column=note.column, message=note.zh if speaks == "zh" else note.en) for note in arrival.notes]
    return ArrivalTold(
        entry=EntryTold.of(taken.entry),
        rows=arrival.version.rows,
        problems=list(arrival.quality.problems),
        notes=notes,
    )
