"""Applications: complete or told all that is missing; decided by others, with reasons, in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Use
from logs.model import Role
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed
from policies.lint import flaws_of
from policies.model import ApplicationState, Materials, ScenarioState
from tests.policies.factories import (
    COLLEAGUE,
    DEVELOPER,
    DUE,
    GROUPED,
    LATER,
    OPERATOR,
    PERSON,
    RIVAL,
    a_grant,
    a_resource,
    a_scenario,
    an_application,
    materials,
    published,
    someone,
    submitted,
)

LISTED = {PERSON: a_resource()}


def places(found: Materials, **changes: object) -> list[tuple[str, str]]:
    known = {"scenario": published(), "listed": LISTED} | changes
    return [(flaw.rule, flaw.place) for flaw in flaws_of(found, **known)]  # type: ignore[arg-type]


@pytest.mark.article("M 16", "allowed")
def test_complete_materials_have_no_flaw() -> None:
    assert places(materials()) == []


def test_everything_that_is_missing_is_named_at_once_in_the_order_of_the_article() -> None:
    missing = [("material-missing", place) for place in ("qualification", "scenario", "data", "manner", "safety")]
    assert places(Materials()) == missing


@given(st.sets(st.sampled_from(["qualification", "scenario", "data", "manner", "safety"])))
def test_exactly_what_is_missing_is_named(absent: set[str]) -> None:
    blanks = {"data": (), "scenario": None}
    lacking = materials(**{name: blanks.get(name, "  ") for name in absent})
    assert {place for _, place in places(lacking)} == absent


def test_all_that_goes_beyond_the_catalog_is_listed_at_once() -> None:
    wanted = (
        a_grant(
            district=GROUPED | {Use.SHOW},
            name=frozenset({Use.SHOW, Use.GROUP}),
            id_card=frozenset(),
            salary=frozenset({Use.AGGREGATE}),
        ),
        a_grant("tax"),
        a_grant(),
    )
    assert places(materials(data=wanted)) == [
        ("use-exceeds-entry", "data.person.district"),
        ("use-exceeds-entry", "data.person.name"),
        ("use-missing", "data.person.id_card"),
        ("column-unknown", "data.person.salary"),
        ("resource-not-listed", "data.tax"),
        ("resource-twice", "data.person"),
    ]


def test_a_flaw_names_the_uses_that_may_be_asked_for() -> None:
    (flaw,) = flaws_of(
        materials(data=(a_grant(district=frozenset({Use.SHOW, Use.GROUP})),)), scenario=published(), listed=LISTED
    )
    assert flaw.sentence("zh") == "data.person.district：目录不允许的用途：show"
    assert flaw.instead["en"] == "for data.person.district ask for filter, group"


@pytest.mark.parametrize("state", [state for state in ScenarioState if state is not ScenarioState.PUBLISHED])
def test_only_a_published_scenario_may_be_applied_for(state: ScenarioState) -> None:
    assert places(materials(), scenario=a_scenario(state=state)) == [("scenario-not-published", "scenario")]
    assert places(materials(), scenario=None) == [("scenario-not-published", "scenario")]


def test_a_flawed_application_stays_a_draft_and_is_told_every_flaw() -> None:
    flaws = Materials().missing()
    with pytest.raises(MaterialFlawed) as refusal:
        an_application().submit(flaws, due=DUE, by=DEVELOPER, at=LATER)
    assert refusal.value.flaws == flaws
    assert refusal.value.detail("zh").startswith("qualification：缺少“主体资质”；scenario：缺少“应用场景”")


def test_a_colleague_may_go_on_with_a_draft_and_a_stranger_may_not() -> None:
    assert an_application().submit((), due=DUE, by=COLLEAGUE, at=LATER).state is ApplicationState.SUBMITTED
    for move in ("revise", "submit", "withdraw"):
        arguments = {"revise": ((materials(),), {}), "submit": (((),), {"due": DUE}), "withdraw": ((), {})}[move]
        with pytest.raises(NotAParty):
            getattr(an_application(), move)(*arguments[0], **arguments[1], by=RIVAL, at=LATER)


@pytest.mark.parametrize(
    "deciding",
    [DEVELOPER, someone(Role.OPERATOR, "chen", "mobility"), someone(Role.OPERATOR, "lin", "operator")],
)
def test_nobody_decides_on_what_they_or_their_organisation_asked(deciding: object) -> None:
    with pytest.raises(SelfApproval):
        submitted().approve((), by=deciding, at=LATER)  # type: ignore[arg-type]
    with pytest.raises(SelfApproval):
        submitted().refuse(["否"], by=deciding, at=LATER)  # type: ignore[arg-type]


def test_who_handed_it_in_does_not_decide_even_after_changing_sides() -> None:
    handed_in = an_application().submit((), due=DUE, by=COLLEAGUE, at=LATER)
    with pytest.raises(SelfApproval):
        handed_in.approve((), by=someone(Role.OPERATOR, "xu", "operator"), at=LATER)


def test_a_refusal_carries_reasons() -> None:
    for silent in ([], [" "]):
        with pytest.raises(MaterialFlawed):
            submitted().refuse(silent, by=OPERATOR, at=LATER)
    refused = submitted().refuse(["数据范围过大", "措施不足"], by=OPERATOR, at=LATER)
    assert refused.decision is not None
    assert refused.decision.reasons == ("数据范围过大", "措施不足")
    assert refused.news[-1].facts["reasons"] == ("数据范围过大", "措施不足")


def test_a_decision_after_the_deadline_stands_and_is_marked_late() -> None:
    end = DUE.at
    in_time = submitted().approve((), by=OPERATOR, at=end).decision
    late = submitted().approve((), by=OPERATOR, at=end + timedelta(microseconds=1)).decision
    assert in_time is not None
    assert late is not None
    assert (in_time.late, late.late) == (False, True)
    assert not submitted().overdue(at=end)
    assert submitted().overdue(at=end + timedelta(seconds=1))
    assert not replace(submitted(), state=ApplicationState.APPROVED).overdue(at=end + timedelta(days=9))


def test_the_trail_says_what_was_asked_for_and_until_when_it_is_decided() -> None:
    (news,) = an_application().submit((), due=DUE, by=DEVELOPER, at=LATER).news
    assert news.kind == "application.submitted"
    assert news.facts["uses"] == ("person.district=filter", "person.district=group", "person.id_card=join")
    assert news.facts["deadline"] == "2026-11-30T23:59:59.999999+08:00"
    assert news.facts["provisional"] is False
