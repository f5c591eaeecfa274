"""The six safety conditions: evidence with expiry, checked by somebody else, all that is lacking named at once."""

from datetime import date, timedelta

import pytest

from logs.model import Role
from policies.denials import NotAParty, SelfApproval
from policies.errors import MaterialFlawed, NoSuch, QualificationLacking
from policies.model import Condition, Nature, Qualification
from tests.policies.factories import (
    DEVELOPER,
    DIGEST,
    LATER,
    MONDAY,
    OPERATOR,
    RIVAL,
    qualified,
    someone,
)

TODAY = MONDAY.date()


def presented(condition: Condition = Condition.CREDIT, until: date = date(2027, 1, 1)) -> Qualification:
    nothing = Qualification(id=DEVELOPER.organisation)
    return nothing.present(condition, title="信用报告", digest=DIGEST, valid_until=until, by=DEVELOPER, at=MONDAY)


def test_a_legal_person_needs_all_six_and_is_told_of_all_that_lack() -> None:
    flaws = Qualification(id=DEVELOPER.organisation).lacking(Nature.LEGAL_PERSON, on=TODAY)
    assert [flaw.place for flaw in flaws] == [condition.value for condition in Condition]
    refusal = QualificationLacking(DEVELOPER.organisation, flaws)
    assert refusal.detail("zh").count("未提交证明材料") == 6
    assert refusal.remedy("zh") == "补交证明材料并由一级开发主体核验"


@pytest.mark.parametrize("condition", list(Condition))
def test_each_condition_is_needed_for_itself(condition: Condition) -> None:
    lacking = qualified(leaving_out=condition).lacking(Nature.OTHER, on=TODAY)
    assert [flaw.place for flaw in lacking] == [condition.value]
    assert qualified().lacking(Nature.OTHER, on=TODAY) == ()


def test_a_natural_person_is_not_asked_for_the_capability_of_an_enterprise() -> None:
    assert qualified(leaving_out=Condition.CAPABILITY).lacking(Nature.NATURAL_PERSON, on=TODAY) == ()
    assert qualified(leaving_out=Condition.CREDIT).lacking(Nature.NATURAL_PERSON, on=TODAY)


def test_evidence_counts_through_its_last_day_and_not_after() -> None:
    last = date(2027, 3, 1)
    qualification = qualified(until=last)
    assert qualification.lacking(Nature.LEGAL_PERSON, on=last) == ()
    lapsed = qualification.lacking(Nature.LEGAL_PERSON, on=last + timedelta(days=1))
    assert len(lapsed) == 6
    assert "2027-03-01 到期" in lapsed[0].what["zh"]


def test_evidence_that_was_not_checked_or_was_rejected_does_not_count() -> None:
    assert "尚未核验" in _reason(presented())
    assert "未通过核验" in _reason(presented().reject(1, reason="印章不清", by=OPERATOR, at=LATER))
    assert _reason(presented().accept(1, by=OPERATOR, at=LATER)) == ""


def test_presenting_anew_does_not_take_away_what_was_accepted() -> None:
    accepted = presented().accept(1, by=OPERATOR, at=LATER)
    renewed = accepted.present(
        Condition.CREDIT, title="新报告", digest=DIGEST, valid_until=date(2028, 1, 1), by=DEVELOPER, at=LATER
    )
    assert _reason(renewed) == ""
    assert [piece.number for piece in renewed.evidence] == [1, 2]


def test_evidence_is_presented_by_the_organisation_itself_and_decided_by_another() -> None:
    with pytest.raises(NotAParty):
        presented().present(Condition.CREDIT, title="x", digest=DIGEST, valid_until=TODAY, by=RIVAL, at=MONDAY)
    for deciding in (DEVELOPER, someone(Role.OPERATOR, "lin", "operator")):
        with pytest.raises(SelfApproval):
            presented().accept(1, by=deciding, at=LATER)


def test_everything_wrong_with_a_document_is_named_at_once() -> None:
    with pytest.raises(MaterialFlawed) as refusal:
        Qualification(id=DEVELOPER.organisation).present(
            Condition.CREDIT, title=" ", digest="abc", valid_until=date(2020, 1, 1), by=DEVELOPER, at=MONDAY
        )
    assert [flaw.place for flaw in refusal.value.flaws] == ["title", "digest", "valid_until"]


def test_a_rejection_carries_its_reason_and_a_document_that_is_not_there_is_not_decided() -> None:
    with pytest.raises(MaterialFlawed):
        presented().reject(1, reason=" ", by=OPERATOR, at=LATER)
    for number in (0, 2):
        with pytest.raises(NoSuch):
            presented().accept(number, by=OPERATOR, at=LATER)
    (_, news) = presented().reject(1, reason="印章不清", by=OPERATOR, at=LATER).news
    assert (news.kind, news.facts["reason"]) == ("qualification.rejected", "印章不清")


def _reason(qualification: Qualification) -> str:
    lacking = qualification.lacking(Nature.LEGAL_PERSON, on=TODAY)
    return "".join(flaw.what["zh"] for flaw in lacking if flaw.place == Condition.CREDIT)
