"""Classes of scenario: demanded, decided once by the bureau, published by the operator (Measure, Article 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, ActorId, Fact, OrganisationId
from policies.denials import SelfApproval
from policies.model.recorded import News, Recorded, moved, require_said

ScenarioId = NewType("ScenarioId", str)


class ScenarioState(StrEnum):
    """How far a class of scenario has come."""

    DEMANDED = "demanded"
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ScenarioMove(StrEnum):
    """What is done to it; a demand of a class that is decided attaches without a new decision (一类场景一审定)."""

    DEMAND = "demand"
    APPROVE = "approve"
    REFUSE = "refuse"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


SCENARIO_MOVES: Mapping[tuple[ScenarioState, ScenarioMove], ScenarioState] = {
    (ScenarioState.DEMANDED, ScenarioMove.DEMAND): ScenarioState.DEMANDED,
    (ScenarioState.DEMANDED, ScenarioMove.APPROVE): ScenarioState.APPROVED,
    (ScenarioState.DEMANDED, ScenarioMove.REFUSE): ScenarioState.REFUSED,
    (ScenarioState.DEMANDED, ScenarioMove.WITHDRAW): ScenarioState.WITHDRAWN,
    (ScenarioState.APPROVED, ScenarioMove.DEMAND): ScenarioState.APPROVED,
    (ScenarioState.APPROVED, ScenarioMove.PUBLISH): ScenarioState.PUBLISHED,
    (ScenarioState.APPROVED, ScenarioMove.WITHDRAW): ScenarioState.WITHDRAWN,
    (ScenarioState.PUBLISHED, ScenarioMove.DEMAND): ScenarioState.PUBLISHED,
    (ScenarioState.PUBLISHED, ScenarioMove.WITHDRAW): ScenarioState.WITHDRAWN,
}

OVER = frozenset({ScenarioState.REFUSED, ScenarioState.WITHDRAWN})
"""States in which a class is free to be demanded anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """One demand for a scenario: who wants it, and what for."""

    organisation: OrganisationId
    by: ActorId
    at: datetime
    title: str
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What a department concerned said when the bureau decided."""

    department: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScenarioDecision:
    """The bureau's one decision on the class."""

    by: ActorId
    at: datetime
    reason: str
    opinions: tuple[Opinion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scenario(Recorded):
    """A class of scenario and the demands gathered under it; title and purpose are those of the first demand."""

    thing: ClassVar[str] = "scenario"

    id: ScenarioId
    category: str
    title: str
    purpose: str
    demands: tuple[Demand, ...] = ()
    state: ScenarioState = ScenarioState.DEMANDED
    decision: ScenarioDecision | None = None
    published_at: datetime | None = None
    withdrawn_because: str = ""

    def demand(self, *, title: str, purpose: str, by: Actor, at: datetime) -> Self:
        """Add a demand to the list; raises `MaterialFlawed`, and `MoveNotAllowed` for a class that is over."""
        require_said(category=self.category, title=title, purpose=purpose)
        demand = Demand(organisation=by.organisation, by=by.id, at=at, title=title, purpose=purpose)
        return replace(
            self,
            state=self._moved(ScenarioMove.DEMAND),
            demands=(*self.demands, demand),
            news=self._news("scenario.demanded", by=by, at=at, party=by.organisation),
        )

    def approve(self, *, reason: str = "", opinions: tuple[Opinion, ...] = (), by: Actor, at: datetime) -> Self:
        """Let the class be, for every later demand of it as well; raises `SelfApproval`, `MoveNotAllowed`."""
        self._require_others(by)
        return replace(
            self,
            state=self._moved(ScenarioMove.APPROVE),
            decision=ScenarioDecision(by=by.id, at=at, reason=reason, opinions=opinions),
            news=self._news("scenario.approved", by=by, at=at, reason=reason, departments=_departments(opinions)),
        )

    def refuse(self, *, reason: str, opinions: tuple[Opinion, ...] = (), by: Actor, at: datetime) -> Self:
        """Turn the class down with the reason; raises `MaterialFlawed`, `SelfApproval`, `MoveNotAllowed`."""
        self._require_others(by)
        require_said(reason=reason)
        return replace(
            self,
            state=self._moved(ScenarioMove.REFUSE),
            decision=ScenarioDecision(by=by.id, at=at, reason=reason, opinions=opinions),
            news=self._news("scenario.refused", by=by, at=at, reason=reason, departments=_departments(opinions)),
        )

    def publish(self, *, by: Actor, at: datetime) -> Self:
        """Put the class into the scenario catalog, so that it may be applied for."""
        state = self._moved(ScenarioMove.PUBLISH)
        return replace(self, state=state, published_at=at, news=self._news("scenario.published", by=by, at=at))

    def withdraw(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Take the class back; nothing new may rest on it. Raises `MaterialFlawed`, `MoveNotAllowed`."""
        require_said(reason=reason)
        return replace(
            self,
            state=self._moved(ScenarioMove.WITHDRAW),
            withdrawn_because=reason,
            news=self._news("scenario.withdrawn", by=by, at=at, reason=reason),
        )

    def _require_others(self, by: Actor) -> None:
        if any(by.organisation == demand.organisation or by.id == demand.by for demand in self.demands):
            raise SelfApproval(self.thing, self.id)

    def _moved(self, move: ScenarioMove) -> ScenarioState:
        return moved(SCENARIO_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        return self.telling(kind, by=by, at=at, scenario=self.id, title=self.title, category=self.category, **facts)


def _departments(opinions: tuple[Opinion, ...]) -> tuple[str, ...]:
    return tuple(opinion.department for opinion in opinions)
