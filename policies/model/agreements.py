"""Agreements: drawn from an application, signed by both sides, filed, stopped, ended (Measure, Articles 17, 18)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, Fact, OrganisationId, Role
from policies.annex import Annex
from policies.billing import Tariff
from policies.calendar import XIAMEN, Deadline
from policies.denials import NotAParty
from policies.errors import DoneAlready, MaterialFlawed, NotInForce, SignatureInvalid
from policies.flaws import unsaid
from policies.model.applications import ApplicationId, uses
from policies.model.recorded import News, Recorded, moved, require_said
from policies.model.scenarios import ScenarioId
from policies.model.terms import Contents, Filing, Signature, Verifier

AgreementId = NewType("AgreementId", str)

FREE = Tariff()
SIDES = 2
FILING_DAYS = 5
"""Working days from signing in which the operator files the agreement with the bureau (Article 12)."""


class AgreementState(StrEnum):
    """How far an agreement has come."""

    DRAWN = "drawn"
    HALF_SIGNED = "half_signed"
    CANCELLED = "cancelled"
    IN_FORCE = "in_force"
    STOPPED = "stopped"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class AgreementMove(StrEnum):
    """What is done to it."""

    SIGN = "sign"
    CANCEL = "cancel"
    FILE = "file"
    STOP = "stop"
    RESUME = "resume"
    EXPIRE = "expire"
    TERMINATE = "terminate"


_S, _M = AgreementState, AgreementMove
AGREEMENT_MOVES: Mapping[tuple[AgreementState, AgreementMove], AgreementState] = {
    (_S.DRAWN, _M.SIGN): _S.HALF_SIGNED,
    (_S.DRAWN, _M.CANCEL): _S.CANCELLED,
    (_S.HALF_SIGNED, _M.SIGN): _S.IN_FORCE,
    (_S.HALF_SIGNED, _M.CANCEL): _S.CANCELLED,
    (_S.IN_FORCE, _M.FILE): _S.IN_FORCE,
    (_S.IN_FORCE, _M.STOP): _S.STOPPED,
    (_S.IN_FORCE, _M.EXPIRE): _S.EXPIRED,
    (_S.IN_FORCE, _M.TERMINATE): _S.TERMINATED,
    (_S.STOPPED, _M.FILE): _S.STOPPED,
    (_S.STOPPED, _M.RESUME): _S.IN_FORCE,
    (_S.STOPPED, _M.EXPIRE): _S.EXPIRED,
    (_S.STOPPED, _M.TERMINATE): _S.TERMINATED,
    (_S.EXPIRED, _M.FILE): _S.EXPIRED,
    (_S.TERMINATED, _M.FILE): _S.TERMINATED,
}
"""Filing stays owed whatever became of the agreement; nothing but the bureau's word lets it go on after a stop."""


