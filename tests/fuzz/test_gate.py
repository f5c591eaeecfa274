"""Laws of the gate over random annexes and random queries; `FUZZ` in the environment says how many."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.adapters.engine_parser import EngineParser
from sandbox.disclosure.document import default_rules
from sandbox.disclosure.protect import protect
from sandbox.errors import NotLawful
from sandbox.gate import Granted, check
from sandbox.plan import Measure, MeasureKind, Plan, Release, Statement
from tests.attacks.canaries import GRANTED
from tests.fuzz.grammar import query
from tests.fuzz.world import annex, engine, outside
from tests.sandbox.gate.world import exact, rows
from tests.sandbox.passes import cells_of, keep

CASES = int(os.environ.get("FUZZ", "100"))
MORE = "FUZZ" in os.environ
SECRET = b"the secret of the fuzzed cell keys"
PARSER = EngineParser()
ENGINE = engine()
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=not MORE,
    database=None,
    suppress_health_check=list(HealthCheck),
)
chances = st.integers(0, 2**62).map(Random)


def asked(sql: str, granted: Granted) -> Plan | None:
    """The plan of a query, `None` when it is refused; whatever else is raised is a fault."""
    try:
        return check(sql, granted=granted)
    except NotLawful:
        return None


def statements(plan: Plan) -> Iterator[str]:
    """All SQL of a plan: what measures, what lists who is in the cells, what answers."""
    yield from (statement.sql for release in plan.releases for statement in release.statements)
    yield from (statement.sql for statement in listings(plan))
    yield plan.final.sql


def listings(plan: Plan) -> Iterator[Statement]:
    """The statements that list the units behind the cells, for the differencing ledger."""
    for release in plan.releases:
        for asked_ in release.asked:
            yield from (members.statement for members in asked_.members)


def engines_own(sql: str) -> pa.Table | None:
    """What the engine answers to the caller's text itself; `None` where it cannot."""
    try:
        return ENGINE.sql(sql).to_arrow_table()
    except duckdb.Error:
        return None


def answer(plan: Plan, safe: Callable[[pa.Table, Release], pa.Table]) -> pa.Table:
    """The answer of a plan, every release made safe in that way."""
    for release in plan.releases:
        keep(ENGINE, release.name, safe(cells_of(ENGINE, release, default_rules()), release))
    return ENGINE.sql(plan.final.sql).to_arrow_table()


def guarded(cells: pa.Table, release: Release) -> pa.Table:
    """What disclosure control lets through."""
    return protect(cells, release, default_rules(), SECRET).table


def bare(cells: pa.Table, release: Release) -> pa.Table:
    """Every figure as it was measured."""
    columns = {key: cells.column(key) for key in release.keys}
    return pa.table({**columns, **{measure.name: figure(cells, measure) for measure in release.measures}})


def figure(cells: pa.Table, measure: Measure) -> pa.Array:
    """A figure as it was measured; a mean of zeros has no contributor and is none."""
    if measure.kind is not MeasureKind.MEAN:
        return exact(cells, measure)
    pairs = zip(
        cells.column(f"{measure.name}_v").to_pylist(), cells.column(f"{measure.name}_d").to_pylist(), strict=True
    )
    return pa.array([None if value is None else value / count for value, count in pairs], pa.float64())


def shown(table: pa.Table) -> list[str]:
    """Its rows in any order; a sum of nothing but zeros has no contributor, so that zero and null are one."""
    return sorted(repr(tuple(None if cell == 0 else cell for cell in row)) for row in rows(table))


@fuzzed
@given(chances)
def test_the_verdict_is_the_same_when_asked_again(chance: Random) -> None:
    granted, sql = annex(chance), query(chance)

    def verdict() -> object:
        try:
            return check(sql, granted=granted)
        except NotLawful as refusal:
            return refusal.reasons

    assert verdict() == verdict()


@fuzzed
@given(chances)
def test_generated_sql_holds_the_annex_alone_and_both_parsers_agree(chance: Random) -> None:
    granted = annex(chance)
    plan = asked(query(chance), granted)
    if plan is None:
        return

    for sql in statements(plan):
        assert not [name for name in outside(granted) if name in sql]
    assert all(granted.resources[name].open for name in plan.final.resources)
    PARSER.require(plan)
    assert not [reason for statement in listings(plan) for reason in PARSER.reasons(statement)]


@fuzzed
@given(chances)
def test_what_is_accepted_runs_and_unprotected_answers_as_the_engine_does(chance: Random) -> None:
    sql = query(chance)
    plan = asked(sql, annex(chance))
    expected = None if plan is None else engines_own(sql)
    if plan is None or expected is None:
        return

    assert answer(plan, guarded).num_columns == expected.num_columns
    assert shown(answer(plan, bare)) == shown(expected), sql
    for statement in listings(plan):
        ENGINE.sql(statement.sql).fetchall()


FOLDER = Path(__file__).parents[1]
TOKENS = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "HAVING", "UNION ALL", "(", ")", ",", "*", "person", "income",
    "id_card", "name", "count(*)", "max(income)", "1", "'x'", "IN", "NOT", "AND", "CASE", "WHEN", "END", "::INT", ".",
    "OVER ()", "DISTINCT", "LATERAL", "VALUES", "JOIN", "ON", "TRUE", "NULL", "WITH", "AS", "'", '"', ";", "--", "²",
    "(SELECT", "EXISTS", "QUALIFY", "FILTER (WHERE", "[", "]", "{", "}", "$1", "\\", "LIMIT", "1e999", "INTERVAL",
)  # fmt: skip


@cache
def corpus() -> tuple[str, ...]:
    """Queries of every kind, lawful and not, to be spoilt."""
    found: list[str] = []
    for path in sorted((*FOLDER.glob("attacks/*.yaml"), *FOLDER.glob("sandbox/gate/*.yaml"))):
        pending = [yaml.safe_load(path.read_text("utf-8"))]
        while pending:
            part = pending.pop()
            if isinstance(part, str):
                found.append(part)
            elif isinstance(part, dict | list):
                pending.extend(part.values() if isinstance(part, dict) else part)
    return tuple(sql for sql in found if len(sql) < 2_000)


def spoilt(chance: Random) -> str:
    """A query with pieces left out, doubled, swapped with another's, or strange tokens put in."""
    queries = corpus()
    words = chance.choice(queries).split(" ")
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(words) + 1)
        match chance.randrange(5):
            case 0:
                del words[at : at + chance.randrange(1, 4)]
            case 1:
                words[at:at] = words[at : at + chance.randrange(1, 4)]
            case 2:
                other = chance.choice(queries).split(" ")
                start = chance.randrange(len(other))
                words[at : at + 2] = other[start : start + chance.randrange(1, 6)]
            case 3:
                words.insert(at, chance.choice(TOKENS))
            case _:
                words[at : at + 1] = [f"({chance.choice(queries)})"]
    return " ".join(words)


@settings(fuzzed, max_examples=4 * CASES)
@given(chances)
def test_spoilt_text_is_refused_or_understood_and_nothing_else(chance: Random) -> None:
    plan = asked(spoilt(chance), GRANTED)

    if plan is not None:
        assert all(GRANTED.resources[name].open for name in plan.final.resources)
        measured = [release.statement.sql for release in plan.releases]
        assert not any(f'"{name}"' in sql for sql in measured for name in ("name", "phone", "ent_name"))
