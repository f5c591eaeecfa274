"""The attacks and lawful questions that were handed to us, where they stand beside the project."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.attacker import Outcome, Sandbox, leaked

PARTS = {"sum": sum, "int": int, "dict": dict, "enumerate": enumerate}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """The canary city behind gate and disclosure control."""
    return Sandbox()


def questions(attack: dict[str, Any]) -> list[str]:
    """The statements of an attack in their order."""
    pair = [attack[name] for name in ("hit", "miss") if name in attack]
    return pair or attack.get("steps") or attack.get("variants") or [attack["sql"]]


def recovered(attack: dict[str, Any], outcomes: list[Outcome]) -> bool:
    """Whether the attacker's arithmetic over the answers gives the secret."""
    oracle = attack["oracle"]
    if oracle.get("secret") is None:
        return False
    answers = [outcome.rows for outcome in outcomes]
    try:
        guess = float(eval(oracle["expr"], {"__builtins__": PARTS}, {"r": answers}))  # noqa: S307  # the corpus is ours
    except (TypeError, KeyError, IndexError):
        return False
    return abs(guess - float(oracle["secret"])) <= oracle["rel_tol"] * abs(float(oracle["secret"]))


def broken(attack: dict[str, Any], outcomes: list[Outcome]) -> str | None:
    """What went wrong, if anything did."""
    if any(outcome.failed for outcome in outcomes):
        return "fails in the engine"
    if any(leaked(outcome) for outcome in outcomes):
        return "shows a canary"
    answered = all(not outcome.refused for outcome in outcomes)
    if attack["acceptable"] == ["reject"] and not outcomes[0].refused:
        return "is not refused"
    match attack["oracle"]["type"]:
        case "recover" if answered and recovered(attack, outcomes):
            return "recovers the secret"
        case "sticky" if answered and len({figure for outcome in outcomes for figure in outcome.figures}) > 1:
            return "gets several answers"
        case "indistinguishable" if outcomes[0] != outcomes[1]:
            return "tells the two apart"
    return None


def test_no_attack_handed_to_us_succeeds(sandbox: Sandbox, shared: Path) -> None:
    attacks = json.loads((shared / "attacks" / "attacks.json").read_text("utf-8"))["attacks"]
    found = {attack["id"]: broken(attack, [sandbox.ask(sql) for sql in questions(attack)]) for attack in attacks}

    assert {id: what for id, what in found.items() if what is not None} == {}


def test_every_lawful_question_handed_to_us_is_answered(sandbox: Sandbox, shared: Path) -> None:
    lawful = json.loads((shared / "attacks" / "lawful.json").read_text("utf-8"))["queries"]
    outcomes = {question["id"]: sandbox.ask(question["sql"]) for question in lawful}

    silent = [
        id for id, outcome in outcomes.items() if not any(value is not None for row in outcome.rows for value in row)
    ]
    assert silent == []
