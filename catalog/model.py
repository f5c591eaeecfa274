"""Resources as the catalog knows them: columns, uses, privacy units, versions (Sharing Measure, Articles 6 and 9)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from catalog.attributes import UNSAID, Attributes

ResourceId = NewType("ResourceId", str)
Digest = NewType("Digest", str)


class Use(StrEnum):
    """What a column may be used for; several may stand on one column."""

    SHOW = "show"
    GROUP = "group"
    AGGREGATE = "aggregate"
    JOIN = "join"
    FILTER = "filter"
    MASKED = "masked"


class ColumnType(StrEnum):
    """The types a resource's column may have, as DuckDB names them."""

    BOOLEAN = "BOOLEAN"
    INTEGER = "BIGINT"
    DOUBLE = "DOUBLE"
    DECIMAL = "DECIMAL(18,4)"
    TEXT = "VARCHAR"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"


class Part(StrEnum):
    """A coarser dimension taken from a date or a moment on arrival."""

    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True)
class Derived:
    """Says that a column is computed on arrival as a part of another one (design: never cut out of identifiers)."""

    column: str
    part: Part


@dataclass(frozen=True, slots=True)
class Column:
    """An information item (信息项).

    `kind` is the identifier kind it was recognised as (`resident_id`, `uscc`, ...), `None` for none.
    `bounds` are the declared lowest and highest plausible value of a numeric column: arguments are clipped to them.
    `uses` are the most an agreement may grant on it. `derived` names the column it is computed from on arrival.
    """

    name: str
    title: str
    type: ColumnType
    uses: frozenset[Use] = frozenset()
    kind: str | None = None
    bounds: tuple[float, float] | None = None
    grade: int | None = None
    title_en: str = ""
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An N:1 reference, declared or measured: `column` holds the `target` of `resource`, at most one row there.

    `target` is the privacy unit of `resource`, or a unique column of an open one.
    """

    column: str
    resource: str
    target: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A public data resource (公共数据资源). `privacy_unit` names whom a row is about; `None`: open.

    Open to all or on application: Sharing Measure, Article 22.
    """

    id: ResourceId
    name: str
    title: str
    title_en: str
    provider: str
    columns: tuple[Column, ...]
    privacy_unit: str | None
    update_cycle: str = ""
    abstract: str = ""
    links: tuple[Link, ...] = ()
    synthetic: bool = False  # every value is generated: nobody stands behind a row
    attributes: Attributes = UNSAID

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable arrival of a resource: its content digest, size and what was measured on arrival.

    `unit_unique` says that no privacy unit stands in more than one row, so that counting rows counts units; `most_rows`
    is the greatest number of rows of one unit, known where each row carries the number of its unit. `clean` names the
    numeric columns without a missing value, a zero, or a value beyond the bounds.
    """

    resource: ResourceId
    digest: Digest
    rows: int
    arrived_at: datetime
    unit_unique: bool
    units: int | None = None  # distinct privacy units; `None` for an open resource
    most_rows: int | None = None
    clean: tuple[str, ...] = ()
