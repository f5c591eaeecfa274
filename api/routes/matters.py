"""Demands, objections, incidents, inspections, orders, requests for source data: one set of calls for each course.

The paths follow the tables of `policies.courses`: what is opened is a collection, each act is a noun beneath one of it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends

from api.calls import At, By, Call, In, NewId, idempotency_key
from api.listing import Cursor, Limit, paged
from api.schemas.common import Listed, problems
from api.schemas.matters import ActAsked, MatterAsked, MatterTold
from policies.courses import COURSES, Act, Course
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import DoneAlready, MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model.matters import MatterId
from policies.roles import official_roles
from policies.service import matters as service
from policies.words import words

MOVED = problems(NotPermitted, NotAParty, SelfApproval, NoSuch, MoveNotAllowed, DoneAlready, MaterialFlawed)
TITLES = {(rule.kind, rule.verb): rule.title for rule in official_roles().rules}


def router_of(course: Course) -> APIRouter:
    """The calls of one course."""
    part = APIRouter(
        route_class=Call,
        tags=[f"{course.zh} {course.path}"],
        prefix=f"/{course.path}",
        dependencies=[Depends(idempotency_key)],
    )

    def opened(house: In, by: By, at: At, id: NewId, asked: MatterAsked) -> MatterTold:
        matter = service.open_matter(
            house.begin,
            course,
            MatterId(id),
            said=asked.said,
            about=asked.about,
            due_on=asked.due_on,
            calendar=house.calendar,
            by=by,
            at=at,
        )
        return MatterTold.of(matter)

    def listed(house: In, by: By, at: At, cursor: Cursor = None, limit: Limit = 50) -> Listed[MatterTold]:
        found = paged(
            lambda after, most: service.list_matters(house.begin, course, after=after, limit=most, by=by, at=at),
            cursor,
            limit,
        )
        return Listed(items=[MatterTold.of(matter) for matter in found.items], next=found.next)

    def one(house: In, by: By, at: At, id: str) -> MatterTold:
        return MatterTold.of(service.view_matter(house.begin, course, MatterId(id), by=by, at=at))

    described = f"{course.zh} / {course.en} ({course.article})"
    _add(part, "", opened, course, course.opening)
    part.add_api_route("", listed, summary=f"{course.zh}列表 / list", description=described, responses={**MOVED})
    part.add_api_route("/{id}", one, summary=f"一项{course.zh} / one", description=described, responses={**MOVED})
    for act in course.acts:
        _add(part, f"/{{id}}/{act.path}", _acting(course, act), course, act)
    return part


def _acting(course: Course, act: Act) -> Callable[..., MatterTold]:
    def done(house: In, by: By, at: At, id: str, asked: ActAsked) -> MatterTold:
        matter = service.act_on_matter(house.begin, course, MatterId(id), act.verb, said=asked.said, by=by, at=at)
        return MatterTold.of(matter)

    return done


def _add(part: APIRouter, path: str, call: Callable[..., Any], course: Course, act: Act) -> None:
    title = TITLES[course.noun, act.verb]
    names = (*course.names, *course.may_name) if act is course.opening else ()
    part.add_api_route(
        path,
        call,
        methods=["POST"],
        status_code=201,
        summary=f"{title['zh']} / {title['en']}",
        description=_told("said", act.says) + _told("about", names) + f"({course.article})",
        responses={**MOVED},
    )


def _told(where: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    spelt = ", ".join(f"`{name}`" for name in names)
    return f"`{where}`: {spelt}（{words(list(names), 'zh')}）. "


ROUTERS = tuple(map(router_of, COURSES))
router = APIRouter()
for _part in ROUTERS:
    router.include_router(_part)
