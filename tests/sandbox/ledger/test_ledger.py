"""The differencing ledger: other questions about nearly the same units are hidden, the same question is free."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sandbox.budget import Account
from sandbox.errors import QueryFailed
from sandbox.failures import Failure
from sandbox.gate.granted import GrantedTable
from sandbox.plan import Nature
from tests.sandbox.gate.world import tables
from tests.sandbox.ledger.town import Town, settle, town

MEN = "SELECT count(*) AS n FROM person WHERE gender = '男'"


def with_one_more() -> dict[str, pa.Table]:
    """The gate's world, and one man of 17 among them, the only one under 18."""
    raw = dict(tables(rides=400))
    target = {**raw["person"].to_pylist()[0], "id_card": "target", "age": 17, "gender": "男", "__key": 123_456_789}
    raw["person"] = pa.Table.from_pylist([*raw["person"].to_pylist(), target], schema=raw["person"].schema)
    return raw


@pytest.fixture(scope="module")
def raw() -> dict[str, pa.Table]:
    return with_one_more()


@pytest.fixture
def place(tmp_path: Path, raw: dict[str, pa.Table]) -> Iterator[Town]:
    with town(tmp_path, raw) as built:
        yield built


def one(table: pa.Table) -> object:
    """The only figure of an answer."""
    return table.column(table.num_columns - 1).to_pylist()[0]


def test_the_same_question_is_answered_again_however_it_is_written(place: Town) -> None:
    first = one(place.ask(MEN))

    again = [
        "SELECT count(*) FROM person WHERE NOT gender <> '男'",
        "SELECT count(*) FROM (SELECT gender g, age FROM person) p WHERE g IN ('男')",
        "WITH men AS (SELECT * FROM person WHERE '男' = gender) SELECT count(*) FROM men",
        "SELECT count(*) FILTER (WHERE gender = '男') FROM person",
        "SELECT sum(CASE WHEN gender = '男' THEN 1 ELSE 0 END) FROM person",
        "SELECT n FROM (SELECT gender, count(*) n FROM person GROUP BY gender) WHERE gender = '男'",
        "SELECT n FROM (SELECT gender, count(*) n FROM person GROUP BY ROLLUP (gender)) WHERE gender = '男'",
    ]

    assert first is not None
    assert [one(place.ask(sql)) for sql in again] == [first] * len(again)


def test_whole_numbers_beyond_and_from_the_next_on_are_one_question(place: Town) -> None:
    first = one(place.ask("SELECT count(*) FROM person WHERE age > 60"))

    assert first is not None
    assert one(place.ask("SELECT count(*) FROM person WHERE age >= 61 AND age IS NOT NULL")) == first


@pytest.mark.parametrize("without", ["age >= 18", "age <> 17", "NOT (age < 18 AND district IS NOT NULL)", "age <> 1"])
def test_a_pair_with_and_without_a_person_gets_one_answer_whether_she_is_there_or_not(
    place: Town, without: str
) -> None:
    assert one(place.ask(MEN)) is not None

    assert one(place.ask(f"{MEN} AND {without}")) is None
    assert one(place.ask(f"{MEN} AND {without}")) is None
    assert one(place.ask(MEN)) is not None


def test_two_conditions_within_one_query_are_a_pair_as_well(place: Town) -> None:
    men, others = "gender = '男'", "gender = '男' AND age > 17"

    found = place.ask(
        f"SELECT count(*) FILTER (WHERE {men}) AS a, count(*) FILTER (WHERE {others}) AS b FROM person"
    ).to_pylist()[0]

    assert [value is None for value in found.values()] == [False, True]


def test_sums_and_means_are_hidden_with_their_cell(place: Town) -> None:
    place.ask("SELECT gender, avg(income) FROM person GROUP BY gender")

    differing = "SELECT gender, avg(income), sum(income) FROM person WHERE age >= 18 GROUP BY gender"

    assert place.ask(differing).num_rows == 0  # the women's as well: equal sets under another condition


def test_a_difference_of_many_units_passes(place: Town) -> None:
    place.ask(MEN)

    assert one(place.ask(f"{MEN} AND age >= 30")) is not None


