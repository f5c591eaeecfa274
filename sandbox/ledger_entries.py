"""What the differencing ledger keeps: released cells of one question, and how to list the units in them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from logs.model import OrganisationId
from sandbox.disclosure.differences import CellSets
from sandbox.plan import Statement

BESIDE = ("ws.", "own.")


@dataclass(frozen=True, slots=True)
class Version:
    """A resource, and the snapshot of it that was read."""

    id: str
    name: str
    digest: str

    @property
    def beside(self) -> bool:
        """Whether it is a workspace table or an own file, which its agreement may delete at any time."""
        return self.name.startswith(BESIDE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Released cells of one question about one kind of unit; `columns` of the statement tell the cells apart."""

    query: str
    unit: str
    versions: tuple[Version, ...]
    statement: Statement
    columns: tuple[str, ...]
    cells: CellSets
    at: datetime

    @property
    def kind(self) -> str:
        """The kind of unit, whichever of several of that kind in one query it is."""
        return kind_of(self.unit)


class Ledger(Protocol):
    """What was released to groups of related organisations, inside one transaction."""

    def position(self, family: str) -> int:
        """How many entries a group has."""

    def entries(self, family: str, kinds: Collection[str]) -> Sequence[Entry]:
        """Its entries about those kinds of unit, the oldest first."""

    def append(self, family: str, entries: Sequence[Entry], *, position: int) -> bool:
        """Put entries on record unless there are others since that position; whether it was done."""


def kind_of(unit: str) -> str:
    """The kind of a unit as releases name it.

    >>> kind_of("resident_id#2")
    'resident_id'
    """
    return unit.partition("#")[0]


def family_of(organisations: Collection[OrganisationId]) -> str:
    """What a group of related organisations is kept under.

    >>> family_of([OrganisationId("minyun")])
    'minyun'
    """
    if len(set(organisations)) == 1:
        return str(next(iter(organisations)))
    return hashlib.sha256("\x00".join(sorted(set(organisations))).encode()).hexdigest()
