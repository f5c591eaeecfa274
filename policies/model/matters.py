"""A matter on its course: what was opened, every act since with what was said, and by when the next is due."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, NewType, Self

from logs.model import Actor, ActorId, Fact, OrganisationId, Role
from policies.calendar import Deadline, WorkingDays
from policies.courses import Act, Course, Side
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed
from policies.flaws import Flaw, unsaid
from policies.model.recorded import News, Recorded, moved

MatterId = NewType("MatterId", str)

RECORDED = ("title", "reason", "record")
"""Of what is said, what the trail repeats; the rest may speak of persons and stays with the matter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One act: who did it, when, what they said, and whether after its time."""

    verb: str
    by: ActorId
    organisation: OrganisationId
    at: datetime
    said: Mapping[str, str]
    late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The last moment for the next act; provisional where it rests on a calendar not yet announced."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter(Recorded):
    """A demand, an objection, an incident, an order: `noun` names its course, `about` the ids it speaks of."""

    thing: ClassVar[str] = "matter"

    id: MatterId
    noun: str
    opened_by: Actor
    opened_at: datetime
    about: Mapping[str, str]
    state: str
    due: Due | None = None
    steps: tuple[Step, ...] = ()

    @classmethod
    def open(
        cls,
        course: Course,
        id: MatterId,
        *,
        said: Mapping[str, str],
        about: Mapping[str, str],
        due: Due | None,
        by: Actor,
        at: datetime,
    ) -> "Matter":
        """Begin one; raises `MaterialFlawed` naming everything that is missing or not asked for."""
        act = course.opening
        named = {name: id for name, id in about.items() if id}
        flaws = (*_flaws(act, said), *unsaid({name: named.get(name, "") for name in course.names}))
        known = (*course.names, *course.may_name, "provider")
        strange = (*_strange(named, known), *_undated(course, due, at))
        if flaws := (*flaws, *strange):
            raise MaterialFlawed(flaws)
        matter = cls(id=id, noun=course.noun, opened_by=by, opened_at=at, about=named, state=act.to, due=due)
        return matter._stepped(act, said, by=by, at=at)

    def act(self, course: Course, verb: str, *, said: Mapping[str, str], by: Actor, at: datetime) -> Self:
        """Do the next act; raises `NotAParty`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
        act = course.by_verb[verb]
        self._require_side(act, by)
        state = moved(course.moves, self.state, verb, thing=self.noun, id=self.id)
        if flaws := tuple(_flaws(act, said)):
            raise MaterialFlawed(flaws)
        running = course.clock.through if course.clock else ()
        late = self.overdue(at=at) and state not in running
        changed = replace(self, state=state, due=self.due if state in running else None)
        return changed._stepped(act, said, by=by, at=at, late=late)

    @property
    def subject(self) -> str:
        """How an event names it."""
        return f"{self.noun}:{self.id}"

    @property
    def addressee(self) -> OrganisationId | None:
        """The organisation it is addressed to: the one it names, or the provider of the resource it is about."""
        named = self.about.get("party") or self.about.get("provider")
        return OrganisationId(named) if named else None

    def overdue(self, *, at: datetime) -> bool:
        """Whether the next act should have been done by then."""
        return self.due is not None and at > self.due.at

    def _require_side(self, act: Act, by: Actor) -> None:
        own = by.organisation == self.opened_by.organisation
        addressed = by.organisation == self.addressee
        stranger = by.role is Role.PROVIDER and not own and not addressed
        if stranger or (act.side is Side.OPENER and not own) or (act.side is Side.ADDRESSEE and not addressed):
            raise NotAParty(self.noun, self.id)
        if act.side is Side.OTHERS and (own or by.id == self.opened_by.id):
            raise SelfApproval(self.noun, self.id)

    def _stepped(self, act: Act, said: Mapping[str, str], *, by: Actor, at: datetime, late: bool = False) -> Self:
        step = Step(verb=act.verb, by=by.id, organisation=by.organisation, at=at, said=dict(said), late=late)
        stepped = replace(self, steps=(*self.steps, step))
        told = {name: text for name, text in said.items() if name in RECORDED}
        return replace(stepped, news=stepped._news(act.tells, by=by, at=at, late=late, **told))

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        common: dict[str, Fact] = {
            "state": self.state,
            "deadline": self.due.at.isoformat() if self.due else None,
            "provisional": self.due.provisional if self.due else None,
            "parties": (self.opened_by.organisation,),
        }
        return self.telling(kind, by=by, at=at, **(common | dict(self.about) | facts))


def due_of(course: Course, *, on: date | None, calendar: WorkingDays, at: datetime) -> Due | None:
    """By when a matter that is opened now must be dealt with: by its clock, or by the day its opener names."""
    if course.dated:
        return None if on is None else Due(at=Deadline(on).at)
    if course.clock is None:
        return None
    if course.clock.hours:
        return Due(at=at + timedelta(hours=course.clock.hours))
    deadline = calendar.deadline(at, days=course.clock.days)
    return Due(at=deadline.at, provisional=deadline.provisional)


def _flaws(act: Act, said: Mapping[str, str]) -> tuple[Flaw, ...]:
    return (*unsaid({name: said.get(name, "") for name in act.says}), *_strange(said, act.says))


def _strange(given: Mapping[str, str], known: tuple[str, ...]) -> tuple[Flaw, ...]:
    return tuple(
        Flaw(
            "not-asked-for",
            name,
            {"zh": f"此处不需要“{name}”", "en": f"{name} is not asked for here"},
            {"zh": f"只填写：{'、'.join(known)}", "en": f"state only: {', '.join(known)}"},
        )
        for name in given
        if name not in known
    )


def _undated(course: Course, due: Due | None, at: datetime) -> tuple[Flaw, ...]:
    if not course.dated or (due is not None and due.at > at):
        return ()
    return (
        Flaw(
            "due-day-missing",
            "due_on",
            {"zh": "未写明尚未过去的办理期限", "en": "no day is named by which it is to be done, or one that is past"},
            {"zh": "写明期限日期", "en": "name the day"},
        ),
    )
