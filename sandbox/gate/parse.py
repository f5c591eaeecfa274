"""Text to syntax tree: one SELECT, within limits, functions kept by the names the caller wrote."""

import logging
import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.duckdb import DuckDBParser

from sandbox.gate.rules import Finding

LARGEST_TEXT = 100_000
DEEPEST = 120
MOST_TOKENS = 20_000
SYNTAX = frozenset({"CAST", "TRY_CAST", "EXTRACT", "SUBSTRING", "TRIM", "POSITION"})
OPENING, CLOSING = "([{", ")]}"
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it would log the caller's text
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
UNPACKED = re.compile(r"[(,]\s*(\*\s*columns)\s*\(", re.IGNORECASE)


class Plain(DuckDB):
    """DuckDB's grammar in which a function is a name and its arguments, and nothing is translated."""

    INDEX_OFFSET = 0  # an element's number stays the caller's

    class Parser(DuckDBParser):
        """The parser with its table of functions emptied."""

        ARRAY_CONSTRUCTORS: ClassVar[dict[str, Any]] = {
            "ARRAY": exp.Array
        }  # `list(x)[1]` is an element of an aggregate
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: parse for name, parse in DuckDBParser.FUNCTION_PARSERS.items() if name in SYNTAX
        }

        def _parse_simplified_pivot(self, is_unpivot: bool | None = None) -> exp.Pivot:  # noqa: FBT001  # as above it
            """A PIVOT statement with the order and the limit it may end with."""
            found = super()._parse_simplified_pivot(is_unpivot)
            if (order := self._parse_order()) is not None:
                found.set("order", order)
            if (limit := self._parse_limit()) is not None:
                found.set("limit", limit)
            return found


def statement(sql: str) -> exp.Expr:
    """The one statement in the text, whatever it is, or a `Finding` that says what stands there instead."""
    if len(sql) > LARGEST_TEXT:
        raise Finding("text-too-long", subject=f"{LARGEST_TEXT:,}")
    if found := INVISIBLE.search(sql):
        raise Finding("invisible-character", subject=f"U+{ord(found.group()):04X}", at=found.start())
    check_nesting(sql)
    try:
        statements = [tree for tree in Plain().parse(sql) if tree is not None]
    except (ParseError, TokenError) as error:
        where = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        raise Finding("not-sql", line=where.get("line"), column=where.get("col")) from None
    except RecursionError:
        raise Finding("too-nested", subject=str(DEEPEST)) from None
    if not statements:
        raise Finding("no-statement")
    if len(statements) > 1:
        raise Finding("second-statement", subject=str(len(statements)))
    if found := UNPACKED.search(sql):  # the parser drops the star
        raise Finding("columns-form", subject="*COLUMNS", at=found.start(1))
    return statements[0]


def query_in(tree: exp.Expr) -> exp.Query | exp.Pivot | exp.Values:
    """The query that a statement is, out of its brackets, or a `Finding` that names the statement."""
    while isinstance(tree, exp.Subquery) and not tree.args.get("alias") and not tree.args.get("joins"):
        if any(tree.args.get(name) for name in ("order", "limit", "offset", "with_", "sample", "pivots")):
            break
        tree = tree.this
    if not isinstance(tree, exp.Query | exp.Pivot | exp.Values):
        raise Finding("not-a-select", subject=statement_name(tree))
    return tree


def check_nesting(sql: str) -> None:
    """Refuse what would make a recursive parser work for its own sake; quotes are not looked into."""
    depth = deepest = words = 0
    for character in sql:
        if character in OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in CLOSING:
            depth -= 1
        elif character in " \n\t,+-*/|=<>":
            words += 1
    if deepest > DEEPEST:
        raise Finding("too-nested", subject=str(DEEPEST))
    if words > MOST_TOKENS:
        raise Finding("text-too-long", subject=f"{MOST_TOKENS:,}")


def statement_name(tree: exp.Expr) -> str:
    """What kind of statement it is, as the caller would say."""
    return str(tree.this).upper() if isinstance(tree, exp.Command) else type(tree).__name__.upper()


def offset(node: exp.Expr | None) -> int | None:
    """Where in the text a node begins, as far as the parser kept it."""
    if node is None:
        return None
    if isinstance(node, exp.Column):  # by far the most asked for, and its place is that of its first name
        first = node.parts[0]
        return first.meta.get("start") if first._meta else None
    starts = [part.meta["start"] for part in node.walk() if part._meta and "start" in part._meta]
    return min(starts, default=None)
