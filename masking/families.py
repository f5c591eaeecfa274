"""Families of column types, as far as techniques tell them apart."""

from enum import StrEnum


class Family(StrEnum):
    """What a technique may be applied to."""

    TEXT = "text"
    WHOLE = "whole"  # whole numbers
    FRACTION = "fraction"  # numbers with a fraction, exact or not
    MOMENT = "moment"  # dates and moments
    OTHER = "other"


_FAMILIES = {
    Family.TEXT: ("VARCHAR", "TEXT", "CHAR", "STRING"),
    Family.WHOLE: (
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
        "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    ),
    Family.FRACTION: ("FLOAT", "DOUBLE", "REAL", "DECIMAL", "NUMERIC"),
    Family.MOMENT: ("DATE", "TIMESTAMP"),
}  # fmt: skip


def family_of(type: str) -> Family:
    """The family of a type as DuckDB names it.

    >>> family_of("DECIMAL(18,4)").value, family_of("BOOLEAN").value
    ('fraction', 'other')
    """
    name = type.upper().partition("(")[0].strip()
    return next((family for family, names in _FAMILIES.items() if name in names), Family.OTHER)


class Misshapen(ValueError):
    """A technique or rule that is not well-formed: what is wrong, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
