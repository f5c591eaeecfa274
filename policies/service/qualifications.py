"""Evidence that a developer meets the safety conditions (Article 15)."""

from datetime import date, datetime

from logs.model import Actor, OrganisationId
from policies.model import Condition, Qualification
from policies.service.acting import acting
from policies.service.standing import require_no_affiliate
from policies.service.visible import require_visible
from policies.service.work import Begin


def present_evidence(
    begin: Begin, condition: Condition, *, title: str, digest: str, valid_until: date, by: Actor, at: datetime
) -> Qualification:
    """Hand in a document for a condition of one's own organisation. Raises `MaterialFlawed`."""
    with acting(begin, "present", "qualification", by.organisation, by=by, at=at) as work:
        known = work.qualifications.find(by.organisation) or Qualification(id=by.organisation)
        presented = known.present(condition, title=title, digest=digest, valid_until=valid_until, by=by, at=at)
        return work.qualifications.save(presented)


def accept_evidence(begin: Begin, id: OrganisationId, number: int, *, by: Actor, at: datetime) -> Qualification:
    """Find a document good. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`."""
    with acting(begin, "accept", "qualification", id, by=by, at=at) as work:
        require_no_affiliate(work, "qualification", id, of=id, by=by)
        return work.qualifications.save(work.qualifications.get(id).accept(number, by=by, at=at))


def reject_evidence(
    begin: Begin, id: OrganisationId, number: int, *, reason: str, by: Actor, at: datetime
) -> Qualification:
    """Find a document wanting, and say why. Raises `NoSuch`, `SelfApproval`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "reject", "qualification", id, by=by, at=at) as work:
        require_no_affiliate(work, "qualification", id, of=id, by=by)
        return work.qualifications.save(work.qualifications.get(id).reject(number, reason=reason, by=by, at=at))


def view_qualification(begin: Begin, id: OrganisationId, *, by: Actor, at: datetime) -> Qualification:
    """What an organisation has presented: to itself and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "qualification", id, by=by, at=at) as work:
        require_visible("qualification", id, {id}, to=by)
        return work.qualifications.find(id) or Qualification(id=id)
