"""Workspace tables and own files in the gate: what a table is, what may be asked of it, and what is refused."""

from dataclasses import replace

import pytest

from catalog.model import ColumnType, Use
from sandbox.errors import NotLawful
from sandbox.gate import Granted, check
from sandbox.gate.granted import GrantedFile, GrantedTable
from sandbox.plan import Nature, Plan, WorkspaceAct
from tests.sandbox.gate.world import GRANTED

ADULTS = "SELECT id_card, district, age, income * 12 AS yearly, enterprise_uscc FROM person WHERE age >= 18"
MEANS = "SELECT district, avg(income) AS mean, count(*) AS n FROM person GROUP BY district"


def rules(sql: str, granted: Granted = GRANTED) -> set[str]:
    """The rules that a statement breaks."""
    with pytest.raises(NotLawful) as refused:
        check(sql, granted=granted)
    return {reason.rule for reason in refused.value.reasons}


def keeping(granted: Granted = GRANTED, **queries: str) -> Granted:
    """The annex with those workspace tables, made one after the other."""
    for name, query in queries.items():
        sql = f"CREATE TABLE ws.{name} AS {query}"
        kept = check(sql, granted=granted).keeping
        assert kept is not None
        table = GrantedTable(f"ws.{name}", f"ws.rows_of_{name}", sql, kept.nature)
        granted = replace(granted, tables={**granted.tables, f"ws.{name}": table})
    return granted


@pytest.mark.parametrize(
    ("query", "nature"),
    [
        (ADULTS, Nature.PROTECTED),
        ("SELECT district, income FROM person UNION ALL SELECT district, income FROM person", Nature.PROTECTED),
        ("SELECT id_card, count(*) AS n FROM person GROUP BY id_card", Nature.PROTECTED),
        (MEANS, Nature.RELEASED),
        ("SELECT road, mean FROM fence CROSS JOIN (SELECT avg(income) AS mean FROM person) AS p", Nature.RELEASED),
        ("SELECT road, size FROM fence WHERE size > 3", Nature.OPEN),
    ],
)
def test_a_table_is_what_its_rows_are(query: str, nature: Nature) -> None:
    plan = check(f"CREATE TABLE ws.kept AS {query}", granted=GRANTED)
    assert plan.keeping is not None
    assert (plan.keeping.act, plan.keeping.name, plan.keeping.nature) == (WorkspaceAct.KEEP, "ws.kept", nature)
    assert plan.computed == (nature is not Nature.PROTECTED)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT district, count(*) AS n FROM {} GROUP BY district",
        "SELECT district, sum(yearly) AS total FROM {} WHERE age < 60 GROUP BY district",
        "SELECT district, avg(yearly) FROM {} GROUP BY district HAVING count(*) > 20",
        "SELECT count(DISTINCT id_card) AS n FROM {}",
        "SELECT e.industry, count(*) AS n FROM {} AS a JOIN enterprise AS e ON a.enterprise_uscc = e.uscc GROUP BY 1",
        "SELECT a.district, count(*) AS n FROM {} AS a JOIN {} AS b ON a.id_card = b.id_card GROUP BY a.district",
        "SELECT n, count(*) AS units FROM (SELECT id_card, count(*) AS n FROM {} GROUP BY id_card) AS t GROUP BY n",
        "SELECT district, count(*) FILTER (WHERE yearly > 100000) AS rich FROM {} GROUP BY district",
        "SELECT median(yearly) AS middle FROM {} WHERE district = '思明区'",
    ],
)
def test_a_protected_table_is_measured_and_asked_about_as_its_definition_written_in_place(query: str) -> None:
    kept: Plan = check(query.replace("{}", "ws.adults"), granted=keeping(adults=ADULTS))
    written = check(f"WITH adults AS ({ADULTS}) {query.replace('{}', 'adults')}", granted=GRANTED)
    assert kept.releases == written.releases
    assert (kept.final, kept.uses, kept.columns) == (written.final, written.uses, written.columns)
    assert kept.beside == {"ws.adults"}


def test_conditions_in_a_protected_table_stand_in_what_the_ledger_compares() -> None:
    granted = keeping(
        old="SELECT * FROM person WHERE age >= 18", older="SELECT * FROM ws.old WHERE district = '思明区'"
    )
    through = check("SELECT count(*) AS n FROM ws.older WHERE NOT age > 60", granted=granted)
    plainly = check("SELECT count(*) FROM person WHERE age BETWEEN 18 AND 60 AND district = '思明区'", granted=GRANTED)
    (kept,), (plain,) = through.releases[0].asked, plainly.releases[0].asked
    assert (kept.source, kept.conditions, kept.keys) == (plain.source, plain.conditions, plain.keys)


