"""An attacker's view of the sandbox: a question goes in, rows, a refusal or an error come out, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from sandbox.adapters.engine_parser import EngineParser
from sandbox.disclosure.document import default_rules
from sandbox.disclosure.protect import protect
from sandbox.errors import NotLawful
from sandbox.gate import Granted, check
from tests.attacks.canaries import GRANTED, NUMBERS, SECRET, TEXTS, engine, tables
from tests.sandbox.passes import cells_of, keep

NEAR = 0.001  # a number this near to a secret, as a share of it, is the secret


@dataclass(frozen=True)
class Outcome:
    """All that comes back: `refused` names the rules, `failed` the kind of engine error, `told` what stands beside."""

    rows: tuple[tuple[object, ...], ...] = ()
    refused: tuple[str, ...] = ()
    failed: str = ""
    told: tuple[str, ...] = ()

    @property
    def figures(self) -> list[float]:
        """Every number in the answer, wherever it stands."""
        return list(numbers(self.rows))

    @property
    def first(self) -> float | None:
        """The number in the first column of the first row, if there is one."""
        value = self.rows[0][0] if self.rows and self.rows[0] else None
        return None if value is None or isinstance(value, str) else float(str(value))


def numbers(value: object) -> Iterable[float]:
    """The numbers in a value."""
    match value:
        case list() | tuple():
            for part in value:
                yield from numbers(part)
        case dict():
            for part in value.values():
                yield from numbers(part)
        case bool() | str() | None:
            return
        case _ if hasattr(value, "__float__"):
            yield float(str(value))


def leaked(outcome: Outcome) -> str | None:
    """Which canary stands in an outcome, if any."""
    text = repr((outcome.rows, outcome.failed, outcome.told))
    found = next((canary for canary in TEXTS if canary in text), None)
    if found is not None:
        return found
    near = (secret for figure in outcome.figures for secret in NUMBERS if abs(figure - secret) <= NEAR * secret)
    return next((str(secret) for secret in near), None)


@dataclass
class Sandbox:
    """Gate, second lock, engine and disclosure control in a row, over the canary tables."""

    granted: Granted = GRANTED
    raw: Mapping[str, pa.Table] = field(default_factory=tables)

    def __post_init__(self) -> None:
        self.engine = engine(self.raw)
        self.parser = EngineParser()

    def ask(self, sql: str) -> Outcome:
        """What a question brings."""
        try:
            plan = check(sql, granted=self.granted)
            self.parser.require(plan)
        except NotLawful as refusal:
            return Outcome(refused=tuple(sorted(reason.rule for reason in refusal.reasons)))
        closed = [name for name in plan.final.resources if not self.granted.resources[name.lower()].open]
        if closed:
            raise AssertionError(f"the free stage reads {closed}")
        told: list[str] = []
        try:
            for release in plan.releases:
                cells = cells_of(self.engine, release, default_rules())
                safe = protect(cells, release, default_rules(), SECRET)
                told += [safe.suppression("en") or "", *(each.sentence("en") for each in safe.errors.values())]
                keep(self.engine, release.name, safe.table)
            rows = self.engine.sql(plan.final.sql).fetchall()
        except duckdb.Error as error:
            return Outcome(failed=type(error).__name__)
        return Outcome(rows=tuple(rows), told=tuple(told))
