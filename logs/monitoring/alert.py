"""An alert with an owner, a state and an end; and an order to freeze that goes back to the platform."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from logs.monitoring.errors import AlertMoveImpossible, NothingToFreeze
from logs.monitoring.patterns import Finding


class AlertState(StrEnum):
    """How far an alert has come."""

    RAISED = "raised"
    TAKEN = "taken"
    CLOSED = "closed"


ALERT_MOVES: Mapping[tuple[AlertState, str], AlertState] = {
    (AlertState.RAISED, "take"): AlertState.TAKEN,
    (AlertState.TAKEN, "take"): AlertState.TAKEN,
    (AlertState.RAISED, "close"): AlertState.CLOSED,
    (AlertState.TAKEN, "close"): AlertState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """What a rule found about a subject. While it is open the same finding only makes it larger: `measure`, `last_at`
    and `seqs` are those of the latest look, `times` counts the looks. `number` is 0 until it is kept."""

    rule: str
    subject: str
    severity: str
    measure: float
    seqs: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    times: int = 1
    state: AlertState = AlertState.RAISED
    owner: str = ""
    reason: str = ""
    closed_at: datetime | None = None
    number: int = 0

    @classmethod
    def raised(cls, finding: Finding, *, severity: str, at: datetime) -> Self:
        """A new alert."""
        return cls(finding.rule, finding.subject, severity, finding.measure, finding.seqs, at, at)

    @property
    def open(self) -> bool:
        """Whether somebody still has to end it."""
        return self.state is not AlertState.CLOSED

    def again(self, finding: Finding, *, at: datetime) -> Self:
        """The same found once more; the same records again are no news."""
        if finding.seqs == self.seqs and finding.measure == self.measure:
            return self
        return replace(self, measure=finding.measure, seqs=finding.seqs, last_at=at, times=self.times + 1)

    def take(self, owner: str) -> Self:
        """Somebody looks into it, and answers for it from now on."""
        return replace(self, state=self._moved("take"), owner=owner)

    def close(self, *, by: str, reason: str, at: datetime) -> Self:
        """It is dealt with."""
        return replace(self, state=self._moved("close"), owner=self.owner or by, reason=reason, closed_at=at)

    def _moved(self, move: str) -> AlertState:
        target = ALERT_MOVES.get((self.state, move))
        if target is None:
            raise AlertMoveImpossible(
                self.number, self.state, [word for state, word in ALERT_MOVES if state is self.state]
            )
        return target


@dataclass(frozen=True, slots=True)
class Order:
    """An order to the platform to stop what an alert is about. `id` becomes the stop's own, so that carrying it out
    twice stops once. `confirmed`: the number of the delivered record that says the platform stopped it; `declined`: why
    the platform could not."""

    id: str
    alert: int
    scope: str
    target: str
    by: str
    reason: str
    at: datetime
    confirmed: int | None = None
    declined: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing is left to carry out."""
        return self.confirmed is not None or bool(self.declined)


SCOPES: Mapping[str, str] = {
    "agreement": "agreement",
    "resource": "resource",
    "party": "organisation",
    "actor": "person",
}
"""What a stop of an alert's subject halts (Article 18)."""


def freeze(alert: Alert, *, id: str, by: str, reason: str, at: datetime) -> Order:
    """The order to stop what the alert is about; raises `NothingToFreeze` where that is nobody in particular."""
    what, _, target = alert.subject.partition(":")
    if what not in SCOPES:
        raise NothingToFreeze(alert.number)
    return Order(id, alert.number, SCOPES[what], target, by, reason, at)
