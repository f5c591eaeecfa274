"""A rule document on its way: drafted, approved by the bureau, in force, superseded (Article 13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self

from logs.model import Actor, ActorId, Fact, Role
from masking.errors import RuleMoveImpossible, RuleNotTheirs
from masking.rules import RuleDocument

RuleId = NewType("RuleId", str)


class RuleState(StrEnum):
    """How far a rule document has come."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class RuleMove(StrEnum):
    """What may be done with it."""

    APPROVE = "approve"
    TAKE_EFFECT = "take_effect"
    SUPERSEDE = "supersede"


RULE_MOVES: Mapping[tuple[RuleState, RuleMove], RuleState] = {
    (RuleState.DRAFTED, RuleMove.APPROVE): RuleState.APPROVED,
    (RuleState.APPROVED, RuleMove.TAKE_EFFECT): RuleState.IN_FORCE,
    (RuleState.IN_FORCE, RuleMove.SUPERSEDE): RuleState.SUPERSEDED,
}

DRAFTERS = frozenset({Role.OPERATOR, Role.INFO_CENTER})
MOVERS: Mapping[RuleMove, frozenset[Role]] = {
    RuleMove.APPROVE: frozenset({Role.BUREAU}),
    RuleMove.TAKE_EFFECT: DRAFTERS | {Role.BUREAU},
    RuleMove.SUPERSEDE: DRAFTERS | {Role.BUREAU},
}
"""Who may make which move."""


@dataclass(frozen=True, slots=True)
class News:
    """What was done, to become an event in the transaction that saves it."""

    kind: str
    at: datetime
    by: Actor
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Step:
    """Who made a move, and when."""

    by: ActorId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RuleEdition:
    """A rule document with its state. `revision` is the one last saved; `news` ride along until it is saved."""

    id: RuleId
    document: RuleDocument
    state: RuleState
    drafted: Step
    approved: Step | None = None
    effective: Step | None = None
    superseded: Step | None = None
    reason: str = ""
    revision: int = 0
    news: tuple[News, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def draft(cls, document: RuleDocument, *, by: Actor, at: datetime) -> Self:
        """Put a document up for approval. Raises `RuleNotTheirs`."""
        _require(by, "draft", DRAFTERS)
        id = RuleId(f"{document.name}.{document.edition}")
        edition = cls(id=id, document=document, state=RuleState.DRAFTED, drafted=Step(by.id, at))
        return replace(edition, news=edition._telling("rule.drafted", by=by, at=at))

    def approve(self, *, reason: str = "", by: Actor, at: datetime) -> Self:
        """The bureau approves it; it may then take effect. Raises `RuleNotTheirs`, `RuleMoveImpossible`."""
        state = self._moved(RuleMove.APPROVE, by)
        news = self._telling("rule.approved", by=by, at=at, reason=reason)
        return replace(self, state=state, approved=Step(by.id, at), reason=reason, news=news)

    def take_effect(self, *, by: Actor, at: datetime) -> Self:
        """Put it in force. Raises `RuleNotTheirs`, `RuleMoveImpossible`."""
        state = self._moved(RuleMove.TAKE_EFFECT, by)
        news = self._telling("rule.in_force", by=by, at=at)
        return replace(self, state=state, effective=Step(by.id, at), news=news)

    def supersede(self, *, by: Actor, at: datetime) -> Self:
        """Another one takes its place. Raises `RuleNotTheirs`, `RuleMoveImpossible`."""
        state = self._moved(RuleMove.SUPERSEDE, by)
        news = self._telling("rule.superseded", by=by, at=at)
        return replace(self, state=state, superseded=Step(by.id, at), news=news)

    def _moved(self, move: RuleMove, by: Actor) -> RuleState:
        _require(by, move, MOVERS[move])
        target = RULE_MOVES.get((self.state, move))
        if target is None:
            possible = [other for state, other in RULE_MOVES if state is self.state]
            raise RuleMoveImpossible(self.id, self.state, move, possible)
        return target

    def _telling(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        said: dict[str, Fact] = {"rule": self.id, "edition": self.document.edition, "digest": self.document.digest}
        return (*self.news, News(kind, at, by, {**said, **{name: fact for name, fact in facts.items() if fact}}))


def _require(by: Actor, move: str, roles: frozenset[Role]) -> None:
    if by.role not in roles:
        raise RuleNotTheirs(by.role, move, sorted(roles))
