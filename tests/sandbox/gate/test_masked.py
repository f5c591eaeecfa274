"""A column granted `masked` exists as its technique lets it through, and in no other way."""

import pytest

from catalog.model import ColumnType, Use
from masking.figures import Form, Period
from masking.techniques import (
    Band,
    Clamp,
    GeneraliseDate,
    Grid,
    KeepEdges,
    Pseudonym,
    Show,
    Suppress,
    Technique,
    Truncate,
    UpToDistrict,
)
from sandbox.adapters.engine_parser import EngineParser
from sandbox.errors import NotLawful
from sandbox.gate import Granted, GrantedColumn, GrantedResource, check
from tests.sandbox.gate.world import answer, engine, tables

TEXT, WHOLE, REAL, DAY = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DOUBLE, ColumnType.DATE


def column(
    name: str, kind: ColumnType, uses: str, technique: Technique | None = None, *, refers: str | None = None
) -> GrantedColumn:
    """A granted column; without a technique it is suppressed where it is masked."""
    return GrantedColumn(name, kind, frozenset(map(Use, uses.split())), None, refers, technique or Suppress())


def opened(*columns: GrantedColumn, unit: str | None = None, name: str = "person") -> Granted:
    """An annex over one resource."""
    known = {each.name: each for each in columns}
    kind = None if unit is None else "resident_id"
    return Granted({name: GrantedResource(name, known, unit, kind, unit is not None)})


PROTECTED = opened(
    column("id_card", TEXT, "join masked", Pseudonym("resident_id"), refers="resident_id"),
    column("name", TEXT, "masked", KeepEdges(left=1, width=2)),
    column("phone", TEXT, "masked group filter", Pseudonym("mobile")),
    column("district", TEXT, "masked group", Truncate(1)),
    column("age", WHOLE, "masked group filter aggregate", Band((30, 60), Form.FLOOR)),
    column("income", REAL, "aggregate"),
    unit="id_card",
)
FIRMS = opened(
    column("uscc", TEXT, "masked", Truncate(8)),
    column("ent_name", TEXT, "masked join", KeepEdges(left=1, width=3)),
    column("district", TEXT, "masked", UpToDistrict()),
    column("industry", TEXT, "masked", None),
    column("capital", REAL, "masked", Band((100_000, 1_000_000))),
    column("reg_date", DAY, "masked show", GeneraliseDate(Period.YEAR)),
    name="enterprise",
)


def refused(sql: str, granted: Granted) -> set[tuple[str, str | None]]:
    """The rules a query is refused by, with what they speak of."""
    with pytest.raises(NotLawful) as refusal:
        check(sql, granted=granted)
    return {(reason.rule, reason.subject) for reason in refusal.value.reasons}


def test_rows_of_an_open_resource_show_masked_values_alone() -> None:
    found = answer("SELECT * FROM enterprise", engine(tables()), FIRMS).to_pylist()
    assert {row["uscc"] for row in found} == {"91350200"}
    assert {row["ent_name"] for row in found} == {"企***"}
    assert {row["industry"] for row in found} == {None}
    assert {row["capital"] for row in found} == {"<100000", "[100000,1000000)", "≥1000000"}
    assert {(row["reg_date"].month, row["reg_date"].day) for row in found} == {(1, 1)}


def test_conditions_keys_order_and_joins_speak_of_the_masked_value() -> None:
    connection = engine(tables())
    sql = "SELECT count(*) AS n FROM enterprise WHERE ent_name LIKE '%1' OR uscc > '91350200'"
    assert answer(sql, connection, FIRMS).to_pylist() == [{"n": 0}]
    sql = "SELECT capital, count(*) AS n FROM enterprise GROUP BY capital ORDER BY capital"
    assert answer(sql, connection, FIRMS).num_rows == 3
    sql = "SELECT count(*) AS n FROM enterprise a JOIN (VALUES ('企***')) v(e) ON a.ent_name = v.e"
    assert answer(sql, connection, FIRMS).to_pylist() == [{"n": 200}]
    sql = "SELECT max(ent_name) AS m, min(length(ent_name)) AS l FROM enterprise"
    assert answer(sql, connection, FIRMS).to_pylist() == [{"m": "企***", "l": 4}]


def test_a_generalised_dimension_groups_people_where_the_annex_grants_that() -> None:
    sql = "SELECT district, age, count(*) AS n, avg(income) AS m FROM person WHERE age >= 30 GROUP BY ALL"
    found = answer(sql, engine(tables()), PROTECTED).to_pylist()
    assert {row["district"] for row in found} == {"思", "湖", "集", "海", "同", "翔"}
    assert {row["age"] for row in found} == {30, 60}


def test_an_identifier_still_counts_and_joins_and_is_nowhere_seen() -> None:
    plan = check("SELECT count(DISTINCT id_card) FROM person", granted=PROTECTED)
    assert plan.uses == (("person.id_card", "join"),)
    assert refused("SELECT id_card FROM person", PROTECTED) == {("raw-rows", "person")}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT name FROM person", ("raw-rows", "person")),
        ("SELECT name, count(*) FROM person GROUP BY name", ("use-group", "name")),
        ("SELECT count(*) FROM person WHERE name LIKE '欧%'", ("use-filter", "name")),
        ("SELECT count(*) FILTER (WHERE length(name) = 2) FROM person", ("use-filter", "name")),
        ("SELECT count(DISTINCT name) FROM person", ("use-group", "name")),
        ("SELECT max(name) FROM person", ("value-returning", "max")),
        ("SELECT count(*) FROM person WHERE district = '思'", ("use-filter", "district")),
        ("SELECT phone, count(*) FROM person GROUP BY phone", ("keyed-pseudonym", "phone")),
        ("SELECT count(*) FROM person WHERE phone = 'x'", ("keyed-pseudonym", "phone")),
        ("SELECT d, count(*) FROM (SELECT upper(name) d FROM person) GROUP BY d", ("use-group", "name")),
    ],
)
def test_masked_alone_opens_no_key_no_condition_and_no_row_of_people(sql: str, reason: tuple[str, str]) -> None:
    assert reason in refused(sql, PROTECTED)


@pytest.mark.parametrize(
    ("kind", "technique"),
    [
        (TEXT, Show()),
        (TEXT, Suppress("-")),
        (TEXT, KeepEdges(left=1, right=1)),
        (TEXT, Truncate(2)),
        (TEXT, UpToDistrict()),
        (TEXT, Pseudonym("person")),
        (WHOLE, Band((1, 2))),
        (WHOLE, Clamp(low=1)),
        (REAL, Grid(10)),
        (DAY, GeneraliseDate(Period.DECADE)),
    ],
)
def test_both_parsers_agree_on_every_technique(kind: ColumnType, technique: Technique) -> None:
    plan = check("SELECT x FROM t", granted=opened(column("x", kind, "masked", technique), name="t"))
    EngineParser().require(plan)
    assert plan.columns[0].path
    assert plan.uses == (("t.x", "masked"),)
