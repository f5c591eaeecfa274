"""Reports, contributions and training: counted from the log, explained, filed, returned, and enough to act."""

from datetime import date, datetime, timedelta

import pytest

from logs.model import Event, EventId, Fact, Role
from policies import service
from policies.calendar import XIAMEN
from policies.denials import NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, TrainingMissing
from policies.figures import COUNTED, Formula, Period, contributions, figures
from policies.model.reports import ReportId, ReportState
from policies.service.reports import require_trained
from tests.policies.conftest import Office
from tests.policies.factories import (
    BUREAU,
    DEVELOPER,
    LATER,
    MONDAY,
    OPERATOR,
    PERSON,
    RIVAL,
    a_training,
    someone,
)

NOVEMBER = Period.read("2026-11")
DECEMBER = datetime(2026, 12, 1, tzinfo=XIAMEN)
PROVIDER = someone(Role.PROVIDER, "zhang", "公安局")


def told(number: int, kind: str, *, at: datetime = LATER, **facts: Fact) -> Event:
    return Event(EventId(f"e{number}"), kind, at, OPERATOR, "thing:1", facts)


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("2026-11", (2026, 11), (2026, 12)),
        ("2026-12", (2026, 12), (2027, 1)),
        ("2026-Q4", (2026, 10), (2027, 1)),
        ("2026", (2026, 1), (2027, 1)),
    ],
)
def test_a_period_is_a_month_a_quarter_or_a_year_of_xiamen(
    name: str, begins: tuple[int, int], ends: tuple[int, int]
) -> None:
    period = Period.read(name)
    assert period.begins == datetime(*begins, 1, tzinfo=XIAMEN)
    assert period.ends == datetime(*ends, 1, tzinfo=XIAMEN)


