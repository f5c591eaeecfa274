"""What people do with resources and the development catalog: one verb, one function, one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from catalog.arrival import Arrival
from catalog.edition import Edition
from catalog.entry import Entry, EntryState, Grading, Prohibition
from catalog.listing_errors import EntryExists, EntryUnknown, NoReport
from catalog.masks import InForce
from catalog.model import Resource, ResourceId, Version
from catalog.sample import Reidentification, Sample
from catalog.search import ranked
from logs.model import Actor, Event, EventId, Fact, Recorder
from masking.errors import NoRuleInForce
from masking.service import Rules


class Entries(Protocol):
    """Entries on record; saving one records its news in the same transaction."""

    def find(self, id: ResourceId) -> Entry | None:
        """The entry of that id; `None` when there is none."""

    def get(self, id: ResourceId) -> Entry:
        """The entry of that id; raises `EntryUnknown`."""

    def all(self) -> tuple[Entry, ...]:
        """Every entry, by id."""

    def versions(self, id: ResourceId) -> tuple[Version, ...]:
        """Every version that arrived, the newest first."""

    def save(self, entry: Entry) -> None:
        """Keep it, new or changed; raises `EntryChanged` when somebody else was faster."""


class Editions(Protocol):
    """Editions of the development catalog on record."""

    def get(self, number: int) -> Edition:
        """The edition of that number; raises `EditionUnknown`."""

    def latest(self) -> Edition | None:
        """The edition of the highest number."""

    def save(self, edition: Edition) -> None:
        """Keep it, new or changed; raises `EntryChanged` when somebody else was faster."""


class Work(Protocol):
    """A unit of work that reaches the catalog."""

    @property
    def entries(self) -> Entries: ...
    @property
    def editions(self) -> Editions: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def events(self) -> Recorder: ...


Begin = Callable[[], AbstractContextManager[Work]]


def register(begin: Begin, resource: Resource, *, by: Actor, at: datetime) -> Entry:
    """Make a resource known. Raises `EntryExists`."""
    with begin() as work:
        if work.entries.find(resource.id) is not None:
            raise EntryExists(resource.id)
        entry = Entry.register(resource, by=by, at=at)
        work.entries.save(entry)
    return entry


def record_arrivals(begin: Begin, arrivals: Sequence[Arrival], *, by: Actor, at: datetime) -> tuple[Entry, ...]:
    """Record that versions were placed, all of them or none; a resource not yet known is registered first."""
    entries = []
    with begin() as work:
        for arrival in arrivals:
            known = work.entries.find(arrival.resource.id)
            entry = known or Entry.register(arrival.resource, by=by, at=at)
            entry = entry.arrive(arrival, by=by, at=at)
            work.entries.save(entry)
            entries.append(entry)
    return tuple(entries)


def grade(begin: Begin, id: ResourceId, gradings: Sequence[Grading], *, by: Actor, at: datetime) -> Entry:
    """Grade a resource's columns, or override grades with a reason. Raises `NotGraded`, `ReasonMissing`."""
    with begin() as work:
        entry = work.entries.get(id).grade(gradings, by=by, at=at)
        work.entries.save(entry)
    return entry


def decide(
    begin: Begin, id: ResourceId, *, prohibition: Prohibition | None, reason: str, by: Actor, at: datetime
) -> Entry:
    """Record whether a resource falls under a prohibited class; then it is barred for good, else cleared."""
    with begin() as work:
        entry = work.entries.get(id)
        if prohibition is None:
            entry = entry.clear(reason=reason, by=by, at=at)
        else:
            entry = entry.bar(prohibition, reason=reason, by=by, at=at)
        work.entries.save(entry)
    return entry


def give_sample(begin: Begin, id: ResourceId, sample: Sample) -> Entry:
    """Put sample data beside an entry."""
    with begin() as work:
        entry = work.entries.get(id).give_sample(sample)
        work.entries.save(entry)
    return entry


