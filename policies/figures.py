"""Figures of a period, counted from the log: what the operator reports (Article 24) and how providers contribute (25).

Every figure is a count of events of declared kinds, so that whoever holds the log can count it again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import yaml

from logs.model import Event
from policies.billing import Month

FORMULA = Path(__file__).parent / "contribution.yaml"
QUARTERS = 4

COUNTED: Mapping[str, tuple[str, ...]] = {
    "scenarios_demanded": ("scenario.demanded",),
    "scenarios_approved": ("scenario.approved",),
    "scenarios_refused": ("scenario.refused",),
    "demands_raised": ("demand.raised",),
    "applications_submitted": ("application.submitted",),
    "applications_approved": ("application.approved",),
    "applications_refused": ("application.refused",),
    "agreements_in_force": ("agreement.in_force",),
    "agreements_ended": ("agreement.expired", "agreement.terminated"),
    "agreements_filed": ("agreement.filed",),
    "queries_answered": ("query.run",),
    "queries_refused": ("query.refused",),
    "queries_stopped": ("query.killed",),
    "products_released": ("output.released",),
    "products_refused": ("output.refused",),
    "stops_ordered": ("stop.ordered",),
    "incidents_declared": ("incident.declared",),
    "incidents_closed": ("incident.closed",),
    "objections_raised": ("objection.raised",),
    "rectifications_ordered": ("rectification.ordered",),
    "rectifications_closed": ("rectification.closed",),
    "accesses_denied": ("access.denied",),
}
"""Each figure of a report with the kinds of event it counts."""

DECIDED = ("application.approved", "application.refused", "agreement.filed")
"""Acts with a deadline in working days, for the share done in time."""
KINDS_USED = frozenset(kind for kinds in COUNTED.values() for kind in kinds) | {"resource.arrived", "statement.settled"}


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year in Xiamen.

    >>> str(Period.read("2026-Q4")), Period.read("2026").ends.isoformat()
    ('2026-Q4', '2027-01-01T00:00:00+08:00')
    """

    name: str
    first: Month
    months: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2026-11`, `2026-Q4` or `2026`; raises `ValueError`."""
        year, _, part = text.partition("-")
        if not part:
            return cls(text, Month(int(year), 1), 12)
        if part.startswith("Q"):
            quarter = int(part[1:])
            if not 1 <= quarter <= QUARTERS:
                raise ValueError(text)
            return cls(text, Month(int(year), 3 * quarter - 2), 3)
        return cls(text, Month.read(text), 1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return self.first.begins

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        month = self.first
        for _ in range(self.months):
            month = month.following
        return month.begins

    def __str__(self) -> str:
        return self.name


def figures(events: Iterable[Event]) -> Mapping[str, int]:
    """Every figure of a report over those events."""
    seen = Counter[str]()
    fen, decided, late = 0, 0, 0
    for event in events:
        seen[event.kind] += 1
        if event.kind == "statement.settled" and isinstance(event.facts.get("fen"), int):
            fen += int(str(event.facts["fen"]))
        deadline = event.facts.get("deadline")
        if event.kind in DECIDED and isinstance(deadline, str):
            decided += 1
            late += event.at > datetime.fromisoformat(deadline)
    counted = {name: sum(seen[kind] for kind in kinds) for name, kinds in COUNTED.items()}
    return counted | {"decisions_due": decided, "decisions_late": late, "fees_settled_fen": fen}


@dataclass(frozen=True, slots=True)
class Formula:
    """The declared weights of a contribution score, in hundredths; they add up to 100."""

    quality: int
    use: int
    products: int

    @classmethod
    def declared(cls) -> Self:
        """The one this version carries."""
        written = yaml.safe_load(FORMULA.read_text(encoding="utf-8"))
        formula = cls(**written["weights"])
        if formula.quality + formula.use + formula.products != 100:  # noqa: PLR2004 - hundredths
            raise ValueError("the weights do not add up to 100")
        return formula


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a provider contributed in a period: counts, the three parts from 0 to 100, and the weighted score."""

    provider: str
    arrivals: int
    clean: int
    queries: int
    products: int
    quality: float
    use: float
    value: float
    score: float


def contributions(
    events: Iterable[Event], *, formula: Formula, provider_of: Callable[[str], str | None]
) -> tuple[Contribution, ...]:
    """A score for every provider with an arrival or a use, the highest first.

    Quality is the share of arrivals without a problem; use and products are shares of the most that any provider has.
    """
    arrivals, clean, queries, products = (Counter[str]() for _ in range(4))
    for event in events:
        match event.kind:
            case "resource.arrived":
                provider = str(event.facts.get("provider") or "")
                arrivals[provider] += 1
                clean[provider] += not event.facts.get("problems")
            case "query.run":
                queries.update(_providers(event, provider_of))
            case "output.released":
                products.update(_providers(event, provider_of))
    everyone = sorted((arrivals.keys() | queries.keys() | products.keys()) - {""})
    scored = [_scored(name, formula, arrivals[name], clean[name], (queries, products)) for name in everyone]
    return tuple(sorted(scored, key=lambda each: (-each.score, each.provider)))


def _scored(
    name: str, formula: Formula, arrivals: int, clean: int, used: tuple[Counter[str], Counter[str]]
) -> Contribution:
    queries, products = used
    quality = 100.0 * clean / arrivals if arrivals else 0.0
    use = 100.0 * queries[name] / max(queries.values(), default=1)
    value = 100.0 * products[name] / max(products.values(), default=1)
    score = (formula.quality * quality + formula.use * use + formula.products * value) / 100
    rounded = [round(part, 1) for part in (quality, use, value, score)]
    return Contribution(name, arrivals, clean, queries[name], products[name], *rounded)


def _providers(event: Event, provider_of: Callable[[str], str | None]) -> set[str]:
    resources = event.facts.get("resources")
    named = (provider_of(resource) for resource in resources) if isinstance(resources, tuple) else ()
    return {provider for provider in named if provider}
