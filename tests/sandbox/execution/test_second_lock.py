"""The engine's own parser must find in generated SQL what the gate meant, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.adapters.engine_parser import EngineParser
from sandbox.errors import NotLawful
from sandbox.gate import check
from sandbox.plan import Plan, Release, Statement
from tests.sandbox.gate.world import GRANTED


@pytest.fixture(scope="module")
def parser() -> Iterator[EngineParser]:
    opened = EngineParser()
    yield opened
    opened.close()


def meant(sql: str, data: str = "", safe: str = "", functions: str = "") -> Statement:
    """A statement and what the gate would say of it."""
    return Statement(sql, frozenset(data.split()), frozenset(safe.split()), frozenset(functions.split()))


@pytest.mark.parametrize(
    "statement",
    [
        meant("SELECT 1"),
        meant('SELECT s0."a" AS "b" FROM data."person" AS s0', "person"),
        meant('WITH w0 AS (SELECT "k0" FROM safe."r0") SELECT * FROM w0 AS s1', safe="r0"),
        meant("WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM a) SELECT * FROM b"),
        meant('SELECT count(*) AS n, TRY(sum("x")) FROM data."person" GROUP BY GROUPING SETS (("d"), ())', "person"),
        meant("SELECT lower('a') LIKE 'b%' AND CAST('1' AS DECIMAL(18, 3)) BETWEEN 1 AND 2", functions="lower"),
        meant("SELECT INTERVAL '3' DAY, {'a': 1}, [1, 2][1], MAP {1: 2}, current_date"),
        meant("SELECT row_number() OVER (ORDER BY 1)", functions="row_number"),
        meant("SELECT list_transform([1], lambda x: x + 1)", functions="list_transform"),
        meant("SELECT * FROM (VALUES (1, 'a')) AS q(c0, c1)"),
        meant("SELECT * FROM range(3) AS q(c0)", functions="range"),
        meant("(SELECT 1) UNION ALL (SELECT 2)"),
        meant("SELECT CAST(hash('a') >> 33 AS UINTEGER)"),
    ],
    ids=lambda statement: statement.sql[:50],
)
def test_a_statement_that_reads_as_it_was_meant_passes(parser: EngineParser, statement: Statement) -> None:
    assert list(parser.reasons(statement)) == []


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        (meant('SELECT * FROM data."person"'), "data.person"),
        (meant("SELECT 1", "person"), "data.person"),
        (meant("SELECT 1", safe="r0"), "safe.r0"),
        (meant('SELECT * FROM safe."r0", safe."r1"', safe="r0"), "safe.r1"),
        (meant("SELECT * FROM person"), "person"),
        (meant("SELECT * FROM pg_catalog.pg_tables"), "pg_tables"),
        (meant('SELECT * FROM snapshot0.main."rows"'), "rows"),
        (meant("SELECT * FROM duckdb_settings()"), "duckdb_settings()"),
        (meant("SELECT * FROM 'file.csv'"), "file.csv"),
        (meant("SELECT * FROM read_blob('x')"), "read_blob()"),
        (meant("SELECT getvariable('x')"), "getvariable()"),
        (meant("SELECT main.lower('x')", functions="lower"), "lower()"),
        (meant('SELECT * FROM data."person" TABLESAMPLE 3%', "person"), "sample"),
        (meant("SELECT 1; SELECT 2"), "not one SELECT"),
        (meant("COPY (SELECT 1) TO 'x'"), "not one SELECT"),
        (meant("SELECT $1"), "not one SELECT"),
        (meant("SELECT ("), "not one SELECT"),
        (meant("WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT * FROM r) SELECT * FROM r"), "RECURSIVE_CTE_NODE"),
        (meant("SELECT * FROM (WITH r AS (SELECT 1) SELECT * FROM r) AS q, r"), "r"),
        (meant("SELECT COLUMNS('a') FROM (SELECT 1 AS a)"), "COLUMNS"),
        (meant("SELECT 'a' COLLATE nocase"), "COLLATE"),
        (meant("SELECT #1"), "POSITIONAL_REFERENCE"),
        (meant("SELECT CAST(1 AS MYTYPE)"), "MYTYPE"),
        (meant("SUMMARIZE SELECT 1"), "SHOW_REF"),
    ],
    ids=lambda value: value.sql[:50] if isinstance(value, Statement) else "",
)
def test_a_statement_that_reads_otherwise_is_named_for_what_is_strange(
    parser: EngineParser, statement: Statement, subject: str
) -> None:
    (reason,) = parser.reasons(statement)
    assert reason.rule == "second-lock"
    assert reason.subject == subject
    assert reason.what["zh"]
    assert reason.instead["en"]


def test_a_type_name_that_smuggles_a_query_is_found(parser: EngineParser) -> None:
    smuggled = meant(
        'SELECT CAST(id AS INT) AS x, (SELECT max(ssn) FROM data."secret") AS leak FROM data."person"',
        "person",
    )
    assert [reason.subject for reason in parser.reasons(smuggled)] == ["data.secret"]


def test_every_statement_of_a_plan_is_read(parser: EngineParser) -> None:
    release = Release("r0", (), (), ("u",), meant('SELECT count(*) FROM data."person"'))
    with pytest.raises(NotLawful) as refused:
        parser.require(Plan((release,), meant("SELECT * FROM x"), ()))
    assert [reason.subject for reason in refused.value.reasons] == ["data.person", "x"]
    parser.require(Plan((), meant("SELECT 1"), ()))


def test_every_lawful_example_of_the_gate_reads_as_it_was_meant(parser: EngineParser) -> None:
    families = yaml.safe_load((Path(__file__).parents[1] / "gate" / "lawful.yaml").read_text(encoding="utf-8"))
    examples = [example for family in families.values() for example in family]
    strange = []
    for sql in (example if isinstance(example, str) else example["sql"] for example in examples):
        plan = check(sql, granted=GRANTED)
        for statement in (*(each for release in plan.releases for each in release.statements), plan.final):
            strange += [f"{reason.subject} in {sql}" for reason in parser.reasons(statement)]
    assert strange == []
    assert len(examples) > 50


def test_nesting_without_end_is_unreadable_and_no_crash(parser: EngineParser) -> None:
    deep = "SELECT " + "(" * 900 + "1" + " + 1)" * 900
    assert [reason.rule for reason in parser.reasons(meant(deep))] == ["second-lock"] or not list(
        parser.reasons(meant(deep))
    )
