"""Operation reports, contribution scores and training records (Articles 22, 24 and 25)."""

from collections.abc import Mapping
from datetime import datetime

from catalog.model import ResourceId
from logs.model import Actor, Event, Role
from policies.calendar import day_of
from policies.errors import MaterialFlawed, TrainingMissing
from policies.figures import KINDS_USED, Contribution, Formula, Period, contributions, figures
from policies.flaws import Flaw
from policies.model.reports import Report, ReportId
from policies.model.training import Training
from policies.service.acting import acting
from policies.service.visible import require_visible, selection
from policies.service.work import Begin, Work


def file_report(begin: Begin, period: Period, *, remarks: str, by: Actor, at: datetime) -> Report:
    """Generate a period's report from the records and file it with the bureau; again after it was returned.

    Raises `MaterialFlawed` before the period is over, `MoveNotAllowed`.
    """
    with acting(begin, "file", "report", str(period), by=by, at=at) as work:
        if at < period.ends:
            raise MaterialFlawed([_not_over(period)])
        counted = figures(_events(work, period))
        new = Report.file(str(period), counted, remarks=remarks, by=by, at=at)
        known = work.reports.find(new.id)
        return work.reports.save(known.refile(counted, remarks=remarks, by=by, at=at) if known else new)


def acknowledge_report(begin: Begin, id: ReportId, *, by: Actor, at: datetime) -> Report:
    """Take note of it. Raises `NoSuch`, `MoveNotAllowed`."""
    with acting(begin, "acknowledge", "report", id, by=by, at=at) as work:
        return work.reports.save(work.reports.get(id).acknowledge(by=by, at=at))


def return_report(begin: Begin, id: ReportId, *, reason: str, by: Actor, at: datetime) -> Report:
    """Send it back. Raises `NoSuch`, `MoveNotAllowed`, `MaterialFlawed`."""
    with acting(begin, "return", "report", id, by=by, at=at) as work:
        return work.reports.save(work.reports.get(id).send_back(reason=reason, by=by, at=at))


def view_report(begin: Begin, id: ReportId, *, by: Actor, at: datetime) -> Report:
    """One report, to its operator and to those who oversee. Raises `NoSuch`."""
    with acting(begin, "view", "report", id, by=by, at=at) as work:
        found = work.reports.get(id)
        require_visible("report", id, {found.operator}, to=by)
        return found


def list_reports(
    begin: Begin,
    *,
    states: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
    by: Actor,
    at: datetime,
) -> tuple[Report, ...]:
    """Reports the actor may see, the newest first."""
    with acting(begin, "view", "report", by=by, at=at) as work:
        return work.reports.list(selection(states=states, after=after, limit=limit, to=by))


def figures_of(begin: Begin, period: Period, *, by: Actor, at: datetime) -> Mapping[str, int]:
    """The figures of a period as the log has them now, filed or not."""
    with acting(begin, "view", "report", by=by, at=at) as work:
        return figures(_events(work, period))


def contributions_of(begin: Begin, period: Period, *, by: Actor, at: datetime) -> tuple[Contribution, ...]:
    """How much each provider contributed in a period, by the declared formula; a provider sees its own."""
    with acting(begin, "view", "contribution", by=by, at=at) as work:

        def provider_of(resource: str) -> str | None:
            return work.listed.provider(ResourceId(resource))

        scored = contributions(_events(work, period), formula=Formula.declared(), provider_of=provider_of)
        if by.role is not Role.PROVIDER:
            return scored
        own = work.organisations.get(by.organisation)
        return tuple(each for each in scored if each.provider in (own.title, own.id))


def record_training(begin: Begin, training: Training, *, by: Actor, at: datetime) -> Training:
    """Put a person's attendance on record. Raises `NoSuch`, `SelfApproval`, `MaterialFlawed`."""
    with acting(begin, "record", "training", training.id, by=by, at=at) as work:
        work.people.get(training.person)
        return work.trainings.save(training.attended(by=by, at=at))


def list_trainings(
    begin: Begin, *, after: str | None = None, limit: int | None = None, by: Actor, at: datetime
) -> tuple[Training, ...]:
    """Training on record that the actor may see, the newest first."""
    with acting(begin, "view", "training", by=by, at=at) as work:
        return work.trainings.list(selection(after=after, limit=limit, to=by))


def require_trained(work: Work, by: Actor, *, at: datetime) -> None:
    """Raises `TrainingMissing` unless the person has training that counts today."""
    if not any(training.counts(on=day_of(at)) for training in work.trainings.of(by.id)):
        raise TrainingMissing(by.id)


def _events(work: Work, period: Period) -> list[Event]:
    return list(work.history.between(period.begins, period.ends, kinds=KINDS_USED))


def _not_over(period: Period) -> Flaw:
    return Flaw(
        "period-not-over",
        "period",
        {"zh": f"{period} 尚未结束", "en": f"{period} is not over"},
        {"zh": "期满之后再报送", "en": "file the report when the period is over"},
    )