def test_a_released_table_is_read_where_it_lies_and_asks_nothing_of_protected_rows() -> None:
    plan = check("SELECT district, mean / sum(mean) OVER () FROM ws.means", granted=keeping(means=MEANS))
    assert plan.releases == ()
    assert plan.final.resources == {"ws.rows_of_means"}
    assert plan.columns[1].sources == ("person.income",)


def test_a_released_table_meets_protected_rows_on_a_dimension_and_leaves_them_one_a_unit() -> None:
    granted = keeping(means=MEANS)
    plan = check(
        "SELECT count(*) AS n FROM person AS p JOIN ws.means AS m ON p.district = m.district WHERE p.income > 1000",
        granted=granted,
    )
    (release,) = plan.releases
    assert release.statement.resources == {"person", "ws.rows_of_means"}
    assert release.asked[0].members[0].unique
    twice = keeping(granted, both="SELECT * FROM ws.means UNION ALL SELECT * FROM ws.means")
    plan = check("SELECT count(*) AS n FROM person AS p JOIN ws.both AS m ON p.district = m.district", granted=twice)
    assert not plan.releases[0].asked[0].members[0].unique


def test_a_column_keeps_in_a_table_the_uses_that_every_column_behind_it_has() -> None:
    fence = GRANTED.resources["fence"]
    hidden = replace(fence.columns["road"], uses=frozenset({Use.GROUP}))
    narrow = replace(fence, columns={**fence.columns, "road": hidden})
    granted = Granted({**GRANTED.resources, "fence": narrow})
    granted = keeping(granted, roads="SELECT road, size, concat(road, fence) AS both FROM fence")
    assert check("SELECT road, count(*) AS n FROM ws.roads GROUP BY road", granted=granted).open
    assert rules("SELECT road FROM ws.roads", granted) == {"use-show"}
    assert rules("SELECT both FROM ws.roads", granted) == {"use-show"}
    assert rules("SELECT size FROM ws.roads WHERE both = 'x'", granted) == {"use-filter"}
    sums = keeping(adults="SELECT district, income AS i, street AS s FROM person")
    assert rules("SELECT district, sum(s) FROM ws.adults GROUP BY district", sums) == {"use-aggregate"}
    assert rules("SELECT i, count(*) FROM ws.adults GROUP BY i", sums) == {"use-group"}


def test_sums_over_a_protected_table_stay_within_the_bounds_declared_for_the_column() -> None:
    granted = keeping(plain="SELECT district, income FROM person")
    (release,) = check("SELECT sum(income) AS s FROM ws.plain", granted=granted).releases
    assert "50000" in release.statement.sql


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("SELECT id_card FROM ws.adults", "raw-rows"),
        ("SELECT * FROM ws.adults", "raw-rows"),
        ("SELECT max(yearly) FROM ws.adults", "value-returning"),
        ("SELECT district, count(*) FROM ws.adults GROUP BY district, substr(id_card, 1, 17)", "identifier-expression"),
        ("SELECT count(*) FROM ws.adults AS a, ws.adults AS b", "join-multiplies"),
        ("SELECT count(*) FROM ws.adults AS a JOIN own.mine AS m ON a.age > m.age", "join-multiplies"),
        ("SELECT count(*) FROM ws.adults AS a JOIN own.mine AS m ON a.id_card = m.who", "use-join"),
        ("SELECT count(*) FROM ws.adults AS a, own.mine", "join-multiplies"),
        ("SELECT name FROM ws.adults", "unknown-column"),
        ("SELECT * FROM ws.other", "unknown-relation"),
        ("SELECT * FROM own.other", "unknown-relation"),
        ("SELECT * FROM main.ws.means", "unknown-relation"),
        ("CREATE TABLE means AS SELECT road FROM fence", "workspace-name"),
        ("CREATE TABLE own.x AS SELECT road FROM fence", "workspace-name"),
        ("CREATE TABLE main.ws.x AS SELECT road FROM fence", "workspace-name"),
        ('CREATE TABLE ws."x; DROP" AS SELECT road FROM fence', "workspace-name"),
        ("CREATE TABLE ws._1x AS SELECT road, road FROM fence", "workspace-columns"),
        ("CREATE TABLE ws.means AS SELECT road FROM fence", "workspace-taken"),
        ("CREATE OR REPLACE TABLE ws.means AS SELECT * FROM ws.means", "workspace-circle"),
        ("CREATE TABLE ws.x AS VALUES (1)", "no-resource"),
        ("CREATE TABLE ws.x AS SELECT phone FROM person", "unknown-column"),
        ("CREATE TEMP TABLE ws.x AS SELECT road FROM fence", "not-supported"),
        ("CREATE TABLE IF NOT EXISTS ws.x AS SELECT road FROM fence", "not-supported"),
        ("CREATE TABLE ws.x (a INT)", "not-a-select"),
        ("CREATE TABLE ws.x AS SELECT road FROM fence; SELECT 1", "second-statement"),
        ("CREATE VIEW ws.x AS SELECT road FROM fence", "not-a-select"),
        ("CREATE TABLE ws.x AS SELECT * FROM read_csv('/etc/passwd')", "unknown-function"),
        ("DROP TABLE ws.nothing", "unknown-relation"),
        ("DROP TABLE person", "workspace-name"),
        ("DROP TABLE ws.means CASCADE", "not-supported"),
        ("DROP TABLE ws.means, ws.adults", "not-supported"),
        ("DROP SCHEMA ws", "not-a-select"),
        ("INSERT INTO ws.means SELECT 1, 2, 3", "not-a-select"),
        ("ALTER TABLE ws.means RENAME TO x", "not-a-select"),
    ],
)
def test_what_may_not_be_done_with_tables_is_refused_by_its_rule(sql: str, rule: str) -> None:
    file = GrantedFile("own.mine", "own.rows_of_mine", (("who", ColumnType.TEXT), ("age", ColumnType.INTEGER)))
    granted = replace(keeping(means=MEANS, adults=ADULTS), files={"own.mine": file})
    assert rule in rules(sql, granted)


