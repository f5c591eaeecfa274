"""An access rule on its way: drafted, approved by the bureau, in force, superseded (Articles 13 and 14)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, NewType, Self

from logs.model import Actor
from masking.editions import RULE_MOVES, RuleMove, RuleState
from policies.denials import SelfApproval
from policies.model.recorded import Recorded, moved
from sandbox.nonpublic.rule import AccessRule

AccessRuleId = NewType("AccessRuleId", str)


@dataclass(frozen=True, kw_only=True)
class RuleInEdition(Recorded):
    """One edition of the access rule with its state; the moves are those of every rule document."""

    thing: ClassVar[str] = "rule"

    id: AccessRuleId
    rule: AccessRule
    drafted_by: Actor
    drafted_at: datetime
    state: RuleState = RuleState.DRAFTED
    approved_at: datetime | None = None
    effective_at: datetime | None = None
    reason: str = ""

    @classmethod
    def draft(cls, rule: AccessRule, *, by: Actor, at: datetime) -> Self:
        """Put a rule up for the bureau's approval."""
        drafted = cls(id=AccessRuleId(f"{rule.name}.{rule.edition}"), rule=rule, drafted_by=by, drafted_at=at)
        return drafted._told("rule.drafted", by=by, at=at)

    def approve(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """The bureau approves it. Raises `MoveNotAllowed`, `SelfApproval`."""
        if by.organisation == self.drafted_by.organisation:
            raise SelfApproval("rule", self.id)
        approved = replace(self, state=self._moved(RuleMove.APPROVE), approved_at=at, reason=reason)
        return approved._told("rule.approved", by=by, at=at)

    def take_effect(self, *, by: Actor, at: datetime) -> Self:
        """Put it in force. Raises `MoveNotAllowed`."""
        effective = replace(self, state=self._moved(RuleMove.TAKE_EFFECT), effective_at=at)
        return effective._told("rule.in_force", by=by, at=at)

    def supersede(self, *, by: Actor, at: datetime) -> Self:
        """Another one takes its place. Raises `MoveNotAllowed`."""
        return replace(self, state=self._moved(RuleMove.SUPERSEDE))._told("rule.superseded", by=by, at=at)

    def _moved(self, move: RuleMove) -> RuleState:
        return moved(RULE_MOVES, self.state, move, thing="rule", id=self.id)

    def _told(self, kind: str, *, by: Actor, at: datetime) -> Self:
        facts = {"rule": self.id, "edition": self.rule.edition, "digest": self.rule.digest}
        if kind == "rule.approved":
            facts["reason"] = self.reason
        return replace(self, news=self.telling(kind, by=by, at=at, **facts))
