"""The resource platform's side: taking records in, once and in order, and showing who saw what."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from logs.delivered import Field, differences, link_of
from logs.errors import NotAnEvent
from logs.misdelivered import (
    AlteredDuplicate,
    AlteredRecord,
    BrokenChain,
    GapInDelivery,
    Misdelivered,
    UnreadableRecord,
)
from logs.model import Sealed
from logs.seal import Head, sealed_over


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records to show. `about` says what they refer to, as `{"agreement": id, "resource": id, ...}`, all of it.

    `after` is the number to go on from; `since` is included, `until` is not.
    """

    about: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Incident:
    """A refused delivery: its kind, the number concerned, when it first and last came, and how often."""

    kind: str
    seq: int
    first_at: datetime
    last_at: datetime
    times: int


class Archive(Protocol):
    """The records taken in, inside one transaction."""

    def head(self) -> Head:
        """Where the log held here ends."""

    def seals(self, first: int, last: int) -> Mapping[int, str]:
        """The seals of these numbers, as far as they are held."""

    def keep(self, links: Sequence[Sealed], *, at: datetime) -> None:
        """Keep records that follow the end, with a receipt for them."""

    def note(self, kind: str, seq: int, *, at: datetime) -> None:
        """Keep a note of a refused delivery; one that repeats is counted."""

    def search(self, wanted: Filter) -> Sequence[Sealed]:
        """The records wanted, in order."""

    def incidents(self) -> Sequence[Incident]:
        """The refused deliveries, latest first."""


class Reception(Protocol):
    """A unit of work that reaches the archive."""

    @property
    def archive(self) -> Archive: ...


BeginReception = Callable[[], AbstractContextManager[Reception]]


def receive(begin: BeginReception, batch: Sequence[Mapping[str, Field]], *, at: datetime) -> Head:
    """Take in a batch of delivered records, all or none; where the log ends then.

    What was taken in before is recognised by number and not taken twice. Raises `Misdelivered`, with the incident
    on record.
    """
    try:
        links = [read_delivered(fields, place) for place, fields in enumerate(batch, start=1)]
        with begin() as work:
            head = work.archive.head()
            numbers = [link.seq for link in links] or [0]
            fresh = admitted(links, head, work.archive.seals(min(numbers), max(numbers)))
            if fresh:
                work.archive.keep(fresh, at=at)
        return Head(fresh[-1].seq, fresh[-1].seal) if fresh else head
    except Misdelivered as refusal:
        with begin() as work:
            work.archive.note(refusal.kind, refusal.seq, at=at)
        raise


def read_delivered(fields: Mapping[str, Field], place: int) -> Sealed:
    """The sealed event of one delivered record, checked by itself; raises `UnreadableRecord`, `AlteredRecord`."""
    try:
        link = link_of(fields)
        seal = sealed_over(link.previous, link.text)
    except (NotAnEvent, ValueError) as cause:
        raise UnreadableRecord(place) from cause
    differs = differences(fields, link) or (("seal",) if seal != link.seal else ())
    if differs:
        raise AlteredRecord(link.seq, differs)
    return link


def admitted(links: Sequence[Sealed], head: Head, known: Mapping[int, str]) -> list[Sealed]:
    """The records that are new after this end of the log; `known` are the seals of those it holds.

    Raises `AlteredDuplicate`, `GapInDelivery`, `BrokenChain`.
    """
    fresh: list[Sealed] = []
    held = dict(known)
    for link in links:
        if link.seq <= head.seq:
            if held.get(link.seq) != link.seal:
                raise AlteredDuplicate(link.seq)
            continue
        if link.seq > head.seq + 1:
            raise GapInDelivery(head.seq + 1, link.seq)
        if link.previous != head.seal:
            raise BrokenChain(link.seq)
        fresh.append(link)
        held[link.seq] = link.seal
        head = Head(link.seq, link.seal)
    return fresh
