"""Applications to develop and use public data: materials, submission, decision (Measure, Articles 12 and 16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, ActorId, Fact, OrganisationId
from policies.annex import Grant
from policies.calendar import Deadline
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed
from policies.flaws import Flaw, unsaid
from policies.model.recorded import News, Recorded, moved
from policies.model.scenarios import ScenarioId

ApplicationId = NewType("ApplicationId", str)

DECISION_DAYS = 5
"""Working days from receipt in which the operator decides (Article 12)."""


class ApplicationState(StrEnum):
    """How far an application has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENTING = "supplementing"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ApplicationMove(StrEnum):
    """What is done to it."""

    REVISE = "revise"
    SUBMIT = "submit"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


APPLICATION_MOVES: Mapping[tuple[ApplicationState, ApplicationMove], ApplicationState] = {
    (ApplicationState.DRAFT, ApplicationMove.REVISE): ApplicationState.DRAFT,
    (ApplicationState.DRAFT, ApplicationMove.SUBMIT): ApplicationState.SUBMITTED,
    (ApplicationState.DRAFT, ApplicationMove.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.SUBMITTED, ApplicationMove.APPROVE): ApplicationState.APPROVED,
    (ApplicationState.SUBMITTED, ApplicationMove.REFUSE): ApplicationState.REFUSED,
    (ApplicationState.SUBMITTED, ApplicationMove.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.SUBMITTED, ApplicationMove.ASK_SUPPLEMENT): ApplicationState.SUPPLEMENTING,
    (ApplicationState.SUPPLEMENTING, ApplicationMove.SUPPLEMENT): ApplicationState.SUBMITTED,
    (ApplicationState.SUPPLEMENTING, ApplicationMove.WITHDRAW): ApplicationState.WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class Materials:
    """What Article 16 asks for; a draft may leave any of it empty."""

    qualification: str = ""
    scenario: ScenarioId | None = None
    data: tuple[Grant, ...] = ()  # resources, columns and the uses wanted of each
    manner: str = ""
    safety: str = ""

    def missing(self) -> tuple[Flaw, ...]:
        """Everything that is missing, all at once."""
        return unsaid(
            {
                "qualification": self.qualification,
                "scenario": self.scenario or "",
                "data": "stated" if any(any(grant.columns.values()) for grant in self.data) else "",
                "manner": self.manner,
                "safety": self.safety,
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplementAsked:
    """What the operator wants besides; the clock stands still until it is there, with so many working days left."""

    by: ActorId
    at: datetime
    wanted: tuple[str, ...]
    days_left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """The receipt of complete materials, and the end of the day by which they must be decided."""

    by: ActorId
    at: datetime
    due: Deadline
    supplements: tuple[SupplementAsked, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationDecision:
    """What the operator decided, why, and whether after the deadline."""

    by: ActorId
    organisation: OrganisationId
    at: datetime
    reasons: tuple[str, ...]
    late: bool


@dataclass(frozen=True, kw_only=True)
class Application(Recorded):
    """A developer's application against one published scenario."""

    thing: ClassVar[str] = "application"

    id: ApplicationId
    applicant: OrganisationId
    drafted_by: ActorId
    drafted_at: datetime
    materials: Materials
    state: ApplicationState = ApplicationState.DRAFT
    submission: Submission | None = None
    decision: ApplicationDecision | None = None

    @classmethod
    def draft(cls, id: ApplicationId, materials: Materials, *, by: Actor, at: datetime) -> "Application":
        """Begin one; nothing need be complete yet."""
        draft = cls(id=id, applicant=by.organisation, drafted_by=by.id, drafted_at=at, materials=materials)
        return replace(draft, news=draft._news("application.drafted", by=by, at=at))

    def revise(self, materials: Materials, *, by: Actor, at: datetime) -> Self:
        """Put other materials in the draft's place; raises `NotAParty`, `MoveNotAllowed`."""
        self._require_own(by)
        revised = replace(self, state=self._moved(ApplicationMove.REVISE), materials=materials)
        return replace(revised, news=revised._news("application.revised", by=by, at=at))

    def submit(self, flaws: Sequence[Flaw], *, due: Deadline, by: Actor, at: datetime) -> Self:
        """Hand it in; raises `NotAParty`, `MoveNotAllowed`, and `MaterialFlawed` with every flaw found in it."""
        self._require_own(by)
        state = self._moved(ApplicationMove.SUBMIT)
        _require_none(flaws)
        submitted = replace(self, state=state, submission=Submission(by=by.id, at=at, due=due))
        return replace(submitted, news=submitted._news("application.submitted", by=by, at=at))

    def ask_supplement(self, wanted: Sequence[str], *, days_left: int, by: Actor, at: datetime) -> Self:
        """Want more before deciding; the clock stops. Raises `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
        self._require_others(by)
        state = self._moved(ApplicationMove.ASK_SUPPLEMENT)
        told = tuple(each for each in wanted if each.strip())
        _require_none(unsaid({"wanted": "".join(told)}))
        asked = SupplementAsked(by=by.id, at=at, wanted=told, days_left=days_left)
        submission = self._submitted
        submission = replace(submission, supplements=(*submission.supplements, asked))
        stopped = replace(self, state=state, submission=submission)
        news = stopped._news("application.supplement_asked", by=by, at=at, reasons=told, deadline=None)
        return replace(stopped, news=news)

    def supplement(
        self, materials: Materials, flaws: Sequence[Flaw], *, due: Deadline, by: Actor, at: datetime
    ) -> Self:
        """Hand in what was wanted; the clock goes on. Raises `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
        self._require_own(by)
        state = self._moved(ApplicationMove.SUPPLEMENT)
        _require_none(flaws)
        submission = replace(self._submitted, due=due)
        supplemented = replace(self, state=state, materials=materials, submission=submission)
        return replace(supplemented, news=supplemented._news("application.supplemented", by=by, at=at))

    @property
    def days_left(self) -> int:
        """Working days left when the clock was last stopped; `ValueError` where it never was."""
        if not self._submitted.supplements:
            raise ValueError(f"nothing was asked for besides application {self.id}")
        return self._submitted.supplements[-1].days_left

    def approve(self, flaws: Sequence[Flaw], *, reason: str = "", by: Actor, at: datetime) -> Self:
        """Say yes; an agreement may then be drawn up. Raises `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
        self._require_others(by)
        state = self._moved(ApplicationMove.APPROVE)
        _require_none(flaws)
        news = self._news("application.approved", by=by, at=at, state=state.value, reason=reason)
        return replace(self, state=state, decision=self._decided((reason,) if reason else (), by, at), news=news)

    def refuse(self, reasons: Sequence[str], *, by: Actor, at: datetime) -> Self:
        """Say no, and why (Article 12); raises `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed` without a reason."""
        self._require_others(by)
        state = self._moved(ApplicationMove.REFUSE)
        told = tuple(reason for reason in reasons if reason.strip())
        _require_none(unsaid({"reasons": "".join(told)}))
        news = self._news("application.refused", by=by, at=at, state=state.value, reasons=told)
        return replace(self, state=state, decision=self._decided(told, by, at), news=news)

    def withdraw(self, *, by: Actor, at: datetime) -> Self:
        """Take it back before it is decided; raises `NotAParty`, `MoveNotAllowed`."""
        self._require_own(by)
        withdrawn = replace(self, state=self._moved(ApplicationMove.WITHDRAW))
        return replace(withdrawn, news=withdrawn._news("application.withdrawn", by=by, at=at))

    @property
    def waiting(self) -> bool:
        """Whether a decision is owed."""
        return self.state is ApplicationState.SUBMITTED

    def overdue(self, *, at: datetime) -> bool:
        """Whether the deadline passed without a decision."""
        return self.waiting and self.submission is not None and self.submission.due.passed(at)

    @property
    def _submitted(self) -> Submission:
        if self.submission is None:
            raise ValueError(f"application {self.id} was never handed in")
        return self.submission

    def _decided(self, reasons: tuple[str, ...], by: Actor, at: datetime) -> ApplicationDecision:
        return ApplicationDecision(
            by=by.id, organisation=by.organisation, at=at, reasons=reasons, late=self.overdue(at=at)
        )

    def _require_own(self, by: Actor) -> None:
        if by.organisation != self.applicant:
            raise NotAParty(self.thing, self.id)

    def _require_others(self, by: Actor) -> None:
        asked = {self.drafted_by} | ({self.submission.by} if self.submission else set())
        if by.organisation == self.applicant or by.id in asked:
            raise SelfApproval(self.thing, self.id)

    def _moved(self, move: ApplicationMove) -> ApplicationState:
        return moved(APPLICATION_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        due = self.submission.due if self.submission else None
        common: dict[str, Fact] = {
            "application": self.id,
            "scenario": self.materials.scenario,
            "party": self.applicant,
            "state": self.state.value,
            "resources": tuple(sorted(grant.resource for grant in self.materials.data)),
            "uses": uses(self.materials.data),
            "deadline": due.at.isoformat() if due else None,
            "provisional": due.provisional if due else None,
        }
        return self.telling(kind, by=by, at=at, **(common | facts))


def uses(grants: Sequence[Grant]) -> tuple[str, ...]:
    """Grants as facts of an event, `resource.column=use`, sorted."""
    return tuple(
        sorted(
            f"{grant.resource}.{column}={use}"
            for grant in grants
            for column, allowed in grant.columns.items()
            for use in allowed
        )
    )


def _require_none(flaws: Sequence[Flaw]) -> None:
    if flaws:
        raise MaterialFlawed(flaws)
