"""Techniques on numbers, dates and moments: each says the same thing in SQL and in plain Python."""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from masking.families import Family, Misshapen
from masking.quoting import literal

NUMBERS = frozenset({Family.WHOLE, Family.FRACTION})
FINEST_GRID = 1000
MOST_EDGES = 200
Number = int | float | Decimal


class Form(StrEnum):
    """How a band is written: as text, or as the number it begins with, so that sums still run."""

    LABEL = "label"
    FLOOR = "floor"


class Period(StrEnum):
    """What a date is generalised to: the first day of its period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


@dataclass(frozen=True, slots=True)
class Band:
    """The band a number lies in; `edges` ascend, each band holds its lower edge and not its upper one.

    As numbers, what lies below the first edge gives way to it.
    """

    edges: tuple[int | float, ...]
    form: Form = Form.LABEL
    families = NUMBERS

    def __post_init__(self) -> None:
        if not 1 <= len(self.edges) <= MOST_EDGES or any(not math.isfinite(edge) for edge in self.edges):
            raise Misshapen(f"edges 应为 1 至 {MOST_EDGES} 个数", f"edges must be from 1 to {MOST_EDGES} numbers")
        if any(first >= second for first, second in zip(self.edges, self.edges[1:], strict=False)):
            raise Misshapen("edges 应递增", "edges must ascend")

    def sql(self, operand: str) -> str:
        """One `CASE` with the upper edges in order."""
        steps = " ".join(
            f"WHEN {operand} < {_number(edge)} THEN {self._written(place)}" for place, edge in enumerate(self.edges)
        )
        typed = "" if self.form is Form.LABEL else f"WHEN FALSE THEN {operand} "
        return f"CASE {typed}WHEN {operand} IS NULL THEN NULL {steps} ELSE {self._written(len(self.edges))} END"

    def _written(self, place: int) -> str:
        return literal(self._label(place)) if self.form is Form.LABEL else _number(self._floor(place))

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one number."""
        del key
        if value is None:
            return None
        assert isinstance(value, Number)  # noqa: S101 the rule's family has been checked
        place = next((place for place, edge in enumerate(self.edges) if value < edge), len(self.edges))
        return self._label(place) if self.form is Form.LABEL else self._floor(place)

    def _label(self, place: int) -> str:
        low = f"{self.edges[place - 1]:.15g}" if place else ""
        high = f"{self.edges[place]:.15g}" if place < len(self.edges) else ""
        return f"[{low},{high})" if low and high else (f"<{high}" if high else f"≥{low}")

    def _floor(self, place: int) -> int | float:
        return self.edges[max(0, place - 1)]


@dataclass(frozen=True, slots=True)
class Clamp:
    """Top and bottom coding: what lies beyond a limit is set to it."""

    low: int | float | None = None
    high: int | float | None = None
    families = NUMBERS

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.low, self.high) if limit is not None]
        if not limits or any(not math.isfinite(limit) for limit in limits) or limits != sorted(limits):
            raise Misshapen("low、high 至少给出一个，且 low 不大于 high", "give low or high, low not above high")

    def sql(self, operand: str) -> str:
        """A `CASE`, since `least` and `greatest` pass over absent values."""
        below = "" if self.low is None else f"WHEN {operand} < {_number(self.low)} THEN {_number(self.low)} "
        above = "" if self.high is None else f"WHEN {operand} > {_number(self.high)} THEN {_number(self.high)} "
        return f"CASE {below}{above}ELSE {operand} END"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one number; the engine holds not-a-number above all others."""
        del key
        if value is None:
            return None
        assert isinstance(value, Number)  # noqa: S101 the rule's family has been checked
        if self.low is not None and value < self.low:
            return self.low
        if self.high is not None and (value > self.high or math.isnan(value)):
            return self.high
        return value


@dataclass(frozen=True, slots=True)
class Grid:
    """Round a fraction down to a grid of `steps` to the unit: 100 is about a kilometre of latitude."""

    steps: int
    families = frozenset({Family.FRACTION})

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= FINEST_GRID:
            raise Misshapen(f"steps 应为 1 至 {FINEST_GRID}", f"steps must be from 1 to {FINEST_GRID}")

    def sql(self, operand: str) -> str:
        """In double precision, whatever the column's own."""
        return f"floor(CAST({operand} AS DOUBLE) * {self.steps}) / {self.steps}"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one number."""
        del key
        if value is None:
            return None
        assert isinstance(value, Number)  # noqa: S101 the rule's family has been checked
        scaled = float(value) * self.steps
        return math.floor(scaled) / self.steps if math.isfinite(scaled) else scaled / self.steps


@dataclass(frozen=True, slots=True)
class GeneraliseDate:
    """The first day of the period a date or a moment lies in, as a date."""

    to: Period
    families = frozenset({Family.MOMENT})

    def sql(self, operand: str) -> str:
        """The engine truncates a date to a moment: cast back."""
        return f"CAST(date_trunc({literal(self.to)}, {operand}) AS DATE)"

    def plain(self, value: object, key: bytes | None = None) -> object:
        """The same for one date or moment."""
        del key
        if value is None:
            return None
        assert isinstance(value, date)  # noqa: S101 the rule's family has been checked
        match self.to:
            case Period.MONTH:
                return date(value.year, value.month, 1)
            case Period.QUARTER:
                return date(value.year, (value.month - 1) // 3 * 3 + 1, 1)
            case Period.YEAR:
                return date(value.year, 1, 1)
            case Period.DECADE:
                return date(value.year // 10 * 10, 1, 1)


def _number(value: int | float) -> str:
    """A number as the engine reads it exactly: a fraction would otherwise become a decimal of its own precision."""
    return str(value) if isinstance(value, int) else f"CAST({literal(repr(value))} AS DOUBLE)"
