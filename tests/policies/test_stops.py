"""Stops: whose processing they halt, who may order, report and lift them, and the clock of the report."""

from datetime import timedelta

import pytest

from catalog.model import ResourceId
from logs.model import Actor, Role
from policies import service
from policies.denials import NotAParty, NotPermitted
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch, NotInForce, ProcessingStopped
from policies.model import AgreementId, AgreementState
from policies.model.stops import Processing, Stop, StopId, StopScope, StopState
from tests.policies.conftest import Office
from tests.policies.factories import BUREAU, COLLEAGUE, DEVELOPER, LATER, OPERATOR, PERSON, RIVAL, a_stop, someone

MINE = Processing(
    agreement="of-a1",
    scenario="s1",
    organisation=DEVELOPER.organisation,
    person=DEVELOPER.id,
    resources=frozenset({PERSON}),
)
THEIRS = Processing(
    agreement="of-a2",
    scenario="s1",
    organisation=RIVAL.organisation,
    person=RIVAL.id,
    resources=frozenset({PERSON}),
)


@pytest.mark.parametrize(
    ("scope", "target", "by", "mine", "theirs"),
    [
        (StopScope.AGREEMENT, "of-a1", OPERATOR, True, False),
        (StopScope.RESOURCE, PERSON, OPERATOR, True, True),
        (StopScope.RESOURCE, "tax", OPERATOR, False, False),
        (StopScope.SCENARIO, "s1", BUREAU, True, True),
        (StopScope.ORGANISATION, RIVAL.organisation, OPERATOR, False, True),
        (StopScope.PERSON, DEVELOPER.id, OPERATOR, True, False),
        (StopScope.ALL, "", BUREAU, True, True),
        (StopScope.RESOURCE, PERSON, DEVELOPER, True, False),
        (StopScope.SCENARIO, "s1", DEVELOPER, True, False),
        (StopScope.ALL, "", DEVELOPER, True, False),
    ],
)
def test_a_stop_halts_what_it_names_and_a_developers_its_own_side_alone(
    scope: StopScope, target: str, by: Actor, *, mine: bool, theirs: bool
) -> None:
    stop = a_stop(scope, target, by=by)
    assert (stop.covers(MINE), stop.covers(THEIRS)) == (mine, theirs)


def test_a_lifted_stop_halts_nothing() -> None:
    stop = a_stop(by=BUREAU)
    assert stop.covers(MINE)
    assert not stop.lift(reason="已排除", by=BUREAU, at=LATER).covers(MINE)


def test_the_risk_is_reported_within_twelve_hours_or_marked_late() -> None:
    stop = a_stop()
    assert stop.report_due == LATER + timedelta(hours=12)
    assert not stop.overdue(at=stop.report_due)
    assert stop.overdue(at=stop.report_due + timedelta(seconds=1))
    late = stop.report(risk="险", measures="停", by=COLLEAGUE, at=stop.report_due + timedelta(seconds=1))
    assert late.reports[0].late
    assert not late.overdue(at=stop.report_due + timedelta(days=1))
    assert not stop.report(risk="险", measures="停", by=DEVELOPER, at=stop.report_due).reports[0].late


def test_nothing_is_lifted_before_its_risk_is_reported_and_the_bureaus_own_stop_is_known_to_it() -> None:
    with pytest.raises(MoveNotAllowed) as refusal:
        a_stop().lift(reason="已排除", by=BUREAU, at=LATER)
    assert refusal.value.possible == ("report",)
    assert a_stop(by=BUREAU).lift(reason="已排除", by=BUREAU, at=LATER).state is StopState.LIFTED


def test_others_do_not_report_for_who_ordered_it_and_a_stop_says_why() -> None:
    with pytest.raises(NotAParty):
        a_stop().report(risk="险", measures="停", by=OPERATOR, at=LATER)
    with pytest.raises(MaterialFlawed) as refusal:
        a_stop().report(risk=" ", measures="", by=DEVELOPER, at=LATER)
    assert [flaw.place for flaw in refusal.value.flaws] == ["risk", "measures"]
    with pytest.raises(MaterialFlawed):
        Stop.order(StopId("s"), StopScope.RESOURCE, "", note="", by=DEVELOPER, at=LATER)


