"""Monthly statements: issued by the operator, confirmed or disputed by the developer, settled (Measure, Article 20)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from logs.model import Actor, Fact, OrganisationId, Role
from policies.billing import Line, Month
from policies.denials import NotAParty
from policies.model.agreements import Agreement, AgreementId
from policies.model.recorded import News, Recorded, moved, require_said

StatementId = NewType("StatementId", str)


class StatementState(StrEnum):
    """How far a statement has come."""

    ISSUED = "issued"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    SETTLED = "settled"


class StatementMove(StrEnum):
    """What is done about it."""

    CONFIRM = "confirm"
    DISPUTE = "dispute"
    ISSUE = "issue"
    SETTLE = "settle"


_S, _M = StatementState, StatementMove
STATEMENT_MOVES: Mapping[tuple[StatementState, StatementMove], StatementState] = {
    (_S.ISSUED, _M.CONFIRM): _S.CONFIRMED,
    (_S.ISSUED, _M.DISPUTE): _S.DISPUTED,
    (_S.DISPUTED, _M.ISSUE): _S.ISSUED,
    (_S.CONFIRMED, _M.SETTLE): _S.SETTLED,
}


def statement_id(agreement: AgreementId, month: Month) -> StatementId:
    """One agreement has one statement a month."""
    return StatementId(f"{agreement}.{month}")


@dataclass(frozen=True, kw_only=True)
class Statement(Recorded):
    """What an agreement's use came to in a month, by meter."""

    thing: ClassVar[str] = "statement"

    id: StatementId
    agreement: AgreementId
    operator: OrganisationId
    developer: OrganisationId
    month: str
    lines: tuple[Line, ...]
    state: StatementState = StatementState.ISSUED
    reason: str = ""

    @classmethod
    def issue(
        cls, agreement: Agreement, month: Month, lines: tuple[Line, ...], *, by: Actor, at: datetime
    ) -> "Statement":
        """Tell what a month's use came to; raises `NotAParty` for others than the agreement's operator."""
        statement = cls(
            id=statement_id(agreement.id, month),
            agreement=agreement.id,
            operator=agreement.operator,
            developer=agreement.developer,
            month=str(month),
            lines=lines,
        )
        statement._require(Role.OPERATOR, by)
        return replace(statement, news=statement._news("statement.issued", by=by, at=at))

    @property
    def fen(self) -> int:
        """What it comes to."""
        return sum(line.fen for line in self.lines)

    def confirm(self, *, by: Actor, at: datetime) -> Self:
        """The developer agrees; raises `NotAParty`, `MoveNotAllowed`."""
        self._require(Role.DEVELOPER, by)
        return self._to(StatementMove.CONFIRM, "statement.confirmed", by=by, at=at)

    def dispute(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """The developer does not; raises `NotAParty`, `MoveNotAllowed`, `MaterialFlawed` without a reason."""
        self._require(Role.DEVELOPER, by)
        disputed = self._to(StatementMove.DISPUTE, "statement.disputed", by=by, at=at, reason=reason)
        require_said(reason=reason)
        return replace(disputed, reason=reason)

    def reissue(self, lines: tuple[Line, ...], *, by: Actor, at: datetime) -> Self:
        """The operator counts again after a dispute; raises `NotAParty`, `MoveNotAllowed`."""
        self._require(Role.OPERATOR, by)
        return replace(self, lines=lines, reason="")._to(StatementMove.ISSUE, "statement.issued", by=by, at=at)

    def settle(self, *, by: Actor, at: datetime) -> Self:
        """The operator notes that it is paid; raises `NotAParty`, `MoveNotAllowed`."""
        self._require(Role.OPERATOR, by)
        return self._to(StatementMove.SETTLE, "statement.settled", by=by, at=at)

    def _require(self, role: Role, by: Actor) -> None:
        side = {Role.OPERATOR: self.operator, Role.DEVELOPER: self.developer}[role]
        if (by.role, by.organisation) != (role, side):
            raise NotAParty(self.thing, self.id)

    def _to(self, move: StatementMove, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> Self:
        state = moved(STATEMENT_MOVES, self.state, move, thing=self.thing, id=self.id)
        done = replace(self, state=state)
        return replace(done, news=done._news(kind, by=by, at=at, **facts))

    def _news(self, kind: str, *, by: Actor, at: datetime, **facts: Fact) -> tuple[News, ...]:
        common: dict[str, Fact] = {
            "agreement": self.agreement,
            "parties": (self.operator, self.developer),
            "period": self.month,
            "units": tuple(f"{line.meter}={line.units}" for line in self.lines),
            "fen": self.fen,
            "state": self.state.value,
        }
        return self.telling(kind, by=by, at=at, **(common | facts))