def compile_catalog(begin: Begin, ids: Sequence[ResourceId], *, by: Actor, at: datetime) -> Edition:
    """Compile the next edition under the rules in force. Raises `NoRuleInForce`, `EntryUnknown`, `NotListable`."""
    with begin() as work:
        ruling = work.rules.in_force()
        if ruling is None:
            raise NoRuleInForce
        rules = InForce(ruling.id, ruling.document)
        latest = work.editions.latest()
        entries = [work.entries.get(id) for id in dict.fromkeys(ids)]
        number = latest.number + 1 if latest else 1
        edition = Edition.compile(entries, number=number, rules=rules, by=by, at=at)
        work.editions.save(edition)
    return edition


def file_catalog(begin: Begin, number: int, *, notice: str = "", by: Actor, at: datetime) -> Edition:
    """File a compiled edition with the bureau. Raises `EditionUnknown`, `MoveImpossible`."""
    with begin() as work:
        edition = work.editions.get(number).file(notice=notice, by=by, at=at)
        work.editions.save(edition)
    return edition


def publish_catalog(begin: Begin, number: int, *, by: Actor, at: datetime) -> Edition:
    """Publish a filed edition: its resources can be applied for. Raises `EditionUnknown`, `MoveImpossible`."""
    with begin() as work:
        edition = work.editions.get(number).publish(by=by, at=at)
        for id, _ in edition.listed:
            work.entries.save(work.entries.get(id).list_in(number, edition.masks[id]))
        work.editions.save(edition)
    return edition


def withdraw(begin: Begin, id: ResourceId, *, reason: str, by: Actor, at: datetime) -> Entry:
    """Take a resource out of the development catalog. Raises `EntryUnknown`, `ReasonMissing`, `MoveImpossible`."""
    with begin() as work:
        entry = work.entries.get(id).withdraw(reason=reason, by=by, at=at)
        work.entries.save(entry)
    return entry


def entries(begin: Begin) -> tuple[Entry, ...]:
    """Every resource on record, whatever its state: for operator, information centre, bureau and regulator."""
    with begin() as work:
        return work.entries.all()


def entry(begin: Begin, id: ResourceId) -> Entry:
    """One resource on record. Raises `EntryUnknown`."""
    with begin() as work:
        return work.entries.get(id)


def versions(begin: Begin, id: ResourceId) -> tuple[Version, ...]:
    """Every version of a resource that arrived, the newest first. Raises `EntryUnknown`."""
    with begin() as work:
        work.entries.get(id)
        return work.entries.versions(id)


def reidentification(begin: Begin, id: ResourceId) -> Reidentification:
    """How far a resource's sample lets anybody be told apart. Raises `EntryUnknown`, `NoReport` for an open one."""
    found = entry(begin, id)
    if found.sample is None or found.sample.report is None:
        raise NoReport(id)
    return found.sample.report


def listed(begin: Begin, *, words: str = "") -> tuple[Entry, ...]:
    """The development catalog as published, by id; with words, the entries that speak of them, the best first."""
    with begin() as work:
        entries = {entry.resource: entry for entry in work.entries.all() if entry.state is EntryState.LISTED}
    return tuple(entries[resource] for resource in ranked(tuple(entries), words))


def listed_entry(begin: Begin, id: ResourceId) -> Entry:
    """One entry of the development catalog. Raises `EntryUnknown` for one that is not listed, known or not."""
    with begin() as work:
        return _listed(work, id)


def view_sample(begin: Begin, id: ResourceId, *, event: EventId, by: Actor, at: datetime) -> Sample:
    """The sample data of a listed resource; that it was looked at goes on record. Raises `EntryUnknown`."""
    with begin() as work:
        entry = _listed(work, id)
        if entry.sample is None or entry.version is None:
            raise EntryUnknown(id)
        facts: dict[str, Fact] = {"resource": id, "rows": len(entry.sample.rows), "digest": str(entry.version.digest)}
        work.events.record(Event(event, "sample.viewed", at, by, f"resource:{id}", facts))
    return entry.sample


def _listed(work: Work, id: ResourceId) -> Entry:
    entry = work.entries.find(id)
    if entry is None or entry.state is not EntryState.LISTED:
        raise EntryUnknown(id)
    return entry
