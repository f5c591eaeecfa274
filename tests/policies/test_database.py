"""The nouns come back from either database as they were saved; of two who change one thing, one is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from catalog.model import Resource, ResourceId
from logs.errors import Refusal
from policies import service
from policies.billing import Meter, Month, Tariff, Tier, lines
from policies.courses import INCIDENT
from policies.errors import ConcurrentChange, DoneAlready, MoveNotAllowed, NoSuch
from policies.model import Agreement, AgreementId, ApplicationId, Condition, Opinion, ScenarioId
from policies.model.recorded import Recorded
from policies.model.reminders import Contact
from policies.model.reports import Report
from policies.model.statements import Statement
from policies.model.stops import Stop, StopId, StopScope
from policies.service.work import Selection
from tests.policies.conftest import Listing, Office
from tests.policies.factories import (
    BUREAU,
    DEVELOPER,
    DUE,
    KEY,
    LATER,
    MONDAY,
    OPERATOR,
    RIVAL,
    Trusting,
    a_consent,
    a_person,
    a_reminder,
    a_scenario,
    a_training,
    an_affiliation,
    an_agreement,
    an_application,
    an_organisation,
    qualified,
    terms,
)
from tests.policies.test_courses import opened
from tests.policies.test_standing import a_list

A1 = ApplicationId("a1")


def _signed() -> Agreement:
    agreement = an_agreement()
    for side in (DEVELOPER, OPERATOR):
        agreement = agreement.sign(
            key=KEY, signature=f"signed by {KEY}", verifier=Trusting(), due=DUE, by=side, at=LATER
        )
    filed = agreement.file(notice="厦数备1号", by=OPERATOR, at=LATER)
    return filed.stop(note="可识别到个人", by=DEVELOPER, at=LATER)


NOUNS: dict[str, tuple[str, Callable[[], Recorded]]] = {
    "organisation": ("organisations", lambda: an_organisation().register(an_organisation(), by=OPERATOR, at=MONDAY)),
    "person": (
        "people",
        lambda: (
            a_person()
            .appoint(an_organisation(), DEVELOPER.role, by=OPERATOR, at=MONDAY)
            .enrol_key(KEY, by=DEVELOPER, at=MONDAY)
        ),
    ),
    "qualification": ("qualifications", lambda: qualified(leaving_out=Condition.CREDIT)),
    "scenario": (
        "scenarios",
        lambda: a_scenario().approve(
            reason="可行", opinions=(Opinion(department="公安局", text="同意"),), by=BUREAU, at=LATER
        ),
    ),
    "application": (
        "applications",
        lambda: an_application().submit((), due=DUE, by=DEVELOPER, at=MONDAY).refuse(["否"], by=OPERATOR, at=LATER),
    ),
    "agreement": ("agreements", _signed),
    "consent": ("consents", lambda: a_consent().accept(by=BUREAU, at=LATER)),
    "statement": (
        "statements",
        lambda: Statement.issue(
            an_agreement(),
            Month(2026, 11),
            lines((), agreement="g1", tariff=Tariff({Meter.CALL: (Tier(up_to=None, fen=1),)}), months=1),
            by=OPERATOR,
            at=LATER,
        ),
    ),
    "report": ("reports", lambda: Report.file("2026-10", {"queries": 1}, remarks="稳", by=OPERATOR, at=LATER)),
    "training": ("trainings", lambda: a_training().attended(by=OPERATOR, at=LATER)),
    "contact": (
        "contacts",
        lambda: Contact(id=OPERATOR.organisation).set(email="a@b.cn", webhook="https://b.cn", by=OPERATOR, at=LATER),
    ),
    "reminder": ("reminders", lambda: a_reminder().claimed(by=OPERATOR, at=LATER)),
    "credit_list": ("credit", a_list),
    "affiliation": ("affiliations", lambda: an_affiliation().recorded(by=BUREAU, at=LATER)),
    "matter": ("matters", lambda: opened(INCIDENT)),
    "stop": (
        "stops",
        lambda: Stop.order(StopId("s"), StopScope.ALL, "", note="险", by=DEVELOPER, at=LATER).report(
            risk="险", measures="停", by=DEVELOPER, at=LATER
        ),
    ),
}


@pytest.mark.parametrize("noun", list(NOUNS))
def test_a_noun_comes_back_as_it_was_saved(office: Office, noun: str) -> None:
    shelf, made = NOUNS[noun]
    thing = replace(made(), id="new")
    with office.begin() as work:
        saved = getattr(work, shelf).save(thing)
    assert (saved.version, saved.news) == (1, ())
    with office.begin() as work:
        for read in (getattr(work, shelf).get("new"), getattr(work, shelf).hold("new")):
            assert read == saved
            assert replace(read, version=0) == thing
        with pytest.raises(NoSuch):
            getattr(work, shelf).get("old")
        with pytest.raises(NoSuch):
            getattr(work, shelf).hold("old")
        assert getattr(work, shelf).find("old") is None


def test_what_both_sides_signed_is_the_same_text_after_it_was_kept(office: Office) -> None:
    agreement = _signed()
    with office.begin() as work:
        work.agreements.save(agreement)
    with office.begin() as work:
        kept = work.agreements.get(agreement.id)
    assert kept.statement == agreement.statement
    assert kept.annex.digest == agreement.annex.digest


def test_nothing_is_saved_without_its_news_and_nothing_twice(office: Office) -> None:
    silent = an_application()
    with pytest.raises(ValueError, match="without news"), office.begin() as work:
        work.applications.save(silent)
    told = silent.revise(silent.materials, by=DEVELOPER, at=LATER)
    with office.begin() as work:
        work.applications.save(told)
    with pytest.raises(ConcurrentChange), office.begin() as work:
        work.applications.save(told)
    assert len(office.events("application.revised")) == 1


def test_a_change_made_on_an_old_version_is_refused_and_undone_with_its_event(office: Office) -> None:
    office.draft()
    with office.begin() as work:
        old = work.applications.get(A1)
    with office.begin() as work:
        work.applications.save(old.withdraw(by=DEVELOPER, at=LATER))
    with pytest.raises(ConcurrentChange) as refusal, office.begin() as work:
        work.applications.save(old.revise(old.materials, by=DEVELOPER, at=LATER))
    assert refusal.value.detail("zh") == "“开发利用申请” a1 在办理期间已被他人改动，本次未作任何更改。"
    assert office.events("application.revised") == []


def test_a_list_is_read_page_by_page_the_newest_first(office: Office) -> None:
    for number in range(5):
        service.draft_application(
            office.begin,
            ApplicationId(f"a{number}"),
            an_application().materials,
            by=RIVAL if number == 3 else DEVELOPER,
            at=MONDAY + timedelta(minutes=number // 2),
        )

    def page(**chosen: Any) -> list[str]:
        with office.begin() as work:
            return [application.id for application in work.applications.list(Selection(**chosen))]

    assert page() == ["a4", "a3", "a2", "a1", "a0"]
    assert page(limit=2) == ["a4", "a3"]
    assert page(limit=2, after="a3") == ["a2", "a1"]
    assert page(limit=2, after="a1") == ["a0"]
    assert page(organisation=DEVELOPER.organisation, limit=2, after="a4") == ["a2", "a1"]
    assert page(states=frozenset({"submitted", "approved"})) == []
    with pytest.raises(NoSuch):
        page(after="a9")


class Meeting(Listing):
    """A catalog at which two transactions wait for each other, where the database lets them."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(*listing.entries.values())
        self._barrier = Barrier(2)

    def resource(self, id: ResourceId) -> Resource | None:
        _meet(self._barrier)
        return super().resource(id)


