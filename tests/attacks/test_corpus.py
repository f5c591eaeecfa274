"""Attacks by family, as data: what each must meet with. A family is a file; so is the list of lawful queries."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.attacks.attacker import Outcome, Sandbox, leaked

FOLDER = Path(__file__).parent
LAWFUL = "lawful"
FAMILIES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def cases(must: str) -> list[Any]:
    """The attacks of all families that must meet with that."""
    return [
        pytest.param(attack, id=f"{family}-{number}")
        for family, attacks in FAMILIES.items()
        for number, attack in enumerate(attacks.get(must, ()))
    ]


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """The canary city behind gate and disclosure control."""
    return Sandbox()


def answered(sandbox: Sandbox, sql: str) -> Outcome:
    """The outcome of a question that neither fails in the engine nor shows a canary."""
    outcome = sandbox.ask(sql)
    assert not outcome.failed, sql
    assert leaked(outcome) is None, sql
    return outcome


def written(attack: str | dict[str, Any]) -> str:
    """The text of an attack; a very long one is told by the part that repeats."""
    match attack:
        case str():
            return attack
        case _:
            return f"{attack['start']}{attack['part'] * attack['times']}{attack['end']}"


@pytest.mark.parametrize("attack", cases("reject"))
def test_the_attack_is_refused_before_anything_runs(sandbox: Sandbox, attack: str | dict[str, Any]) -> None:
    assert sandbox.ask(written(attack)).refused


@pytest.mark.parametrize("sql", cases("suppress"))
def test_the_attack_gets_no_figure(sandbox: Sandbox, sql: str) -> None:
    assert answered(sandbox, sql).figures == []


@pytest.mark.parametrize("sql", cases("harmless"))
def test_the_attack_is_answered_without_a_canary(sandbox: Sandbox, sql: str) -> None:
    answered(sandbox, sql)


@pytest.mark.parametrize("pair", cases("alike"))
def test_both_values_of_the_secret_look_alike(sandbox: Sandbox, pair: list[str]) -> None:
    hit, miss = (answered(sandbox, sql) for sql in pair)

    assert hit == miss


@pytest.mark.parametrize("ways", cases("sticky"))
def test_one_question_asked_in_many_ways_has_one_answer(sandbox: Sandbox, ways: list[str]) -> None:
    found = {way: answered(sandbox, way).first for way in ways}

    assert None not in found.values(), found
    assert len({round(value, 4) for value in found.values() if value is not None}) == 1, found


@pytest.mark.parametrize("attack", cases("recover"))
def test_the_secret_is_not_recovered(sandbox: Sandbox, attack: dict[str, Any]) -> None:
    outcomes = [sandbox.ask(step) for step in attack["steps"]]
    assert not any(outcome.failed for outcome in outcomes)
    found = [outcome.first for outcome in outcomes]
    if None in found:
        return
    guess = found[0] - (found[1] if attack["of"] == "difference" else 0)  # type: ignore[operator]

    assert abs(guess - attack["secret"]) > attack["tolerance"] * abs(attack["secret"])


@pytest.mark.parametrize("sql", cases("answer"))
def test_a_lawful_question_gets_an_answer(sandbox: Sandbox, sql: str) -> None:
    outcome = answered(sandbox, sql)

    assert not outcome.refused
    assert any(value is not None for row in outcome.rows for value in row)


def test_the_corpus_covers_every_family() -> None:
    attacks = sum(len(held) for family, by_must in FAMILIES.items() if family != LAWFUL for held in by_must.values())

    assert len(FAMILIES) - 1 == 28
    assert attacks >= 700
