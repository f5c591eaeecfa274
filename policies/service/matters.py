"""Matters opened and dealt with by their courses: one transaction an act, each with its event."""

from collections.abc import Mapping
from datetime import date, datetime

from catalog.model import ResourceId
from logs.model import Actor, ActorId, OrganisationId, Role
from policies.calendar import WorkingDays
from policies.courses import COURSES, Course
from policies.errors import DoneAlready, NoSuch
from policies.model import AgreementId, ScenarioId
from policies.model.matters import Matter, MatterId, due_of
from policies.service.acting import acting
from policies.service.visible import require_visible, selection
from policies.service.work import Begin, Selection, Work


def open_matter(
    begin: Begin,
    course: Course,
    id: MatterId,
    *,
    said: Mapping[str, str],
    about: Mapping[str, str],
    due_on: date | None = None,
    calendar: WorkingDays,
    by: Actor,
    at: datetime,
) -> Matter:
    """Open a matter. Raises `NoSuch` for what it names and is not there, `DoneAlready`, `MaterialFlawed`."""
    with acting(begin, course.opening.verb, course.noun, id, by=by, at=at) as work:
        if work.matters.find(id) is not None:
            raise DoneAlready(course.noun, id, course.opening.verb)
        due = due_of(course, on=due_on, calendar=calendar, at=at)
        named = {name: value for name, value in about.items() if name != "provider"}
        matter = Matter.open(course, id, said=said, about=named | _provider(work, named), due=due, by=by, at=at)
        for name, value in named.items():
            _require_there(work, name, value, by=by)
        return work.matters.save(matter)


def act_on_matter(
    begin: Begin, course: Course, id: MatterId, verb: str, *, said: Mapping[str, str], by: Actor, at: datetime
) -> Matter:
    """Do the next act. Raises `NoSuch`, `NotAParty`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, verb, course.noun, id, by=by, at=at) as work:
        return work.matters.save(_found(work, course, id, by=by).act(course, verb, said=said, by=by, at=at))


def view_matter(begin: Begin, course: Course, id: MatterId, *, by: Actor, at: datetime) -> Matter:
    """One matter, to its opener, its addressee and those who deal with it. Raises `NoSuch`."""
    with acting(begin, "view", course.noun, id, by=by, at=at) as work:
        return _found(work, course, id, by=by)


def list_matters(
    begin: Begin,
    course: Course,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Matter, ...]:
    """Matters of one course that the actor may see, the newest first."""
    with acting(begin, "view", course.noun, by=by, at=at) as work:
        return work.matters.list(selection(noun=course.noun, states=states, after=after, limit=limit, to=by))


def _found(work: Work, course: Course, id: MatterId, *, by: Actor) -> Matter:
    found = work.matters.find(id)
    if found is None or found.noun != course.noun:
        raise NoSuch(course.noun, id)
    sides = {found.opened_by.organisation} | ({found.addressee} if found.addressee else set())
    require_visible(course.noun, id, sides, to=by)
    return found


def _provider(work: Work, about: Mapping[str, str]) -> dict[str, str]:
    """The organisation that provides the resource a matter is about, where it is on record under that name."""
    title = work.listed.provider(ResourceId(about["resource"])) if about.get("resource") else None
    every = work.organisations.list(Selection()) if title else ()
    providers = [found.id for found in every if Role.PROVIDER in found.roles and title in (found.title, found.id)]
    return {"provider": providers[0]} if providers else {}


def _require_there(work: Work, name: str, id: str, *, by: Actor) -> None:
    """Raises `NoSuch` unless there is such a thing, and the actor may see it."""
    match name:
        case "resource":
            if work.listed.provider(ResourceId(id)) is None:
                raise NoSuch(name, id)
        case "scenario":
            work.scenarios.get(ScenarioId(id))
        case "party":
            work.organisations.get(OrganisationId(id))
        case "person":
            work.people.get(ActorId(id))
        case "agreement":
            agreement = work.agreements.get(AgreementId(id))
            require_visible(name, id, {agreement.operator, agreement.developer}, to=by)
        case _:
            for course in COURSES:
                if course.noun == name:
                    _found(work, course, MatterId(id), by=by)
