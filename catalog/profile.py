"""What is measured of a table as it arrives: counts and quantiles by column, never a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.model import ColumnType
from masking.model import Kind, Recognition


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column as it stands in the file.

    `stored` is the type a typed file gives it, `None` for text whose type is to be found. `fits` counts, by type, the
    filled cells that could be read as it; a type that is missing there fits not all of them.
    """

    name: str
    filled: int
    distinct: int
    stored: ColumnType | None = None
    fits: Mapping[ColumnType, int] = field(default_factory=dict)
    recognition: Recognition | None = None

    @property
    def kind(self) -> str | None:
        """The identifier it was recognised as."""
        found = self.recognition and self.recognition.identifier
        return found.value if found else None

    def tells_of_somebody(self, *, number: bool) -> bool:
        """Whether it was recognised as anything that tells of somebody; a column of numbers is no running text."""
        kind = self.recognition and self.recognition.kind
        return kind is not None and not (number and kind is Kind.FREE_TEXT)


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table as it stands in the file: rows and columns in order."""

    rows: int
    columns: tuple[ColumnProfile, ...]

    def column(self, name: str) -> ColumnProfile:
        """The column of that name, in whatever case; `KeyError` when there is none."""
        for column in self.columns:
            if column.name.casefold() == name.casefold():
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Spread:
    """Lower and upper quantile of a numeric column, taken so that enough rows lie beyond each."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ColumnQuality:
    """Quality of one column on arrival (Sharing Measure, Article 13).

    `missing` cells held nothing; `unreadable` ones did not fit the column's type and sent their rows to quarantine;
    `invalid` ones fail their identifier's check digit or form; `beyond` ones lie outside the declared bounds.
    """

    name: str
    missing: int
    unreadable: int = 0
    invalid: int = 0
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """Quality of an arrival: counts alone, so that the report can be shown to anyone."""

    received: int
    accepted: int
    columns: tuple[ColumnQuality, ...] = ()

    @property
    def quarantined(self) -> int:
        """Rows set aside because a cell did not fit its type."""
        return self.received - self.accepted

    @property
    def problems(self) -> tuple[str, ...]:
        """What was found, as problem:column."""
        found = (
            (what, count, column.name)
            for column in self.columns
            for what, count in (
                ("unreadable", column.unreadable),
                ("invalid", column.invalid),
                ("beyond", column.beyond),
            )
        )
        return tuple(f"{what}:{name}" for what, count, name in found if count)