@pytest.mark.article("M 18", "allowed")
def test_a_stop_of_a_resource_halts_its_use_and_no_other_until_it_is_lifted(ready: Office) -> None:
    agreement = ready.bring_into_force()
    stop = ready.stop(StopScope.RESOURCE, PERSON, by=OPERATOR)

    def opened(*resources: str) -> None:
        named = tuple(map(ResourceId, resources))
        service.annex_in_force(ready.begin, agreement.id, resources=named, by=DEVELOPER, at=LATER)

    opened()
    opened("tax")
    with pytest.raises(ProcessingStopped) as refusal:
        opened("tax", PERSON)
    assert "stop-1" in refusal.value.detail("zh")
    service.report_stop(ready.begin, stop.id, risk="险", measures="停", by=OPERATOR, at=LATER)
    service.lift_stop(ready.begin, stop.id, reason="已排除", by=BUREAU, at=LATER)
    opened(PERSON)
    told = [event.kind for event in ready.events() if event.kind.startswith("stop.")]
    assert told == ["stop.ordered", "stop.reported", "stop.lifted"]
    assert ready.events("stop.ordered")[0].facts["resource"] == PERSON


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        (StopScope.SCENARIO, "s1"),
        (StopScope.ORGANISATION, DEVELOPER.organisation),
        (StopScope.PERSON, DEVELOPER.id),
        (StopScope.ALL, ""),
    ],
)
def test_a_wider_stop_halts_the_agreement_it_covers(ready: Office, scope: StopScope, target: str) -> None:
    agreement = ready.bring_into_force()
    ready.stop(scope, target, by=BUREAU)
    with pytest.raises(ProcessingStopped):
        service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=LATER)
    if scope is StopScope.PERSON:
        service.annex_in_force(ready.begin, agreement.id, by=COLLEAGUE, at=LATER)


def test_an_agreement_goes_on_when_the_last_of_its_stops_is_lifted(ready: Office) -> None:
    agreement = ready.bring_into_force()
    first = ready.stop(StopScope.AGREEMENT, agreement.id, by=BUREAU)
    second = ready.stop(StopScope.AGREEMENT, agreement.id, by=BUREAU, id="stop-2")
    service.lift_stop(ready.begin, first.id, reason="已排除", by=BUREAU, at=LATER)
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=LATER)
    service.lift_stop(ready.begin, second.id, reason="已排除", by=BUREAU, at=LATER)
    service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=LATER)


def test_lifting_a_stop_does_not_revive_an_agreement_that_has_ended(ready: Office) -> None:
    agreement = ready.bring_into_force()
    stop = ready.stop(StopScope.AGREEMENT, agreement.id, by=BUREAU)
    service.terminate_agreement(ready.begin, agreement.id, reason="违约", by=OPERATOR, at=LATER)
    service.lift_stop(ready.begin, stop.id, reason="已排除", by=BUREAU, at=LATER)
    found = service.view_agreement(ready.begin, agreement.id, by=BUREAU, at=LATER)
    assert found.state is AgreementState.TERMINATED


@pytest.mark.article("M 18", "refused")
def test_a_developer_stops_nothing_of_others_and_nobody_what_is_not_there(ready: Office) -> None:
    agreement = ready.bring_into_force()
    rival = AgreementId(agreement.id)
    with pytest.raises(NotAParty):
        ready.stop(StopScope.AGREEMENT, rival, by=RIVAL)
    with pytest.raises(NotAParty):
        ready.stop(StopScope.ORGANISATION, DEVELOPER.organisation, by=RIVAL, id="stop-2")
    with pytest.raises(NotAParty):
        ready.stop(StopScope.PERSON, DEVELOPER.id, by=RIVAL, id="stop-3")
    for scope in (StopScope.RESOURCE, StopScope.SCENARIO, StopScope.AGREEMENT, StopScope.PERSON):
        with pytest.raises(NoSuch):
            ready.stop(scope, "none", by=OPERATOR)
    with pytest.raises(NotPermitted):
        ready.stop(StopScope.ALL, by=someone(Role.PROVIDER))
    assert ready.events("stop.ordered") == []
    assert len(ready.events("access.denied")) == 4


def test_one_sees_ones_own_stops_and_overseers_see_all(ready: Office) -> None:
    ready.stop(StopScope.RESOURCE, PERSON)
    for actor, seen in ((DEVELOPER, 1), (RIVAL, 0), (OPERATOR, 1), (BUREAU, 1)):
        assert len(service.list_stops(ready.begin, by=actor, at=LATER)) == seen
    with pytest.raises(NoSuch):
        service.view_stop(ready.begin, StopId("stop-1"), by=RIVAL, at=LATER)