@dataclass(frozen=True, kw_only=True)
class Agreement(Recorded):
    """Between the operator and a developer: its annex alone says what it opens, from `begins` to `ends`."""

    thing: ClassVar[str] = "agreement"

    id: AgreementId
    application: ApplicationId
    scenario: ScenarioId
    operator: OrganisationId
    developer: OrganisationId
    contents: Contents
    annex: Annex
    begins: datetime
    ends: datetime
    drawn_at: datetime
    state: AgreementState = AgreementState.DRAWN
    signatures: tuple[Signature, ...] = ()
    filing_due: Deadline | None = None
    filing: Filing | None = None
    tariff: Tariff = FREE
    ended_at: datetime | None = None

    @property
    def ended(self) -> datetime:
        """When it ends, or ended."""
        return self.ended_at or self.ends

    @property
    def document(self) -> str:
        """What both sides sign, as one JSON text: parties, term, the seven contents, the annex."""
        return json.dumps(
            {
                "agreement": self.id,
                "annex": json.loads(self.annex.canonical()),
                "application": self.application,
                "begins": self.begins.astimezone(XIAMEN).isoformat(),
                "contents": asdict(self.contents),
                "ends": self.ends.astimezone(XIAMEN).isoformat(),
                "parties": {"developer": self.developer, "operator": self.operator},
                "scenario": self.scenario,
                "tariff": {meter: [asdict(tier) for tier in tiers] for meter, tiers in self.tariff.prices.items()},
            },
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )

    @property
    def digest(self) -> str:
        """SHA-256 over the document, in hexadecimal."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    @property
    def statement(self) -> bytes:
        """The bytes a signature is made over: nothing else the platform has signed can be taken for them."""
        return f"xiamen-public-data/agreement/1\n{self.digest}\n".encode()

    def drawn(self, *, by: Actor, at: datetime) -> Self:
        """Begin its life; raises `MaterialFlawed` naming every content that says nothing, and tiers that are wrong."""
        if flaws := (*unsaid(asdict(self.contents)), *self.tariff.flaws()):
            raise MaterialFlawed(flaws)
        return replace(self, news=self._news("agreement.drawn", by=by, at=at, uses=uses(self.annex.grants)))

    def sign(self, *, key: str, signature: str, verifier: Verifier, due: Deadline, by: Actor, at: datetime) -> Self:
        """Sign for one's side; with the second signature the agreement is in force, to be filed by `due`.

        Raises `NotAParty`, `DoneAlready`, `MoveNotAllowed`, `NotInForce` when the term is over, `SignatureInvalid`.
        """
        side = self._side(by)
        state = self._moved(AgreementMove.SIGN)
        if any(made.side is side for made in self.signatures):
            raise DoneAlready(self.thing, self.id, AgreementMove.SIGN)
        if at >= self.ends:
            raise self._not_in_force(AgreementState.EXPIRED)
        if not verifier.valid(key, self.statement, signature):
            raise SignatureInvalid(self.id)
        made = Signature(side=side, by=by.id, key=key, signature=signature, at=at)
        signed = replace(self, state=state, signatures=(*self.signatures, made))
        facts = {"digest": self.digest, "signature": signature, "key": key}
        signed = replace(signed, news=signed._news("agreement.signed", by=by, at=at, **facts))
        if state is not AgreementState.IN_FORCE:
            return signed
        signed = replace(signed, filing_due=due)
        return replace(signed, news=signed._news("agreement.in_force", by=by, at=at, **signed._due()))

    def cancel(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Give it up before both have signed; raises `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
        self._side(by)
        return self._end(AgreementMove.CANCEL, "agreement.cancelled", reason=reason, by=by, at=at)

    def file(self, *, notice: str, by: Actor, at: datetime) -> Self:
        """File it with the bureau under a number; raises `NotAParty`, `DoneAlready`, `MoveNotAllowed`."""
        if self._side(by) is not Role.OPERATOR:
            raise NotAParty(self.thing, self.id)
        if self.filing:
            raise DoneAlready(self.thing, self.id, AgreementMove.FILE)
        state = self._moved(AgreementMove.FILE)
        require_said(notice=notice)
        late = self.filing_due is not None and self.filing_due.passed(at)
        news = self._news("agreement.filed", by=by, at=at, notice=notice, **self._due())
        return replace(self, state=state, filing=Filing(notice=notice, by=by.id, at=at, late=late), news=news)

    def stop(self, *, note: str, by: Actor, at: datetime) -> Self:
        """Stop all processing under it at once, with a note of the risk; raises `NotAParty`, `MoveNotAllowed`."""
        self.require_side_or_bureau(by)
        state = self._moved(AgreementMove.STOP)
        require_said(note=note)
        stopped = replace(self, state=state)
        return replace(stopped, news=stopped._news("agreement.stopped", by=by, at=at, reason=note))

    def resume(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Let it go on after a stop; the role table names who may. Raises `MoveNotAllowed`, `MaterialFlawed`."""
        return self._end(AgreementMove.RESUME, "agreement.resumed", reason=reason, by=by, at=at)

    def expire(self, *, by: Actor, at: datetime) -> Self:
        """Note that its term is over; it opened nothing since. Raises `MoveNotAllowed` before that."""
        expired = replace(self, state=self._moved(AgreementMove.EXPIRE), ended_at=self.ends)
        if at < self.ends:
            raise ValueError(f"agreement {self.id} ends only at {self.ends.isoformat()}")
        return replace(expired, news=expired._news("agreement.expired", by=by, at=at))

    def terminate(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """End it for good, at once; raises `NotAParty`, `MoveNotAllowed`, `MaterialFlawed`."""
        self.require_side_or_bureau(by)
        ended = replace(self, ended_at=at)
        return ended._end(AgreementMove.TERMINATE, "agreement.terminated", reason=reason, by=by, at=at)

    def require_in_force(self, *, at: datetime) -> None:
        """Raises `NotInForce` saying why, unless it opens its annex at that moment."""
        if self.state is not AgreementState.IN_FORCE:
            raise self._not_in_force(self.state)
        if at >= self.ends:
            raise self._not_in_force(AgreementState.EXPIRED)
        if at < self.begins:
            raise self._not_in_force("not_begun")

    def require_developer(self, actor: Actor) -> None:
        """Raises `NotAParty` unless the actor acts for the developer: permissions open for that side alone."""
        if (actor.role, actor.organisation) != (Role.DEVELOPER, self.developer):
            raise NotAParty(self.thing, self.id)

    def _side(self, by: Actor) -> Role:
        if by.organisation != {Role.OPERATOR: self.operator, Role.DEVELOPER: self.developer}.get(by.role):
            raise NotAParty(self.thing, self.id)
        return by.role

    def require_side_or_bureau(self, by: Actor) -> None:
        """Raises `NotAParty` for a stranger to it."""
        if by.role is not Role.BUREAU:
            self._side(by)

    def _end(self, move: AgreementMove, kind: str, *, reason: str, by: Actor, at: datetime) -> Self:
        changed = replace(self, state=self._moved(move))
        require_said(reason=reason)
        return replace(changed, news=changed._news(kind, by=by, at=at, reason=reason))

    def _not_in_force(self, why: str) -> NotInForce:
        return NotInForce(self.id, why, begins=self.begins, ends=self.ends)

    def _moved(self, move: AgreementMove) -> AgreementState:
        return moved(AGREEMENT_MOVES, self.state, move, thing=self.thing, id=self.id)

    def _due(self) -> dict[str, Fact]:
        due = self.filing_due
        return {"deadline": due.at.isoformat(), "provisional": due.provisional} if due else {}

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        common: dict[str, Fact] = {
            "agreement": self.id,
            "application": self.application,
            "scenario": self.scenario,
            "annex": self.annex.digest,
            "resources": tuple(sorted(grant.resource for grant in self.annex.grants)),
            "parties": (self.operator, self.developer),
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "state": self.state.value,
        }
        return self.telling(kind, by=by, at=at, **(common | facts))
