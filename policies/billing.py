"""What use costs: meters read off the log, progressive tiers, and a month's statement (Measure, Article 20).

Money is whole fen. Units are counted from events, so that a statement and the log agree to the unit.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Self

from logs.model import Event
from policies.calendar import XIAMEN
from policies.flaws import Flaw

DECEMBER = 12


class Meter(StrEnum):
    """What is counted: answered queries, released products, months in force, rows of answers."""

    CALL = "call"
    PRODUCT = "product"
    MONTH = "month"
    ROW = "row"


BILLABLE: Mapping[str, Meter] = {"query.run": Meter.CALL, "output.released": Meter.PRODUCT}
"""Events that count one unit each; rows are those an answered query tells of, months the agreement itself tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """Units up to `up_to`, counted from the first one on, cost so much each; the last tier has no end."""

    up_to: int | None
    fen: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices by meter. Without any, use is free, as it is for the public benefit."""

    prices: Mapping[Meter, tuple[Tier, ...]] = field(default_factory=dict)

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with its tiers."""
        return tuple(_flaw(meter) for meter, tiers in self.prices.items() if not _ascend(tiers))


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One meter of a statement: units, what they cost, and the digest over the ids of the events they rest on."""

    meter: Meter
    units: int
    fen: int
    events: int
    digest: str


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month in Xiamen.

    >>> Month.read("2026-12").following
    Month(year=2027, month=1)
    """

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2026-11`; raises `ValueError`."""
        day = date.fromisoformat(f"{text}-01")
        return cls(day.year, day.month)

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month it is in Xiamen at that moment."""
        day = at.astimezone(XIAMEN)
        return cls(day.year, day.month)

    @property
    def following(self) -> Self:
        """The month after."""
        later = self.month == DECEMBER
        return type(self)(self.year + later, 1 if later else self.month + 1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=XIAMEN)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def cost(units: int, tiers: tuple[Tier, ...]) -> int:
    """What so many units cost, each at the price of the tier that it falls in.

    >>> cost(250, (Tier(up_to=100, fen=50), Tier(up_to=None, fen=20)))
    8000
    """
    total, counted = 0, 0
    for tier in tiers:
        top = units if tier.up_to is None else min(units, tier.up_to)
        total += max(0, top - counted) * tier.fen
        counted = max(counted, top)
    return total


def lines(events: Iterable[Event], *, agreement: str, tariff: Tariff, months: int) -> tuple[Line, ...]:
    """A line for every meter, in the meters' order, out of the agreement's own events among those given."""
    units: dict[Meter, int] = dict.fromkeys(Meter, 0)
    ids: dict[Meter, list[str]] = {meter: [] for meter in Meter}
    for event in events:
        if event.facts.get("agreement") != agreement or event.kind not in BILLABLE:
            continue
        meter = BILLABLE[event.kind]
        units[meter] += 1
        ids[meter].append(event.id)
        if meter is Meter.CALL:
            units[Meter.ROW] += _whole(event.facts.get("rows"))
            ids[Meter.ROW].append(event.id)
    units[Meter.MONTH] = months
    return tuple(
        Line(
            meter=meter,
            units=units[meter],
            fen=cost(units[meter], tariff.prices.get(meter, ())),
            events=len(ids[meter]),
            digest=hashlib.sha256("\n".join(sorted(ids[meter])).encode()).hexdigest(),
        )
        for meter in Meter
    )


def _whole(fact: object) -> int:
    return fact if isinstance(fact, int) else 0


def _ascend(tiers: tuple[Tier, ...]) -> bool:
    bounds = [tier.up_to for tier in tiers]
    if not tiers or bounds[-1] is not None or any(bound is None or bound < 1 for bound in bounds[:-1]):
        return False
    inner = [bound for bound in bounds if bound is not None]
    return all(earlier < later for earlier, later in pairwise(inner)) and all(tier.fen >= 0 for tier in tiers)


def _flaw(meter: Meter) -> Flaw:
    return Flaw(
        "tiers-wrong",
        f"tariff.{meter}",
        {
            "zh": "阶梯应逐级升高，最后一级不设上限，单价不为负",
            "en": "tiers must ascend, the last without an end, at prices that are not negative",
        },
        {"zh": "更正阶梯", "en": "correct the tiers"},
    )
