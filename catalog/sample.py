"""Sample data that shows nobody: drawn column by column from protected marginals, never a row of a protected table.

Identifiers have the form of real ones but lie in areas that are assigned to no one, and the n-th identifier of a kind
is the same in every sample, so that joins written on samples run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import floor, log10
from random import Random

from catalog.model import Column, ColumnType, Resource, Use
from catalog.placeholders import placeholder
from masking.anonymity import Anonymity

ROWS = 20
LEAST_UNITS = 10
"""Units that a value must be shared by to appear in a sample."""

Cell = str | int | float | bool | None
"""As JSON has it; dates and moments are written as ISO 8601 text."""


class Origin(StrEnum):
    """Where a sample's rows come from."""

    SYNTHETIC = "synthetic"
    OPEN = "open"  # rows of an open resource, as they are


@dataclass(frozen=True, slots=True)
class Marginal:
    """What may be known of one column by itself.

    `values`: values that at least ten units share, with weights; `edges`: quantiles of one figure a unit, each with at
    least ten units beyond; `months`: first days of the earliest and latest month; `missing`: share of empty cells, in
    tenths.
    """

    values: tuple[tuple[Cell, int], ...] = ()
    edges: tuple[float, ...] = ()
    months: tuple[date, date] | None = None
    missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Reidentification:
    """How far a sample lets anybody be told apart, for those who answer for it; developers do not see it.

    `quasi`, `sensitive`: the columns taken for quasi-identifiers and for sensitive ones. `matching`: sample rows whose
    quasi-identifiers some real unit shares, `matching_few`: those shared by one unit at the least and fewer than ten.
    Rows are drawn column by column, so that a match is chance; yet both numbers are figures about the data.
    """

    quasi: tuple[str, ...]
    sensitive: tuple[str, ...]
    anonymity: Anonymity
    matching: int
    matching_few: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to try SQL on."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    origin: Origin
    report: Reidentification | None = None  # none where the resource is open


class Manner(StrEnum):
    """How a column of a protected resource is sampled."""

    IDENTIFIER = "identifier"
    DIMENSION = "dimension"
    FIGURE = "figure"
    MONTH = "month"
    WORDS = "words"


def manner(column: Column) -> Manner:
    """How that column is sampled: what may be grouped by its shared values, what identifies by its form."""
    if column.kind is not None:
        return Manner.IDENTIFIER
    if column.type in (ColumnType.TEXT, ColumnType.BOOLEAN):
        return Manner.DIMENSION if Use.GROUP in column.uses else Manner.WORDS
    if column.type in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return Manner.DIMENSION if column.derived else Manner.MONTH
    return Manner.DIMENSION if Use.GROUP in column.uses else Manner.FIGURE


def synthetic(resource: Resource, marginals: Mapping[str, Marginal], *, seed: int, rows: int = ROWS) -> Sample:
    """Rows drawn column by column, each column on its own; the same for the same arguments."""
    chance = Random(f"{seed}/{resource.name}")  # noqa: S311 not a secret
    linked = {link.column for link in resource.links}
    drawn = []
    for column in resource.columns:
        draw = _drawer(column, marginals.get(column.name, Marginal()), chance, rows, reference=column.name in linked)
        drawn.append([draw(number) for number in range(rows)])
    return Sample(tuple(column.name for column in resource.columns), tuple(zip(*drawn, strict=True)), Origin.SYNTHETIC)


def _drawer(column: Column, marginal: Marginal, chance: Random, rows: int, *, reference: bool) -> Callable[[int], Cell]:
    def identifier(number: int) -> Cell:
        chosen = chance.randrange(rows) if reference else number
        return placeholder(column.kind, chosen, whole=column.type is ColumnType.INTEGER)

    def dimension(number: int) -> Cell:
        del number
        return chance.choices([value for value, _ in marginal.values], [weight for _, weight in marginal.values])[0]

    def figure(number: int) -> Cell:
        del number
        band = chance.randrange(len(marginal.edges) - 1)
        value = coarse(chance.uniform(marginal.edges[band], marginal.edges[band + 1]))
        return round(value) if column.type is ColumnType.INTEGER else value

    def month(number: int) -> Cell:
        del number
        assert marginal.months is not None  # noqa: S101 looked at below
        first, last = (day.year * 12 + day.month - 1 for day in marginal.months)
        year, index = divmod(chance.randint(first, last), 12)
        day = date(year, index + 1, 1).isoformat()
        return f"{day}T00:00:00" if column.type is ColumnType.TIMESTAMP else day

    def words(number: int) -> Cell:
        return f"示例{number + 1}"

    known: dict[Manner, tuple[Callable[[int], Cell], bool]] = {
        Manner.IDENTIFIER: (identifier, True),
        Manner.DIMENSION: (dimension, bool(marginal.values)),
        Manner.FIGURE: (figure, len(marginal.edges) > 1),
        Manner.MONTH: (month, marginal.months is not None),
        Manner.WORDS: (words, True),
    }
    draw, possible = known[manner(column)]
    return lambda number: draw(number) if possible and chance.random() >= marginal.missing else None


def written(value: object) -> Cell:
    """A value as a cell."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case date():
            return value.isoformat()
        case _:
            return float(str(value))


def coarse(value: float) -> float:
    """A figure cut to two significant digits.

    >>> coarse(48211.5), coarse(0.0), coarse(-3.14159)
    (48000.0, 0.0, -3.1)
    """
    if value == 0:
        return 0.0
    return float(f"{round(value, 1 - floor(log10(abs(value)))):.6g}")
