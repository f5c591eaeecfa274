"""Budgets: how many queries an agreement may ask and how many cells it may take out of a resource, per period.

Consistent noise wears off with the number of questions, as one over its root; budgets bound that number. Days and
months are Xiamen's. What ran is charged, whether it was answered or failed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from policies.calendar import XIAMEN
from sandbox.disclosure.errors import BudgetSpent
from sandbox.disclosure.rules import DisclosureRules


class Charge(StrEnum):
    """What is counted."""

    QUERIES = "queries"
    CELLS = "cells"


class Period(StrEnum):
    """Over which time it is counted."""

    DAY = "day"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Account:
    """What charges are added up under: the queries of an agreement, or the cells it took out of one resource."""

    agreement: str
    resource: str = ""

    @property
    def charge(self) -> Charge:
        """What it counts."""
        return Charge.CELLS if self.resource else Charge.QUERIES


class Spending(Protocol):
    """What was spent so far, inside one transaction."""

    def add(self, account: Account, span: str, amount: int) -> int:
        """Add to what an account spent in a span; the new total. Holds off other transactions on it."""

    def spent(self, account: Account, span: str) -> int:
        """What an account spent in a span."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of one budget is used. `renews_at` is `None` for the budget of the whole agreement."""

    account: Account
    period: Period
    limit: int
    spent: int
    renews_at: datetime | None

    @property
    def left(self) -> int:
        """What may still be asked."""
        return max(self.limit - self.spent, 0)


def limits(charge: Charge, rules: DisclosureRules) -> Mapping[Period, int]:
    """The rule document's limits on a charge, by period."""
    match charge:
        case Charge.QUERIES:
            return {Period.DAY: rules.queries_day, Period.MONTH: rules.queries_month, Period.ALL: rules.queries_all}
        case Charge.CELLS:
            return {Period.DAY: rules.cells_day, Period.MONTH: rules.cells_month, Period.ALL: rules.cells_all}


def span(period: Period, at: datetime) -> str:
    """The name of the period a moment lies in.

    >>> from datetime import UTC
    >>> span(Period.DAY, datetime(2026, 11, 23, 17, tzinfo=UTC))
    '2026-11-24'
    """
    day = at.astimezone(XIAMEN).date().isoformat()
    return {Period.DAY: day, Period.MONTH: day[:7], Period.ALL: "all"}[period]


def renews_at(period: Period, at: datetime) -> datetime | None:
    """When a period's budget is full again, Xiamen time; never for the whole agreement's."""
    midnight = at.astimezone(XIAMEN).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case Period.DAY:
            return midnight + timedelta(days=1)
        case Period.MONTH:
            return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Period.ALL:
            return None


def standings(spending: Spending, account: Account, *, rules: DisclosureRules, at: datetime) -> Iterator[Standing]:
    """How an account stands in every period."""
    for period, limit in limits(account.charge, rules).items():
        spent = spending.spent(account, span(period, at))
        yield Standing(account, period, limit, spent, renews_at(period, at))


def charge(spending: Spending, account: Account, amount: int, *, rules: DisclosureRules, at: datetime) -> None:
    """Add to an account in every period; raises `BudgetSpent` when a limit is passed, and the caller undoes it."""
    if amount == 0:
        return
    for period, limit in limits(account.charge, rules).items():
        total = spending.add(account, span(period, at), amount)
        if total > limit:
            raise spent_out(Standing(account, period, limit, total - amount, renews_at(period, at)))


def require_left(spending: Spending, account: Account, *, rules: DisclosureRules, at: datetime) -> None:
    """Raises `BudgetSpent` when nothing is left of an account."""
    for standing in standings(spending, account, rules=rules, at=at):
        if standing.left == 0:
            raise spent_out(standing)


def spent_out(standing: Standing) -> BudgetSpent:
    """The refusal that tells what is left and when it renews."""
    return BudgetSpent(
        charge=standing.account.charge,
        subject=standing.account.resource or standing.account.agreement,
        period=standing.period,
        limit=standing.limit,
        left=standing.left,
        renews_at=standing.renews_at,
    )
