"""Agreements: what was approved and nothing else, signed by both, in force for its term, stopped at once."""

import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from catalog.model import Use
from logs.model import Role
from policies.adapters.signing import Ed25519Signer, Ed25519Verifier
from policies.annex import Annex
from policies.denials import NotAParty, SelfApproval
from policies.drafting import drawn_from
from policies.errors import DoneAlready, MaterialFlawed, MoveNotAllowed, NotInForce, SignatureInvalid
from policies.model import Agreement, AgreementId, AgreementState, ApplicationState, ScenarioState, Terms
from tests.policies.factories import (
    BUREAU,
    COLLEAGUE,
    DEVELOPER,
    DUE,
    KEY,
    LATER,
    MONDAY,
    OPERATOR,
    RIVAL,
    Trusting,
    a_grant,
    an_agreement,
    approved,
    in_force,
    published,
    signed_by,
    someone,
    submitted,
    terms,
)

END = MONDAY + timedelta(days=365)


def draw(given: Terms | None = None, **changes: object) -> Agreement:
    return drawn_from(
        replace(approved(), **changes),  # type: ignore[arg-type]
        scenario=published(),
        terms=given or terms(),
        id=AgreementId("g1"),
        by=OPERATOR,
        at=LATER,
    )


def test_the_annex_is_what_was_approved_and_the_seven_contents_are_there() -> None:
    drawn = draw()
    assert drawn.annex == Annex(approved().materials.data)
    document = json.loads(drawn.document)
    assert set(document["contents"]) == {
        "rights_and_duties",
        "scenario",
        "data_scope",
        "conditions",
        "security",
        "fees",
        "liability",
    }
    assert document["contents"]["data_scope"] == "person（district:filter+group、id_card:join）"
    assert document["annex"] == json.loads(drawn.annex.canonical())
    assert document["parties"] == {"developer": "mobility", "operator": "operator"}
    (news,) = drawn.news
    assert (news.kind, news.facts["annex"]) == ("agreement.drawn", drawn.annex.digest)


def test_contents_that_say_nothing_are_named_all_at_once() -> None:
    with pytest.raises(MaterialFlawed) as refusal:
        draw(terms(fees="", liability=" "))
    assert [flaw.place for flaw in refusal.value.flaws] == ["fees", "liability"]


@pytest.mark.parametrize(
    "term",
    [
        {"ends": MONDAY},
        {"begins": MONDAY - timedelta(days=9), "ends": MONDAY - timedelta(days=1)},
        {"ends": END.replace(tzinfo=None), "begins": MONDAY.replace(tzinfo=None)},
    ],
)
def test_a_term_that_is_empty_over_or_without_a_time_zone_is_refused(term: dict[str, object]) -> None:
    with pytest.raises(MaterialFlawed, match="term"):
        draw(terms(**term))


def test_no_agreement_without_an_approval_by_the_same_operator_and_a_standing_scenario() -> None:
    for state in ApplicationState:
        if state is not ApplicationState.APPROVED:
            with pytest.raises(MoveNotAllowed):
                draw(state=state)
    with pytest.raises(MoveNotAllowed):
        draw(decision=submitted().decision)
    withdrawn = replace(published(), state=ScenarioState.WITHDRAWN)
    with pytest.raises(MaterialFlawed, match="not published"):
        drawn_from(approved(), scenario=withdrawn, terms=terms(), id=AgreementId("g1"), by=OPERATOR, at=LATER)
    for other, refusal in (
        (someone(Role.OPERATOR, "o2", "other"), NotAParty),
        (someone(Role.OPERATOR, "o3", "mobility"), SelfApproval),
    ):
        with pytest.raises(refusal):
            drawn_from(approved(), scenario=published(), terms=terms(), id=AgreementId("g1"), by=other, at=LATER)


def test_it_is_in_force_when_both_have_signed_whoever_signs_first() -> None:
    for first, second in ((DEVELOPER, OPERATOR), (OPERATOR, DEVELOPER)):
        half = signed_by(an_agreement(), first)
        with pytest.raises(NotInForce, match="one side"):
            half.require_in_force(at=LATER)
        signed_by(half, second).require_in_force(at=LATER)


def test_the_second_signature_tells_that_it_is_in_force_and_by_when_to_file_it() -> None:
    half = signed_by(an_agreement(), DEVELOPER)
    full = half.sign(key=KEY, signature=f"signed by {KEY}", verifier=Trusting(), due=DUE, by=OPERATOR, at=LATER)
    assert [news.kind for news in full.news] == ["agreement.signed", "agreement.in_force"]
    assert full.news[-1].facts["deadline"] == "2026-11-30T23:59:59.999999+08:00"
    assert full.filing_due == DUE


def test_each_side_signs_once_and_nobody_else_signs() -> None:
    half = signed_by(an_agreement(), DEVELOPER)
    with pytest.raises(DoneAlready):
        signed_by(half, COLLEAGUE)
    for stranger in (RIVAL, BUREAU, someone(Role.OPERATOR, "o2", "other"), someone(Role.REVIEWER, "r", "mobility")):
        with pytest.raises(NotAParty):
            signed_by(an_agreement(), stranger)


def test_an_agreement_whose_term_is_over_is_not_signed_any_more() -> None:
    with pytest.raises(NotInForce):
        signed_by(an_agreement(), DEVELOPER, at=END)