def test_units_with_several_rows_are_looked_up_exactly(place: Town) -> None:
    assert one(place.ask("SELECT count(*) FROM ride")) is not None

    assert one(place.ask("SELECT count(*) FROM ride WHERE distance >= 0 OR distance IS NULL")) is None
    assert one(place.ask("SELECT count(*) FROM ride WHERE distance > 200")) is not None


def test_another_organisation_has_a_ledger_of_its_own(place: Town) -> None:
    place.ask(MEN)

    assert one(place.ask(f"{MEN} AND age >= 18", by="other")) is not None
    assert one(place.ask(MEN, by="other")) is None


def test_where_the_rules_only_record_a_difference_the_answer_stays(place: Town) -> None:
    recording = place.ruled(difference_act="record")
    assert one(recording.ask("SELECT count(*) FROM person")) is not None
    assert one(recording.ask("SELECT count(*) FROM person WHERE age <> 18 OR age = 18")) is not None


def test_where_the_rules_refuse_a_difference_the_query_fails(place: Town) -> None:
    strict = place.ruled(difference_act="refuse")
    strict.ask(MEN)

    with pytest.raises(QueryFailed) as refused:
        strict.ask(f"{MEN} AND age >= 18")

    assert refused.value.failure is Failure.DIFFERENCE


def test_cells_are_charged_once_and_a_budget_that_does_not_reach_refuses_the_answer(place: Town) -> None:
    tight = place.ruled(cells_day=7, cells_month=7, cells_all=7)
    for _ in range(3):
        assert tight.ask("SELECT district, count(*) FROM person GROUP BY district").num_rows == 6
    with tight.house.domain.reading() as work:
        spent = work.spending.spent(Account("a", "person"), "all")

    with pytest.raises(QueryFailed) as refused:
        tight.ask("SELECT gender, count(*) FROM person GROUP BY gender")

    assert spent == 6
    assert refused.value.failure is Failure.BUDGET
    assert one(tight.ask("SELECT count(*) FROM person")) is not None


def test_what_cannot_be_looked_up_is_taken_to_differ_too_little(place: Town) -> None:
    blind = place.ruled(difference_looks=0)
    blind.ask("SELECT count(*) FROM person WHERE district = '思明区' OR age = 20")

    assert one(blind.ask("SELECT count(*) FROM person WHERE district = '思明区' OR age = 200")) is not None
    assert one(blind.ask("SELECT count(*) FROM ride WHERE distance > 0")) is not None
    assert one(blind.ask("SELECT count(*) FROM ride WHERE distance > 1 OR distance < 0.5")) is None


def test_a_condition_laid_down_in_a_workspace_table_is_held_against_what_was_asked_before(place: Town) -> None:
    adults = "CREATE TABLE ws.adults AS SELECT * FROM person WHERE NOT age < 18"
    table = GrantedTable("ws.adults", "ws.adults", adults, Nature.PROTECTED)
    desk = replace(place, granted=replace(place.granted, tables={"ws.adults": table}))

    assert one(desk.ask(MEN)) is not None
    assert one(desk.ask("SELECT count(*) AS n FROM ws.adults WHERE gender = '男'")) is None
    assert one(desk.ask("SELECT count(*) AS n FROM ws.adults WHERE gender = '女'")) is not None


def test_deleting_a_table_that_a_question_met_does_not_make_the_ledger_forget_it(place: Town) -> None:
    sql = "CREATE TABLE ws.places AS SELECT district, count(*) AS n FROM person GROUP BY district"
    table = GrantedTable("ws.places", "ws.places", sql, Nature.RELEASED)
    desk = replace(place, granted=replace(place.granted, tables={"ws.places": table}))
    rows = place.ask(sql.partition(" AS ")[2]).rename_columns(["c0", "c1"])
    held = settle(desk.house.folder / "kept", {"ws.places": rows}, {})
    with_table = replace(desk, held={**desk.held, **held})

    met = "SELECT count(*) AS n FROM person AS p JOIN ws.places AS d ON p.district = d.district WHERE p.gender = '男'"
    assert one(with_table.ask(met)) is not None
    assert one(place.ask("SELECT count(*) AS n FROM person WHERE gender = '男' AND age >= 18")) is None
