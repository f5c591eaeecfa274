"""The development catalog: what there is, of what it consists, and what it looks like."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.calls import At, By, Call, In, NewId
from api.listing import Cursor, Limit, page
from api.schemas.catalog import EntryTold, SampleTold
from api.schemas.common import Listed, problems
from catalog import service
from catalog.listing_errors import EntryUnknown
from catalog.model import ResourceId
from logs.model import EventId
from policies.denials import NotPermitted

router = APIRouter(route_class=Call, tags=["开发目录 catalog"], prefix="/catalog")


@router.get("", summary="开发目录 / the development catalog", responses={**problems(NotPermitted)})
def get_catalog(
    house: In,
    by: By,
    at: At,
    *,
    words: Annotated[str, Query(max_length=200, description="检索词 / words", examples=["企业"])] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listed[EntryTold]:
    """The published resources; with words, those that speak of each of them."""
    house.require(by, "view", "catalog", at=at)
    found = page(service.listed(house.reading, words=words), key=lambda entry: entry.id, cursor=cursor, limit=limit)
    return Listed(items=[EntryTold.of(entry) for entry in found.items], next=found.next)


@router.get("/{id}", summary="目录条目 / one entry", responses={**problems(NotPermitted, EntryUnknown)})
def get_entry(house: In, by: By, at: At, id: str) -> EntryTold:
    """One published resource with its columns and the uses that may be applied for."""
    house.require(by, "view", "catalog", at=at)
    return EntryTold.of(service.listed_entry(house.reading, ResourceId(id)))


@router.get("/{id}/sample", summary="样例数据 / sample data", responses={**problems(NotPermitted, EntryUnknown)})
def get_sample(house: In, by: By, at: At, event: NewId, id: str) -> SampleTold:
    """Sample data that shows nobody; that it was looked at goes on record."""
    house.require(by, "view", "sample", id, at=at)
    return SampleTold.of(service.view_sample(house.begin, ResourceId(id), event=EventId(event), by=by, at=at))
