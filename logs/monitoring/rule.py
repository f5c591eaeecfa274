"""One alert rule: which records it looks at, over how long, and how many of what are too many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from logs.model import Fact, Sealed


class Pattern(StrEnum):
    """What a rule looks for in the records of its window."""

    COUNTED = "counted"  # so many records
    SLIDING = "sliding"  # one question asked over and over with other constants
    NARROW = "narrow"  # questions that pin down a few and bring back next to nothing
    COVERAGE = "coverage"  # ever more columns asked of the same narrow set
    OFF_HOURS = "off_hours"  # records outside working hours
    LATE = "late"  # the share of decisions kept within their deadline
    SILENT = "silent"  # nothing heard of the platform


class Severity(StrEnum):
    """How soon somebody should look."""

    NOTICE = "notice"
    WARNING = "warning"
    GRAVE = "grave"


BY = ("actor", "party", "agreement", "resource")
"""What records may be counted by; all together where a rule names none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert rule. Among the records of `kinds` in the last `minutes` whose facts are among `facts`, counted by `by`,
    `most` is what is still ordinary.

    `constants`: how many constants make a question narrow (`NARROW`, `COVERAGE`); `rows`: how few rows are next to none
    (`NARROW`); `hours`: the working hours, first and last (`OFF_HOURS`); `least`: the lowest ordinary share (`LATE`).
    """

    id: str
    title: Mapping[str, str]
    pattern: Pattern
    severity: Severity
    minutes: int
    most: int = 0
    kinds: tuple[str, ...] = ()
    by: str | None = None
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    constants: int = 2
    rows: int = 1
    hours: tuple[int, int] = (7, 21)
    least: float = 0.9

    @property
    def window(self) -> timedelta:
        """How far back it looks."""
        return timedelta(minutes=self.minutes)

    def concerns(self, link: Sealed) -> bool:
        """Whether the record is of its kinds and its facts are among those wanted."""
        if link.event.kind not in self.kinds:
            return False
        return all(
            any(said in wanted for said in _many(link.event.facts.get(name))) for name, wanted in self.facts.items()
        )


def _many(fact: Fact) -> tuple[Fact, ...]:
    return fact if isinstance(fact, tuple) else (fact,)
