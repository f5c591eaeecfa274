"""People over a real database: who acts for whom, who sees what, and that every denial is in the trail."""

from datetime import date

import pytest

from logs.model import Role
from policies import service
from policies.denials import NotActing, NotAParty, NotPermitted, SelfApproval
from policies.errors import (
    KeyMissing,
    NoSuch,
    SignatureInvalid,
)
from policies.model import (
    ApplicationId,
    ApplicationState,
    Condition,
    Nature,
    ScenarioId,
)
from tests.policies.conftest import CALENDAR, VERIFIER, Office
from tests.policies.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    DIGEST,
    LATER,
    MONDAY,
    OPERATOR,
    RIVAL,
    an_organisation,
    someone,
)

A1 = ApplicationId("a1")


@pytest.mark.article("M 23", "allowed")
def test_one_sees_ones_own_and_overseers_see_all(ready: Office) -> None:
    ready.submit("a1")
    ready.draft("a2", by=RIVAL)
    agreement = ready.draw("a3")

    def seen(actor: object) -> list[str]:
        found = service.list_applications(ready.begin, by=actor, at=LATER)  # type: ignore[arg-type]
        return sorted(application.id for application in found)

    assert (seen(DEVELOPER), seen(RIVAL), seen(OPERATOR)) == (["a1", "a3"], ["a2"], ["a1", "a2", "a3"])
    with pytest.raises(NoSuch):
        service.view_application(ready.begin, A1, by=RIVAL, at=LATER)
    with pytest.raises(NoSuch):
        service.check_application(ready.begin, A1, by=RIVAL, at=LATER)
    with pytest.raises(NoSuch):
        service.view_agreement(ready.begin, agreement.id, by=RIVAL, at=LATER)
    with pytest.raises(NoSuch):
        service.view_qualification(ready.begin, DEVELOPER.organisation, by=RIVAL, at=LATER)
    assert service.list_agreements(ready.begin, by=RIVAL, at=LATER) == ()
    assert [found.id for found in service.list_agreements(ready.begin, by=COLLEAGUE, at=LATER)] == [agreement.id]
    assert len(service.view_qualification(ready.begin, DEVELOPER.organisation, by=BUREAU, at=LATER).evidence) == 6
    waiting = service.list_applications(ready.begin, states=frozenset({"submitted"}), by=BUREAU, at=LATER)
    assert [application.id for application in waiting] == ["a1"]


def test_nobody_signs_without_a_key_on_record_or_with_another_one(ready: Office) -> None:
    drawn = ready.draw()

    def sign(signature: str) -> None:
        service.sign_agreement(
            ready.begin, drawn.id, signature, verifier=VERIFIER, calendar=CALENDAR, by=DEVELOPER, at=LATER
        )

    with pytest.raises(KeyMissing):
        sign("00")
    ready.sign(drawn, OPERATOR)
    service.enrol_key(ready.begin, "ab" * 32, by=DEVELOPER, at=LATER)
    with pytest.raises(SignatureInvalid):
        sign(ready.signers[OPERATOR.id].sign(drawn.statement))
    assert len(ready.events("agreement.signed")) == 1


def test_a_person_who_was_dismissed_does_nothing_any_more(ready: Office) -> None:
    ready.submit()
    service.dismiss(ready.begin, OPERATOR.id, reason="离职", by=BUREAU, at=LATER)
    with pytest.raises(NotActing):
        service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)
    with pytest.raises(NotActing):
        service.actor_of(ready.begin, OPERATOR.id)
    assert service.actor_of(ready.begin, BUREAU.id) == BUREAU


def test_every_denial_is_in_the_trail_and_nothing_else_of_it_is_kept(ready: Office) -> None:
    ready.submit()
    same_house = someone(Role.OPERATOR, "insider", "mobility")
    before = len(ready.events())

    for denied, refusal in (
        (RIVAL, NotPermitted),
        (someone(Role.OPERATOR, "ghost"), NotActing),
        (same_house, NotActing),
    ):
        with pytest.raises(refusal):
            service.approve_application(ready.begin, A1, by=denied, at=LATER)
    with pytest.raises(NotAParty):
        service.withdraw_application(ready.begin, A1, by=RIVAL, at=LATER)
    told = [(event.by.id, event.facts["reason"], event.facts["verb"]) for event in ready.events("access.denied")]
    assert told == [
        ("he", "not-permitted", "approve"),
        ("ghost", "not-acting", "approve"),
        ("insider", "not-acting", "approve"),
        ("he", "not-a-party", "withdraw"),
    ]
    assert ready.events("access.denied")[0].subject == "application:a1"
    assert len(ready.events()) == before + len(told)
    assert service.view_application(ready.begin, A1, by=BUREAU, at=LATER).state is ApplicationState.SUBMITTED


def test_the_same_attempt_at_the_same_moment_is_one_denial(ready: Office) -> None:
    ready.submit()
    for _ in range(2):
        with pytest.raises(NotPermitted):
            service.approve_application(ready.begin, A1, by=RIVAL, at=LATER)
    assert len(ready.events("access.denied")) == 1


def test_deciding_on_ones_own_demand_is_denied_and_told_even_after_changing_sides(office: Office) -> None:
    service.demand_scenario(
        office.begin, ScenarioId("s1"), category="养老", title="养老", purpose="选址", by=OPERATOR, at=MONDAY
    )
    service.dismiss(office.begin, OPERATOR.id, by=BUREAU, at=LATER)
    turned = someone(Role.BUREAU, OPERATOR.id, BUREAU.organisation)
    service.appoint(
        office.begin, turned.id, title="陈", organisation=turned.organisation, role=turned.role, by=BUREAU, at=LATER
    )
    with pytest.raises(SelfApproval):
        service.approve_scenario(office.begin, ScenarioId("s1"), by=turned, at=LATER)
    (denied,) = office.events("access.denied")
    assert (denied.facts["reason"], denied.facts["decided_by"]) == ("self-approval", "model")


@pytest.mark.article("M 15", "allowed")
def test_a_newcomer_is_registered_appointed_and_shows_that_it_is_qualified(office: Office) -> None:
    newcomer = someone(Role.DEVELOPER, "wu", "newcomer")
    service.register_organisation(office.begin, an_organisation("newcomer"), by=OPERATOR, at=MONDAY)
    service.appoint(
        office.begin,
        newcomer.id,
        title="吴",
        organisation=newcomer.organisation,
        role=newcomer.role,
        by=OPERATOR,
        at=MONDAY,
    )
    for number, condition in enumerate(Condition, 1):
        service.present_evidence(
            office.begin, condition, title="证明", digest=DIGEST, valid_until=date(2027, 1, 1), by=newcomer, at=MONDAY
        )
        with pytest.raises(NotPermitted):
            service.accept_evidence(office.begin, newcomer.organisation, number, by=newcomer, at=LATER)
        service.accept_evidence(office.begin, newcomer.organisation, number, by=OPERATOR, at=LATER)
    service.present_evidence(
        office.begin, condition, title="补充", digest=DIGEST, valid_until=date(2028, 1, 1), by=newcomer, at=LATER
    )
    service.reject_evidence(office.begin, newcomer.organisation, 7, reason="模糊", by=OPERATOR, at=LATER)
    shown = service.view_qualification(office.begin, newcomer.organisation, by=newcomer, at=LATER)
    assert shown.lacking(Nature.LEGAL_PERSON, on=MONDAY.date()) == ()
    assert len(office.events("qualification.accepted")) == 6
    assert service.actor_of(office.begin, newcomer.id) == newcomer
