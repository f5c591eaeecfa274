"""The words a query may use: functions, types, units of time. What is not here is refused."""

import re
from importlib.resources import files
from typing import Any

import yaml
from sqlglot import exp

from sandbox.plan import MeasureKind

WORDS: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("functions.yaml").read_text("utf-8"))

SCALARS = frozenset(name for names in WORDS["scalar"].values() for name in names)
RAISING = frozenset(WORDS["raises"])
BOUNDED: dict[str, int] = WORDS["bounded"]
OVER_PROTECTED = frozenset(WORDS["protected"])
AGGREGATES: dict[str, MeasureKind | None] = {
    name: None if kind is None else MeasureKind(kind) for name, kind in WORDS["aggregate"].items()
}
PARAMETERS: dict[str, int] = WORDS["parameters"]
WINDOWS = frozenset(WORDS["window"])
TEMPLATED = frozenset({"format", "printf"})
SERIES = frozenset({"range", "generate_series"})
WIDE = re.compile(r"\d{4}|\*|\{[^}]*\{")
RELATIONS = frozenset(WORDS["relation"])

LARGEST_BOUND = 1_000
LARGEST_SERIES = 100_000

Kind = exp.DType
TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TINYINT: "TINYINT",
    Kind.SMALLINT: "SMALLINT",
    Kind.INT: "INTEGER",
    Kind.BIGINT: "BIGINT",
    Kind.INT128: "HUGEINT",
    Kind.UTINYINT: "UTINYINT",
    Kind.USMALLINT: "USMALLINT",
    Kind.UINT: "UINTEGER",
    Kind.UBIGINT: "UBIGINT",
    Kind.FLOAT: "FLOAT",
    Kind.DOUBLE: "DOUBLE",
    Kind.TEXT: "VARCHAR",
    Kind.VARCHAR: "VARCHAR",
    Kind.CHAR: "VARCHAR",
    Kind.BPCHAR: "VARCHAR",
    Kind.NCHAR: "VARCHAR",
    Kind.NVARCHAR: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.TIMESTAMPNTZ: "TIMESTAMP",
    Kind.DATETIME: "TIMESTAMP",
    Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
    Kind.INTERVAL: "INTERVAL",
    Kind.JSON: "JSON",
}
DECIMALS = frozenset({Kind.DECIMAL})
LISTS = frozenset({Kind.ARRAY, Kind.LIST})

UNITS = frozenset(WORDS["units"])
INTERVAL_UNITS = frozenset(WORDS["interval_units"])
UNIT_ARGUMENT = frozenset(
    {"date_trunc", "datetrunc", "date_part", "datepart", "date_diff", "datediff", "date_sub", "datesub"}
)
ZONE = re.compile(r"[A-Za-z]{1,20}(/[A-Za-z_]{1,20}){0,2}\Z")
NAME = re.compile(r"[^\W\d]\w{0,62}\Z")


def unit(word: str) -> str | None:
    """The unit of time of that name in its singular, or `None`.

    >>> unit("MONTHS"), unit("day"), unit("day) FROM x")
    ('month', 'day', None)
    """
    word = word.lower()
    if word not in UNITS and word.endswith("s"):
        word = word[:-1]
    return word if word in UNITS else None


def type_name(kind: exp.DataType) -> str | None:
    """The printed name of an allowed type, or `None`."""
    if kind.this in DECIMALS:
        sizes = [parameter.this.name for parameter in kind.expressions]
        if all(size.isdigit() for size in sizes) and len(sizes) <= len(("width", "scale")):
            return f"DECIMAL({', '.join(sizes)})" if sizes else "DECIMAL(18, 3)"
        return None
    if kind.this in LISTS and len(kind.expressions) == 1 and isinstance(kind.expressions[0], exp.DataType):
        inner = type_name(kind.expressions[0])
        return None if inner is None else f"{inner}[]"
    return TYPES.get(kind.this)
