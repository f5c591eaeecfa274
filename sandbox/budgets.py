"""What people do with budgets: be charged for a query, and see what is left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from logs.model import Actor
from sandbox.budget import Account, Standing, charge, require_left, standings
from sandbox.domain import Domain, Holding, Work
from sandbox.query import Query


def charge_query(domain: Domain, work: Work, query: Query, holdings: Mapping[str, Holding], *, at: datetime) -> None:
    """Charge a query that is about to run, however it will end; raises `BudgetSpent`.

    Nothing runs on a resource out of which no cell may be taken any more.
    """
    for name in closed(holdings.values()):
        require_left(work.spending, Account(query.agreement, name), rules=domain.rules, at=at)
    charge(work.spending, Account(query.agreement), 1, rules=domain.rules, at=at)


def see_budget(domain: Domain, agreement: str, *, by: Actor, at: datetime) -> Sequence[Standing]:
    """How an agreement's budgets stand: its queries, and the cells of each resource with a privacy unit.

    Raises what `policies` refuses with.
    """
    domain.permissions.require(by, "run", "query")
    annex = domain.agreement(agreement, by=by, at=at).annex
    held = domain.holdings([grant.resource for grant in annex.grants])
    accounts = [Account(agreement), *(Account(agreement, name) for name in closed(held.values()))]
    with domain.reading() as work:
        return [
            standing
            for account in accounts
            for standing in standings(work.spending, account, rules=domain.rules, at=at)
        ]


def closed(holdings: Iterable[Holding]) -> Sequence[str]:
    """The names of the resources with a privacy unit."""
    return sorted(holding.resource.name for holding in holdings if holding.resource.privacy_unit is not None)
