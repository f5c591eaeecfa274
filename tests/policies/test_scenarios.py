"""One class of scenario is decided once; nobody decides on what they asked for."""

from dataclasses import replace

import pytest

from logs.model import Role
from policies.denials import SelfApproval
from policies.errors import MaterialFlawed, MoveNotAllowed
from policies.model import Opinion, ScenarioState
from tests.policies.factories import BUREAU, LATER, MONDAY, OPERATOR, RIVAL, a_scenario, published, someone


def test_a_later_demand_of_a_decided_class_is_added_without_a_new_decision() -> None:
    joined = published().demand(title="停车热点", purpose="信息服务", by=RIVAL, at=LATER)
    assert joined.state is ScenarioState.PUBLISHED
    assert joined.decision == published().decision
    assert [demand.organisation for demand in joined.demands] == ["mobility", "rival"]
    news = joined.news[-1]
    assert (news.kind, news.facts["party"]) == ("scenario.demanded", "rival")


def test_the_decision_names_the_departments_that_were_heard() -> None:
    opinions = (Opinion(department="交通运输局", text="同意"), Opinion(department="公安局", text="同意"))
    approved = a_scenario().approve(reason="公益", opinions=opinions, by=BUREAU, at=LATER)
    assert approved.decision is not None
    assert approved.decision.opinions == opinions
    assert approved.news[-1].facts["departments"] == ("交通运输局", "公安局")


@pytest.mark.parametrize(
    "deciding", [someone(Role.BUREAU, "wang", "mobility"), someone(Role.BUREAU, "lin", "bureau"), RIVAL]
)
@pytest.mark.article("M 10", "refused")
def test_nobody_decides_on_a_class_that_they_or_their_organisation_demanded(deciding: object) -> None:
    scenario = a_scenario().demand(title="同类", purpose="同类", by=RIVAL, at=LATER)
    with pytest.raises(SelfApproval):
        scenario.approve(by=deciding, at=LATER)  # type: ignore[arg-type]
    with pytest.raises(SelfApproval):
        scenario.refuse(reason="否", by=deciding, at=LATER)  # type: ignore[arg-type]


def test_a_class_is_decided_once() -> None:
    decided = a_scenario().approve(reason="可行", by=BUREAU, at=LATER)
    with pytest.raises(MoveNotAllowed):
        decided.approve(reason="再次", by=BUREAU, at=LATER)
    with pytest.raises(MoveNotAllowed):
        decided.refuse(reason="反悔", by=BUREAU, at=LATER)


def test_what_is_refused_or_withdrawn_carries_a_reason() -> None:
    with pytest.raises(MaterialFlawed):
        a_scenario().refuse(reason="", by=BUREAU, at=LATER)
    with pytest.raises(MaterialFlawed):
        published().withdraw(reason=" ", by=BUREAU, at=LATER)
    withdrawn = published().withdraw(reason="政策调整", by=BUREAU, at=LATER)
    assert withdrawn.withdrawn_because == "政策调整"


def test_a_demand_says_all_it_must_or_is_told_all_it_lacks() -> None:
    blank = replace(a_scenario(), category="")
    with pytest.raises(MaterialFlawed) as refusal:
        blank.demand(title="", purpose="", by=OPERATOR, at=MONDAY)
    assert [flaw.place for flaw in refusal.value.flaws] == ["category", "title", "purpose"]
