"""Consents of those the data is about: for a scenario, some resources, until a day; withdrawn at once (Article 13).

Who consented is kept as a keyed digest of the identifier alone: it finds the person's rows and tells nobody who it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from catalog.model import ResourceId
from logs.model import Actor, Fact, OrganisationId, Role
from policies.calendar import day_of
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed
from policies.flaws import Flaw
from policies.model.qualification import DIGEST_DIGITS
from policies.model.recorded import News, Recorded, moved, require_said
from policies.model.scenarios import ScenarioId

ConsentId = NewType("ConsentId", str)


class SubjectKind(StrEnum):
    """By what a data subject is identified (Sharing Measure, Article 10)."""

    RESIDENT_ID = "resident_id"
    USCC = "uscc"


class ConsentState(StrEnum):
    """How far a consent has come; it allows something only while it is given."""

    PRESENTED = "presented"
    GIVEN = "given"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ConsentMove(StrEnum):
    """What is done about it."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_S, _M = ConsentState, ConsentMove
CONSENT_MOVES: Mapping[tuple[ConsentState, ConsentMove], ConsentState] = {
    (_S.PRESENTED, _M.ACCEPT): _S.GIVEN,
    (_S.PRESENTED, _M.REJECT): _S.REJECTED,
    (_S.PRESENTED, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.GIVEN, _M.WITHDRAW): _S.WITHDRAWN,
    (_S.GIVEN, _M.EXPIRE): _S.EXPIRED,
}

RECEIVES_WITHDRAWALS = frozenset({Role.OPERATOR, Role.INFO_CENTER, Role.PROVIDER})
"""Offices at which a data subject may withdraw, besides whoever presented the consent."""


@dataclass(frozen=True, kw_only=True)
class Consent(Recorded):
    """One data subject's consent; `evidence` is the SHA-256 of the signed original, which stays where it was signed."""

    thing: ClassVar[str] = "consent"

    id: ConsentId
    subject_kind: SubjectKind
    giver: str
    scenario: ScenarioId
    resources: tuple[ResourceId, ...]
    until: date
    evidence: str
    presented_by: Actor
    presented_at: datetime
    state: ConsentState = ConsentState.PRESENTED
    reason: str = ""

    def present(self, *, by: Actor, at: datetime) -> Self:
        """Hand it in; raises `MaterialFlawed` naming everything that is wrong with it."""
        flaws = []
        if not self.resources:
            flaws.append(_flaw("resources", "未写明数据资源", "no resource is named"))
        if self.until < day_of(at):
            flaws.append(_flaw("until", f"授权已于 {self.until} 到期", f"the consent ended on {self.until}"))
        if len(self.evidence) != DIGEST_DIGITS or not set(self.evidence) <= set("0123456789abcdef"):
            flaws.append(_flaw("evidence", "授权书摘要不是 SHA-256", "the digest of the original is no SHA-256"))
        if flaws:
            raise MaterialFlawed(flaws)
        return replace(self, news=self._news("consent.presented", by=by, at=at))

    def accept(self, *, by: Actor, at: datetime) -> Self:
        """Find its evidence good; from now on it allows. Raises `SelfApproval`, `MoveNotAllowed`."""
        self._require_others(by)
        return self._to(ConsentMove.ACCEPT, "consent.given", by=by, at=at)

    def reject(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Find its evidence wanting; raises `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed` without a reason."""
        self._require_others(by)
        rejected = self._to(ConsentMove.REJECT, "consent.rejected", by=by, at=at, reason=reason)
        require_said(reason=reason)
        return replace(rejected, reason=reason)

    def withdraw(self, *, by: Actor, at: datetime) -> Self:
        """The data subject takes it back, which needs no reason and counts at once; raises `NotAParty`."""
        if by.organisation != self.presented_by.organisation and by.role not in RECEIVES_WITHDRAWALS:
            raise NotAParty(self.thing, self.id)
        return self._to(ConsentMove.WITHDRAW, "consent.withdrawn", by=by, at=at)

    def expire(self, *, by: Actor, at: datetime) -> Self:
        """Note that its time is over; it allowed nothing since. `ValueError` before that."""
        if day_of(at) <= self.until:
            raise ValueError(f"consent {self.id} holds through {self.until}")
        return self._to(ConsentMove.EXPIRE, "consent.expired", by=by, at=at)

    def allows(self, *, scenario: str, resource: str, on: date) -> bool:
        """Whether it allows the use of that resource for that scenario on that day."""
        given = self.state is ConsentState.GIVEN and on <= self.until
        return given and self.scenario == scenario and resource in self.resources

    def _require_others(self, by: Actor) -> None:
        if by.organisation == self.presented_by.organisation:
            raise SelfApproval(self.thing, self.id)

    def _to(self, move: ConsentMove, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> Self:
        state = moved(CONSENT_MOVES, self.state, move, thing=self.thing, id=self.id)
        done = replace(self, state=state)
        return replace(done, news=done._news(kind, by=by, at=at, **facts))

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        common: dict[str, Fact] = {
            "scenario": self.scenario,
            "resources": self.resources,
            "party": OrganisationId(self.presented_by.organisation),
            "ends": self.until.isoformat(),
            "digest": self.evidence,
            "state": self.state.value,
        }
        return self.telling(kind, by=by, at=at, **(common | facts))


def _flaw(place: str, zh: str, en: str) -> Flaw:
    return Flaw(
        f"consent-{place}",
        place,
        {"zh": zh, "en": en},
        {"zh": "对照授权书更正", "en": "correct it by the signed original"},
    )