def test_a_signature_holds_for_this_document_this_key_and_nothing_else() -> None:
    signer, other = Ed25519Signer.new(), Ed25519Signer.new()
    agreement, verifier = an_agreement(), Ed25519Verifier()
    altered = replace(agreement, annex=Annex((a_grant(district=frozenset({Use.SHOW})),)))
    signature = signer.sign(agreement.statement)

    def sign(which: Agreement, key: str, made: str) -> Agreement:
        return which.sign(key=key, signature=made, verifier=verifier, due=DUE, by=DEVELOPER, at=LATER)

    assert sign(agreement, signer.key, signature).state is AgreementState.HALF_SIGNED
    wrong = [
        (altered, signer.key, signature),
        (agreement, other.key, signature),
        (agreement, signer.key, other.sign(agreement.statement)),
        (agreement, signer.key, signer.sign(agreement.document.encode())),
        (agreement, signer.key, signer.sign(agreement.digest.encode())),
        (agreement, signer.key, ""),
        (agreement, signer.key, "zz"),
        (agreement, "00", signature),
    ]
    for which, key, made in wrong:
        with pytest.raises(SignatureInvalid):
            sign(which, key, made)


@pytest.mark.parametrize(
    "change",
    [
        {"ends": END + timedelta(seconds=1)},
        {"begins": MONDAY - timedelta(seconds=1)},
        {"developer": "rival"},
        {"operator": "other"},
        {"annex": Annex(())},
        {"id": "g2"},
        {"scenario": "s2"},
        {"application": "a2"},
    ],
)
def test_whatever_is_altered_changes_what_is_signed(change: dict[str, object]) -> None:
    assert replace(an_agreement(), **change).statement != an_agreement().statement  # type: ignore[arg-type]


def test_the_same_moments_written_in_another_zone_are_the_same_document() -> None:
    abroad = replace(an_agreement(), begins=MONDAY.astimezone(UTC), ends=END.astimezone(UTC))
    assert abroad.digest == an_agreement().digest


def test_it_opens_nothing_before_its_term_nor_from_its_end_on() -> None:
    agreement = in_force(begins=LATER + timedelta(days=1))
    with pytest.raises(NotInForce, match="not yet begun"):
        agreement.require_in_force(at=LATER)
    agreement.require_in_force(at=LATER + timedelta(days=1))
    agreement.require_in_force(at=END - timedelta(microseconds=1))
    with pytest.raises(NotInForce, match="expired"):
        agreement.require_in_force(at=END)


@pytest.mark.parametrize("state", [state for state in AgreementState if state is not AgreementState.IN_FORCE])
def test_it_opens_nothing_in_any_other_state(state: AgreementState) -> None:
    with pytest.raises(NotInForce) as refusal:
        replace(in_force(), state=state).require_in_force(at=LATER)
    assert refusal.value.why == state


def test_permissions_open_for_the_developers_side_alone() -> None:
    in_force().require_developer(COLLEAGUE)
    for other in (OPERATOR, RIVAL, BUREAU, someone(Role.REVIEWER, "r", "mobility")):
        with pytest.raises(NotAParty):
            in_force().require_developer(other)


def test_both_sides_and_the_bureau_may_stop_it_with_a_note_and_a_stranger_may_not() -> None:
    for stopping in (DEVELOPER, OPERATOR, BUREAU):
        stopped = in_force().stop(note="可识别到个人", by=stopping, at=LATER)
        assert stopped.state is AgreementState.STOPPED
        assert stopped.news[-1].facts["reason"] == "可识别到个人"
        with pytest.raises(NotInForce, match="stopped"):
            stopped.require_in_force(at=LATER)
    with pytest.raises(NotAParty):
        in_force().stop(note="x", by=RIVAL, at=LATER)
    with pytest.raises(MaterialFlawed):
        in_force().stop(note=" ", by=DEVELOPER, at=LATER)


def test_it_goes_on_after_a_stop_and_never_after_its_end() -> None:
    stopped = in_force().stop(note="可识别到个人", by=DEVELOPER, at=LATER)
    stopped.resume(reason="已整改", by=BUREAU, at=LATER).require_in_force(at=LATER)
    ended = stopped.terminate(reason="违约", by=OPERATOR, at=LATER)
    with pytest.raises(MoveNotAllowed):
        ended.resume(reason="反悔", by=BUREAU, at=LATER)


def test_it_is_filed_once_by_the_operator_and_late_filing_is_marked() -> None:
    for stranger in (DEVELOPER, BUREAU):
        with pytest.raises(NotAParty):
            in_force().file(notice="厦数备1号", by=stranger, at=LATER)
    filed = in_force().file(notice="厦数备1号", by=OPERATOR, at=DUE.at)
    late = in_force().file(notice="厦数备1号", by=OPERATOR, at=DUE.at + timedelta(seconds=1))
    assert filed.filing is not None
    assert late.filing is not None
    assert (filed.filing.late, late.filing.late) == (False, True)
    with pytest.raises(DoneAlready):
        filed.file(notice="厦数备2号", by=OPERATOR, at=LATER)
    with pytest.raises(MaterialFlawed):
        in_force().file(notice="", by=OPERATOR, at=LATER)


def test_it_does_not_expire_before_its_end() -> None:
    with pytest.raises(ValueError, match="ends only at"):
        in_force().expire(by=BUREAU, at=END - timedelta(seconds=1))
