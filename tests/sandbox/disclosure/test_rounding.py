"""Rounding in the place of perturbation: what is shown, what a document must then demand, and which rules win."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.disclosure.document import read_rules
from sandbox.disclosure.errors import RulesNotLawful
from sandbox.disclosure.protect import protect
from sandbox.disclosure.rounding import Rounding, rounded, table_of
from sandbox.disclosure.rules import DisclosureRules
from sandbox.plan import MeasureKind
from tests.sandbox.disclosure.rows import SECRET, Case, Row, Wanted, measured

K = MeasureKind
ROUND = {"counts": {"method": "round"}, "differences": {"act": "hide"}}


def firms(number: int) -> list[Row]:
    return [Row("a", {"uscc": at}, 1 + at * 7919, x=float(1000 + at)) for at in range(number)]


def asked(number: int, rules: DisclosureRules, *wanted: Wanted) -> dict[str, float | None]:
    case = Case(firms(number), wanted or (Wanted("m0", K.COUNT),), units=("uscc",), grouped=False, rules=rules)
    (row,) = protect(measured(case), case.release(), rules, SECRET).table.to_pylist()
    return dict(row)


def breached(document: dict[str, object]) -> list[str]:
    with pytest.raises(RulesNotLawful) as refused:
        read_rules(document)
    return [breach.rule for breach in refused.value.breaches]


def test_up_to_seven_are_redacted_and_the_rest_rounded_to_five() -> None:
    rules = read_rules({**ROUND, "frequency": {"uscc": 3}})

    shown = [asked(number, rules)["m0"] for number in (3, 7, 8, 9, 12, 13, 17, 18, 102)]

    assert shown == [None, None, 10, 10, 10, 15, 15, 20, 100]


def test_a_higher_minimum_holds_under_rounding_too() -> None:
    rules = read_rules(ROUND)

    assert [asked(number, rules)["m0"] for number in (9, 10, 11)] == [None, 10, 10]


@given(counts=st.lists(st.integers(0, 10**9), min_size=1), base=st.integers(5, 100), least=st.integers(3, 200))
def test_rounding_moves_by_half_the_base_at_most_and_shows_nothing_small(
    counts: list[int], base: int, least: int
) -> None:
    exact = np.array(counts, dtype=np.int64)

    shown = Rounding(base, least).results(exact, np.zeros(len(exact), dtype=np.uint32))

    assert (np.abs(rounded(exact, base) - exact) <= base / 2).all()
    assert ((shown == 0) | ((shown >= least) & (shown % base == 0))).all()
    assert (shown[exact < least] == 0).all()


def test_sums_and_means_keep_their_noise_under_rounding() -> None:
    rules = read_rules(ROUND)
    total, mean = (asked(53, rules, Wanted("m0", kind))["m0"] for kind in (K.SUM, K.MEAN))
    exact = sum(row.x or 0 for row in firms(53))

    assert total is not None
    assert mean is not None
    assert total != pytest.approx(exact * 55 / 53, abs=1)  # the rounded count alone would be no protection
    assert total == pytest.approx(exact * 55 / 53, abs=3 * 52)
    assert mean == pytest.approx(total / 55)


def test_both_perturbs_before_it_rounds() -> None:
    both = read_rules({"counts": {"method": "both"}})

    shown = {asked(number, both)["m0"] for number in range(48, 53)}

    assert shown <= {45, 50, 55, 60}
    assert both.count_deviation == pytest.approx(2)


def test_a_document_that_only_rounds_must_have_the_ledger_act_as_blurred_as_its_base() -> None:
    assert breached({"counts": {"method": "round"}}) == ["differences.act"]
    assert breached({**ROUND, "counts": {"method": "round", "base": 10}}) == ["differences.margin"]
    assert breached({"resources": {"enterprise": {"counts": {"method": "round"}}}}) == [
        "resources.enterprise.differences.act"
    ]
    assert read_rules({"counts": {"method": "both"}}).difference_act == "record"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"counts": {"method": "truncate"}}, "counts.method"),
        ({"counts": {"base": 3}}, "counts.base"),
        ({"counts": {"redact": 4}}, "counts.redact"),
        ({"resources": {"person": {"frequency": {"resident_id": 9}}}}, "resources.person.frequency.resident_id"),
        ({"resources": {"person": {"budget": {"cells_day": 5}}}}, "resources.person.budget"),
        ({"resources": {"person": {"counts": {"bse": 5}}}}, "resources.person.counts.bse"),
        ({"resources": ["person"]}, "resources"),
    ],
)
def test_rounding_and_rules_of_single_resources_are_held_to_their_ranges(
    document: dict[str, object], place: str
) -> None:
    assert breached(document) == [place]


def test_a_resource_follows_its_own_rules_and_two_together_what_protects_more() -> None:
    rules = read_rules(
        {
            "differences": {"act": "hide"},
            "resources": {
                "enterprise": {"counts": {"method": "round"}, "frequency": {"uscc": 3}, "dominance": {"share": 80}},
                "person": {"frequency": {"resident_id": 15}, "dominance": {"p_percent": 20}},
            },
        }
    )

    firms_alone, people, both, other = (
        rules.over(names) for names in (["enterprise"], ["person"], ["person", "enterprise"], ["ride"])
    )

    assert (firms_alone.counts, firms_alone.minimum("uscc"), firms_alone.share) == ("round", 8, 80)
    assert (people.counts, people.minimum("resident_id"), people.p_percent) == ("perturb", 15, 20)
    assert (both.counts, both.minimum("resident_id"), both.minimum("uscc")) == ("both", 15, 10)
    assert (both.share, both.p_percent) == (80, 20)
    assert other == rules
    assert len({each.digest for each in (firms_alone, people, both, other)}) == 4


def test_perturbation_stays_the_default() -> None:
    assert table_of(DisclosureRules(), 10) is table_of(replace(DisclosureRules(), version="x"), 10)
