"""The procedure over a real database: who does what, what is refused, and that the trail holds all of it."""

from datetime import date, timedelta

import pytest

from catalog.model import Use
from logs.model import Role
from policies import service
from policies.denials import NotActing, NotAParty, NotPermitted
from policies.errors import (
    DoneAlready,
    MaterialFlawed,
    MoveNotAllowed,
    NoSuch,
    NotInForce,
    ProcessingStopped,
    QualificationLacking,
)
from policies.model import (
    AgreementId,
    AgreementState,
    ApplicationId,
    ApplicationState,
    Materials,
    ScenarioId,
)
from policies.model.stops import StopScope
from tests.policies.conftest import CALENDAR, Listing, Office
from tests.policies.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    LATER,
    MONDAY,
    OPERATOR,
    PERSON,
    PLATFORM,
    RIVAL,
    a_resource,
    an_organisation,
    materials,
    someone,
    terms,
)

A1 = ApplicationId("a1")


@pytest.mark.article("M 12", "allowed")
def test_from_a_demand_to_a_filed_agreement_every_step_is_in_the_trail(ready: Office) -> None:
    agreement = ready.bring_into_force()
    filed = service.file_agreement(ready.begin, agreement.id, notice="厦数备1号", by=OPERATOR, at=LATER)

    assert filed.filing is not None
    assert filed.filing_due is not None
    assert (filed.filing_due.day, filed.filing.late) == (date(2026, 11, 30), False)
    kinds = [event.kind for event in ready.events() if event.kind.split(".")[0] in {"application", "agreement"}]
    assert kinds == [
        "application.drafted",
        "application.submitted",
        "application.approved",
        "agreement.drawn",
        "agreement.signed",
        "agreement.signed",
        "agreement.in_force",
        "agreement.filed",
    ]
    kept = service.view_agreement(ready.begin, agreement.id, by=BUREAU, at=LATER)
    assert kept == filed
    assert {event.facts["annex"] for event in ready.events("agreement.signed")} == {kept.annex.digest}


@pytest.mark.article("M 17", "allowed")
def test_the_annex_in_force_is_handed_to_the_developers_people_and_to_nobody_else(ready: Office) -> None:
    agreement = ready.bring_into_force()
    for person in (DEVELOPER, COLLEAGUE):
        found = service.annex_in_force(ready.begin, agreement.id, by=person, at=LATER)
        assert found.annex.grants[0].columns["id_card"] == frozenset({Use.JOIN})
    for stranger in (RIVAL, OPERATOR, BUREAU):
        with pytest.raises(NotAParty):
            service.annex_in_force(ready.begin, agreement.id, by=stranger, at=LATER)
    with pytest.raises(NotActing):
        service.annex_in_force(ready.begin, agreement.id, by=someone(Role.DEVELOPER, "ghost", "mobility"), at=LATER)
    with pytest.raises(NoSuch):
        service.annex_in_force(ready.begin, AgreementId("none"), by=DEVELOPER, at=LATER)


@pytest.mark.article("M 17", "refused")
def test_no_agreement_no_permission_and_none_after_a_stop_or_the_end(ready: Office) -> None:
    drawn = ready.draw()
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=LATER)
    ready.sign(drawn, DEVELOPER)
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=LATER)
    ready.sign(drawn, OPERATOR)
    service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=LATER)

    stop = ready.stop(StopScope.AGREEMENT, drawn.id)
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=LATER)
    assert ready.events("agreement.stopped")[0].facts["reason"] == "可识别到个人"

    service.report_stop(ready.begin, stop.id, risk="可识别到个人", measures="已停用", by=DEVELOPER, at=LATER)
    for side in (DEVELOPER, OPERATOR):
        with pytest.raises(NotPermitted):
            service.lift_stop(ready.begin, stop.id, reason="已排除", by=side, at=LATER)
    service.lift_stop(ready.begin, stop.id, reason="已排除", by=BUREAU, at=LATER)
    service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=LATER)

    end = MONDAY + timedelta(days=365)
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, drawn.id, by=DEVELOPER, at=end)
    assert service.expire_agreements(ready.begin, by=PLATFORM, at=end - timedelta(seconds=1)) == ()
    (expired,) = service.expire_agreements(ready.begin, by=PLATFORM, at=end)
    assert expired.state is AgreementState.EXPIRED
    assert len(ready.events("agreement.expired")) == 1
    assert service.expire_agreements(ready.begin, by=PLATFORM, at=end) == ()


def test_a_terminated_agreement_ends_at_once_and_a_cancelled_one_makes_room_for_another(ready: Office) -> None:
    drawn = ready.draw()
    service.cancel_agreement(ready.begin, drawn.id, reason="条款有误", by=OPERATOR, at=LATER)
    again = service.draw_agreement(
        ready.begin, AgreementId("second"), application=A1, terms=terms(), by=OPERATOR, at=LATER
    )
    with pytest.raises(DoneAlready):
        service.draw_agreement(ready.begin, AgreementId("third"), application=A1, terms=terms(), by=OPERATOR, at=LATER)
    ready.sign(again, OPERATOR)
    ready.sign(again, DEVELOPER)
    service.terminate_agreement(ready.begin, again.id, reason="违约", by=OPERATOR, at=LATER)
    with pytest.raises(NotInForce):
        service.annex_in_force(ready.begin, again.id, by=DEVELOPER, at=LATER)


