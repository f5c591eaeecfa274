"""What people do with desensitisation rules: one verb, one function, one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from logs.model import Actor
from masking.editions import RuleEdition, RuleId
from masking.errors import NoRuleInForce
from masking.rules import document


class Rules(Protocol):
    """Rule documents on record; saving one records its news in the same transaction."""

    def get(self, id: RuleId) -> RuleEdition:
        """The document of that id; raises `RuleUnknown`."""

    def all(self) -> tuple[RuleEdition, ...]:
        """Every document, by id."""

    def in_force(self) -> RuleEdition | None:
        """The one in force; `None` when there is none."""

    def save(self, edition: RuleEdition) -> None:
        """Keep it, new or changed; raises `RuleChanged` when somebody else was faster."""


class Work(Protocol):
    """A unit of work that reaches the rules."""

    @property
    def rules(self) -> Rules: ...


Begin = Callable[[], AbstractContextManager[Work]]


def draft(begin: Begin, text: str, *, by: Actor, at: datetime) -> RuleEdition:
    """Put a rule document up for the bureau's approval. Raises `RulesUnreadable`, `RuleNotTheirs`, `RuleChanged`."""
    edition = RuleEdition.draft(document(text), by=by, at=at)
    with begin() as work:
        work.rules.save(edition)
    return edition


def approve(begin: Begin, id: RuleId, *, reason: str = "", by: Actor, at: datetime) -> RuleEdition:
    """Approve a drafted document. Raises `RuleUnknown`, `RuleNotTheirs`, `RuleMoveImpossible`."""
    with begin() as work:
        edition = work.rules.get(id).approve(reason=reason, by=by, at=at)
        work.rules.save(edition)
    return edition


def put_in_force(begin: Begin, id: RuleId, *, by: Actor, at: datetime) -> RuleEdition:
    """Put an approved document in force; the one in force until now is superseded in the same transaction."""
    with begin() as work:
        edition = work.rules.get(id).take_effect(by=by, at=at)
        former = work.rules.in_force()
        if former is not None:
            work.rules.save(former.supersede(by=by, at=at))
        work.rules.save(edition)
    return edition


def in_force(begin: Begin) -> RuleEdition:
    """The rules in force. Raises `NoRuleInForce`."""
    with begin() as work:
        found = work.rules.in_force()
    if found is None:
        raise NoRuleInForce
    return found
