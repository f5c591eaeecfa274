"""How far columns single rows out: the engine counts what plain Python counts, and hints name the smallest sets."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masking.uniqueness import Hint, Uniqueness, candidates, hints, uniqueness, uniqueness_sql

rows = st.lists(st.tuples(st.sampled_from(["思明区", "湖里区", None]), st.integers(0, 3) | st.none()), max_size=20)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine."""
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=rows)
def test_the_engine_counts_what_python_counts(
    engine: duckdb.DuckDBPyConnection, given_rows: list[tuple[str | None, int | None]]
) -> None:
    engine.execute('CREATE OR REPLACE TABLE person ("区" VARCHAR, age INTEGER)')
    if given_rows:
        engine.executemany("INSERT INTO person VALUES (?, ?)", given_rows)
    for columns, chosen in ((["区", "age"], given_rows), (["区"], [row[:1] for row in given_rows])):
        counted = engine.execute(uniqueness_sql("person", columns)).fetchone()
        assert counted is not None
        assert Uniqueness(*map(int, counted)) == uniqueness(chosen)


def test_shares_of_an_empty_table_are_nothing() -> None:
    assert (uniqueness([]).share, uniqueness([]).singled_out) == (0.0, 0.0)


def test_hints_name_the_smallest_combinations_that_single_rows_out() -> None:
    measured = {
        ("age", "district"): Uniqueness(1000, 300, 20),
        ("age", "industry"): Uniqueness(1000, 500, 90),
        ("age", "district", "gender"): Uniqueness(1000, 700, 300),
        ("age", "industry", "gender"): Uniqueness(1000, 800, 400),
    }
    assert hints(measured) == (Hint(("age", "industry"), 0.09), Hint(("age", "district", "gender"), 0.3))


def test_combinations_worth_measuring_are_pairs_and_threes_in_the_columns_order() -> None:
    assert candidates(["a", "b", "c"]) == (("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c"))
