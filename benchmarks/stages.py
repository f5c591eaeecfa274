"""Where the time of check and rewrite goes, query by query: parse, bind, rewrite, print, and the second lock after.

Times are the processor's for the one thread that checks: what a query waits for when nothing else runs.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import patch

from sandbox.adapters.engine_parser import EngineParser
from sandbox.gate import Granted, check
from sandbox.plan import Plan

REPEATS = 5
CHECK = ("parse", "bind", "rewrite", "print")
STAGES = (*CHECK, "second lock")
WRAPPED = {  # the stage a function begins; what it calls of another stage is that stage's
    ("sandbox.gate.parse", "statement"): "parse",
    ("sandbox.gate.check", "bound"): "bind",
    ("sandbox.gate.release", "drawn"): "rewrite",
    ("sandbox.gate.check", "printed"): "print",
}


@dataclass
class Clock:
    """Adds up the milliseconds spent in each stage, those of an inner stage not counted for the outer one."""

    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    inside: list[str] = field(default_factory=list)
    since: float = 0.0

    @contextmanager
    def running(self, stage: str) -> Iterator[None]:
        """Count what runs inside for the stage."""
        self._turn()
        self.inside.append(stage)
        try:
            yield
        finally:
            self._turn()
            self.inside.pop()

    def _turn(self) -> None:
        now = time.thread_time()
        if self.inside:
            self.spent[self.inside[-1]] += (now - self.since) * 1_000
        self.since = now

    def wrapped(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """The function, its time counted for the stage."""

        def counted(*arguments: Any, **named: Any) -> Any:
            with self.running(stage):
                return function(*arguments, **named)

        return counted


@dataclass
class Stages:
    """The stages of many queries, of each the median of several runs after one to be warm."""

    lock: EngineParser = field(default_factory=EngineParser)
    queries: list[dict[str, float]] = field(default_factory=list)

    def check(self, sql: str, granted: Granted) -> Plan:
        """The plan of a query; how long it took is kept. Raises `NotLawful`."""
        plan = check(sql, granted=granted)
        self.lock.require(plan)
        runs = [self._run(sql, granted) for _ in range(REPEATS)]
        self.queries.append({stage: statistics.median(run[stage] for run in runs) for stage in STAGES})
        return plan

    def _run(self, sql: str, granted: Granted) -> dict[str, float]:
        clock = Clock()
        with ExitStack() as wrapping:
            for (module, name), stage in WRAPPED.items():
                of = import_module(module)
                wrapping.enter_context(patch.object(of, name, clock.wrapped(getattr(of, name), stage)))
            plan = check(sql, granted=granted)
        with clock.running("second lock"):
            self.lock.require(plan)
        return clock.spent

    @property
    def checks(self) -> Sequence[float]:
        """Milliseconds of check and rewrite of each query."""
        return [sum(query[stage] for stage in CHECK) for query in self.queries]

    def report(self, what: str) -> None:
        """Median and worst of check and rewrite, and the share of each stage in all the time spent."""
        checks = self.checks
        total = sum(map(sum, (query.values() for query in self.queries)))
        shares = ", ".join(f"{stage} {100 * sum(q[stage] for q in self.queries) / total:.0f} %" for stage in STAGES)
        lock = [query["second lock"] for query in self.queries]
        print(f"{what}: check and rewrite median {statistics.median(checks):.1f} ms, worst {max(checks):.1f} ms")
        print(
            f"  second lock median {statistics.median(lock):.1f} ms, worst {max(lock):.1f} ms; where it goes: {shares}"
        )
