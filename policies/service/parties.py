"""Organisations and their people: who may act, for whom, in which role."""

from dataclasses import replace
from datetime import datetime

from logs.model import Actor, ActorId, OrganisationId, Role
from policies.errors import DoneAlready
from policies.model import Organisation, Person
from policies.service.acting import acting
from policies.service.work import Begin


def register_organisation(begin: Begin, organisation: Organisation, *, by: Actor, at: datetime) -> Organisation:
    """Put an organisation on record with the roles it may act in.

    Raises `NotTheirsToAppoint`, `RolesIncompatible`, `DoneAlready`.
    """
    with acting(begin, "register", "organisation", organisation.id, by=by, at=at) as work:
        if work.organisations.find(organisation.id) is not None:
            raise DoneAlready("organisation", organisation.id, "register")
        return work.organisations.save(Organisation.register(organisation, by=by, at=at))


def appoint(
    begin: Begin, id: ActorId, *, title: str, organisation: OrganisationId, role: Role, by: Actor, at: datetime
) -> Person:
    """Let a person act for one organisation in one role; who acts elsewhere must be dismissed there first.

    Raises `NoSuch`, `NotTheirsToAppoint`, `RoleNotHeld`, `MoveNotAllowed`.
    """
    with acting(begin, "appoint", "person", id, by=by, at=at) as work:
        place = work.organisations.hold(organisation)
        known = work.people.find(id) or Person(id=id, title=title, organisation=organisation, role=role)
        return work.people.save(replace(known, title=title).appoint(place, role, by=by, at=at))


def enrol_key(begin: Begin, key: str, *, by: Actor, at: datetime) -> Person:
    """Put one's own Ed25519 public key on record, to sign agreements with. Raises `MaterialFlawed`."""
    with acting(begin, "enrol_key", "person", by.id, by=by, at=at) as work:
        return work.people.save(work.people.get(by.id).enrol_key(key, by=by, at=at))


def dismiss(begin: Begin, id: ActorId, *, reason: str = "", by: Actor, at: datetime) -> Person:
    """End a person's acting, at once. Raises `NoSuch`, `NotTheirsToAppoint`, `MoveNotAllowed`."""
    with acting(begin, "dismiss", "person", id, by=by, at=at) as work:
        return work.people.save(work.people.get(id).dismiss(by=by, at=at, reason=reason))


def actor_of(begin: Begin, id: ActorId) -> Actor:
    """For whom and in which role a person acts now. Raises `NoSuch`, `NotActing`."""
    with begin() as work:
        return work.people.get(id).actor
