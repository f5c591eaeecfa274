"""Rule documents in the platform's database, each saved with its events in the caller's transaction."""

import hashlib
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, String, Table, Text, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from logs.adapters.database import Instant, metadata
from logs.model import ActorId, Event, EventId, Recorder
from masking.editions import RuleEdition, RuleId, RuleState, Step
from masking.errors import RuleChanged, RuleUnknown
from masking.rules import document

_STEPS = ("drafted", "approved", "effective", "superseded")

rule_table = Table(
    "masking_rule",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("drafted_by", String(200), nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("approved_by", String(200)),
    Column("approved_at", Instant),
    Column("effective_by", String(200)),
    Column("effective_at", Instant),
    Column("superseded_by", String(200)),
    Column("superseded_at", Instant),
    Index(
        "one_in_force",
        "state",
        unique=True,
        sqlite_where=text("state = 'in_force'"),
        postgresql_where=text("state = 'in_force'"),
    ),
    comment="Desensitisation rule documents: drafted, approved by the bureau, in force, superseded",
)


class RuleTable:
    """`masking.service.Rules` on one connection."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        self._connection = connection
        self._recorder = recorder

    def get(self, id: RuleId) -> RuleEdition:
        """The document of that id; raises `RuleUnknown`."""
        found = self._connection.execute(select(rule_table).where(rule_table.c.id == id)).mappings().one_or_none()
        if found is None:
            raise RuleUnknown(id)
        return _edition(found)

    def all(self) -> tuple[RuleEdition, ...]:
        """Every document, by id."""
        rows = self._connection.execute(select(rule_table).order_by(rule_table.c.id)).mappings()
        return tuple(map(_edition, rows))

    def in_force(self) -> RuleEdition | None:
        """The one in force; `None` when there is none."""
        query = select(rule_table).where(rule_table.c.state == RuleState.IN_FORCE.value)
        found = self._connection.execute(query.order_by(rule_table.c.effective_at.desc()).limit(1)).mappings().first()
        return _edition(found) if found else None

    def save(self, edition: RuleEdition) -> None:
        """Keep it, new or changed, with its news; raises `RuleChanged` when somebody else was faster."""
        values = _values(edition)
        try:
            if edition.revision == 0:
                self._connection.execute(insert(rule_table).values(id=edition.id, **values))
            else:
                current = (rule_table.c.id == edition.id, rule_table.c.revision == edition.revision)
                if self._connection.execute(update(rule_table).where(*current).values(values)).rowcount != 1:
                    raise RuleChanged(edition.id)
        except IntegrityError:
            raise RuleChanged(edition.id) from None
        for place, told in enumerate(edition.news):
            id = hashlib.sha256(f"rule:{edition.id}/{edition.revision + 1}/{place}".encode()).hexdigest()[:32]
            self._recorder.record(Event(EventId(id), told.kind, told.at, told.by, f"rule:{edition.id}", told.facts))


def _values(edition: RuleEdition) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    for name in _STEPS:
        step: Step | None = getattr(edition, name)
        steps |= {f"{name}_by": step.by if step else None, f"{name}_at": step.at if step else None}
    return {
        "revision": edition.revision + 1,
        "state": edition.state.value,
        "digest": edition.document.digest,
        "document": edition.document.canonical(),
        "reason": edition.reason,
        **steps,
    }


def _edition(row: RowMapping) -> RuleEdition:
    drafted, approved, effective, superseded = (_step(row, name) for name in _STEPS)
    assert drafted is not None  # noqa: S101 the column is not nullable
    return RuleEdition(
        id=RuleId(row["id"]),
        document=document(row["document"]),
        state=RuleState(row["state"]),
        drafted=drafted,
        approved=approved,
        effective=effective,
        superseded=superseded,
        reason=row["reason"],
        revision=row["revision"],
    )


def _step(row: RowMapping, name: str) -> Step | None:
    at = row[f"{name}_at"]
    return Step(ActorId(row[f"{name}_by"]), at) if at else None
