"""Consents: what they allow, who checks them, how they are withdrawn, and that nobody is named."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from catalog.model import ResourceId
from logs.model import Role
from policies import service
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model.consents import Consent, ConsentId, ConsentState
from tests.policies.conftest import Office
from tests.policies.factories import DEVELOPER, LATER, MONDAY, OPERATOR, PERSON, PLATFORM, RIVAL, a_consent, someone

INFO = someone(Role.INFO_CENTER)
PROVIDER = someone(Role.PROVIDER)
C1 = ConsentId("c1")


def allows(consent: Consent, **changes: Any) -> bool:
    asked = {"scenario": "s1", "resource": PERSON, "on": date(2027, 6, 30)} | changes
    return consent.allows(**asked)


def test_it_allows_its_scenario_and_resources_through_its_last_day_once_its_evidence_was_found_good() -> None:
    presented = a_consent()
    given = presented.accept(by=INFO, at=LATER)
    assert not allows(presented)
    assert allows(given)
    assert not allows(given, on=date(2027, 7, 1))
    assert not allows(given, scenario="s2")
    assert not allows(given, resource="tax")
    assert not allows(given.withdraw(by=DEVELOPER, at=LATER))


def test_everything_wrong_with_it_is_named_at_once() -> None:
    wrong = replace(a_consent(), resources=(), until=date(2026, 11, 22), evidence="x")
    with pytest.raises(MaterialFlawed) as refusal:
        wrong.present(by=DEVELOPER, at=MONDAY)
    assert [flaw.place for flaw in refusal.value.flaws] == ["resources", "until", "evidence"]


def test_who_presented_it_does_not_check_it_and_a_stranger_does_not_withdraw_it() -> None:
    with pytest.raises(SelfApproval):
        a_consent(by=INFO).accept(by=INFO, at=LATER)
    with pytest.raises(NotAParty):
        a_consent().withdraw(by=RIVAL, at=LATER)
    for office in (OPERATOR, INFO, PROVIDER):
        assert a_consent().withdraw(by=office, at=LATER).state is ConsentState.WITHDRAWN


def test_it_does_not_expire_before_its_last_day_is_over() -> None:
    given = a_consent().accept(by=INFO, at=LATER)
    with pytest.raises(ValueError, match="holds through"):
        given.expire(by=PLATFORM, at=LATER)


@pytest.mark.article("M 13", "allowed")
def test_a_consent_is_on_record_with_its_evidence_and_counts_until_it_is_withdrawn(ready: Office) -> None:
    ready.admit(INFO, PROVIDER)
    service.present_consent(ready.begin, a_consent(), by=DEVELOPER, at=LATER)

    def consenting() -> frozenset[str]:
        return service.consenting(ready.begin, scenario="s1", resource=PERSON, at=LATER)

    assert consenting() == frozenset()
    service.accept_consent(ready.begin, C1, by=INFO, at=LATER)
    assert consenting() == {a_consent().giver}
    service.withdraw_consent(ready.begin, C1, by=PROVIDER, at=LATER)
    assert consenting() == frozenset()
    told = [event for event in ready.events() if event.kind.startswith("consent.")]
    assert [event.kind for event in told] == ["consent.presented", "consent.given", "consent.withdrawn"]
    assert {event.facts["digest"] for event in told} == {a_consent().evidence}
    assert a_consent().giver not in str(told)


@pytest.mark.article("M 13", "refused")
def test_no_consent_without_a_check_by_the_information_center_or_for_what_is_not_there(ready: Office) -> None:
    service.present_consent(ready.begin, a_consent(), by=DEVELOPER, at=LATER)
    for checker in (DEVELOPER, OPERATOR):
        with pytest.raises(NotPermitted):
            service.accept_consent(ready.begin, C1, by=checker, at=LATER)
    for wrong in (
        replace(a_consent("c2"), resources=(ResourceId("tax"),)),
        replace(a_consent("c3"), scenario="none"),  # type: ignore[arg-type]
    ):
        with pytest.raises(NoSuch):
            service.present_consent(ready.begin, wrong, by=DEVELOPER, at=LATER)
    with pytest.raises(NoSuch):
        service.view_consent(ready.begin, C1, by=RIVAL, at=LATER)


def test_what_has_run_out_is_noted_by_the_platform_and_allowed_nothing_since(ready: Office) -> None:
    ready.admit(INFO)
    service.present_consent(ready.begin, a_consent(), by=DEVELOPER, at=LATER)
    service.accept_consent(ready.begin, C1, by=INFO, at=LATER)
    over = LATER + timedelta(days=365)
    assert service.expire_consents(ready.begin, by=PLATFORM, at=LATER) == ()
    assert service.consenting(ready.begin, scenario="s1", resource=PERSON, at=over) == frozenset()
    (expired,) = service.expire_consents(ready.begin, by=PLATFORM, at=over)
    assert expired.state is ConsentState.EXPIRED
    with pytest.raises(MoveNotAllowed):
        service.withdraw_consent(ready.begin, C1, by=INFO, at=over)
