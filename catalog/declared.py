"""What a provider says of a resource before its rows are seen; whatever is left out is inferred on arrival."""

from dataclasses import dataclass
from typing import Literal

from catalog.attributes import UNSAID, Attributes
from catalog.model import ColumnType, Derived, Link, Use


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """What is said of one column; `None` means not said."""

    name: str
    title: str | None = None
    title_en: str | None = None
    type: ColumnType | None = None
    uses: frozenset[Use] | None = None
    kind: str | None = None
    bounds: tuple[float, float] | None = None
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class DeclaredResource:
    """What is said of one resource. `privacy_unit` is `False` for an open one and `None` when nothing is said."""

    name: str
    file: str | None = None
    title: str | None = None
    title_en: str | None = None
    provider: str | None = None
    privacy_unit: str | Literal[False] | None = None
    update_cycle: str | None = None
    abstract: str | None = None
    columns: tuple[DeclaredColumn, ...] = ()
    links: tuple[Link, ...] | None = None
    synthetic: bool = False
    attributes: Attributes = UNSAID

    def column(self, name: str) -> DeclaredColumn:
        """What is said of the column of that name, in whatever case; nothing when nothing is said."""
        for column in self.columns:
            if column.name.casefold() == name.casefold():
                return column
        return DeclaredColumn(name)


@dataclass(frozen=True, slots=True)
class Note:
    """Something inferred, said aloud: about which resource and column, in Chinese and English."""

    resource: str
    column: str | None
    zh: str
    en: str