def test_a_table_falls_with_the_annex_that_allowed_it() -> None:
    granted = keeping(means=MEANS, adults=ADULTS)
    person = granted.resources["person"]
    less = replace(person, columns={name: each for name, each in person.columns.items() if name != "income"})
    amended = replace(granted, resources={**granted.resources, "person": less})
    assert rules("SELECT district, n FROM ws.means", amended) == {"workspace-lapsed"}
    assert rules("SELECT district, count(*) FROM ws.adults GROUP BY district", amended) == {"workspace-lapsed"}
    gone = replace(granted, resources={name: each for name, each in granted.resources.items() if name != "person"})
    assert rules("SELECT district, n FROM ws.means", gone) == {"workspace-lapsed"}


def test_a_table_that_is_no_longer_what_it_was_is_not_read() -> None:
    granted = keeping(roads="SELECT road, size FROM fence")
    closed = replace(granted.resources["fence"], privacy_unit="fence", unit_kind="fence", unit_unique=True)
    assert rules("SELECT road FROM ws.roads", replace(granted, resources={"fence": closed})) == {"workspace-lapsed"}


def test_tables_rest_on_one_another_within_a_depth() -> None:
    granted = keeping(t0="SELECT road, size FROM fence")
    for number in range(1, 8):
        granted = keeping(granted, **{f"t{number}": f"SELECT * FROM ws.t{number - 1} WHERE size > {number}"})
    assert check("SELECT road FROM ws.t7", granted=granted).beside == {f"ws.t{number}" for number in range(8)}
    deep = GrantedTable("ws.t8", "ws.rows", "CREATE TABLE ws.t8 AS SELECT * FROM ws.t7", Nature.OPEN)
    assert rules("SELECT road FROM ws.t8", replace(granted, tables={**granted.tables, "ws.t8": deep})) == {
        "workspace-circle"
    }


def test_an_own_file_is_the_callers_rows_and_nothing_more() -> None:
    file = GrantedFile("own.mine", "own.rows_of_mine", (("district", ColumnType.TEXT), ("rent", ColumnType.DOUBLE)))
    granted = replace(GRANTED, files={"own.mine": file})
    alone = check("SELECT district, rent FROM own.mine WHERE rent > 10", granted=granted)
    assert (alone.final.resources, alone.beside) == ({"own.rows_of_mine"}, {"own.mine"})
    met = check(
        "SELECT m.district, m.rent, count(*) AS n FROM person AS p JOIN own.mine AS m ON p.district = m.district"
        " GROUP BY m.district, m.rent",
        granted=granted,
    )
    written = check(
        "SELECT m.district, m.rent, count(*) AS n FROM person AS p"
        " JOIN (VALUES ('思明区', 1.5), ('湖里区', 2.5)) AS m (district, rent) ON p.district = m.district"
        " GROUP BY m.district, m.rent",
        granted=GRANTED,
    )
    assert [each.units for each in met.releases] == [each.units for each in written.releases]
    assert [m.unique for m in met.releases[0].asked[0].members] == [
        m.unique for m in written.releases[0].asked[0].members
    ]
    assert met.releases[0].statement.resources == {"person", "own.rows_of_mine"}
