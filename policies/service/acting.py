"""Who may act at all: the role table, and the record of who acts for whom; every denial is recorded."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from logs.errors import EventRecordedTwice, Refusal
from logs.model import Actor, Event, EventId, Fact, Role
from policies.denials import DENIALS, NotActing, NotPermitted
from policies.service.work import Begin, Work


@contextmanager
def acting(begin: Begin, verb: str, thing: str, id: str = "", *, by: Actor, at: datetime) -> Iterator[Work]:
    """One transaction in which the actor does something; a denial undoes it and is recorded before it is raised.

    Raises `NotPermitted`, `NotActing`, and whatever is raised inside.
    """
    try:
        with begin() as work:
            require(work, verb, thing, by=by)
            yield work
    except DENIALS as denial:
        with begin() as work, suppress(EventRecordedTwice):  # the same attempt, told twice in one microsecond
            work.events.record(denied(denial, verb, thing, id, by=by, at=at))
        raise


def require(work: Work, verb: str, thing: str, *, by: Actor) -> None:
    """Raises `NotPermitted` or `NotActing`."""
    work.permissions.require(by, verb, thing)
    require_acting(work, by)


def require_acting(work: Work, by: Actor) -> None:
    """Raises `NotActing` unless the person is on record as acting so; the platform itself needs no record."""
    if by.role is Role.SYSTEM:
        return
    person = work.people.find(by.id)
    if person is None:
        raise NotActing(by.id, by.organisation, by.role)
    person.require_acting(by)


def denied(denial: Refusal, verb: str, thing: str, id: str, *, by: Actor, at: datetime) -> Event:
    """The event of a denial: who tried what on which thing, and what forbade it."""
    facts: dict[str, Fact] = {
        "verb": verb,
        "thing": thing,
        "decided_by": "roles.csv" if isinstance(denial, NotPermitted) else "model",
        "role": by.role.value,
        "party": by.organisation,
        "reason": denial.kind,
    }
    told = f"{by.id}/{by.organisation}/{by.role}/{verb}/{thing}:{id}/{at.isoformat()}/{denial.kind}"
    number = hashlib.sha256(told.encode()).hexdigest()[:32]
    return Event(EventId(number), "access.denied", at, by, f"{thing}:{id}", facts)
