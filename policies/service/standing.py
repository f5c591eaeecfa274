"""Whether developers still meet what approval asked: evidence, imported lists, ownership; daily (Article 15)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from logs.model import Actor, OrganisationId, Role
from policies.calendar import Deadline, day_of
from policies.denials import SelfApproval
from policies.errors import DoneAlready, RelatedToOperator
from policies.flaws import Flaw
from policies.model import Qualification
from policies.model.affiliations import Affiliation, AffiliationId, related
from policies.model.listings import CreditList, Listing, ListKind, listed_flaws
from policies.model.qualification import REQUIRED
from policies.model.stops import Stop, StopId, StopScope
from policies.owed import Owed
from policies.service.acting import acting
from policies.service.visible import selection
from policies.service.work import Begin, Selection, Work

WARNED = timedelta(days=30)
"""How long before evidence ends its organisation is reminded."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a re-check found: stops ordered for a lapse, and stops lifted because it is over."""

    lapsed: tuple[Stop, ...]
    restored: tuple[Stop, ...]


def lacking(work: Work, id: OrganisationId, *, on: date) -> tuple[Flaw, ...]:
    """Every condition that an organisation does not meet on that day, by its evidence or by an imported list."""
    organisation = work.organisations.get(id)
    evidence = work.qualifications.find(id) or Qualification(id=id)
    return (*evidence.lacking(organisation.nature, on=on), *listed_flaws(organisation, work.credit.current(), on=on))


def require_unrelated(work: Work, applicant: OrganisationId) -> None:
    """Raises `RelatedToOperator` where an operator and the applicant are tied by ownership."""
    for other in sorted(relatives(work, applicant) - {applicant}):
        if Role.OPERATOR in work.organisations.get(other).roles:
            raise RelatedToOperator(applicant, other)


def require_no_affiliate(work: Work, thing: str, id: str, *, of: OrganisationId, by: Actor) -> None:
    """Raises `SelfApproval` where the actor's organisation and the one decided on are tied by ownership."""
    if by.organisation in relatives(work, of):
        raise SelfApproval(thing, id)


def relatives(work: Work, id: OrganisationId) -> frozenset[OrganisationId]:
    """An organisation with all that it is tied to by ownership."""
    return related(id, work.affiliations.list(Selection()))


def import_list(
    begin: Begin, kind: ListKind, *, edition: str, source: str, listings: tuple[Listing, ...], by: Actor, at: datetime
) -> CreditList:
    """Take in an edition of a list, in the place of the one before. Raises `DoneAlready`, `MaterialFlawed`."""
    with acting(begin, "import", "credit", kind, by=by, at=at) as work:
        new = CreditList.bring_in(kind, edition, source, listings, by=by, at=at)
        if work.credit.find(new.id) is not None:
            raise DoneAlready("credit_list", new.id, "import")
        for old in work.credit.current():
            if old.kind is kind:
                work.credit.save(old.supersede(by=by, at=at))
        return work.credit.save(new)


def list_credit(
    begin: Begin, *, after: str | None = None, limit: int | None = None, by: Actor, at: datetime
) -> tuple[CreditList, ...]:
    """Imported lists, the newest first."""
    with acting(begin, "view", "credit", by=by, at=at) as work:
        return work.credit.list(selection(after=after, limit=limit, to=by))


def record_affiliation(begin: Begin, affiliation: Affiliation, *, by: Actor, at: datetime) -> Affiliation:
    """Put an ownership link on record. Raises `NoSuch`, `DoneAlready`, `MaterialFlawed`."""
    with acting(begin, "record", "affiliation", affiliation.id, by=by, at=at) as work:
        if work.affiliations.find(affiliation.id) is not None:
            raise DoneAlready("affiliation", affiliation.id, "record")
        for side in (affiliation.owner, affiliation.owned):
            work.organisations.get(side)
        return work.affiliations.save(affiliation.recorded(by=by, at=at))


def end_affiliation(begin: Begin, id: AffiliationId, *, reason: str, by: Actor, at: datetime) -> Affiliation:
    """Note that a link no longer stands. Raises `NoSuch`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "end", "affiliation", id, by=by, at=at) as work:
        return work.affiliations.save(work.affiliations.get(id).end(reason=reason, by=by, at=at))


def list_affiliations(
    begin: Begin, *, after: str | None = None, limit: int | None = None, by: Actor, at: datetime
) -> tuple[Affiliation, ...]:
    """Ownership links on record, the newest first."""
    with acting(begin, "view", "affiliation", by=by, at=at) as work:
        return work.affiliations.list(selection(after=after, limit=limit, to=by))


def recheck(begin: Begin, *, by: Actor, at: datetime) -> Rechecked:
    """Stop every developer with a living agreement that lapsed; lift the stop of one that meets all again.

    What the stops halt is the caller's to kill.
    """
    with acting(begin, "recheck", "qualification", by=by, at=at) as work:
        standing = {stop.target: stop for stop in work.stops.standing() if stop.id.startswith(LAPSE)}
        lapsed, restored = [], []
        for developer in sorted({agreement.developer for agreement in work.agreements.living()}):
            flaws = lacking(work, developer, on=day_of(at))
            if flaws and developer not in standing:
                note = "；".join(flaw.sentence("zh") for flaw in flaws)
                id = StopId(f"{LAPSE}{at:%Y%m%d%H%M%S}.{developer}"[:64])
                stop = Stop.order(id, StopScope.ORGANISATION, developer, note=note, by=by, at=at)
                lapsed.append(work.stops.save(stop))
            elif not flaws and developer in standing:
                restored.append(work.stops.save(standing[developer].lift(reason="重新满足安全条件", by=by, at=at)))
        return Rechecked(tuple(lapsed), tuple(restored))


def expiring(work: Work, *, at: datetime) -> Iterator[Owed]:
    """Evidence that has to be renewed by now or soon, for organisations with a living agreement."""
    for developer in sorted({agreement.developer for agreement in work.agreements.living()}):
        evidence = work.qualifications.find(developer)
        for condition in REQUIRED[work.organisations.get(developer).nature] if evidence else ():
            until = evidence.valid_until(condition) if evidence else None
            if until is not None and Deadline(until).at - WARNED <= at:
                due = Deadline(until).at
                yield Owed(
                    noun="qualification", id=f"{developer}/{condition}", act="present", by=developer,
                    since=due - WARNED, due=due, warned=WARNED,
                )  # fmt: skip


LAPSE = "lapse."
