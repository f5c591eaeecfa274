"""An output's way out: asked for, reviewed by somebody else, released or refused; and what may not happen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.model import Actor, Role
from policies.denials import NotAParty, NotPermitted, SelfApproval
from policies.errors import ConcurrentChange, MaterialFlawed, MoveNotAllowed, NoSuch
from sandbox.errors import NotAnswered, NotAReviewer, NotReleased, ResultDamaged
from sandbox.output import OUTPUT_MOVES, Output, OutputId, OutputMove, OutputState
from sandbox.outputs import (
    assign_reviewer,
    download_output,
    inspect_output,
    list_outputs,
    refuse_output,
    release_output,
    request_output,
    see_output,
    withdraw_output,
)
from sandbox.queries import expire_answers
from sandbox.query import QueryId
from sandbox.running import Jobs
from tests.sandbox.service.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    NOON,
    OPERATOR,
    REVIEWER,
    RIVAL,
    SYSTEM,
    House,
    Ids,
    actor,
)

Q1, O1 = QueryId("q1"), OutputId("o1")
COUNT = "SELECT district, count(*) AS n FROM person GROUP BY district"


@pytest.fixture
def answered(house: House, jobs: Jobs) -> House:
    """The developer has an answer."""
    jobs.run(id=Q1, agreement="agreement-1", sql=COUNT, by=DEVELOPER, at=NOON, patience=30)
    return house


def ask(house: House, id: OutputId = O1, by: Actor = DEVELOPER) -> Output:
    return request_output(house.domain, Q1, id=id, title="各区人数", purpose="规划公交站点", by=by, at=NOON)


@pytest.fixture
def assigned(answered: House) -> House:
    """An output under review by the third party."""
    ask(answered)
    assign_reviewer(answered.domain, O1, REVIEWER, by=OPERATOR, at=NOON)
    return answered


@pytest.mark.article("M 19", "allowed")
def test_a_released_output_can_be_downloaded_by_who_asked(assigned: House, event: Ids) -> None:
    seen = inspect_output(assigned.domain, O1, event=event(), by=REVIEWER, at=NOON)
    released = release_output(assigned.domain, O1, reason="合规", by=REVIEWER, at=NOON)
    table = download_output(assigned.domain, O1, format="csv", event=event(), by=COLLEAGUE, at=NOON)
    assert released.state is OutputState.RELEASED
    assert table.equals(seen)
    assert table.num_rows == 2


@pytest.mark.article("M 21", "allowed")
def test_every_step_is_on_record_with_who_did_it(assigned: House, event: Ids) -> None:
    inspect_output(assigned.domain, O1, event=event(), by=REVIEWER, at=NOON)
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    download_output(assigned.domain, O1, format="csv", event=event(), by=DEVELOPER, at=NOON)
    trail = [told for told in assigned.events() if told.subject == "output:o1"]
    assert [(told.kind, told.by) for told in trail] == [
        ("output.requested", DEVELOPER),
        ("output.assigned", OPERATOR),
        ("output.viewed", REVIEWER),
        ("output.released", REVIEWER),
        ("output.downloaded", DEVELOPER),
    ]
    assert {told.facts["digest"] for told in trail} == {see_output(assigned.domain, O1, by=BUREAU).digest}
    assert trail[0].facts["resources"] == ("person",)
    assert trail[1].facts["party"] == REVIEWER.organisation


def test_nothing_can_be_downloaded_before_the_release(assigned: House, event: Ids) -> None:
    with pytest.raises(NotReleased) as refused:
        download_output(assigned.domain, O1, format="csv", event=event(), by=DEVELOPER, at=NOON)
    assert "审核中" in refused.value.detail("zh")
    assert assigned.events("output.downloaded") == []


def test_a_refused_output_carries_reasons_and_its_copy_is_deleted(assigned: House, event: Ids) -> None:
    refused = refuse_output(assigned.domain, O1, ("标题与内容不符", " "), by=REVIEWER, at=NOON)
    assert refused.reasons == ("标题与内容不符",)
    assert not (assigned.folder / "results" / "o1.arrow").exists()
    with pytest.raises(NotReleased):
        download_output(assigned.domain, O1, format="csv", event=event(), by=DEVELOPER, at=NOON)


def test_a_refusal_without_a_reason_is_refused_itself(assigned: House) -> None:
    with pytest.raises(MaterialFlawed):
        refuse_output(assigned.domain, O1, (" ",), by=REVIEWER, at=NOON)
    assert see_output(assigned.domain, O1, by=DEVELOPER).state is OutputState.ASSIGNED


@pytest.mark.article("M 19", "refused")
def test_nobody_of_the_side_that_asked_reviews_or_names_the_reviewer(answered: House) -> None:
    ask(answered)
    insider = replace(REVIEWER, organisation=DEVELOPER.organisation)
    same_person = replace(REVIEWER, id=DEVELOPER.id)
    for reviewer in (insider, same_person):
        with pytest.raises(SelfApproval):
            assign_reviewer(answered.domain, O1, reviewer, by=OPERATOR, at=NOON)
    with pytest.raises(SelfApproval):
        assign_reviewer(answered.domain, O1, REVIEWER, by=COLLEAGUE, at=NOON)
    denied = answered.events("access.denied")
    assert {told.facts["reason"] for told in denied} == {"self-approval"}
    assert see_output(answered.domain, O1, by=DEVELOPER).state is OutputState.REQUESTED


def test_only_an_operator_or_a_third_party_can_be_named(answered: House) -> None:
    ask(answered)
    for somebody in (RIVAL, BUREAU):
        with pytest.raises(NotAReviewer):
            assign_reviewer(answered.domain, O1, somebody, by=OPERATOR, at=NOON)
    assert assign_reviewer(answered.domain, O1, OPERATOR, by=OPERATOR, at=NOON).reviewer == OPERATOR


@pytest.mark.parametrize("decide", [release_output, lambda *a, **k: refuse_output(*a, ("x",), **k)])
def test_only_the_reviewer_named_decides(assigned: House, decide: Callable[..., Output], event: Ids) -> None:
    other = actor("qiu", "third-party", Role.REVIEWER)
    for somebody, refusal in ((other, NoSuch), (OPERATOR, NotAParty), (DEVELOPER, SelfApproval)):
        with pytest.raises(refusal):
            decide(assigned.domain, O1, by=somebody, at=NOON)
    with pytest.raises((NotAParty, NoSuch)):
        inspect_output(assigned.domain, O1, event=event(), by=other, at=NOON)
    assert see_output(assigned.domain, O1, by=OPERATOR).state is OutputState.ASSIGNED


def test_an_operator_must_not_download_what_was_released_to_another(assigned: House, event: Ids) -> None:
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    for somebody in (OPERATOR, REVIEWER):
        with pytest.raises(NotAParty):
            download_output(assigned.domain, O1, format="csv", event=event(), by=somebody, at=NOON)
    with pytest.raises(NoSuch):
        download_output(assigned.domain, O1, format="csv", event=event(), by=RIVAL, at=NOON)


def test_a_decision_is_final(assigned: House) -> None:
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    with pytest.raises(MoveNotAllowed):
        refuse_output(assigned.domain, O1, ("späte Einsicht",), by=REVIEWER, at=NOON)
    with pytest.raises(MoveNotAllowed):
        withdraw_output(assigned.domain, O1, by=DEVELOPER, at=NOON)
    assert (assigned.folder / "results" / "o1.arrow").exists()


def test_whoever_asked_may_withdraw_and_nobody_else(assigned: House) -> None:
    with pytest.raises(NotAParty):
        withdraw_output(assigned.domain, O1, by=OPERATOR, at=NOON)
    withdrawn = withdraw_output(assigned.domain, O1, by=COLLEAGUE, at=NOON)
    assert withdrawn.state is OutputState.WITHDRAWN
    assert not (assigned.folder / "results" / "o1.arrow").exists()


def test_only_an_answer_of_ones_own_can_be_asked_out(house: House, jobs: Jobs) -> None:
    failing = "SELECT 1 // (size::INT - size::INT) AS x FROM fence"
    jobs.run(id=Q1, agreement="agreement-1", sql=failing, by=DEVELOPER, at=NOON, patience=30)
    with pytest.raises(NotAnswered):
        ask(house)
    for stranger in (RIVAL, OPERATOR):
        with pytest.raises(NoSuch):
            ask(house, by=stranger)
    assert house.events("output.requested") == []


def test_an_output_without_title_or_purpose_is_refused_and_nothing_is_kept_of_it(answered: House) -> None:
    with pytest.raises(MaterialFlawed) as refused:
        request_output(answered.domain, Q1, id=O1, title=" ", purpose="", by=DEVELOPER, at=NOON)
    assert len(refused.value.flaws) == 2
    assert not (answered.folder / "results" / "o1.arrow").exists()


def test_the_table_under_review_outlives_the_answer_and_is_the_very_same(assigned: House, event: Ids) -> None:
    expire_answers(assigned.domain, by=SYSTEM, at=NOON + 2 * assigned.domain.keep)
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    assert download_output(assigned.domain, O1, format="csv", event=event(), by=DEVELOPER, at=NOON).num_rows == 2


def test_a_table_put_in_the_place_of_the_reviewed_one_is_not_handed_out(assigned: House, event: Ids) -> None:
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    kept = assigned.domain.results.open(O1)
    assigned.domain.results.keep(O1, kept.table.slice(1))
    with pytest.raises(ResultDamaged):
        download_output(assigned.domain, O1, format="csv", event=event(), by=DEVELOPER, at=NOON)


def test_a_role_that_may_not_is_refused_at_each_verb(assigned: House) -> None:
    assigned.permissions.denied |= {(Role.REVIEWER, "release", "output"), (Role.DEVELOPER, "request", "output")}
    with pytest.raises(NotPermitted):
        release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    with pytest.raises(NotPermitted):
        ask(assigned, OutputId("o2"))


def test_everybody_lists_what_concerns_them(assigned: House) -> None:
    ask(assigned, OutputId("o2"))
    listed = {
        somebody: {output.id for output in list_outputs(assigned.domain, before=None, limit=9, by=somebody)}
        for somebody in (DEVELOPER, COLLEAGUE, RIVAL, REVIEWER, OPERATOR, BUREAU)
    }
    assert listed[DEVELOPER] == listed[COLLEAGUE] == listed[OPERATOR] == listed[BUREAU] == {"o1", "o2"}
    assert listed[REVIEWER] == {"o1"}
    assert listed[RIVAL] == set()


def test_two_decisions_at_once_leave_one(assigned: House) -> None:
    with assigned.domain.reading() as work:
        read = work.outputs.get(O1)
    assert read is not None
    release_output(assigned.domain, O1, by=REVIEWER, at=NOON)
    with pytest.raises(ConcurrentChange), assigned.domain.begin() as work:
        work.outputs.save(read.refuse(("zu spät",), by=REVIEWER, at=NOON))
    assert [told.kind for told in assigned.events("output.released", "output.refused")] == ["output.released"]


@given(state=st.sampled_from(OutputState), move=st.sampled_from(OutputMove))
def test_a_move_is_possible_exactly_where_the_table_says(state: OutputState, move: OutputMove) -> None:
    output = Output(
        id=O1,
        query=Q1,
        agreement="agreement-1",
        scenario="mobility",
        resources=("person",),
        title="t",
        purpose="p",
        by=DEVELOPER,
        asked_at=NOON,
        digest="d",
        rows=1,
        state=state,
        reviewer=REVIEWER,
    )
    moves: dict[OutputMove, Callable[[], Output]] = {
        OutputMove.ASSIGN: lambda: output.assign(REVIEWER, by=OPERATOR, at=NOON),
        OutputMove.RELEASE: lambda: output.release(by=REVIEWER, at=NOON),
        OutputMove.REFUSE: lambda: output.refuse(("x",), by=REVIEWER, at=NOON),
        OutputMove.WITHDRAW: lambda: output.withdraw(by=DEVELOPER, at=NOON),
    }
    if move not in moves:
        return
    if (state, move) in OUTPUT_MOVES:
        moved = moves[move]()
        assert moved.state is OUTPUT_MOVES[state, move]
        assert len(moved.news) == 1
    else:
        with pytest.raises(MoveNotAllowed):
            moves[move]()
