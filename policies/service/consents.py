"""Consents of data subjects: presented with evidence, checked, withdrawn at once, kept as evidence (Article 13)."""

from dataclasses import replace
from datetime import datetime

from logs.model import Actor
from policies.calendar import day_of
from policies.errors import DoneAlready, NoSuch
from policies.model.consents import Consent, ConsentId
from policies.service.acting import acting
from policies.service.visible import require_visible, selection
from policies.service.work import Begin


def present_consent(begin: Begin, consent: Consent, *, by: Actor, at: datetime) -> Consent:
    """Hand a consent in for a published scenario. Raises `NoSuch`, `DoneAlready`, `MaterialFlawed`."""
    with acting(begin, "present", "consent", consent.id, by=by, at=at) as work:
        if work.consents.find(consent.id) is not None:
            raise DoneAlready("consent", consent.id, "present")
        presented = replace(consent, presented_by=by, presented_at=at).present(by=by, at=at)
        work.scenarios.get(presented.scenario)
        for resource in presented.resources:
            if work.listed.provider(resource) is None:
                raise NoSuch("resource", resource)
        return work.consents.save(presented)


def accept_consent(begin: Begin, id: ConsentId, *, by: Actor, at: datetime) -> Consent:
    """Find its evidence good. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`."""
    with acting(begin, "accept", "consent", id, by=by, at=at) as work:
        return work.consents.save(work.consents.get(id).accept(by=by, at=at))


def reject_consent(begin: Begin, id: ConsentId, *, reason: str, by: Actor, at: datetime) -> Consent:
    """Find its evidence wanting. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "reject", "consent", id, by=by, at=at) as work:
        return work.consents.save(work.consents.get(id).reject(reason=reason, by=by, at=at))


def withdraw_consent(begin: Begin, id: ConsentId, *, by: Actor, at: datetime) -> Consent:
    """The data subject takes it back. Raises `NoSuch`, `NotAParty`, `MoveNotAllowed`."""
    with acting(begin, "withdraw", "consent", id, by=by, at=at) as work:
        return work.consents.save(work.consents.get(id).withdraw(by=by, at=at))


def expire_consents(begin: Begin, *, by: Actor, at: datetime) -> tuple[Consent, ...]:
    """Note which consents have run out; they allowed nothing since."""
    with acting(begin, "expire", "consent", by=by, at=at) as work:
        run_out = work.consents.run_out(on=day_of(at))
        return tuple(work.consents.save(consent.expire(by=by, at=at)) for consent in run_out)


def view_consent(begin: Begin, id: ConsentId, *, by: Actor, at: datetime) -> Consent:
    """One consent, to who presented it and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "consent", id, by=by, at=at) as work:
        found = work.consents.get(id)
        require_visible("consent", id, {found.presented_by.organisation}, to=by)
        return found


def list_consents(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Consent, ...]:
    """Consents the actor may see, the newest first."""
    with acting(begin, "view", "consent", by=by, at=at) as work:
        return work.consents.list(selection(states=states, after=after, limit=limit, to=by))


def consenting(begin: Begin, *, scenario: str, resource: str, at: datetime) -> frozenset[str]:
    """The keyed digests of those who consent to the use of a resource for a scenario now."""
    on = day_of(at)
    with begin() as work:
        found = work.consents.given(scenario)
    return frozenset(each.giver for each in found if each.allows(scenario=scenario, resource=resource, on=on))
