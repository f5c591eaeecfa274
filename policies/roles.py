"""The table of roles: which party may do which verb on which kind of thing, and the law's article (`roles.csv`)."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from logs.errors import Language
from logs.model import Actor, Role
from policies.denials import NotPermitted
from policies.errors import RoleTableWrong

TABLE = Path(__file__).parent / "roles.csv"
COLUMNS = ("kind", "verb", "zh", "en", "article", "roles")
EVERYWHERE = "*"


class Permissions(Protocol):
    """Answers whether a role may do a verb on a kind of thing, in an organisation."""

    def allows(self, actor: Actor, verb: str, kind: str) -> bool:
        """Whether the actor's role may, in the actor's organisation."""

    def require(self, actor: Actor, verb: str, kind: str) -> None:
        """Raises `NotPermitted` naming who may instead."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the roles that may do it, everywhere or in one organisation only."""

    kind: str
    verb: str
    title: Mapping[Language, str]
    article: str
    roles: tuple[Role, ...]
    organisation: str = EVERYWHERE


@dataclass(frozen=True)
class RoleTable:
    """All rows, and the digest of the text they were read from."""

    rules: tuple[Rule, ...]
    digest: str

    @cached_property
    def _by_act(self) -> Mapping[tuple[str, str], Rule]:
        return {(rule.kind, rule.verb): rule for rule in reversed(self.rules)}

    def denial(self, actor: Actor, verb: str, kind: str) -> NotPermitted:
        """What to raise when the actor may not."""
        rule = self._by_act.get((kind, verb))
        title: Mapping[Language, str] = rule.title if rule else {"zh": f"{kind}/{verb}", "en": f"{verb} ({kind})"}
        return NotPermitted(actor.role, verb, kind, title, rule.roles if rule else ())


def read_roles(text: str) -> RoleTable:
    """The table as written; raises `RoleTableWrong` naming line and fault.

    A column `organisation` may be added: it narrows a row to one organisation.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    columns = tuple(reader.fieldnames or ())
    if columns not in (COLUMNS, (*COLUMNS, "organisation")):
        raise RoleTableWrong(1, f"columns {', '.join(columns)}")
    rules: dict[tuple[str, str, str], Rule] = {}
    try:
        for row in reader:
            rule = _rule(row, line=reader.line_num)
            act = (rule.kind, rule.verb, rule.organisation)
            if act in rules:
                raise RoleTableWrong(reader.line_num, f"{rule.kind} {rule.verb} stands there twice")
            rules[act] = rule
    except csv.Error as fault:
        raise RoleTableWrong(reader.line_num + 1, str(fault)) from None
    return RoleTable(tuple(rules.values()), hashlib.sha256(text.encode()).hexdigest())


def official_roles() -> RoleTable:
    """The table this version carries."""
    return read_roles(TABLE.read_text(encoding="utf-8-sig"))


def _rule(row: Mapping[str, str | None], *, line: int) -> Rule:
    cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
    if len(cells) != len(row) or not all(cells.values()):
        raise RoleTableWrong(line, "a cell is missing, or there is one too many")
    names = cells["roles"].split()
    if strange := sorted(set(names) - set(Role)):
        raise RoleTableWrong(line, f"unknown role {', '.join(strange)}")
    organisation = cells.get("organisation", EVERYWHERE)
    if EVERYWHERE in organisation and organisation != EVERYWHERE:
        raise RoleTableWrong(line, f"organisation {organisation}")
    return Rule(
        kind=cells["kind"],
        verb=cells["verb"],
        title={"zh": cells["zh"], "en": cells["en"]},
        article=cells["article"],
        roles=tuple(Role(name) for name in names),
        organisation=organisation,
    )
