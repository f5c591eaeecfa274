"""Secrets let out and lawful questions answered on the corpus handed to us, under each act of the differencing ledger.

`python -m benchmarks.corpus`: all attacks, one after the other, by one developer of one organisation, then the lawful
questions by the same developer, so that the ledger holds whatever the attacks left on it; then the lawful ones alone.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from logs.errors import Refusal
from sandbox.errors import NotLawful
from tests.attacks.attacker import Outcome, Sandbox
from tests.attacks.canaries import GRANTED, tables
from tests.attacks.test_shared_corpus import broken, questions
from tests.sandbox.ledger.town import Town, town

SHARED = Path(__file__).resolve().parents[2] / "shared" / "attacks"
ACTS = ("record", "hide", "refuse")
PEERS = (
    ("a clean room that only thresholds", "87-92 of 404", "63 %"),
    ("qrlew", "12 of 404", "32 %"),
    ("smartnoise-sql", "5 of 404", "10 %"),
)


@dataclass
class Asker:
    """A developer whose questions pass gate, disclosure control, the ledger and its budgets."""

    town: Town

    def ask(self, sql: str) -> Outcome:
        """What a question brings."""
        try:
            table = self.town.ask(sql)
        except NotLawful as refusal:
            return Outcome(refused=tuple(sorted(reason.rule for reason in refusal.reasons)))
        except Refusal as refusal:
            return Outcome(refused=(refusal.kind,))
        except duckdb.Error as error:
            return Outcome(failed=type(error).__name__)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True) if table.num_columns else ()
        return Outcome(rows=tuple(rows))


@contextmanager
def asker(act: str) -> Iterator[Asker]:
    """A developer of the canary city, whose ledger acts like that."""
    with tempfile.TemporaryDirectory() as folder, town(Path(folder), tables()) as built:
        built.granted = GRANTED
        yield Asker(built.ruled(difference_act=act))


def answered(outcome: Outcome) -> bool:
    """Whether there is any figure or value in it."""
    return any(value is not None for row in outcome.rows for value in row)


def silent(who: Asker | Sandbox, lawful: Sequence[dict[str, Any]]) -> list[str]:
    """The lawful questions that bring nothing."""
    return [question["id"] for question in lawful if not answered(who.ask(question["sql"]))]


def main() -> int:
    """Print the table; 1 where a secret was let out."""
    attacks = json.loads((SHARED / "attacks.json").read_text("utf-8"))["attacks"]
    lawful = json.loads((SHARED / "lawful.json").read_text("utf-8"))["queries"]
    out = 0
    print(f"{len(attacks)} attacks, {len(lawful)} lawful questions\n")
    print(f"{'ledger':10}{'secrets out':>14}{'lawful after the attacks':>28}{'lawful alone':>16}")
    for act in ACTS:
        with asker(act) as who:
            found = {attack["id"]: broken(attack, [who.ask(sql) for sql in questions(attack)]) for attack in attacks}
            after = silent(who, lawful)
        with asker(act) as who:
            alone = silent(who, lawful)
        lost = {id: what for id, what in found.items() if what is not None}
        out += len(lost)
        told = f"{len(lawful) - len(after)} of {len(lawful)}", f"{len(lawful) - len(alone)} of {len(lawful)}"
        print(f"{act:10}{len(lost):>7} of {len(attacks)}{told[0]:>28}{told[1]:>16}")
        for id, what in lost.items():
            print(f"    {id}: {what}")
        if after:
            print(f"    not answered after the attacks: {', '.join(after)}")
    print("\nbeside it, by the same laboratory on the whole corpus of 574 attacks and 71 lawful questions:")
    for name, secrets, share in PEERS:
        print(f"    {name}: {secrets} secrets out, {share} of lawful questions answered")
    return int(out > 0)


if __name__ == "__main__":
    sys.exit(main())
