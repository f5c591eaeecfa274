"""The disclosure rule document: numbers the bureau approves, for the platform and for single resources."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property, reduce

from sandbox.disclosure.errors import RulesNotLawful
from sandbox.disclosure.lawful import breaches_of, floor

PERTURB, ROUND, BOTH = "perturb", "round", "both"
GREATER = ("p_percent", "variance", "deviation", "base", "redact", "by_set", "by_argument", "least", "moment",
           "moment_least", "residual", "largest")  # fmt: skip
SMALLER = ("share", "spread", "quantile_digits", "moment_digits", "magnitude_digits")
"""Of two values of these rules the greater, or the smaller, protects more."""


@dataclass(frozen=True)
class DisclosureRules:
    """Parameters of disclosure control, in the terms of official statistics.

    `frequency` gives the least distinct units by unit kind, `other` for kinds not named. `p_percent`, `share` and
    `spread` are percentages. `by_set`, `by_argument` are standard deviations and `least` the smallest absolute value of
    noise, all as multiples of a cell's reach (`magnitude.Sums`). `bands` part the bands in which hidden
    figures are counted. `queries_*` bound what one agreement may ask, `cells_*` what it may take out of one resource. A
    cell that differs from an earlier one by fewer than the minimum is hidden, or its query refused
    (`difference_act`); the threshold lies up to `difference_margin` units higher, by chance; at most
    `difference_looks` earlier questions are looked at exactly. Counts are perturbed, rounded to `base` with up to
    `redact` units withheld, or both (`counts`). `resources` hold rules of their own for single resources.
    """

    version: str = "disclosure-2026-1"
    title_zh: str = "披露控制默认规则"
    title_en: str = "Default disclosure control rules"
    frequency: tuple[tuple[str, int], ...] = (("other", 10), ("resident_id", 10), ("uscc", 10))
    p_percent: float = 10
    largest: int = 2
    share: float = 90
    spread: float = 50
    counts: str = PERTURB
    variance: float = 2
    deviation: int = 5
    base: int = 5
    redact: int = 7
    by_set: float = 0.7
    by_argument: float = 0.7
    least: float = 0.1
    moment: float = 2
    moment_least: float = 0.02
    quantile_digits: int = 3
    moment_digits: int = 3
    magnitude_digits: int = 9
    residual: int = 10
    say_suppression: bool = True
    bands: tuple[int, ...] = (20, 100)
    queries_day: int = 1_000
    queries_month: int = 10_000
    queries_all: int = 50_000
    cells_day: int = 100_000
    cells_month: int = 500_000
    cells_all: int = 2_000_000
    difference_act: str = "record"
    difference_margin: int = 5
    difference_looks: int = 20
    resources: tuple[tuple[str, "DisclosureRules"], ...] = ()

    def __post_init__(self) -> None:
        breaches = tuple(breaches_of(self))
        if breaches:
            raise RulesNotLawful(breaches)

    def minimum(self, unit: str) -> int:
        """The least distinct units a released cell rests on; a unit is named by its kind, `kind#2` for a second one."""
        kind = unit.partition("#")[0]
        return max(self.frequency_of(kind), floor(kind), self.redact + 1 if self.rounds else 0)

    def frequency_of(self, kind: str) -> int:
        """The minimum frequency that the document gives for a kind of unit."""
        named = dict(self.frequency)
        return named.get(kind, named["other"])

    @property
    def rounds(self) -> bool:
        """Whether counts are rounded."""
        return self.counts in {ROUND, BOTH}

    @property
    def perturbs(self) -> bool:
        """Whether counts are perturbed by cell key."""
        return self.counts in {PERTURB, BOTH}

    @property
    def count_deviation(self) -> float:
        """The standard deviation of what a count of units is moved by."""
        variance = (self.variance if self.perturbs else 0) + ((self.base**2 - 1) / 12 if self.rounds else 0)
        return float(variance**0.5)

    def over(self, names: Iterable[str]) -> "DisclosureRules":
        """The rules of a release over those protected resources: where they differ, what protects most, one by one.

        >>> DisclosureRules().over(["person"]) == DisclosureRules()
        True
        """
        own = dict(self.resources)
        applying = [own.get(name, self) for name in sorted(names)] or [self]
        return reduce(DisclosureRules.and_, applying)

    def and_(self, other: "DisclosureRules") -> "DisclosureRules":
        """What protects as much as either; budgets and the ledger's rules are those of the whole document anyway."""
        if other is self:
            return self
        units = dict(self.frequency) | dict(other.frequency)
        least = {unit: max(each.frequency_of(unit) for each in (self, other)) for unit in units}
        changed = {name: max(getattr(self, name), getattr(other, name)) for name in GREATER}
        changed |= {name: min(getattr(self, name), getattr(other, name)) for name in SMALLER}
        return replace(
            self,
            version="+".join(dict.fromkeys([*self.version.split("+"), *other.version.split("+")])),
            frequency=tuple(sorted(least.items())),
            counts=self.counts if self.counts == other.counts else BOTH,
            say_suppression=self.say_suppression and other.say_suppression,
            **changed,
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical text, for the record of every release."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
