"""Who did what, when: the values every package records with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from logs.hashing import Hash

ActorId = NewType("ActorId", str)
OrganisationId = NewType("OrganisationId", str)
EventId = NewType("EventId", str)

Fact = str | int | float | bool | tuple[str, ...] | None


class Role(StrEnum):
    """The parties of the Measure (Articles 3, 5, 15, 19, 23)."""

    BUREAU = "bureau"
    INFO_CENTER = "info_center"
    OPERATOR = "operator"
    DEVELOPER = "developer"
    PROVIDER = "provider"
    REVIEWER = "reviewer"
    REGULATOR = "regulator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for one organisation in one role; `system` acts for the platform itself (Article 21)."""

    id: ActorId
    organisation: OrganisationId
    role: Role


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and must reach the resource platform (Article 22 (2)).

    `subject` names what it happened to, as `kind:id`. `facts` hold ids, hashes, counts, names of states and the
    caller's own words; never a value of a dataset.
    """

    id: EventId
    kind: str
    at: datetime
    by: Actor
    subject: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event in the chain: numbered from 1, its canonical text, and the seal over the previous seal and that text.

    `previous` and `seal` are 64 hexadecimal digits; the first event's `previous` is all zeros. The text says by its
    form which hash the seal is.
    """

    seq: int
    event: Event
    sealed_at: datetime
    text: str
    previous: str
    seal: str
    hash: Hash = Hash.SHA256


class Recorder(Protocol):
    """Writes an event inside the transaction of what it reports."""

    def record(self, event: Event) -> None: ...
