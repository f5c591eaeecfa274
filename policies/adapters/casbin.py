"""The casbin question: may this role do this verb on this kind of thing, in this organisation?"""

import logging
from collections import OrderedDict
from pathlib import Path
from threading import Lock

import casbin

from logs.model import Actor, Role
from policies.roles import RoleTable, official_roles

MODEL = Path(__file__).parents[1] / "roles.conf"
SILENT = logging.CRITICAL + 1  # a level stays when a server sets its own logging up; `disabled` does not
KEPT = 4096  # decisions kept; they are (role, organisation, kind, verb), so few beside the requests

_ONE_AT_A_TIME = Lock()
"""casbin's matcher goes through `ast.parse` on each decision, which on CPython 3.11 can fail among threads."""

Question = tuple[str, str, str, str]


class _Rows(casbin.persist.Adapter):  # type: ignore[misc]
    """Hands rows to casbin by appending them: its own `add_policy` searches all rows for every row."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rows = rows

    def load_policy(self, model: casbin.Model) -> None:
        model.model["p"]["p"].policy.extend(self._rows)


class _Snapshot:
    """One edition of the table: a small enforcer a role, and the decisions made so far. Rows never change.

    An enforcer reads all its rows and parses its matcher for a decision: each decision is made once, alone, and kept.
    """

    def __init__(self, table: RoleTable) -> None:
        self.table = table
        self._kept: OrderedDict[Question, bool] = OrderedDict()
        text = MODEL.read_text(encoding="utf-8")
        self._enforcers = {role: _enforcer(text, table, role) for role in Role}

    def allows(self, question: Question) -> bool:
        kept = self._kept.get(question)
        if kept is not None:
            return kept
        with _ONE_AT_A_TIME:
            decision = bool(self._enforcers[Role(question[0])].enforce(*question))
            self._kept[question] = decision
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return decision


class CasbinPermissions:
    """`policies.roles.Permissions` by casbin; the table can be replaced while requests are being answered."""

    def __init__(self, table: RoleTable | None = None) -> None:
        logging.getLogger("casbin").setLevel(SILENT)  # a denial would be logged with the whole request
        self._snapshot = _Snapshot(table or official_roles())

    @property
    def edition(self) -> str:
        """The digest of the table in use."""
        return self._snapshot.table.digest

    def replace(self, table: RoleTable) -> None:
        """Answer by another table from now on; whoever is being answered gets one table or the other whole."""
        self._snapshot = _Snapshot(table)

    def allows(self, actor: Actor, verb: str, kind: str) -> bool:
        """Whether the actor's role may, in the actor's organisation."""
        return self._snapshot.allows((actor.role.value, actor.organisation, kind, verb))

    def require(self, actor: Actor, verb: str, kind: str) -> None:
        """Raises `NotPermitted` naming who may instead."""
        snapshot = self._snapshot
        if not snapshot.allows((actor.role.value, actor.organisation, kind, verb)):
            raise snapshot.table.denial(actor, verb, kind)


def _enforcer(model: str, table: RoleTable, role: Role) -> casbin.Enforcer:
    rows = [[role.value, rule.organisation, rule.kind, rule.verb] for rule in table.rules if role in rule.roles]
    return casbin.Enforcer(casbin.Enforcer.new_model(text=model), _Rows(rows))
