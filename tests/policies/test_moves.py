"""Every noun is walked through every state and every move: what the table has happens, all else is refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from logs.errors import Refusal
from logs.kinds import checked
from logs.model import Event, EventId
from policies.billing import Month
from policies.errors import MoveNotAllowed
from policies.model import (
    AGREEMENT_MOVES,
    APPLICATION_MOVES,
    EVIDENCE_MOVES,
    PERSON_MOVES,
    SCENARIO_MOVES,
    Agreement,
    AgreementMove,
    AgreementState,
    ApplicationMove,
    ApplicationState,
    Condition,
    EvidenceMove,
    EvidenceState,
    PersonMove,
    PersonState,
    Qualification,
    ScenarioMove,
    ScenarioState,
)
from policies.model.affiliations import AFFILIATION_MOVES, AffiliationMove, AffiliationState
from policies.model.consents import CONSENT_MOVES, ConsentMove, ConsentState
from policies.model.listings import CREDIT_LIST_MOVES, CreditList, CreditListMove, CreditListState, ListKind
from policies.model.recorded import Recorded
from policies.model.reminders import REMINDER_MOVES, ReminderMove, ReminderState
from policies.model.reports import REPORT_MOVES, Report, ReportMove, ReportState
from policies.model.statements import STATEMENT_MOVES, Statement, StatementMove, StatementState
from policies.model.stops import STOP_MOVES, StopMove, StopState
from tests.policies.factories import (
    BUREAU,
    DEVELOPER,
    DIGEST,
    DUE,
    KEY,
    LATER,
    MONDAY,
    OPERATOR,
    PLATFORM,
    Trusting,
    a_consent,
    a_person,
    a_reminder,
    a_scenario,
    a_stop,
    an_affiliation,
    an_agreement,
    an_application,
    an_organisation,
    in_force,
    materials,
    signed_by,
    submitted,
)

Do = Callable[[Any], Recorded]
Table = Mapping[tuple[Any, Any], Any]

SCENARIO: Mapping[ScenarioMove, Do] = {
    ScenarioMove.DEMAND: lambda it: it.demand(title="停放", purpose="布局", by=OPERATOR, at=LATER),
    ScenarioMove.APPROVE: lambda it: it.approve(reason="可行", by=BUREAU, at=LATER),
    ScenarioMove.REFUSE: lambda it: it.refuse(reason="重复", by=BUREAU, at=LATER),
    ScenarioMove.PUBLISH: lambda it: it.publish(by=OPERATOR, at=LATER),
    ScenarioMove.WITHDRAW: lambda it: it.withdraw(reason="不再需要", by=BUREAU, at=LATER),
}
APPLICATION: Mapping[ApplicationMove, Do] = {
    ApplicationMove.REVISE: lambda it: it.revise(materials(manner="建模"), by=DEVELOPER, at=LATER),
    ApplicationMove.SUBMIT: lambda it: it.submit((), due=DUE, by=DEVELOPER, at=LATER),
    ApplicationMove.ASK_SUPPLEMENT: lambda it: it.ask_supplement(["制度"], days_left=3, by=OPERATOR, at=LATER),
    ApplicationMove.SUPPLEMENT: lambda it: it.supplement(materials(), (), due=DUE, by=DEVELOPER, at=LATER),
    ApplicationMove.APPROVE: lambda it: it.approve((), by=OPERATOR, at=LATER),
    ApplicationMove.REFUSE: lambda it: it.refuse(["范围过大"], by=OPERATOR, at=LATER),
    ApplicationMove.WITHDRAW: lambda it: it.withdraw(by=DEVELOPER, at=LATER),
}
PERSON: Mapping[PersonMove, Do] = {
    PersonMove.APPOINT: lambda it: it.appoint(an_organisation(), DEVELOPER.role, by=OPERATOR, at=LATER),
    PersonMove.ENROL_KEY: lambda it: it.enrol_key(KEY, by=DEVELOPER, at=LATER),
    PersonMove.DISMISS: lambda it: it.dismiss(by=OPERATOR, at=LATER),
}
EVIDENCE: Mapping[EvidenceMove, Do] = {
    EvidenceMove.ACCEPT: lambda it: it.accept(1, by=OPERATOR, at=LATER),
    EvidenceMove.REJECT: lambda it: it.reject(1, reason="模糊不清", by=OPERATOR, at=LATER),
}


def _sign(agreement: Agreement) -> Agreement:
    side = OPERATOR if agreement.signatures else DEVELOPER
    return agreement.sign(key=KEY, signature=f"signed by {KEY}", verifier=Trusting(), due=DUE, by=side, at=LATER)


AGREEMENT: Mapping[AgreementMove, Do] = {
    AgreementMove.SIGN: _sign,
    AgreementMove.CANCEL: lambda it: it.cancel(reason="不再需要", by=DEVELOPER, at=LATER),
    AgreementMove.FILE: lambda it: it.file(notice="厦数备1号", by=OPERATOR, at=LATER),
    AgreementMove.STOP: lambda it: it.stop(note="可能识别到个人", by=DEVELOPER, at=LATER),
    AgreementMove.RESUME: lambda it: it.resume(reason="风险已排除", by=BUREAU, at=LATER),
    AgreementMove.EXPIRE: lambda it: it.expire(by=PLATFORM, at=MONDAY + timedelta(days=365)),
    AgreementMove.TERMINATE: lambda it: it.terminate(reason="违约", by=OPERATOR, at=LATER),
}


STOP: Mapping[StopMove, Do] = {
    StopMove.REPORT: lambda it: it.report(risk="可识别到个人", measures="已停用", by=DEVELOPER, at=LATER),
    StopMove.LIFT: lambda it: it.lift(reason="已排除", by=BUREAU, at=LATER),
}


CONSENT: Mapping[ConsentMove, Do] = {
    ConsentMove.ACCEPT: lambda it: it.accept(by=BUREAU, at=LATER),
    ConsentMove.REJECT: lambda it: it.reject(reason="不符", by=BUREAU, at=LATER),
    ConsentMove.WITHDRAW: lambda it: it.withdraw(by=DEVELOPER, at=LATER),
    ConsentMove.EXPIRE: lambda it: it.expire(by=PLATFORM, at=MONDAY + timedelta(days=365)),
}
STATEMENT: Mapping[StatementMove, Do] = {
    StatementMove.CONFIRM: lambda it: it.confirm(by=DEVELOPER, at=LATER),
    StatementMove.DISPUTE: lambda it: it.dispute(reason="多计", by=DEVELOPER, at=LATER),
    StatementMove.ISSUE: lambda it: it.reissue((), by=OPERATOR, at=LATER),
    StatementMove.SETTLE: lambda it: it.settle(by=OPERATOR, at=LATER),
}


REPORT: Mapping[ReportMove, Do] = {
    ReportMove.ACKNOWLEDGE: lambda it: it.acknowledge(by=BUREAU, at=LATER),
    ReportMove.RETURN: lambda it: it.send_back(reason="补充", by=BUREAU, at=LATER),
    ReportMove.FILE: lambda it: it.refile({}, remarks="", by=OPERATOR, at=LATER),
}
REMINDER: Mapping[ReminderMove, Do] = {
    ReminderMove.SEND: lambda it: it.sent(by=PLATFORM, at=LATER),
    ReminderMove.FAIL: lambda it: it.failed("down", by=PLATFORM, at=LATER),
}


def a_report() -> Report:
    return replace(Report.file("2026-10", {}, remarks="", by=OPERATOR, at=LATER), news=())


CREDIT_LIST: Mapping[CreditListMove, Do] = {CreditListMove.SUPERSEDE: lambda it: it.supersede(by=BUREAU, at=LATER)}
AFFILIATION: Mapping[AffiliationMove, Do] = {AffiliationMove.END: lambda it: it.end(reason="转让", by=BUREAU, at=LATER)}


def a_list() -> CreditList:
    return replace(CreditList.bring_in(ListKind.DISHONEST, "1", "信用中国", (), by=BUREAU, at=LATER), news=())


def a_statement() -> Statement:
    return replace(Statement.issue(in_force(), Month(2026, 11), (), by=OPERATOR, at=LATER), news=())


def _agreement(state: AgreementState) -> Agreement:
    match state:
        case AgreementState.DRAWN | AgreementState.CANCELLED:
            agreement = an_agreement()
        case AgreementState.HALF_SIGNED:
            agreement = signed_by(an_agreement(), DEVELOPER)
        case _:
            agreement = in_force()
    return replace(agreement, state=state)


def _qualification(state: EvidenceState) -> Qualification:
    presented = Qualification(id=DEVELOPER.organisation).present(
        Condition.CREDIT, title="证明", digest=DIGEST, valid_until=DUE.day, by=DEVELOPER, at=MONDAY
    )
    return replace(presented, evidence=(replace(presented.evidence[0], state=state),), news=())


NOUNS: Mapping[str, tuple[Table, type[StrEnum], Mapping[Any, Do], Callable[[Any], Recorded]]] = {
    "scenario": (SCENARIO_MOVES, ScenarioState, SCENARIO, lambda state: a_scenario(state=state)),
    "application": (
        APPLICATION_MOVES,
        ApplicationState,
        APPLICATION,
        lambda state: replace(an_application() if state is ApplicationState.DRAFT else submitted(), state=state),
    ),
    "agreement": (AGREEMENT_MOVES, AgreementState, AGREEMENT, _agreement),
    "person": (PERSON_MOVES, PersonState, PERSON, lambda state: a_person(state=state)),
    "stop": (STOP_MOVES, StopState, STOP, lambda state: replace(a_stop(), state=state)),
    "consent": (CONSENT_MOVES, ConsentState, CONSENT, lambda state: replace(a_consent(), state=state)),
    "statement": (STATEMENT_MOVES, StatementState, STATEMENT, lambda state: replace(a_statement(), state=state)),
    "report": (REPORT_MOVES, ReportState, REPORT, lambda state: replace(a_report(), state=state)),
    "reminder": (REMINDER_MOVES, ReminderState, REMINDER, lambda state: replace(a_reminder(), state=state)),
    "credit_list": (CREDIT_LIST_MOVES, CreditListState, CREDIT_LIST, lambda state: replace(a_list(), state=state)),
    "affiliation": (
        AFFILIATION_MOVES,
        AffiliationState,
        AFFILIATION,
        lambda state: replace(an_affiliation(), state=state),
    ),
    "evidence": (EVIDENCE_MOVES, EvidenceState, EVIDENCE, _qualification),
}


def _steps() -> Iterator[Any]:
    for noun, (_, states, moves, _) in NOUNS.items():
        for state in states:
            for move in moves:
                yield pytest.param(noun, state, move, id=f"{noun}-{state}-{move}")


def _state(thing: Recorded) -> Any:
    return thing.evidence[0].state if isinstance(thing, Qualification) else thing.state  # type: ignore[attr-defined]


@pytest.mark.parametrize(("noun", "state", "move"), list(_steps()))
def test_what_the_table_has_happens_and_all_else_is_refused(noun: str, state: StrEnum, move: StrEnum) -> None:
    table, _, do, given = NOUNS[noun]
    thing = given(state)
    target = table.get((state, move))

    if target is None:
        with pytest.raises(Refusal) as refused:
            do[move](thing)
        if not isinstance(refused.value, MoveNotAllowed):
            pytest.fail(f"refused, but as {refused.value.kind}")
        assert refused.value.possible == tuple(other for start, other in table if start is state)
        return

    done = do[move](thing)
    assert _state(done) is target
    assert _state(thing) is state
    assert done.news
    for news in done.news:
        checked(Event(EventId("e"), news.kind, news.at, news.by, done.subject, news.facts))


@pytest.mark.parametrize("noun", list(NOUNS))
def test_every_state_is_reached_from_the_first_and_every_move_leads_somewhere(noun: str) -> None:
    table, states, moves, _ = NOUNS[noun]
    first = {"person": PersonState.DISMISSED}.get(noun, next(iter(states)))
    reached, before = {first}, set[Any]()
    while reached != before:
        before = set(reached)
        reached |= {target for (start, _), target in table.items() if start in reached}
    assert reached == set(states)
    assert {move for _, move in table} == set(moves)


def test_a_move_that_is_refused_says_what_is_possible_instead() -> None:
    with pytest.raises(MoveNotAllowed) as refusal:
        an_application().approve((), by=OPERATOR, at=LATER)
    assert refusal.value.detail("zh") == "“开发利用申请” a1 的状态为“草稿”，不能“通过”。"
    assert refusal.value.remedy("zh") == "此时可以：修改、提交、撤回。"
    assert refusal.value.remedy("en") == "Possible now: revise, submit, withdraw."
