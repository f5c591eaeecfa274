"""Every course is walked: each state, each act, each role; what the table has happens, all else is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from logs.kinds import KINDS, checked
from logs.model import Actor, Event, EventId, Role
from policies.courses import COURSES, DEMAND, INCIDENT, OBJECTION, RECTIFICATION, SOURCING, Act, Course, Side
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed, NoSuch
from policies.model.matters import Due, Matter, MatterId, due_of
from policies.roles import official_roles
from policies.service import matters as service
from policies.service.work import Begin
from policies.words import WORDS
from tests.policies.conftest import CALENDAR, Office
from tests.policies.factories import (
    BUREAU,
    DEVELOPER,
    EVERYBODY,
    LATER,
    MONDAY,
    OPERATOR,
    PERSON,
    RIVAL,
    someone,
)
from tests.policies.test_verbs import MAY, Guarded, Reached

INFO = someone(Role.INFO_CENTER)
PROVIDER = someone(Role.PROVIDER, "zhang", "公安局")
REGULATOR = someone(Role.REGULATOR)
ABOUT = {"resource": PERSON, "scenario": "s1", "party": OPERATOR.organisation}
M1 = MatterId("m1")


def said(act: Act) -> dict[str, str]:
    return dict.fromkeys(act.says, "写明")


def opened(course: Course, *, by: Actor = DEVELOPER) -> Matter:
    about = {name: ABOUT[name] for name in course.names}
    due = due_of(course, on=date(2026, 12, 1), calendar=CALENDAR, at=MONDAY)
    return Matter.open(course, M1, said=said(course.opening), about=about, due=due, by=by, at=MONDAY)


def on_side(matter: Matter, act: Act) -> Actor:
    match act.side:
        case Side.OPENER:
            return matter.opened_by
        case Side.ADDRESSEE:
            return OPERATOR
        case _:
            return BUREAU


def _steps() -> Iterator[Any]:
    for course in COURSES:
        states = dict.fromkeys([course.opening.to, *(act.to for act in course.acts)])
        for state in states:
            for act in course.acts:
                yield pytest.param(course, state, act, id=f"{course.noun}-{state}-{act.verb}")


@pytest.mark.parametrize(("course", "state", "act"), list(_steps()))
def test_an_act_leads_where_the_table_says_or_is_refused(course: Course, state: str, act: Act) -> None:
    matter = replace(opened(course), state=state, news=())
    by = on_side(matter, act)
    if state not in act.start:
        with pytest.raises(MoveNotAllowed) as refusal:
            matter.act(course, act.verb, said=said(act), by=by, at=LATER)
        assert refusal.value.possible == tuple(verb for start, verb in course.moves if start == state)
        return
    done = matter.act(course, act.verb, said=said(act), by=by, at=LATER)
    assert (done.state, done.steps[-1].verb, done.steps[-1].by) == (act.to, act.verb, by.id)
    (news,) = done.news
    assert news.kind == act.tells
    checked(Event(EventId("e"), news.kind, news.at, news.by, done.subject, news.facts))


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.noun)
def test_every_state_is_reached_and_every_word_and_event_of_a_course_is_known(course: Course) -> None:
    reached, before = {course.opening.to}, set[str]()
    while reached != before:
        before = set(reached)
        reached |= {act.to for act in course.acts if reached & set(act.start)}
    assert reached == {course.opening.to, *(act.to for act in course.acts)}
    acts = (course.opening, *course.acts)
    spoken = {course.noun, *reached, *(act.verb for act in acts), *(name for act in acts for name in act.says)}
    assert spoken - WORDS.keys() == set()
    assert {act.tells for act in acts} <= KINDS.keys()
    known = {(rule.kind, rule.verb) for rule in official_roles().rules}
    assert {(course.noun, act.verb) for act in acts} | {(course.noun, "view")} <= known


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.noun)
def test_every_act_passes_the_role_table_or_is_denied_and_recorded(course: Course, role: Role) -> None:
    by = EVERYBODY[role]
    for verb in ("view", course.opening.verb, *course.by_verb):
        work = Guarded()

        @contextmanager
        def begin(work: Guarded = work) -> Iterator[Guarded]:
            yield work

        told = cast(Begin, begin)
        named: dict[str, Any] = {"by": by, "at": LATER}
        do: Callable[..., Any]
        arguments: tuple[Any, ...]
        match verb:
            case "view":
                do, arguments = service.list_matters, ()
            case course.opening.verb:
                do, arguments = service.open_matter, (M1,)
                named |= {"said": {}, "about": {}, "calendar": CALENDAR}
            case _:
                do, arguments = service.act_on_matter, (M1, verb)
                named |= {"said": {}}
        with pytest.raises(Reached if MAY[course.noun, verb, role] else NotPermitted):
            do(told, course, *arguments, **named)
        assert len(work.recorded) == (not MAY[course.noun, verb, role])


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.noun)
def test_everything_that_is_missing_or_not_asked_for_is_named_at_once(course: Course) -> None:
    due = due_of(course, on=None, calendar=CALENDAR, at=MONDAY)
    with pytest.raises(MaterialFlawed) as refusal:
        Matter.open(course, M1, said={"colour": "x"}, about={"moon": "x"}, due=due, by=DEVELOPER, at=MONDAY)
    places = [flaw.place for flaw in refusal.value.flaws]
    dated = ["due_on"] if course.dated else []
    assert places == [*course.opening.says, "colour", *course.names, "moon", *dated]


def test_who_opened_it_does_not_decide_on_it_and_a_stranger_neither_answers_nor_withdraws() -> None:
    with pytest.raises(SelfApproval):
        opened(OBJECTION).act(OBJECTION, "uphold", said={"answer": "是"}, by=DEVELOPER, at=LATER)
    with pytest.raises(NotAParty):
        opened(OBJECTION).act(OBJECTION, "withdraw", said={}, by=RIVAL, at=LATER)
    with pytest.raises(NotAParty):
        opened(RECTIFICATION, by=BUREAU).act(RECTIFICATION, "finish", said={"measures": "改"}, by=RIVAL, at=LATER)
    with pytest.raises(NotAParty):
        opened(OBJECTION).act(OBJECTION, "uphold", said={"answer": "是"}, by=PROVIDER, at=LATER)


def test_an_objection_is_answered_within_five_working_days_or_marked_late() -> None:
    objection = opened(OBJECTION)
    assert objection.due is not None
    assert objection.due.at.date() == date(2026, 11, 30)
    late = objection.act(OBJECTION, "deny", said={"reason": "否"}, by=INFO, at=objection.due.at + timedelta(seconds=1))
    assert (late.steps[-1].late, late.due) == (True, None)
    assert not objection.act(OBJECTION, "deny", said={"reason": "否"}, by=INFO, at=objection.due.at).steps[-1].late


def test_the_clock_of_an_incident_runs_from_its_discovery_until_it_is_reported() -> None:
    incident = opened(INCIDENT, by=OPERATOR)
    assert incident.due == Due(at=MONDAY + timedelta(hours=12))
    activated = incident.act(INCIDENT, "activate", said={"plan": "封存"}, by=OPERATOR, at=LATER)
    assert activated.due == incident.due
    said = {"risk": "泄露", "measures": "封存"}
    at = MONDAY + timedelta(hours=13)
    assert activated.overdue(at=at)
    assert activated.act(INCIDENT, "report", said=said, by=OPERATOR, at=at).steps[-1].late


def test_an_order_names_a_day_that_is_not_past() -> None:
    due = due_of(RECTIFICATION, on=date(2026, 11, 22), calendar=CALENDAR, at=MONDAY)
    about = {"party": OPERATOR.organisation}
    with pytest.raises(MaterialFlawed):
        Matter.open(RECTIFICATION, M1, said=said(RECTIFICATION.opening), about=about, due=due, by=BUREAU, at=MONDAY)


def _open(office: Office, course: Course, *, by: Actor, id: str = "m1", **about: str) -> Matter:
    return service.open_matter(
        office.begin,
        course,
        MatterId(id),
        said=said(course.opening),
        about=about,
        due_on=date(2026, 12, 1) if course.dated else None,
        calendar=CALENDAR,
        by=by,
        at=MONDAY,
    )


def _act(office: Office, course: Course, verb: str, *, by: Actor) -> Matter:
    return service.act_on_matter(office.begin, course, M1, verb, said=said(course.by_verb[verb]), by=by, at=LATER)


@pytest.mark.article("M 11", "allowed")
def test_a_data_demand_goes_by_the_operator_to_the_information_center_and_its_answer_back(office: Office) -> None:
    office.admit(INFO)
    _open(office, DEMAND, by=DEVELOPER)
    _act(office, DEMAND, "forward", by=OPERATOR)
    _act(office, DEMAND, "meet", by=INFO)
    seen = service.view_matter(office.begin, DEMAND, M1, by=DEVELOPER, at=LATER)
    assert (seen.state, seen.steps[-1].said["answer"]) == ("met", "写明")
    kinds = [event.kind for event in office.events() if event.kind.startswith("demand.")]
    assert kinds == ["demand.raised", "demand.forwarded", "demand.met"]


@pytest.mark.article("M 11", "refused")
def test_a_developer_does_not_answer_its_own_demand_nor_see_those_of_others(office: Office) -> None:
    _open(office, DEMAND, by=DEVELOPER)
    with pytest.raises(NotPermitted):
        _act(office, DEMAND, "meet", by=DEVELOPER)
    with pytest.raises(NoSuch):
        service.view_matter(office.begin, DEMAND, M1, by=RIVAL, at=LATER)
    assert service.list_matters(office.begin, DEMAND, by=RIVAL, at=LATER) == ()
    assert len(service.list_matters(office.begin, DEMAND, by=OPERATOR, at=LATER)) == 1
    assert service.list_matters(office.begin, OBJECTION, by=OPERATOR, at=LATER) == ()
    with pytest.raises(NoSuch):
        service.view_matter(office.begin, OBJECTION, M1, by=OPERATOR, at=LATER)


@pytest.mark.article("S 14", "allowed")
def test_an_objection_reaches_the_provider_of_the_resource_who_upholds_and_corrects_it(office: Office) -> None:
    office.admit(PROVIDER)
    objection = _open(office, OBJECTION, by=DEVELOPER, resource=PERSON)
    assert objection.addressee == PROVIDER.organisation
    _act(office, OBJECTION, "uphold", by=PROVIDER)
    assert _act(office, OBJECTION, "correct", by=PROVIDER).state == "corrected"
    assert len(service.list_matters(office.begin, OBJECTION, by=PROVIDER, at=LATER)) == 1


@pytest.mark.article("S 14", "refused")
def test_no_objection_to_what_is_not_there_and_none_is_answered_by_another_provider(office: Office) -> None:
    other = someone(Role.PROVIDER, "qian", "民政局")
    office.admit(PROVIDER, other)
    with pytest.raises(NoSuch):
        _open(office, OBJECTION, by=DEVELOPER, resource="tax")
    _open(office, OBJECTION, by=DEVELOPER, resource=PERSON)
    with pytest.raises(NoSuch):
        _act(office, OBJECTION, "uphold", by=other)
    assert office.events("objection.upheld") == []


@pytest.mark.article("M 22", "allowed")
def test_an_incident_goes_from_its_plan_and_report_to_a_review_that_the_bureau_accepts(office: Office) -> None:
    incident = _open(office, INCIDENT, by=OPERATOR)
    for verb in ("activate", "report", "contain", "review"):
        _act(office, INCIDENT, verb, by=OPERATOR)
    _act(office, INCIDENT, "reopen", by=BUREAU)
    _act(office, INCIDENT, "review", by=OPERATOR)
    closed = _act(office, INCIDENT, "close", by=BUREAU)
    assert [step.verb for step in closed.steps][-3:] == ["reopen", "review", "close"]
    assert office.events("incident.declared")[0].facts["deadline"] == incident.due.at.isoformat()  # type: ignore[union-attr]


@pytest.mark.article("M 22", "refused")
def test_nobody_closes_an_incident_before_its_review_and_the_operator_never(office: Office) -> None:
    _open(office, INCIDENT, by=OPERATOR)
    with pytest.raises(MoveNotAllowed):
        _act(office, INCIDENT, "close", by=BUREAU)
    with pytest.raises(NotPermitted):
        _act(office, INCIDENT, "close", by=OPERATOR)


@pytest.mark.article("M 23", "allowed")
def test_an_order_is_tracked_until_whoever_gave_it_is_satisfied(office: Office) -> None:
    office.admit(REGULATOR)
    _open(office, RECTIFICATION, by=REGULATOR, party=OPERATOR.organisation)
    _act(office, RECTIFICATION, "respond", by=OPERATOR)
    _act(office, RECTIFICATION, "finish", by=OPERATOR)
    returned = _act(office, RECTIFICATION, "return", by=REGULATOR)
    assert returned.state == "ordered"
    _act(office, RECTIFICATION, "finish", by=OPERATOR)
    assert _act(office, RECTIFICATION, "close", by=REGULATOR).state == "closed"


@pytest.mark.article("M 23", "refused")
def test_nobody_but_its_addressee_answers_an_order_and_nobody_but_its_giver_closes_it(office: Office) -> None:
    office.admit(REGULATOR)
    _open(office, RECTIFICATION, by=REGULATOR, party=OPERATOR.organisation)
    with pytest.raises(NoSuch):
        _act(office, RECTIFICATION, "finish", by=DEVELOPER)
    _act(office, RECTIFICATION, "finish", by=OPERATOR)
    with pytest.raises(NotAParty):
        _act(office, RECTIFICATION, "close", by=BUREAU)
    with pytest.raises(NoSuch):
        _open(office, RECTIFICATION, by=REGULATOR, id="m2", party="nobody")


@pytest.mark.article("M 12", "allowed")
def test_source_data_is_supplied_once_the_department_concerned_consents(office: Office) -> None:
    office.admit(PROVIDER, INFO)
    office.publish()
    _open(office, SOURCING, by=DEVELOPER, resource=PERSON, scenario="s1")
    _act(office, SOURCING, "forward", by=OPERATOR)
    _act(office, SOURCING, "consent", by=PROVIDER)
    assert _act(office, SOURCING, "supply", by=INFO).state == "supplied"
    assert {event.facts["provider"] for event in office.events("sourcing.consented")} == {PROVIDER.organisation}


@pytest.mark.article("M 12", "refused")
def test_no_source_data_without_that_departments_consent(office: Office) -> None:
    other = someone(Role.PROVIDER, "qian", "民政局")
    office.admit(PROVIDER, INFO, other)
    office.publish()
    _open(office, SOURCING, by=DEVELOPER, resource=PERSON, scenario="s1")
    _act(office, SOURCING, "forward", by=OPERATOR)
    with pytest.raises(NoSuch):
        _act(office, SOURCING, "consent", by=other)
    with pytest.raises(MoveNotAllowed):
        _act(office, SOURCING, "supply", by=INFO)
