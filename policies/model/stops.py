"""Stops: processing halted where a risk was seen, reported to the bureau, lifted by it (Measure, Article 18)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NewType, Self

from catalog.model import ResourceId
from logs.model import Actor, ActorId, Fact, OrganisationId, Role
from policies.denials import NotAParty
from policies.errors import ProcessingStopped
from policies.model.recorded import News, Recorded, moved, require_said

StopId = NewType("StopId", str)

REPORT_WITHIN = timedelta(hours=12)
"""How soon the risk is reported in writing; the Measure says promptly, neighbouring rules on incidents 12 hours."""


class StopScope(StrEnum):
    """What a stop halts."""

    AGREEMENT = "agreement"
    RESOURCE = "resource"
    SCENARIO = "scenario"
    ORGANISATION = "organisation"
    PERSON = "person"
    ALL = "all"


class StopState(StrEnum):
    """How far a stop has come; it halts processing until it is lifted."""

    ORDERED = "ordered"
    REPORTED = "reported"
    LIFTED = "lifted"


class StopMove(StrEnum):
    """What is done about it."""

    REPORT = "report"
    LIFT = "lift"


STOP_MOVES: Mapping[tuple[StopState, StopMove], StopState] = {
    (StopState.ORDERED, StopMove.REPORT): StopState.REPORTED,
    (StopState.REPORTED, StopMove.REPORT): StopState.REPORTED,
    (StopState.REPORTED, StopMove.LIFT): StopState.LIFTED,
}
"""Nothing goes on before the risk is reported; what the bureau itself orders is known to it and begins as reported."""

KNOWING = frozenset({Role.BUREAU, Role.SYSTEM})
"""Whose stops need no report: the bureau's own, and the platform's when a qualification lapses."""

FACT: Mapping[StopScope, str] = {
    StopScope.AGREEMENT: "agreement",
    StopScope.RESOURCE: "resource",
    StopScope.SCENARIO: "scenario",
    StopScope.ORGANISATION: "party",
    StopScope.PERSON: "person",
}
"""The fact by which an event names what a stop halts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Processing:
    """Somebody's use of data, as far as a stop looks at it."""

    agreement: str
    scenario: str
    organisation: OrganisationId
    person: ActorId
    resources: frozenset[ResourceId] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskReport:
    """What was seen and what was done about it, handed to the bureau, and whether after its time."""

    risk: str
    measures: str
    by: ActorId
    at: datetime
    late: bool


@dataclass(frozen=True, kw_only=True)
class Stop(Recorded):
    """Halts processing of one kind; where a developer ordered it, that of `within` alone."""

    thing: ClassVar[str] = "stop"

    id: StopId
    scope: StopScope
    target: str
    within: OrganisationId | None
    ordered_by: Actor
    ordered_at: datetime
    note: str
    report_due: datetime
    state: StopState = StopState.ORDERED
    reports: tuple[RiskReport, ...] = ()
    lifted_by: ActorId | None = None
    lifted_because: str = ""

    @classmethod
    def order(cls, id: StopId, scope: StopScope, target: str, *, note: str, by: Actor, at: datetime) -> "Stop":
        """Halt processing at once, with a note of the risk; raises `MaterialFlawed` where something is not said."""
        require_said(note=note, target=target if scope is not StopScope.ALL else "all")
        stop = cls(
            id=id,
            scope=scope,
            target=target if scope is not StopScope.ALL else "",
            within=by.organisation if by.role is Role.DEVELOPER else None,
            ordered_by=by,
            ordered_at=at,
            note=note,
            report_due=at + REPORT_WITHIN,
            state=StopState.REPORTED if by.role in KNOWING else StopState.ORDERED,
        )
        return replace(stop, news=stop._news("stop.ordered", by=by, at=at, reason=note, deadline=stop._due))

    def report(self, *, risk: str, measures: str, by: Actor, at: datetime) -> Self:
        """Report the risk to the bureau; raises `NotAParty` for others than who ordered the stop, `MoveNotAllowed`."""
        if by.organisation != self.ordered_by.organisation:
            raise NotAParty(self.thing, self.id)
        state = self._moved(StopMove.REPORT)
        require_said(risk=risk, measures=measures)
        late = not self.reports and at > self.report_due
        made = RiskReport(risk=risk, measures=measures, by=by.id, at=at, late=late)
        reported = replace(self, state=state, reports=(*self.reports, made))
        return replace(reported, news=reported._news("stop.reported", by=by, at=at, reason=risk, late=late))

    def lift(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Let processing go on; the role table names who may. Raises `MoveNotAllowed` before the risk is reported."""
        state = self._moved(StopMove.LIFT)
        require_said(reason=reason)
        lifted = replace(self, state=state, lifted_by=by.id, lifted_because=reason)
        return replace(lifted, news=lifted._news("stop.lifted", by=by, at=at, reason=reason))

    def covers(self, processing: Processing) -> bool:
        """Whether it halts that."""
        if self.state is StopState.LIFTED or self.within not in (None, processing.organisation):
            return False
        match self.scope:
            case StopScope.AGREEMENT:
                return self.target == processing.agreement
            case StopScope.RESOURCE:
                return self.target in processing.resources
            case StopScope.SCENARIO:
                return self.target == processing.scenario
            case StopScope.ORGANISATION:
                return self.target == processing.organisation
            case StopScope.PERSON:
                return self.target == processing.person
            case StopScope.ALL:
                return True

    def require_running(self, processing: Processing) -> None:
        """Raises `ProcessingStopped` where it halts that."""
        if self.covers(processing):
            raise ProcessingStopped(self.id, self.scope, self.target)

    def overdue(self, *, at: datetime) -> bool:
        """Whether the risk should have been reported by then."""
        return self.state is StopState.ORDERED and at > self.report_due

    @property
    def _due(self) -> str | None:
        return self.report_due.isoformat() if self.state is StopState.ORDERED else None

    def _moved(self, move: StopMove) -> StopState:
        return moved(STOP_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        about: dict[str, Fact] = {"stop": self.id, "scope": self.scope.value}
        if self.scope in FACT:
            about[FACT[self.scope]] = self.target
        about["parties"] = (self.within,) if self.within else ()
        return self.telling(kind, by=by, at=at, **(about | facts))
