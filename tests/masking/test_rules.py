"""Rule documents: what they choose, what they refuse to be, and that their digest tells them apart."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from masking.errors import RulesUnreadable
from masking.families import Family
from masking.model import IDENTIFIERS, Kind
from masking.rules import DEFAULT, Case, Choice, RuleDocument, default_document, document, techniques_said
from masking.techniques import Band, GeneraliseDate, Grid, KeepEdges, Pseudonym, Show, Suppress

Said = dict[str, Any]


@pytest.fixture(scope="module")
def default() -> RuleDocument:
    """The document that comes with the platform."""
    return default_document()


def said() -> Said:
    """The default document as plain values, to be spoilt."""
    found: Said = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    return found


def flaws(spoilt: Said | str) -> list[tuple[str, str]]:
    """Place and fault of each flaw found."""
    with pytest.raises(RulesUnreadable) as refused:
        document(spoilt if isinstance(spoilt, str) else yaml.safe_dump(spoilt, allow_unicode=True))
    return [(flaw.place, flaw.en) for flaw in refused.value.flaws]


@pytest.mark.parametrize(
    ("case", "technique", "rule"),
    [
        (Case(Kind.RESIDENT_ID, 4, Family.TEXT, is_unit=True), Pseudonym, "resident-id"),
        (Case(Kind.USCC, 1, Family.TEXT), Pseudonym, "credit-code"),
        (Case(Kind.MOBILE, 3, Family.WHOLE), KeepEdges, "mobile"),
        (Case(Kind.PERSON_NAME, 3, Family.TEXT), KeepEdges, "person-name"),
        (Case(Kind.COORDINATE, 1, Family.FRACTION), Show, "coordinate-of-a-facility"),
        (Case(Kind.COORDINATE, 3, Family.FRACTION), Grid, "coordinate"),
        (Case(Kind.BIRTH_DATE, 3, Family.MOMENT), GeneraliseDate, "birth-date"),
        (Case(Kind.FREE_TEXT, 3, Family.TEXT), Suppress, "free-text"),
        (Case(None, 3, Family.TEXT, is_unit=True), Pseudonym, "privacy-unit"),
        (Case(None, 4, Family.FRACTION), Suppress, "sensitive"),
        (Case(None, 2, Family.WHOLE), Band, "singling-figures"),
        (Case(None, 2, Family.TEXT), Show, "general"),
        (Case(None, 1, Family.FRACTION), Show, "general"),
        (Case(None, 3, Family.TEXT), Suppress, "singling-text"),
    ],
)
def test_the_default_rules_choose_by_kind_then_by_grade(
    default: RuleDocument, case: Case, technique: type[object], rule: str
) -> None:
    chosen = default.choose(case)
    assert isinstance(chosen.technique, technique)
    assert chosen.rule == rule


@pytest.mark.parametrize("case", [Case(Kind.RESIDENT_ID, 4, Family.FRACTION), Case(Kind.COORDINATE, 3, Family.TEXT)])
def test_a_kind_whose_technique_does_not_fit_the_type_is_suppressed_and_not_shown(
    default: RuleDocument, case: Case
) -> None:
    assert default.choose(case) == Choice(Suppress(), "unruled")


@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
def test_no_identifier_is_shown_as_it_is_above_grade_one(default: RuleDocument, kind: Kind) -> None:
    shown = [
        (grade, family)
        for grade in (2, 3, 4)
        for family in Family
        if isinstance(default.choose(Case(kind, grade, family)).technique, Show)
    ]
    assert shown == []


def test_nothing_above_grade_two_is_shown_as_it_is(default: RuleDocument) -> None:
    cases = [Case(kind, grade, family) for kind in (None, *Kind) for grade in (3, 4) for family in Family]
    assert not any(isinstance(default.choose(case).technique, Show) for case in cases)


def test_the_canonical_text_reads_back_as_an_equal_document(default: RuleDocument) -> None:
    again = document(default.canonical())
    assert again == default
    assert again.digest == default.digest


def test_the_digest_forgets_comments_and_layout_and_minds_every_parameter(default: RuleDocument) -> None:
    commented = document("# reviewed\n" + DEFAULT.read_text(encoding="utf-8"))
    changed = said()
    changed["rules"][6]["use"]["keep_edges"]["left"] = 2
    swapped = said()
    swapped["rules"][0], swapped["rules"][1] = swapped["rules"][1], swapped["rules"][0]
    digests = {document(yaml.safe_dump(one, allow_unicode=True)).digest for one in (changed, swapped)}
    assert commented.digest == default.digest
    assert len(digests | {default.digest}) == 3


def test_every_rule_reads_as_a_sentence_in_both_languages(default: RuleDocument) -> None:
    for language in ("zh", "en"):
        lines = default.lines(language)
        assert len(lines) == len(default.rules)
        assert all("→" in line for line in lines)
    assert default.lines("zh")[0].startswith("resident-id: 公民身份号码 → 带密钥假名")
    assert default.lines("en")[-1].startswith("general: grade 1 or 2 → shown as it is")


def test_an_event_tells_each_column_with_its_technique_and_nothing_more(default: RuleDocument) -> None:
    choices = {"id_card": default.choose(Case(Kind.RESIDENT_ID, 4, Family.TEXT))}
    assert techniques_said(choices) == ("id_card=pseudonym",)


SPOILT: list[tuple[Callable[[Said], object], str, str]] = [
    (lambda said: said.pop("name"), "name", "must be lower-case letters, digits, dots, hyphens"),
    (lambda said: said.update(edition=2026), "edition", "must be lower-case letters, digits, dots, hyphens"),
    (lambda said: said.update(title={"zh": "规则"}), "title", "must say it in zh and in en"),
    (lambda said: said.update(author="x"), "-", "unknown key author"),
    (lambda said: said.update(rules={}), "rules", "must be a list that is not empty"),
    (lambda said: said["rules"].append("x"), "rules[28]", "must be a mapping"),
    (lambda said: said["rules"][0].update(kind="soul"), "rules[1].kind", "no kind of identifier known"),
    (lambda said: said["rules"][0].update(grades=[5]), "rules[1].grades", "must be a list of 1 to 4"),
    (lambda said: said["rules"][0].update(grades=[True]), "rules[1].grades", "must be a list of 1 to 4"),
    (lambda said: said["rules"][0].update(unit="yes"), "rules[1].unit", "must be true or false"),
    (lambda said: said["rules"][0].update(use={"show": {}}), "rules[1]", "show is for grades up to 1: state grades"),
    (lambda said: said["rules"][-1].update(grades=[3]), "rules[27]", "show is for grades up to 2: state grades"),
    (lambda said: said["rules"][0].update(use="show"), "rules[1].use", "must name one technique with its parameters"),
    (lambda said: said["rules"][0].update(use={"truncate": 4}), "rules[1].use", "the parameters must be a mapping"),
    (lambda said: said["rules"][0].update(use={"truncate": {}}), "rules[1].use", "truncate lacks length"),
    (lambda said: said["rules"].pop(0), "rules", "there is no rule for resident_id"),
    (lambda said: said["rules"].append(said["rules"][0]), "rules.resident-id", "the id stands twice"),
]


@pytest.mark.parametrize(("spoil", "place", "fault"), SPOILT, ids=[f"{place}: {fault}" for _, place, fault in SPOILT])
def test_a_faulty_document_is_refused_with_the_place_of_its_fault(
    spoil: Callable[[Said], object], place: str, fault: str
) -> None:
    spoilt = said()
    spoil(spoilt)
    assert (place, fault) in flaws(spoilt)


def test_every_flaw_of_a_document_is_named_at_once() -> None:
    spoilt = said()
    spoilt["edition"] = None
    spoilt["rules"][0]["use"] = {"truncate": {}}
    spoilt["rules"][1]["families"] = ["words"]
    assert len(flaws(spoilt)) == 3


@pytest.mark.parametrize(
    "text", ["a: [", "- 1", "", "!!python/object/apply:os.system ['x']", "a: &a [*a]", "x" * 300_000]
)
def test_what_is_no_document_at_all_is_refused(text: str) -> None:
    assert flaws(text)


def test_the_refusal_says_where_and_what_in_both_languages() -> None:
    spoilt = said()
    spoilt["edition"] = None
    with pytest.raises(RulesUnreadable) as refused:
        document(yaml.safe_dump(spoilt, allow_unicode=True))
    assert refused.value.detail("zh").startswith("edition：")
    assert refused.value.detail("en").startswith("edition: ")
    assert refused.value.remedy("zh") != refused.value.remedy("en")
