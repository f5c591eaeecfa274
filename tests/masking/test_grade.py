"""Grades: what they rest on, and that the weightiest reason decides."""

import pytest

from masking.grade import KINDS, Subject, grade, grade_of_resource, subject_of
from masking.model import Kind, Recognition
from masking.recognise import classify
from masking.uniqueness import Uniqueness

NOTHING = Recognition(None, 0.0, 0.0, ())


@pytest.mark.parametrize(
    ("name", "title", "subject", "expected"),
    [
        ("income", "月收入", Subject.PERSON, 4),
        ("diagnosis", "诊断", Subject.PERSON, 4),
        ("district", "区", Subject.PERSON, 2),
        ("district", "区", Subject.NOBODY, 1),
        ("revenue", "营业收入", Subject.ORGANISATION, 3),
        ("capital", "注册资本", Subject.ORGANISATION, 2),
        ("road", "道路", Subject.THING, 2),
    ],
)
def test_a_column_that_is_no_identifier_is_graded_by_what_it_is_about(
    name: str, title: str, subject: Subject, expected: int
) -> None:
    assert grade(NOTHING, name=name, title=title, subject=subject).grade == expected


@pytest.mark.parametrize("subject", Subject)
def test_numbers_of_personal_documents_have_the_highest_grade_wherever_they_stand(subject: Subject) -> None:
    for title in ("身份证号", "护照号", "银行卡号"):
        found = grade(classify("a", title, []), name="a", title=title, subject=subject)
        assert found.grade >= 3
    assert grade(classify("a", "身份证号", []), name="a", title="身份证号", subject=subject).grade == 4


def test_every_kind_has_a_grade_for_every_subject() -> None:
    assert {(kind, subject) for kind, row in KINDS.items() for subject in row} == {
        (kind, subject) for kind in Kind for subject in Subject
    }


def test_text_has_at_least_the_grade_of_what_it_mentions() -> None:
    remarks = ["来电13812345678", "证号11010519491231002X已登记", "无"]
    found = grade(classify("remark", "备注", remarks), name="remark", title="备注", subject=Subject.ORGANISATION)
    assert found.grade == 4
    assert found.decided_by == "mentioned.resident_id"


def test_a_nearly_unique_column_singles_out_and_is_graded_for_it() -> None:
    unique, shared = Uniqueness(1000, 990, 985), Uniqueness(1000, 6, 0)
    assert grade(NOTHING, name="a", title="a", subject=Subject.PERSON, uniqueness=unique).decided_by == "unique"
    assert grade(NOTHING, name="a", title="a", subject=Subject.PERSON, uniqueness=shared).grade == 2
    assert grade(NOTHING, name="a", title="a", subject=Subject.NOBODY, uniqueness=unique).grade == 1


def test_values_that_few_rows_share_single_out_too() -> None:
    rare = Uniqueness(1000, 300, 120)
    assert grade(NOTHING, name="a", title="a", subject=Subject.PERSON, uniqueness=rare).grade == 3


def test_every_reason_is_told_in_both_languages_the_weightiest_first() -> None:
    found = grade(classify("phone", "手机号", []), name="phone", title="手机号", subject=Subject.PERSON)
    assert [ground.rule for ground in found.grounds] == ["kind.mobile", "subject.person"]
    assert found.grounds[0].text("zh") == "识别为手机号码"
    assert found.grounds[0].text("en") == "recognised as mobile number"


def test_a_resource_has_the_grade_of_its_highest_column() -> None:
    graded = [grade(NOTHING, name=name, title=name, subject=Subject.PERSON) for name in ("district", "income")]
    assert grade_of_resource(graded) == 4
    assert grade_of_resource([]) == 1


@pytest.mark.parametrize(
    ("unit", "subject"),
    [
        (None, Subject.NOBODY),
        ("resident_id", Subject.PERSON),
        ("mobile", Subject.PERSON),
        ("uscc", Subject.ORGANISATION),
        ("bicycle_id", Subject.THING),
        ("plate", Subject.THING),
    ],
)
def test_whom_a_row_is_about_follows_from_its_privacy_unit(unit: str | None, subject: Subject) -> None:
    assert subject_of(unit) is subject
