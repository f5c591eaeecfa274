"""The rule document: what it says, what it may never say, and how it is told apart."""

import pytest
import yaml

from sandbox.disclosure.document import DEFAULT, default_rules, read_rules
from sandbox.disclosure.errors import RulesNotLawful
from sandbox.disclosure.rules import DisclosureRules


def test_the_default_document_holds_the_design_s_defaults() -> None:
    rules = default_rules()

    assert [rules.minimum(unit) for unit in ("resident_id", "uscc", "bike_ride_end")] == [10, 10, 10]
    assert (rules.p_percent, rules.largest, rules.share) == (10, 2, 90)
    assert (rules.variance, rules.deviation, rules.residual) == (2, 5, 10)
    assert rules == DisclosureRules()


def test_a_document_may_lower_enterprises_to_three_and_everything_else_keeps_its_default() -> None:
    rules = read_rules({"version": "enterprises-1", "frequency": {"uscc": 3}})

    assert rules.minimum("uscc") == 3
    assert rules.minimum("uscc#2") == 3
    assert rules.minimum("resident_id") == 10
    assert rules.deviation == 5


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"frequency": {"uscc": 2}}, "frequency.uscc"),
        ({"frequency": {"other": 0}}, "frequency.other"),
        ({"frequency": {"resident_id": 9}}, "frequency.resident_id"),
        ({"frequency": {"person": 9}}, "frequency.person"),
        ({"perturbation": {"variance": 0}}, "perturbation.variance"),
        ({"perturbation": {"variance": 11}}, "perturbation.variance"),
        ({"perturbation": {"deviation": 51}}, "perturbation.deviation"),
        ({"dominance": {"p_percent": 0}}, "dominance.p_percent"),
        ({"dominance": {"share": 100}}, "dominance.share"),
        ({"dominance": {"largest": 3}}, "dominance.largest"),
        ({"magnitude": {"by_set": 0}}, "magnitude.by_set"),
        ({"digits": {"quantile": 6}}, "digits.quantile"),
        ({"residual": 5}, "residual"),
        ({"suppression": {"bands": [100, 20]}}, "suppression.bands"),
        ({"version": " "}, "version"),
    ],
)
def test_a_document_that_goes_below_what_is_lawful_is_refused_by_name(document: dict[str, object], place: str) -> None:
    with pytest.raises(RulesNotLawful) as refused:
        read_rules(document)

    assert [breach.rule for breach in refused.value.breaches] == [place]
    assert place in refused.value.detail("zh")
    assert place in refused.value.detail("en")
    assert refused.value.remedy("zh") != refused.value.remedy("en")


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({"frequencies": {"uscc": 5}}, ["frequencies.uscc"]),
        ({"perturbation": {"varience": 2, "deviation": True}}, ["perturbation.varience", "perturbation.deviation"]),
        ({"frequency": {"uscc": "five"}}, ["frequency.uscc"]),
        ({"suppression": {"bands": [20, "x"]}}, ["suppression.bands"]),
    ],
)
def test_a_document_that_is_not_understood_is_refused_and_not_half_read(
    document: dict[str, object], places: list[str]
) -> None:
    with pytest.raises(RulesNotLawful) as refused:
        read_rules(document)

    assert [breach.rule for breach in refused.value.breaches] == places


def test_natural_persons_keep_ten_even_where_other_units_go_lower() -> None:
    rules = read_rules({"frequency": {"other": 3}})

    assert rules.minimum("bike_ride_end") == 3
    assert rules.minimum("person") == 10


def test_every_number_counts_for_the_digest() -> None:
    digests = {read_rules({}).digest, read_rules({"residual": 11}).digest, read_rules({"version": "other"}).digest}

    assert len(digests) == 3
    assert read_rules({}).digest == DisclosureRules().digest


def test_the_document_has_a_title_in_both_languages() -> None:
    title = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))["title"]

    assert (default_rules().title_zh, default_rules().title_en) == (title["zh"], title["en"])
