"""Budgets: charged for whatever ran, refused beyond with what is left and when it renews."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.model import ResourceId
from logs.adapters.database import metadata, open_database
from sandbox.adapters.engine_parser import EngineParser
from sandbox.adapters.ledger_spending import SpendingTable
from sandbox.budget import Account, Period, charge, renews_at, span
from sandbox.budgets import see_budget
from sandbox.disclosure.errors import BudgetSpent
from sandbox.disclosure.rules import DisclosureRules
from sandbox.domain import Holding
from sandbox.errors import NotLawful, QueryFailed
from sandbox.failures import Failure
from sandbox.plan import Statement
from sandbox.query import QueryId, QueryState
from sandbox.running import Jobs
from tests.sandbox.service.factories import DEVELOPER, NOON, SYSTEM, House, build, make_snapshots

COUNT = "SELECT district, count(*) AS n FROM person GROUP BY district"
FEW = DisclosureRules(queries_day=2, queries_month=3, queries_all=4)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Mapping[ResourceId, Holding]:
    return make_snapshots(tmp_path_factory.mktemp("held"))


@pytest.fixture
def house(tmp_path: Path, held: Mapping[ResourceId, Holding]) -> Iterator[House]:
    engine, parser = open_database(f"sqlite:///{tmp_path / 'state.db'}"), EngineParser()
    built = build(engine, tmp_path, held, parser)
    yield replace(built, domain=replace(built.domain, rules=FEW))
    parser.close()
    engine.dispose()


@pytest.fixture
def jobs(house: House) -> Iterator[Jobs]:
    started = Jobs(house.domain, threads=1)
    yield started
    started.close(by=SYSTEM, at=NOON)


def ask(jobs: Jobs, number: int, *, at: datetime = NOON, sql: str = COUNT) -> QueryState:
    return jobs.run(id=QueryId(f"q{number}"), agreement="agreement-1", sql=sql, by=DEVELOPER, at=at).state


def test_beyond_the_day_s_budget_a_query_is_refused_with_what_is_left_and_when_it_renews(
    house: House, jobs: Jobs
) -> None:
    ask(jobs, 1)
    ask(jobs, 2)

    with pytest.raises(BudgetSpent) as refused:
        ask(jobs, 3)

    assert (refused.value.period, refused.value.limit, refused.value.left) == ("day", 2, 0)
    assert refused.value.renews_at is not None
    assert refused.value.renews_at.isoformat() == "2026-11-24T00:00:00+08:00"
    assert "剩余 0" in refused.value.detail("zh")
    assert "2026-11-24" in refused.value.remedy("en")
    assert [event.facts["decided_by"] for event in house.events("query.refused")] == ["budget"]


def test_the_next_day_it_may_be_asked_again_until_the_month_s_and_the_agreement_s_budget_end(jobs: Jobs) -> None:
    for number, days in enumerate((0, 0, 1)):
        ask(jobs, number, at=NOON + timedelta(days=days))
    with pytest.raises(BudgetSpent) as month:
        ask(jobs, 5, at=NOON + timedelta(days=2))
    ask(jobs, 6, at=NOON + timedelta(days=10))
    with pytest.raises(BudgetSpent) as everything:
        ask(jobs, 7, at=NOON + timedelta(days=40))

    assert (month.value.period, everything.value.period) == ("month", "all")
    assert month.value.renews_at is not None
    assert month.value.renews_at.isoformat() == "2026-12-01T00:00:00+08:00"
    assert everything.value.renews_at is None


def test_a_failure_is_charged_and_a_refusal_of_the_gate_is_not(house: House, jobs: Jobs) -> None:
    def fail(statement: Statement) -> None:
        raise QueryFailed(Failure.OUT_OF_MEMORY)

    house.executor.before = fail
    with pytest.raises(NotLawful):
        ask(jobs, 1, sql="SELECT id_card FROM person")
    assert ask(jobs, 2) is QueryState.FAILED

    standing = see_budget(house.domain, "agreement-1", by=DEVELOPER, at=NOON)

    assert [(each.period, each.spent, each.left) for each in standing if not each.account.resource] == [
        (Period.DAY, 1, 1),
        (Period.MONTH, 1, 2),
        (Period.ALL, 1, 3),
    ]
    assert {each.account.resource for each in standing} == {"", "person"}


def test_what_is_refused_is_not_charged_and_another_agreement_has_its_own(engine: Engine) -> None:
    metadata.create_all(engine)
    for amount in (1, 2, 1):
        refused = pytest.raises(BudgetSpent) if amount == 2 else nullcontext()
        with refused, engine.begin() as connection:
            charge(SpendingTable(connection), Account("a"), amount, rules=FEW, at=NOON)

    with engine.begin() as connection:
        table = SpendingTable(connection)
        assert table.spent(Account("a"), span(Period.DAY, NOON)) == 2
        assert table.spent(Account("b"), "all") == table.spent(Account("a", "person"), "all") == 0


def test_days_and_months_are_xiamen_s() -> None:
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)

    assert [span(period, eve) for period in Period] == ["2026-12-31", "2026-12", "all"]
    assert [span(period, eve + timedelta(minutes=1)) for period in Period] == ["2027-01-01", "2027-01", "all"]
    assert str(renews_at(Period.MONTH, eve)) == "2027-01-01 00:00:00+08:00"