def _meet(barrier: Barrier) -> None:
    try:
        barrier.wait(0.5)
    except BrokenBarrierError:
        return  # SQLite lets one in at a time


def both(*verbs: Callable[[], object]) -> list[object]:
    """Do them at the same time; what each of them returned or was refused with."""

    def outcome(verb: Callable[[], object]) -> object:
        try:
            return verb()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(outcome, verbs))


def refused(outcomes: list[object]) -> list[Refusal]:
    return [outcome for outcome in outcomes if isinstance(outcome, Refusal)]


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(ready: Office) -> None:
    another = replace(OPERATOR, id="zhou")  # type: ignore[arg-type]
    ready.admit(another)
    ready.submit()
    meeting = Meeting(ready.listed)
    ready.listed.resource = meeting.resource  # type: ignore[method-assign]

    outcomes = both(
        lambda: service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER),
        lambda: service.approve_application(ready.begin, A1, by=another, at=LATER),
    )

    (refusal,) = refused(outcomes)
    assert isinstance(refusal, ConcurrentChange | MoveNotAllowed)
    assert len(ready.events("application.approved")) == 1
    if ready.engine.dialect.name == "postgresql":
        assert isinstance(refusal, ConcurrentChange)


def test_one_application_is_drawn_up_once_however_many_try(ready: Office) -> None:
    ready.submit()
    service.approve_application(ready.begin, A1, by=OPERATOR, at=LATER)

    def drawing(id: str) -> Callable[[], object]:
        return lambda: service.draw_agreement(
            ready.begin, AgreementId(id), application=A1, terms=terms(), by=OPERATOR, at=LATER
        )

    outcomes = both(*(drawing(f"g{number}") for number in range(4)))
    told = refused(outcomes)
    assert len(told) == 3
    assert all(isinstance(refusal, ConcurrentChange | DoneAlready) for refusal in told)
    assert len(ready.events("agreement.drawn")) == 1


def test_one_class_stands_once_however_many_demand_it_at_once(office: Office) -> None:
    def demanding(id: str, by: Any) -> Callable[[], object]:
        return lambda: service.demand_scenario(
            office.begin, ScenarioId(id), category="养老", title="养老", purpose="选址", by=by, at=LATER
        )

    outcomes = both(*(demanding(f"s{number}", by) for number, by in enumerate([DEVELOPER, RIVAL, OPERATOR])))
    assert all(isinstance(refusal, ConcurrentChange) for refusal in refused(outcomes))
    (scenario,) = service.list_scenarios(office.begin, by=BUREAU, at=LATER)
    assert len(scenario.demands) == 3 - len(refused(outcomes))


def test_a_scenario_is_not_withdrawn_under_the_hand_of_who_approves(ready: Office) -> None:
    ready.submit()

    def withdraw() -> object:
        return service.withdraw_scenario(ready.begin, ScenarioId("s1"), reason="调整", by=BUREAU, at=LATER)

    with ThreadPoolExecutor(1) as pool:
        with ready.begin() as work:
            work.scenarios.hold(ScenarioId("s1"))
            withdrawing = pool.submit(withdraw)
            assert wait([withdrawing], timeout=0.3).not_done == {withdrawing}
            work.applications.save(work.applications.get(A1).approve((), by=OPERATOR, at=LATER))
        assert withdrawing.result(20)
    decided = [event.kind for event in ready.events() if event.kind in {"application.approved", "scenario.withdrawn"}]
    assert decided == ["application.approved", "scenario.withdrawn"]