@pytest.mark.article("M 15", "refused")
def test_nothing_is_approved_before_the_six_conditions_are_met_and_a_lapse_counts(office: Office) -> None:
    office.publish()
    office.submit()
    with pytest.raises(QualificationLacking) as refusal:
        service.approve_application(office.begin, A1, by=OPERATOR, at=LATER)
    assert len(refusal.value.flaws) == 6
    assert "未提交证明材料" in service.check_application(office.begin, A1, by=DEVELOPER, at=LATER)[0].what["zh"]

    office.qualify(until=date(2026, 11, 24))
    with pytest.raises(QualificationLacking, match="expired"):
        service.approve_application(office.begin, A1, by=OPERATOR, at=MONDAY + timedelta(days=2))
    approved = service.approve_application(office.begin, A1, by=OPERATOR, at=LATER)
    assert approved.state is ApplicationState.APPROVED
    assert [event.kind for event in office.events("application.approved")] == ["application.approved"]


def test_a_natural_days_end_in_xiamen_decides_whether_evidence_is_still_valid(office: Office) -> None:
    office.publish()
    office.submit()
    office.qualify(until=date(2026, 11, 24))
    midnight = MONDAY.replace(day=25, hour=0)
    with pytest.raises(QualificationLacking):
        service.approve_application(office.begin, A1, by=OPERATOR, at=midnight)
    service.approve_application(office.begin, A1, by=OPERATOR, at=midnight - timedelta(seconds=1))


@pytest.mark.article("M 16", "refused")
def test_an_incomplete_application_is_told_everything_and_stays_a_draft(ready: Office) -> None:
    service.draft_application(ready.begin, A1, Materials(), by=DEVELOPER, at=MONDAY)
    with pytest.raises(MaterialFlawed) as refusal:
        service.submit_application(ready.begin, A1, calendar=CALENDAR, by=DEVELOPER, at=LATER)
    assert len(refusal.value.flaws) == 5
    assert service.check_application(ready.begin, A1, by=DEVELOPER, at=LATER) == refusal.value.flaws

    service.revise_application(ready.begin, A1, materials(), by=COLLEAGUE, at=LATER)
    submitted = service.submit_application(ready.begin, A1, calendar=CALENDAR, by=DEVELOPER, at=LATER)
    assert submitted.submission is not None
    assert submitted.submission.due.day == date(2026, 11, 30)


def test_what_left_the_catalog_meanwhile_is_not_approved(ready: Office, listed: Listing) -> None:
    ready.submit()
    listed.entries[PERSON] = a_resource(district=frozenset({Use.GROUP}))
    with pytest.raises(MaterialFlawed) as narrowed:
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    assert [flaw.place for flaw in narrowed.value.flaws] == ["data.person.district", "data.person.id_card"]
    del listed.entries[PERSON]
    with pytest.raises(MaterialFlawed, match="does not list"):
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)


def test_nothing_new_rests_on_a_scenario_that_was_withdrawn(ready: Office) -> None:
    ready.submit("a1")
    ready.submit("a2")
    service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    service.withdraw_scenario(ready.begin, ScenarioId("s1"), reason="政策调整", by=BUREAU, at=LATER)

    with pytest.raises(MaterialFlawed):
        ready.submit("a3")
    with pytest.raises(MaterialFlawed):
        service.approve_application(ready.begin, ApplicationId("a2"), by=OPERATOR, at=LATER)
    with pytest.raises(MaterialFlawed):
        service.draw_agreement(ready.begin, AgreementId("g1"), application=A1, terms=terms(), by=OPERATOR, at=LATER)


@pytest.mark.article("M 10", "allowed")
def test_a_demand_of_a_class_that_stands_joins_it_and_a_class_that_is_over_is_free_again(office: Office) -> None:
    first = office.publish("s1")

    def demand(id: str) -> str:
        return service.demand_scenario(
            office.begin, ScenarioId(id), category=" 公共出行 ", title="停车", purpose="服务", by=RIVAL, at=LATER
        ).id

    assert demand("s2") == first
    assert len(service.view_scenario(office.begin, first, by=RIVAL, at=LATER).demands) == 2
    service.withdraw_scenario(office.begin, first, reason="政策调整", by=BUREAU, at=LATER)
    assert demand("s3") == "s3"


@pytest.mark.article("M 12", "refused")
def test_a_refused_application_says_why_and_is_not_drawn_up(ready: Office) -> None:
    ready.submit()
    service.refuse_application(ready.begin, A1, reasons=["范围过大"], by=OPERATOR, at=LATER)
    assert ready.events("application.refused")[0].facts["reasons"] == ("范围过大",)
    with pytest.raises(MoveNotAllowed):
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    with pytest.raises(MoveNotAllowed):
        service.draw_agreement(ready.begin, AgreementId("g1"), application=A1, terms=terms(), by=OPERATOR, at=LATER)


def test_a_withdrawn_application_is_not_decided(ready: Office) -> None:
    ready.submit()
    service.withdraw_application(ready.begin, A1, by=COLLEAGUE, at=LATER)
    with pytest.raises(MoveNotAllowed):
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)


def test_an_id_is_taken_once(ready: Office) -> None:
    ready.draft()
    with pytest.raises(DoneAlready):
        ready.draft(by=RIVAL)
    with pytest.raises(DoneAlready):
        service.register_organisation(ready.begin, an_organisation(DEVELOPER.organisation), by=OPERATOR, at=LATER)


@pytest.mark.article("M 10", "allowed")
def test_withdrawing_a_scenario_halts_every_agreement_that_rests_on_it(ready: Office) -> None:
    agreement = ready.bring_into_force()
    service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=LATER)
    _, stop = service.withdraw_scenario(ready.begin, ScenarioId("s1"), reason="不再需要", by=BUREAU, at=LATER)
    with pytest.raises(ProcessingStopped):
        service.annex_in_force(ready.begin, agreement.id, by=DEVELOPER, at=LATER)
    assert (stop.target, ready.events("stop.ordered")[0].facts["scenario"]) == ("s1", "s1")
