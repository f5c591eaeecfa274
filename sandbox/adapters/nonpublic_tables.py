"""Access rules and own files in the platform's database; saving writes the row and its events in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Select, String, Table, Text, select
from sqlalchemy.exc import IntegrityError

from catalog.model import ColumnType
from logs.adapters.database import Instant, metadata
from logs.model import Actor, ActorId, OrganisationId, Role
from masking.editions import RuleState
from policies.errors import ConcurrentChange
from policies.model.recorded import Recorded
from sandbox.adapters.database import record, write
from sandbox.adapters.records import actor_columns, actor_of, written
from sandbox.nonpublic.editions import AccessRuleId, RuleInEdition
from sandbox.nonpublic.file import LIES, Declaration, FileId, FileState, OwnColumn, OwnFile, Scanned
from sandbox.nonpublic.rule import Right, access_rule

rules = Table(
    "sandbox_access_rule",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("effective_at", Instant),
    comment="Access rules for non-public data: drafted, approved by the bureau, in force, superseded",
)

files = Table(
    "sandbox_own_file",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("held", String(80)),
    Column("state", String(16), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("brought_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("facts", Text, nullable=False),
    Index("uq_sandbox_own_file_held", "agreement", "held", unique=True),
    Index(None, "state", "brought_at"),
    comment="Files that agreements brought in; `held` is the name while their rows lie on the platform",
)


class AccessRuleTable:
    """Access rules on one connection (`sandbox.domain.AccessRules`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: AccessRuleId) -> RuleInEdition | None:
        """The edition of that id."""
        row = self._connection.execute(select(rules).where(rules.c.id == id)).one_or_none()
        return None if row is None else _edition(row)

    def all(self) -> Sequence[RuleInEdition]:
        """Every edition, by id."""
        return [_edition(row) for row in self._connection.execute(select(rules).order_by(rules.c.id))]

    def in_force(self) -> RuleInEdition | None:
        """The one in force; `None` when there is none."""
        wanted = select(rules).where(rules.c.state == RuleState.IN_FORCE).order_by(rules.c.effective_at.desc())
        row = self._connection.execute(wanted.limit(1)).one_or_none()
        return None if row is None else _edition(row)

    def save(self, edition: RuleInEdition) -> None:
        """Keep it and record its news; raises `ConcurrentChange`."""
        values = {
            "state": edition.state,
            **actor_columns(edition.drafted_by),
            "document": edition.rule.canonical(),
            "reason": edition.reason,
            "drafted_at": edition.drafted_at,
            "approved_at": edition.approved_at,
            "effective_at": edition.effective_at,
        }
        _saved(self._connection, rules, edition, values)


class OwnFileTable:
    """Own files on one connection (`sandbox.domain.OwnFiles`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, agreement: str, states: Collection[FileState]) -> Sequence[OwnFile]:
        """Those of an agreement in one of those states, the newest first."""
        wanted = select(files).where(files.c.agreement == agreement, files.c.state.in_(sorted(states)))
        return self._all(wanted.order_by(files.c.brought_at.desc(), files.c.id))

    def waiting(self) -> Sequence[OwnFile]:
        """Those in quarantine, the oldest first."""
        wanted = select(files).where(files.c.state == FileState.QUARANTINED)
        return self._all(wanted.order_by(files.c.brought_at, files.c.id))

    def agreements(self) -> Sequence[str]:
        """The agreements whose files lie on the platform."""
        wanted = select(files.c.agreement).where(files.c.held.is_not(None)).distinct()
        return list(self._connection.scalars(wanted.order_by(files.c.agreement)))

    def save(self, file: OwnFile) -> None:
        """Keep it and record its news; raises `ConcurrentChange`, where the name was taken meanwhile too."""
        decided = file.decided_by
        values = {
            "agreement": file.agreement,
            "name": file.name,
            "held": file.name if file.state in LIES else None,
            "state": file.state,
            **actor_columns(file.by),
            "brought_at": file.brought_at,
            "decided_at": file.decided_at,
            "facts": written(
                {
                    "declared": asdict(file.declared),
                    "scanned": asdict(file.scanned),
                    "rule": file.rule,
                    "decided_by": actor_columns(decided) if decided else None,
                    "reasons": file.reasons,
                }
            ),
        }
        _saved(self._connection, files, file, values)

    def _all(self, wanted: Select[Any]) -> Sequence[OwnFile]:
        return [_file(row) for row in self._connection.execute(wanted)]


def _saved(connection: Connection, table: Table, thing: Recorded, values: Mapping[str, Any]) -> None:
    try:
        write(connection, table, thing.id, values, version=thing.version, thing=thing.thing)
    except IntegrityError:
        raise ConcurrentChange(thing.thing, thing.id) from None
    record(connection, thing, thing.subject)


def _edition(row: Row[Any]) -> RuleInEdition:
    return RuleInEdition(
        id=AccessRuleId(row.id),
        version=row.version,
        rule=access_rule(row.document),
        drafted_by=actor_of(row),
        drafted_at=row.drafted_at,
        state=RuleState(row.state),
        approved_at=row.approved_at,
        effective_at=row.effective_at,
        reason=row.reason,
    )


def _file(row: Row[Any]) -> OwnFile:
    facts = json.loads(row.facts)
    declared, decided = facts["declared"], facts["decided_by"]
    return OwnFile(
        id=FileId(row.id),
        version=row.version,
        agreement=row.agreement,
        declared=Declaration(**{**declared, "right": Right(declared["right"])}),
        scanned=scanned_of(facts["scanned"]),
        rule=facts["rule"],
        by=actor_of(row),
        brought_at=row.brought_at,
        state=FileState(row.state),
        decided_by=Actor(ActorId(decided["person"]), OrganisationId(decided["organisation"]), Role(decided["role"]))
        if decided
        else None,
        decided_at=row.decided_at,
        reasons=tuple(facts["reasons"]),
    )


def scanned_of(said: Mapping[str, Any]) -> Scanned:
    """What a scan found, from its JSON form."""
    columns = tuple(OwnColumn(**{**column, "type": ColumnType(column["type"])}) for column in said["columns"])
    return Scanned(**{**said, "columns": columns, "problems": tuple(said["problems"])})