@pytest.mark.parametrize("name", ["2026-Q5", "2026-13", "", "yesterday"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Period.read(name)


def test_every_figure_counts_its_kinds_and_late_decisions_are_counted_apart() -> None:
    on_time = {"deadline": (LATER + timedelta(days=1)).isoformat()}
    late = {"deadline": (LATER - timedelta(days=1)).isoformat()}
    events = [
        told(1, "application.approved", **on_time),
        told(2, "application.refused", **late),
        told(3, "agreement.terminated"),
        told(4, "agreement.expired"),
        told(5, "statement.settled", fen=250),
    ]
    counted = figures(events)
    assert (counted["applications_approved"], counted["agreements_ended"]) == (1, 2)
    assert (counted["decisions_due"], counted["decisions_late"], counted["fees_settled_fen"]) == (2, 1, 250)
    assert set(figures([])) == set(counted) > set(COUNTED)
    assert not any(figures([]).values())


def test_a_score_is_the_declared_sum_of_its_parts() -> None:
    events = [
        told(1, "resource.arrived", provider="公安局", problems=()),
        told(2, "resource.arrived", provider="公安局", problems=("duplicate",)),
        told(3, "resource.arrived", provider="民政局"),
        told(4, "query.run", resources=("person", "marriage")),
        told(5, "query.run", resources=("person",)),
        told(6, "output.released", resources=("marriage",)),
    ]
    named = {"person": "公安局", "marriage": "民政局"}.get
    second, first = sorted(
        contributions(events, formula=Formula(40, 40, 20), provider_of=named), key=lambda it: it.score
    )
    assert (first.provider, first.quality, first.use, first.value) == ("民政局", 100.0, 50.0, 100.0)
    assert first.score == 0.4 * 100 + 0.4 * 50 + 0.2 * 100
    assert (second.provider, second.quality, second.use, second.score) == ("公安局", 50.0, 100.0, 60.0)
    assert contributions([], formula=Formula(40, 40, 20), provider_of=named) == ()
    declared = Formula.declared()
    assert declared.quality + declared.use + declared.products == 100


@pytest.mark.article("M 24", "allowed")
def test_a_report_is_generated_from_the_records_filed_returned_and_acknowledged(ready: Office) -> None:
    ready.bring_into_force()
    filed = service.file_report(ready.begin, NOVEMBER, remarks="平稳", by=OPERATOR, at=DECEMBER)
    assert filed.figures["applications_approved"] == len(ready.events("application.approved")) == 1
    assert filed.figures["agreements_in_force"] == 1
    assert service.figures_of(ready.begin, NOVEMBER, by=BUREAU, at=DECEMBER) == filed.figures
    service.return_report(ready.begin, filed.id, reason="补充说明", by=BUREAU, at=DECEMBER)
    again = service.file_report(ready.begin, NOVEMBER, remarks="补充", by=OPERATOR, at=DECEMBER)
    assert (again.id, again.remarks, again.reason) == (filed.id, "补充", "")
    noted = service.acknowledge_report(ready.begin, filed.id, by=BUREAU, at=DECEMBER)
    assert noted.state is ReportState.ACKNOWLEDGED
    assert [event.kind for event in ready.events() if event.kind.startswith("report.")] == [
        "report.filed",
        "report.returned",
        "report.filed",
        "report.acknowledged",
    ]


@pytest.mark.article("M 24", "refused")
def test_no_report_before_its_period_is_over_twice_or_by_others(ready: Office) -> None:
    with pytest.raises(MaterialFlawed):
        service.file_report(ready.begin, NOVEMBER, remarks="", by=OPERATOR, at=DECEMBER - timedelta(seconds=1))
    with pytest.raises(NotPermitted):
        service.file_report(ready.begin, NOVEMBER, remarks="", by=DEVELOPER, at=DECEMBER)
    service.file_report(ready.begin, NOVEMBER, remarks="", by=OPERATOR, at=DECEMBER)
    with pytest.raises(MoveNotAllowed):
        service.file_report(ready.begin, NOVEMBER, remarks="", by=OPERATOR, at=DECEMBER)
    with pytest.raises(NotPermitted):
        service.view_report(ready.begin, ReportId("operator.2026-11"), by=RIVAL, at=DECEMBER)


@pytest.mark.article("M 25", "allowed")
def test_the_bureau_sees_every_providers_score_and_a_provider_its_own(ready: Office) -> None:
    other = someone(Role.PROVIDER, "qian", "民政局")
    ready.admit(PROVIDER, other)
    with ready.begin() as work:
        work.events.record(told(1, "resource.arrived", provider="公安局", resource=PERSON))
        work.events.record(told(2, "query.run", resources=(PERSON,)))
    (score,) = service.contributions_of(ready.begin, NOVEMBER, by=BUREAU, at=DECEMBER)
    assert (score.provider, score.arrivals, score.queries) == ("公安局", 1, 1)
    assert [each.provider for each in service.contributions_of(ready.begin, NOVEMBER, by=PROVIDER, at=DECEMBER)] == [
        "公安局"
    ]
    assert service.contributions_of(ready.begin, NOVEMBER, by=other, at=DECEMBER) == ()


@pytest.mark.article("M 25", "refused")
def test_developers_see_no_scores(ready: Office) -> None:
    with pytest.raises(NotPermitted):
        service.contributions_of(ready.begin, NOVEMBER, by=DEVELOPER, at=DECEMBER)


@pytest.mark.article("M 22", "allowed")
def test_training_counts_through_its_last_day(ready: Office) -> None:
    service.record_training(ready.begin, a_training(), by=OPERATOR, at=LATER)
    with ready.begin() as work:
        require_trained(work, DEVELOPER, at=LATER)
        for person, at in ((RIVAL, LATER), (DEVELOPER, LATER + timedelta(days=400))):
            with pytest.raises(TrainingMissing):
                require_trained(work, person, at=at)
    assert ready.events("training.attended")[0].facts["person"] == DEVELOPER.id
    assert len(service.list_trainings(ready.begin, by=DEVELOPER, at=LATER)) == 1
    assert service.list_trainings(ready.begin, by=RIVAL, at=LATER) == ()


@pytest.mark.article("M 22", "refused")
def test_nobody_records_their_own_training_or_that_of_a_stranger_or_of_a_day_to_come(ready: Office) -> None:
    own = a_training(person=OPERATOR.id, organisation=OPERATOR.organisation)
    with pytest.raises(SelfApproval):
        service.record_training(ready.begin, own, by=OPERATOR, at=LATER)
    with pytest.raises(NoSuch):
        service.record_training(ready.begin, a_training(person="ghost"), by=OPERATOR, at=LATER)
    wrong = a_training(title=" ", held_on=date(2026, 11, 24))
    with pytest.raises(MaterialFlawed) as refusal:
        wrong.attended(by=OPERATOR, at=MONDAY)
    assert [flaw.place for flaw in refusal.value.flaws] == ["title", "held_on"]
