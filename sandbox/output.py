"""An output: an answer on its way out of the domain, reviewed by somebody of another organisation (Article 19)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, Fact, OrganisationId, Role
from policies.denials import NotAParty, SelfApproval
from policies.model.recorded import Recorded, moved, require_said
from sandbox.errors import NotAReviewer
from sandbox.query import Query, QueryId

OutputId = NewType("OutputId", str)

REVIEWS = frozenset({Role.OPERATOR, Role.REVIEWER})
"""Compliance review is the operator's, or a qualified third party's."""


class OutputState(StrEnum):
    """Where an output stands."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ASSIGNED = "assigned"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OutputMove(StrEnum):
    """What is done about an output."""

    REQUEST = "request"
    ASSIGN = "assign"
    RELEASE = "release"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


OUTPUT_MOVES: Mapping[tuple[OutputState, OutputMove], OutputState] = {
    (OutputState.DRAFT, OutputMove.REQUEST): OutputState.REQUESTED,
    (OutputState.REQUESTED, OutputMove.ASSIGN): OutputState.ASSIGNED,
    (OutputState.ASSIGNED, OutputMove.ASSIGN): OutputState.ASSIGNED,
    (OutputState.ASSIGNED, OutputMove.RELEASE): OutputState.RELEASED,
    (OutputState.ASSIGNED, OutputMove.REFUSE): OutputState.REFUSED,
    (OutputState.REQUESTED, OutputMove.WITHDRAW): OutputState.WITHDRAWN,
    (OutputState.ASSIGNED, OutputMove.WITHDRAW): OutputState.WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class Output(Recorded):
    """An answer asked to be let out, `digest` being that of the very table under review.

    `by` asked for it, `reviewer` decides on it; `reasons` are those of a refusal.
    """

    thing: ClassVar[str] = "output"

    id: OutputId
    query: QueryId
    agreement: str
    scenario: str
    resources: tuple[str, ...]
    title: str
    purpose: str
    by: Actor
    asked_at: datetime
    digest: str
    rows: int
    state: OutputState = OutputState.DRAFT
    reviewer: Actor | None = None
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def organisation(self) -> OrganisationId:
        """Whose output it is."""
        return self.by.organisation

    @classmethod
    def request(
        cls, query: Query, *, id: OutputId, title: str, purpose: str, digest: str, by: Actor, at: datetime
    ) -> Self:
        """Ask to let a query's answer out; raises `NotAParty`, `NotAnswered`, `MaterialFlawed`."""
        if by.organisation != query.by.organisation:
            raise NotAParty("query", query.id)
        told = query.require_answered()
        require_said(title=title, purpose=purpose)
        asked = cls(
            id=id,
            query=query.id,
            agreement=query.agreement,
            scenario=query.scenario,
            resources=tuple(resource for resource, _ in query.snapshots),
            title=title,
            purpose=purpose,
            by=by,
            asked_at=at,
            digest=digest,
            rows=told.rows,
        )
        return asked._to(OutputMove.REQUEST, "output.requested", by=by, at=at)

    def assign(self, reviewer: Actor, *, by: Actor, at: datetime) -> Self:
        """Name who reviews it, again if need be; raises `NotAReviewer`, `SelfApproval`, `MoveNotAllowed`."""
        if reviewer.role not in REVIEWS:
            raise NotAReviewer(reviewer.role)
        self._require_others(reviewer)
        self._require_others(by)
        named = replace(self, reviewer=reviewer)
        return named._to(OutputMove.ASSIGN, "output.assigned", by=by, at=at, party=reviewer.organisation)

    def release(self, *, by: Actor, at: datetime, reason: str = "") -> Self:
        """Let it out; raises `NotAParty`, `SelfApproval`, `MoveNotAllowed`."""
        self.require_reviewer(by)
        released = replace(self, decided_at=at)
        return released._to(OutputMove.RELEASE, "output.released", by=by, at=at, reason=reason)

    def refuse(self, reasons: tuple[str, ...], *, by: Actor, at: datetime) -> Self:
        """Keep it in, with reasons; raises `NotAParty`, `SelfApproval`, `MaterialFlawed`, `MoveNotAllowed`."""
        self.require_reviewer(by)
        said = tuple(reason.strip() for reason in reasons if reason.strip())
        require_said(reasons=" ".join(said))
        refused = replace(self, decided_at=at, reasons=said)
        return refused._to(OutputMove.REFUSE, "output.refused", by=by, at=at, reasons=said)

    def withdraw(self, *, by: Actor, at: datetime) -> Self:
        """Whoever asked no longer wants it; raises `NotAParty`, `MoveNotAllowed`."""
        self.require_owner(by)
        return self._to(OutputMove.WITHDRAW, "output.withdrawn", by=by, at=at)

    def require_owner(self, actor: Actor) -> None:
        """Raises `NotAParty` for anybody of another organisation than the one that asked."""
        if actor.organisation != self.organisation:
            raise NotAParty(self.thing, self.id)

    def require_reviewer(self, actor: Actor) -> None:
        """Raises `SelfApproval` for the side that asked, `NotAParty` for anybody but the reviewer named."""
        self._require_others(actor)
        if self.reviewer is None or actor.id != self.reviewer.id:
            raise NotAParty(self.thing, self.id)

    def facts(self) -> dict[str, Fact]:
        """What every event about it says."""
        return {
            "output": self.id,
            "query": self.query,
            "agreement": self.agreement,
            "scenario": self.scenario,
            "resources": self.resources,
            "title": self.title,
            "rows": self.rows,
            "digest": self.digest,
        }

    def _require_others(self, actor: Actor) -> None:
        if actor.organisation == self.organisation or actor.id == self.by.id:
            raise SelfApproval(self.thing, self.id)

    def _to(self, move: OutputMove, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> Self:
        state = moved(OUTPUT_MOVES, self.state, move, thing=self.thing, id=self.id)
        news = self.telling(kind, at=at, by=by, **self.facts(), **facts)
        return replace(self, state=state, news=news)
