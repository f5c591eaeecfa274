"""An agreement's own file: declared, scanned, held in quarantine until the operator decides, withdrawn or deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from catalog.model import ColumnType
from logs.model import Actor, Fact
from policies.denials import SelfApproval
from policies.model.recorded import Recorded, moved, require_said
from sandbox.nonpublic.rule import Right

FileId = NewType("FileId", str)


class FileState(StrEnum):
    """Where an own file stands."""

    DECLARED = "declared"
    QUARANTINED = "quarantined"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"


class FileMove(StrEnum):
    """What is done with an own file."""

    BRING = "bring"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    DELETE = "delete"


FILE_MOVES: Mapping[tuple[FileState, FileMove], FileState] = {
    (FileState.DECLARED, FileMove.BRING): FileState.QUARANTINED,
    (FileState.QUARANTINED, FileMove.ACCEPT): FileState.ACCEPTED,
    (FileState.QUARANTINED, FileMove.REJECT): FileState.REJECTED,
    (FileState.QUARANTINED, FileMove.WITHDRAW): FileState.WITHDRAWN,
    (FileState.ACCEPTED, FileMove.WITHDRAW): FileState.WITHDRAWN,
    (FileState.QUARANTINED, FileMove.DELETE): FileState.DELETED,
    (FileState.ACCEPTED, FileMove.DELETE): FileState.DELETED,
}
LIES = frozenset({FileState.QUARANTINED, FileState.ACCEPTED})
"""The states in which its rows lie on the platform."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the developer says of a file: where it comes from, by what right it is used, on what evidence."""

    name: str
    title: str
    source: str
    right: Right
    evidence: str


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column as the scan found it: counts and a kind, never a value. A withheld one was not taken in."""

    name: str
    type: ColumnType
    kind: str | None = None
    grade: int | None = None
    missing: int = 0
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found: the SHA-256 of the file and of what was taken of it, its rows and columns, its problems."""

    source: str
    digest: str
    bytes: int
    rows: int
    columns: tuple[OwnColumn, ...]
    problems: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[OwnColumn, ...]:
        """The columns that were taken in."""
        return tuple(column for column in self.columns if not column.withheld)


@dataclass(frozen=True, kw_only=True)
class OwnFile(Recorded):
    """One file under one agreement; `rule` is the access rule it was taken in by."""

    thing: ClassVar[str] = "own_file"

    id: FileId
    agreement: str
    declared: Declaration
    scanned: Scanned
    rule: str
    by: Actor
    brought_at: datetime
    state: FileState = FileState.DECLARED
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What queries call it."""
        return f"own.{self.declared.name}"

    @property
    def relation(self) -> str:
        """What it is called towards the engine: the same rows have the same name, whoever brought them."""
        return f"own.{self.scanned.digest[:32]}"

    def bring(self) -> Self:
        """It lies in quarantine from now on. Raises `MaterialFlawed` where the declaration says nothing."""
        require_said(title=self.declared.title, source=self.declared.source, evidence=self.declared.evidence)
        return self._to(FileMove.BRING, "file.brought", by=self.by, at=self.brought_at)

    def accept(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """The operator accepts it: its agreement may query it. Raises `SelfApproval`, `MoveNotAllowed`."""
        self._require_others(by)
        return self._decided(FileMove.ACCEPT, "file.accepted", reasons=(reason,) if reason else (), by=by, at=at)

    def reject(self, *, reasons: tuple[str, ...], by: Actor, at: datetime) -> Self:
        """The operator rejects it with reasons; its rows are deleted. Raises `SelfApproval`, `MoveNotAllowed`."""
        self._require_others(by)
        require_said(reasons="".join(reasons))
        return self._decided(FileMove.REJECT, "file.rejected", reasons=reasons, by=by, at=at)

    def withdraw(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Its side takes it back; its rows are deleted. Raises `MoveNotAllowed`, `MaterialFlawed`."""
        require_said(reason=reason)
        return replace(self, reasons=(reason,))._to(FileMove.WITHDRAW, "file.withdrawn", by=by, at=at)

    def delete(self, *, reason: str, by: Actor, at: datetime) -> Self:
        """Its agreement has ended; its rows are deleted. Raises `MoveNotAllowed`."""
        return replace(self, reasons=(reason,))._to(FileMove.DELETE, "file.deleted", by=by, at=at)

    def _decided(self, move: FileMove, kind: str, *, reasons: tuple[str, ...], by: Actor, at: datetime) -> Self:
        return replace(self, decided_by=by, decided_at=at, reasons=reasons)._to(move, kind, by=by, at=at)

    def _to(self, move: FileMove, kind: str, *, by: Actor, at: datetime) -> Self:
        state = moved(FILE_MOVES, self.state, move, thing="own_file", id=self.id)
        facts: dict[str, Fact] = {
            "file": self.id,
            "title": self.name,
            "agreement": self.agreement,
            "rule": self.rule,
            "source": self.declared.source,
            "right": self.declared.right.value,
            "digest": self.scanned.digest,
            "columns": tuple(column.name for column in self.scanned.taken),
            "recognised": tuple(f"{each.name}={each.kind}" for each in self.scanned.columns if each.kind),
            "rows": self.scanned.rows,
            "bytes": self.scanned.bytes,
            "problems": self.scanned.problems,
            "reasons": self.reasons,
        }
        return replace(self, state=state, news=self.telling(kind, by=by, at=at, **facts))

    def _require_others(self, by: Actor) -> None:
        if by.organisation == self.by.organisation:
            raise SelfApproval("own_file", self.id)
