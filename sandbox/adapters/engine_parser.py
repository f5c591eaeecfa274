"""The second lock: the engine's own parser reads generated SQL and must find what the gate meant, and nothing more."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import duckdb
import yaml

from sandbox.errors import NotLawful
from sandbox.gate.rules import Finding
from sandbox.plan import Plan, Statement
from sandbox.reasons import Reason

Node = Mapping[str, Any]
Scope = frozenset[str]  # names of common table expressions in sight

RULE = "second-lock"
WORDS: Mapping[str, list[str]] = yaml.safe_load(files(__package__).joinpath("engine_words.yaml").read_text("utf-8"))
QUERIES, SOURCES, EXPRESSIONS, OPERATORS, SUGAR, MEASURING, TYPES = (
    frozenset(WORDS[name]) for name in ("queries", "sources", "expressions", "operators", "sugar", "measuring", "types")
)


@dataclass
class Seen:
    """What the engine's parser found in a statement; `strange` is whatever has no place in generated SQL."""

    resources: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)


class EngineParser:
    """Reads SQL with the engine's parser in an engine that holds nothing and may reach nothing."""

    def __init__(self) -> None:
        self._engine = duckdb.connect(":memory:", config={"threads": 1, "async_threads": 1, "memory_limit": "256MiB"})
        self._engine.execute("PRAGMA disable_optimizer")  # it would fold the call, and so read the text twice
        for lock in ("enable_external_access = false", "lock_configuration = true"):
            self._engine.execute(f"SET {lock}")
        self._one_at_a_time = threading.Lock()

    def require(self, plan: Plan) -> None:
        """Raises `NotLawful` unless every statement of the plan reads as the gate meant it."""
        statements = [*(statement for release in plan.releases for statement in release.statements), plan.final]
        reasons = tuple(reason for statement in statements for reason in self.reasons(statement))
        if reasons:
            raise NotLawful(reasons)

    def reasons(self, statement: Statement) -> Iterator[Reason]:
        """Every difference between what was meant and what the engine would read."""
        seen = self.read(statement.sql)
        known = statement.functions | SUGAR | MEASURING
        differences = [
            *seen.strange,
            *(f"data.{name}" for name in sorted(seen.resources ^ statement.resources)),
            *(f"safe.{name}" for name in sorted(seen.releases ^ statement.releases)),
            *(f"{name}()" for name in sorted(seen.functions - known)),
        ]
        for difference in dict.fromkeys(differences):
            yield Finding(RULE, subject=difference).reason(statement.sql)

    def read(self, sql: str) -> Seen:
        """What the engine's parser finds."""
        seen = Seen()
        try:
            with self._one_at_a_time:
                row = self._engine.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
            tree = json.loads(row[0]) if row else {}
            statements = tree.get("statements", [])
            if tree.get("error") or len(statements) != 1 or statements[0].get("named_param_map"):
                seen.strange.append("not one SELECT")
            else:
                _query(statements[0]["node"], frozenset(), seen)
        except (duckdb.Error, ValueError, KeyError, RecursionError):
            seen.strange.append("unreadable")
        return seen

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()


def _query(node: Node, scope: Scope, seen: Seen) -> None:
    """A query: its common table expressions come into sight one after the other, then the rest is read."""
    if node["type"] not in QUERIES:
        seen.strange.append(str(node["type"])[:40])
        return
    for entry in node["cte_map"]["map"]:
        _query(entry["value"]["query_node"], scope, seen)
        scope |= {entry["key"].lower()}
    for name, part in node.items():
        if name == "sample" and part is not None:
            seen.strange.append("sample")
        elif name not in {"cte_map", "type"}:
            _part(part, scope, seen)


def _part(part: Any, scope: Scope, seen: Seen) -> None:
    """Whatever hangs below: queries, sources and expressions are told apart by how the engine marks them."""
    match part:
        case list():
            for element in part:
                _part(element, scope, seen)
        case {"class": str(kind)}:
            _expression(kind, part, scope, seen)
        case {"type": str(kind)} if kind.endswith("_NODE"):
            _query(part, scope, seen)
        case {"type": str(kind), "sample": sample}:
            if sample is not None:
                seen.strange.append("sample")
            _source(kind, part, scope, seen)
        case dict():
            _below(part, scope, seen)


def _below(node: Node, scope: Scope, seen: Seen) -> None:
    for part in node.values():
        if isinstance(part, list | dict):
            _part(part, scope, seen)


def _source(kind: str, node: Node, scope: Scope, seen: Seen) -> None:
    match kind:
        case "BASE_TABLE":
            _relation(node, scope, seen)
        case "TABLE_FUNCTION":
            _part(node["function"], scope, seen)
        case _ if kind in SOURCES:
            _below(node, scope, seen)
        case _:
            seen.strange.append(kind[:40])


def _relation(node: Node, scope: Scope, seen: Seen) -> None:
    name = node["table_name"]
    match node["catalog_name"], node["schema_name"]:
        case "", "data":
            seen.resources.add(name)
        case "", "safe":
            seen.releases.add(name)
        case "", "" if name.lower() in scope:
            pass
        case _:
            seen.strange.append(name[:40])
    if node.get("at_clause") is not None:
        seen.strange.append("AT")


def _expression(kind: str, node: Node, scope: Scope, seen: Seen) -> None:
    check = CHECKS.get(kind)
    if kind not in EXPRESSIONS and check is None:
        seen.strange.append(kind[:40])
    if check is not None:
        check(node, seen)
    _below(node, scope, seen)


def _function(node: Node, seen: Seen) -> None:
    name = node["function_name"].lower()
    if node.get("schema") or node.get("catalog") or node.get("export_state"):
        seen.strange.append(f"{name[:40]}()")
    elif not (node.get("is_operator") and name in OPERATORS):
        seen.functions.add(name)


def _type(node: Node, seen: Seen) -> None:
    if node.get("schema") or node.get("catalog") or node["type_name"].lower() not in TYPES:
        seen.strange.append(str(node["type_name"])[:40])


def _star(node: Node, seen: Seen) -> None:
    if node.get("columns") or node.get("expr") is not None:
        seen.strange.append("COLUMNS")


CHECKS: Mapping[str, Callable[[Node, Seen], None]] = {
    "FUNCTION": _function,
    "WINDOW": _function,
    "TYPE": _type,
    "STAR": _star,
}
