"""What analysts write is understood: unprotected, the plan's answer is the engine's own."""

from pathlib import Path

import duckdb
import pytest
import yaml

from sandbox.gate import check
from tests.sandbox.gate.world import GRANTED, HIDDEN, answer, engine, same, tables

CASES = yaml.safe_load(Path(__file__).with_name("lawful.yaml").read_text("utf-8"))
LAWFUL = [pytest.param(sql, id=f"{group}-{index}") for group, cases in CASES.items() for index, sql in enumerate(cases)]


@pytest.fixture(scope="module")
def raw() -> duckdb.DuckDBPyConnection:
    """The engine with the raw tables, also by their bare names."""
    connection = engine(tables())
    connection.execute("SET search_path = 'data'")
    return connection


@pytest.mark.parametrize("sql", LAWFUL)
def test_the_unprotected_answer_equals_the_engines(sql: str, raw: duckdb.DuckDBPyConnection) -> None:
    expected = raw.sql(sql).to_arrow_table()
    found = answer(sql, raw)
    assert same(found, expected)


@pytest.mark.parametrize("sql", LAWFUL)
def test_the_free_stage_reads_no_protected_resource_and_nothing_reads_what_is_not_granted(sql: str) -> None:
    plan = check(sql, granted=GRANTED)
    assert plan.final.resources <= {"fence"}
    for statement in (plan.final, *(each for release in plan.releases for each in release.statements)):
        assert not any(f'"{name}"' in statement.sql for name in HIDDEN)


@pytest.mark.parametrize("sql", LAWFUL)
def test_a_query_gives_the_same_plan_every_time(sql: str) -> None:
    assert check(sql, granted=GRANTED) == check(sql, granted=GRANTED)


def test_the_trace_says_which_columns_a_figure_comes_from_and_by_which_release() -> None:
    sql = (
        "SELECT district, 100 * n / sum(n) OVER () AS 占比 FROM (SELECT district, sum(income) n FROM person GROUP BY 1)"
    )
    plan = check(sql, granted=GRANTED)
    assert [(column.name, column.sources, column.path) for column in plan.columns] == [
        ("district", ("person.district",), ("r0.k0 = GROUP BY person.district",)),
        ("占比", ("person.income",), ("r0.m0 = sum(person.income)",)),
    ]
    assert plan.uses == (("person.district", "group"), ("person.income", "aggregate"))
