"""What the gate must refuse, by rule, with place and remedy in both languages."""

import json
from pathlib import Path

import pytest
import yaml

from sandbox.errors import NotLawful
from sandbox.gate import check
from sandbox.gate.rules import RULES
from tests.sandbox.gate.world import GRANTED, HIDDEN

CASES = yaml.safe_load(Path(__file__).with_name("refused.yaml").read_text("utf-8"))
LARGE = {
    "DOUBLING": "SELECT size AS a0, " + ", ".join(f"a{n} + a{n} AS a{n + 1}" for n in range(20)) + " FROM fence",
    "MANY": "SELECT count(*) FROM fence" + ", fence" * 300,
    "SURROGATE": "SELECT count(*) FROM person WHERE district = '\ud800'",
    "NESTED": "SELECT " + "(" * 3_000 + "1" + ")" * 3_000,
    "LONG": "SELECT 1 -- " + "x" * 1_000_000,
}
REFUSED = [
    pytest.param(rule, LARGE.get(sql, sql), id=f"{rule}-{index}")
    for rule, cases in CASES.items()
    for index, sql in enumerate(cases)
]
ELSEWHERE = {"use-show", "second-lock", "keyed-pseudonym", "workspace-taken", "workspace-circle", "workspace-lapsed"}
"""Rules that take more than this annex: tables kept before, masked columns, a parser that reads otherwise."""
UNPLACED = {"no-statement", "second-statement", "text-too-long", "too-nested", "not-a-select", "recursive"}


@pytest.mark.parametrize(("rule", "sql"), REFUSED)
def test_the_query_is_refused_by_its_rule(rule: str, sql: str) -> None:
    with pytest.raises(NotLawful) as refusal:
        check(sql, granted=GRANTED)
    assert rule in {reason.rule for reason in refusal.value.reasons}
    for reason in refusal.value.reasons:
        assert reason.what["zh"]
        assert reason.what["en"]
        assert reason.instead["zh"]
        assert reason.instead["en"]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_tried(rule: str) -> None:
    assert rule in CASES or rule in ELSEWHERE


def test_all_reasons_are_listed_with_their_places() -> None:
    sql = "SELECT max(income),\n       name\nFROM person\nWHERE id_card = 'x'"
    with pytest.raises(NotLawful) as refusal:
        check(sql, granted=GRANTED)
    found = {(reason.rule, reason.line, reason.column) for reason in refusal.value.reasons}
    assert found >= {("value-returning", 1, 8), ("unknown-column", 2, 8), ("identifier-expression", 4, 7)}


def test_a_refusal_names_the_uses_allowed() -> None:
    with pytest.raises(NotLawful) as refusal:
        check("SELECT income, count(*) FROM person GROUP BY income", granted=GRANTED)
    reason = next(reason for reason in refusal.value.reasons if reason.rule == "use-group")
    assert reason.allowed == ("aggregate", "filter")
    assert reason.subject == "income"


@pytest.mark.parametrize("name", HIDDEN)
def test_a_column_outside_the_annex_is_refused_like_one_that_does_not_exist(name: str) -> None:
    def reasons(column: str) -> list[tuple[str, str]]:
        with pytest.raises(NotLawful) as refusal:
            check(f"SELECT {column} FROM person", granted=GRANTED)
        return [(reason.rule, reason.what["zh"].replace(column, "?")) for reason in refusal.value.reasons]

    assert reasons(name) == reasons("no_such_column")


@pytest.mark.article("M 4", "refused")
def test_the_attacks_that_must_be_refused_before_running_are(shared: Path) -> None:
    attacks = json.loads((shared / "attacks" / "attacks.json").read_text("utf-8"))["attacks"]
    through = [
        attack["id"] for attack in attacks if attack["acceptable"] == ["reject"] and all(map(accepted, asked(attack)))
    ]
    assert through == []


def test_a_quoted_type_name_smuggles_nothing() -> None:
    sql = 'SELECT CAST(count(*) AS "INT) AS x, (SELECT max(name) FROM person) AS leak, CAST(0 AS INT") FROM person'
    plan = check(sql, granted=GRANTED)
    assert plan.final.sql == 'SELECT CAST(s3."m0" AS INTEGER) AS "CAST(count(*) AS INT)" FROM safe."r0" AS s3'
    assert [column.name for column in plan.columns] == ["CAST(count(*) AS INT)"]


def asked(attack: dict[str, object]) -> list[str]:
    """The statements of an attack."""
    for name in ("steps", "variants"):
        if name in attack:
            return list(attack[name])  # type: ignore[call-overload]
    return [str(attack[name]) for name in ("sql", "hit", "miss") if name in attack]


def accepted(sql: str) -> bool:
    """Whether the gate would let a statement run."""
    try:
        check(sql, granted=GRANTED)
    except NotLawful:
        return False
    return True
