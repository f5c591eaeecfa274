"""DuckDB expressions that read a cell as a type, count what fits, and take parts of dates. Pure text, no values."""

from catalog.model import ColumnType, Part
from masking.checkdigits import CREDIT_ALPHABET

ZONE = "Asia/Shanghai"
ZONED = "TIMESTAMP WITH TIME ZONE"
DAY = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
TIME = "[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
OFFSET = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
WHOLE = "[+-]?(0|[1-9][0-9]{0,14})"
NUMBER = "[+-]?(0|[1-9][0-9]{0,14})?([.][0-9]*)?([eE][+-]?[0-9]{1,3})?"
"""Plain numbers only: a leading zero or more than 15 digits make a code or an identifier, which stays text."""

BLANKS = " \t\r\n\u3000\u00a0\ufeff"
"""Blanks that surround cells in practice, the full-width one included."""

DATE_FORMATS = "['%Y年%m月%d日', '%Y.%m.%d', '%Y%m%d']"
YES, NO = "('true', 't', 'yes', 'y', '1', '是')", "('false', 'f', 'no', 'n', '0', '否')"
RESIDENT_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
RESIDENT_CHECKS = "10X98765432"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
CANONICAL_KINDS = frozenset({"resident_id", "uscc"})
"""Kinds whose letters are written large, so that one person has one spelling."""


def quoted(name: str) -> str:
    """An identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def trimmed(column: str) -> str:
    """A cell of text without blanks around it; a blank one is none."""
    return f"nullif(trim(CAST({column} AS VARCHAR), {literal(BLANKS)}), '')"


def local(column: str) -> str:
    """A zoned moment as the platform's zone writes it."""
    return f"{column} AT TIME ZONE '{ZONE}'"


def fits(column: str, type: ColumnType) -> str:
    """Whether a cell of text is of that type beyond doubt."""
    text = column
    match type:
        case ColumnType.BOOLEAN:
            return f"lower({text}) IN ('true', 'false')"
        case ColumnType.INTEGER:
            return f"regexp_full_match({text}, '{WHOLE}')"
        case ColumnType.DOUBLE:
            return f"(regexp_full_match({text}, '{NUMBER}') AND isfinite(TRY_CAST({text} AS DOUBLE)))"
        case ColumnType.DATE:
            return f"(regexp_full_match({text}, '{DAY}') AND TRY_CAST({text} AS DATE) IS NOT NULL)"
        case ColumnType.TIMESTAMP:
            shape = f"{DAY}({TIME}{OFFSET}?)?"
            return f"(regexp_full_match({text}, '{shape}') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL)"
        case _:
            return "TRUE"


def read(column: str, type: ColumnType, *, stored: str, kind: str | None) -> str:
    """The cell as that type, `NULL` where it cannot be read; `stored` is the type it stands in the file as."""
    if stored == type.value:
        return _text(column, kind) if type is ColumnType.TEXT else column
    if stored in ("DOUBLE", "FLOAT") and type is ColumnType.TEXT:
        return f"CASE WHEN {column} = floor({column}) THEN CAST(CAST({column} AS HUGEINT) AS VARCHAR) END"
    if stored != "VARCHAR" and not (type is ColumnType.TEXT or type is ColumnType.BOOLEAN):
        return _finite(f"TRY_CAST({column} AS {type.value})", type)
    return _from_text(f"CAST({column} AS VARCHAR)" if stored != "VARCHAR" else column, type, kind)


def _from_text(text: str, type: ColumnType, kind: str | None) -> str:
    match type:
        case ColumnType.TEXT:
            return _text(text, kind)
        case ColumnType.BOOLEAN:
            return f"CASE WHEN lower({text}) IN {YES} THEN TRUE WHEN lower({text}) IN {NO} THEN FALSE END"
        case ColumnType.INTEGER:
            whole = f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]{{1,18}}') THEN TRY_CAST({text} AS BIGINT)"
            point = f"WHEN regexp_full_match({text}, '[+-]?[0-9]{{1,15}}[.]0*') THEN TRY_CAST({text} AS BIGINT) END"
            return f"{whole} {point}"
        case ColumnType.DOUBLE:
            return _finite(f"TRY_CAST({text} AS DOUBLE)", type)
        case ColumnType.DECIMAL:
            return f"TRY_CAST({text} AS {type.value})"
        case ColumnType.DATE:
            day = f"CASE WHEN regexp_full_match({text}, '{DAY}({TIME})?') THEN TRY_CAST({text} AS DATE) END"
            return f"coalesce({day}, CAST(try_strptime({text}, {DATE_FORMATS}) AS DATE))"
        case ColumnType.TIMESTAMP:
            plain = f"WHEN regexp_full_match({text}, '{DAY}({TIME})?') THEN TRY_CAST({text} AS TIMESTAMP)"
            zoned = f"WHEN regexp_full_match({text}, '{DAY}{TIME}{OFFSET}') THEN "
            return f"CASE {plain} {zoned} {local(f'TRY_CAST({text} AS TIMESTAMPTZ)')} END"


def _text(column: str, kind: str | None) -> str:
    return f"upper({column})" if kind in CANONICAL_KINDS else column


def _finite(number: str, type: ColumnType) -> str:
    return f"CASE WHEN isfinite({number}) THEN {number} END" if type is ColumnType.DOUBLE else number


def part_of(column: str, part: Part) -> str:
    """The part of a date or moment that a derived column holds; weekdays count from 1, Monday."""
    match part:
        case Part.DATE:
            return f"CAST({column} AS DATE)"
        case Part.MONTH:
            return f"CAST(date_trunc('month', {column}) AS DATE)"
        case Part.YEAR:
            return f"CAST(year({column}) AS BIGINT)"
        case Part.HOUR:
            return f"CAST(hour({column}) AS BIGINT)"
        case Part.WEEKDAY:
            return f"CAST(isodow({column}) AS BIGINT)"


def invalid(column: str, kind: str | None) -> str | None:
    """Whether a filled cell fails the check of its kind; `None` for kinds without one."""
    match kind:
        case "resident_id":
            terms = [f"{weight} * {_digit(column, place)}" for place, weight in enumerate(RESIDENT_WEIGHTS, 1)]
            check = f"substr('{RESIDENT_CHECKS}', CAST(({' + '.join(terms)}) % 11 + 1 AS INTEGER), 1)"
            shape = f"regexp_full_match({column}, '[1-9][0-9]{{16}}[0-9X]')"
        case "uscc":
            terms = [
                f"{weight} * (strpos('{CREDIT_ALPHABET}', substr({column}, {place}, 1)) - 1)"
                for place, weight in enumerate(CREDIT_WEIGHTS, 1)
            ]
            check = f"substr('{CREDIT_ALPHABET}', CAST((31 - ({' + '.join(terms)}) % 31) % 31 + 1 AS INTEGER), 1)"
            shape = f"regexp_full_match({column}, '[{CREDIT_ALPHABET}]{{18}}')"
        case _:
            return None
    return f"NOT CASE WHEN {shape} THEN substr({column}, 18, 1) = {check} ELSE FALSE END"


def _digit(column: str, place: int) -> str:
    return f"(unicode(substr({column}, {place}, 1)) - 48)"
